//! A listener that can refuse connections, and connections that can be cut without a response.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Cuts the connection that a request came on.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionControl(Arc<AtomicBool>);

impl ConnectionControl {
    /// Resets the connection: from now on nothing is sent on it.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_cut(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A listener on loopback that closes its port while it refuses connections.
pub(super) struct FaultyListener {
    listener: Option<TcpListener>,
    address: SocketAddr,
    refusing: watch::Receiver<bool>,
}

impl FaultyListener {
    /// Binds `last_port` on loopback if it is free, otherwise any port.
    ///
    /// Connections are refused while `refusing` is `true`.
    pub(super) async fn bind(
        last_port: Option<u16>,
        refusing: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let rebound = match last_port {
            Some(port) => TcpListener::bind(("127.0.0.1", port)).await.ok(),
            None => None,
        };
        let listener = match rebound {
            Some(listener) => listener,
            None => TcpListener::bind(("127.0.0.1", 0)).await?,
        };
        let address = listener.local_addr()?;
        Ok(Self { listener: Some(listener), address, refusing })
    }

    /// Returns the address that it is bound to.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    async fn next_connection(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        if *self.refusing.borrow_and_update() {
            self.listener = None;
            // The other end is dropped only with the simulator.
            if self.refusing.wait_for(|refusing| !refusing).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(self.address).await?,
        };
        let listener = self.listener.insert(listener);
        tokio::select! {
            accepted = TcpListener::accept(listener) => accepted,
            _ = self.refusing.changed() => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

impl Listener for FaultyListener {
    type Io = FaultyStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (FaultyStream, SocketAddr) {
        loop {
            match self.next_connection().await {
                Ok((stream, peer)) => {
                    return (FaultyStream::new(stream, self.refusing.clone()), peer);
                }
                Err(error) => {
                    tracing::debug!(%error, "Simulator connection rejected");
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, FaultyListener>> for ConnectionControl {
    fn connect_info(stream: IncomingStream<'_, FaultyListener>) -> Self {
        stream.io().control.clone()
    }
}

/// A TCP connection that its [`ConnectionControl`] can cut and that ends when the listener refuses.
pub(super) struct FaultyStream {
    stream: TcpStream,
    control: ConnectionControl,
    refused: BoxFuture<'static, ()>,
    is_ended: bool,
}

impl FaultyStream {
    fn new(stream: TcpStream, mut refusing: watch::Receiver<bool>) -> Self {
        let refused = async move {
            if refusing.wait_for(|refusing| *refusing).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Self {
            stream,
            control: ConnectionControl::default(),
            refused: Box::pin(refused),
            is_ended: false,
        }
    }
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_ended = self.is_ended || self.refused.as_mut().poll(context).is_ready();
        if self.is_ended {
            // Reading nothing is the end of the stream.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.control.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
