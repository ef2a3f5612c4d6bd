//! The listeners of the system and their ports.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use axum::Router;
use tokio::net::TcpListener;

use super::SystemError;
use aws_emulator::server::Server;

/// The listeners, bound before anything else so that every part can be given their URLs.
pub(super) struct Listeners {
    /// The gateway, which browsers and Twilio use.
    pub(super) gateway: TcpListener,
    /// `@connections`.
    pub(super) management: TcpListener,
    /// The parameter store.
    pub(super) parameters: TcpListener,
    /// The buckets.
    pub(super) s3: TcpListener,
    /// Lambda's `Invoke` operation.
    pub(super) invocations: TcpListener,
}

impl Listeners {
    /// Binds all listeners: the gateway on `port`, on all interfaces if `lan` is set.
    pub(super) async fn bind(lan: bool, port: u16) -> Result<Self, SystemError> {
        let gateway_address = if lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        Ok(Self {
            gateway: listen(gateway_address, port).await?,
            management: listen(Ipv4Addr::LOCALHOST, 0).await?,
            parameters: listen(Ipv4Addr::LOCALHOST, 0).await?,
            invocations: listen(Ipv4Addr::LOCALHOST, 0).await?,
            s3: listen(Ipv4Addr::LOCALHOST, 0).await?,
        })
    }
}

async fn listen(address: Ipv4Addr, port: u16) -> Result<TcpListener, SystemError> {
    TcpListener::bind(SocketAddr::from((address, port))).await.map_err(|source| {
        match source.kind() {
            ErrorKind::AddrInUse => SystemError::PortInUse(port),
            _ => SystemError::Port { port, source },
        }
    })
}

/// Returns the port of a listener.
pub(super) fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().map(|address| address.port()).unwrap_or_default()
}

/// Serves `router` on a listener.
pub(super) fn serve(listener: TcpListener, router: Router) -> Result<Server, SystemError> {
    let port = port(&listener);
    Server::start(listener, router).map_err(|source| SystemError::Port { port, source })
}

/// Returns this machine's address on the network.
///
/// Sends nothing to find it out.
pub(super) fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}
