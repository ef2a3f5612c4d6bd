//! An HTTP server on a port of its own.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use shared::clock::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long open requests may delay [`Server::stop`].
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// A running HTTP server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts serving `router` on `listener`.
    pub fn start(listener: TcpListener, router: Router) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, mut stopped) = watch::channel(false);
        // Without this, a small response may wait 40 ms for its acknowledgment.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            let stopped = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
            let served = axum::serve(listener, service).with_graceful_shutdown(stopped).await;
            if let Err(error) = served {
                tracing::error!(%error, "Server stopped with an error");
            }
        });
        Ok(Self { address, stop, task })
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections and waits up to two seconds for open requests.
    pub async fn stop(mut self, clock: &dyn Clock) {
        self.stop.send_replace(true);
        tokio::select! {
            _ = &mut self.task => {}
            () = clock.sleep(DRAIN_TIMEOUT) => self.task.abort(),
        }
    }
}
