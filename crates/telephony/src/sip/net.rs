//! The only sockets: datagrams and streams in, whole messages to the edge, answers out.

use super::directory::SipDirectory;
use super::edge::{Edge, StartError};
use super::settings::SipSettings;
use super::stream;
use super::tags::unmark;
use rsipstack::EndpointBuilder;
use rsipstack::platform::CancellationToken;
use rsipstack::platform::net::UdpSocket as StackSocket;
use rsipstack::transaction::Endpoint;
use rsipstack::transaction::endpoint::{EndpointOption, TransportEventInspector};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportEvent, TransportLayer};
use socket2::{Domain, Protocol, Socket, Type};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};

/// A burst must wait in the kernel, not be lost: the system may give less.
const RECEIVE_BUFFER: usize = 8 << 20;
/// Datagrams that are read before others get a turn.
const BATCH: usize = 128;
const TICK: Duration = Duration::from_millis(10);

/// The listeners.
pub(crate) struct Bound {
    udp: Vec<UdpSocket>,
    tcp: Vec<std::net::TcpListener>,
}

impl Bound {
    pub(crate) fn udp_addresses(&self) -> Vec<SocketAddr> {
        self.udp.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }

    pub(crate) fn tcp_addresses(&self) -> Vec<SocketAddr> {
        self.tcp.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }
}

/// Binds all listeners, or none.
pub(crate) fn bind(settings: &SipSettings) -> Result<Bound, StartError> {
    let mut bound = Bound { udp: Vec::new(), tcp: Vec::new() };
    for address in &settings.udp {
        let failed = |source| StartError::Bind { transport: "udp", address: *address, source };
        bound.udp.push(bind_udp(*address).map_err(failed)?);
    }
    for address in &settings.tcp {
        let failed = |source| StartError::Bind { transport: "tcp", address: *address, source };
        bound.tcp.push(bind_tcp(*address).map_err(failed)?);
    }
    Ok(bound)
}

fn bind_udp(address: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // As much as the system allows; a smaller buffer is no reason not to start.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn bind_tcp(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // A restart must not wait for connections of the last run to time out.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

/// Lets the library send on our socket. It never receives: what comes in passes the door first.
struct SendOnly(Arc<tokio::net::UdpSocket>);

#[async_trait::async_trait]
impl StackSocket for SendOnly {
    async fn recv_from(&self, _buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        std::future::pending().await
    }

    async fn send_to(&self, datagram: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.0.send_to(&unmark(datagram), to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }
}

/// Connections that the library opens itself (to a peer whose own is gone) bring responses only.
struct ResponsesOnly;

#[async_trait::async_trait]
impl TransportEventInspector for ResponsesOnly {
    async fn handle(&self, event: TransportEvent) -> Option<TransportEvent> {
        match event {
            TransportEvent::Incoming(message, _, _) if message.is_request() => None,
            event => Some(event),
        }
    }
}

/// Makes the library's endpoint: transactions and timers, no listener of its own.
pub(crate) async fn endpoint(settings: &SipSettings, bound: &Bound) -> Result<Endpoint, StartError> {
    let stack = |error: rsipstack::Error| StartError::Stack(error.to_string());
    let token = CancellationToken::new();
    let layer = TransportLayer::new(token.clone());
    for socket in &bound.udp {
        layer.add_transport(udp_connection(socket).await.map_err(stack)?.1);
    }
    let option = EndpointOption {
        t1: settings.t1,
        t1x64: settings.t1 * 64,
        // The ACK of our re-INVITE must go where the call is, not where its Contact says: we send it ourselves.
        auto_ack_2xx: false,
        ..EndpointOption::default()
    };
    Ok(EndpointBuilder::new()
        .with_user_agent(&settings.product)
        .with_transport_layer(layer)
        .with_cancel_token(token)
        .with_option(option)
        .with_transport_inspector(Box::new(ResponsesOnly))
        .build())
}

async fn udp_connection(
    socket: &UdpSocket,
) -> rsipstack::Result<(Arc<tokio::net::UdpSocket>, SipConnection)> {
    let socket = Arc::new(tokio::net::UdpSocket::from_std(socket.try_clone()?)?);
    let sender: Arc<dyn StackSocket> = Arc::new(SendOnly(Arc::clone(&socket)));
    let connection = UdpConnection::from_socket(sender, None, None).await?;
    Ok((socket, SipConnection::Udp(connection)))
}

/// The address a peer should use for us: the advertised one, or the one its packets arrive at.
pub(crate) fn reachable_at(
    connection: &SipConnection,
    peer: SocketAddr,
    advertised: Option<IpAddr>,
) -> SocketAddr {
    let bound = connection.get_addr().get_socketaddr().unwrap_or(peer);
    if let Some(ip) = advertised {
        return SocketAddr::new(ip, bound.port());
    }
    // Bound to all interfaces, the library names the first one; the way to the peer may be another.
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (std::net::Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let towards = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(peer)?;
        socket.local_addr()
    });
    towards.map_or(bound, |local| SocketAddr::new(local.ip(), bound.port()))
}

/// Serves until the handle stops the edge.
pub(crate) async fn serve(edge: Arc<Edge>, bound: Bound, directory: Arc<dyn SipDirectory>) {
    let endpoint = Arc::clone(edge.endpoint());
    tokio::spawn(async move {
        if let Err(error) = endpoint.serve().await {
            tracing::error!(%error, "the SIP transactions stopped");
        }
    });
    for socket in &bound.udp {
        match udp_connection(socket).await {
            Ok((socket, connection)) => {
                tokio::spawn(datagrams(Arc::clone(&edge), socket, connection));
            }
            Err(error) => tracing::error!(%error, "a SIP listener is lost"),
        }
    }
    for listener in bound.tcp {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => {
                tokio::spawn(stream::accept(Arc::clone(&edge), listener, Arc::clone(&directory)));
            }
            Err(error) => tracing::error!(%error, "a SIP listener is lost"),
        }
    }
    tokio::spawn(watch(Arc::clone(&edge)));
    edge.stopped().await;
}

async fn datagrams(edge: Arc<Edge>, socket: Arc<tokio::net::UdpSocket>, connection: SipConnection) {
    let mut buffer = vec![0_u8; 65_536];
    loop {
        let mut next = socket.recv_from(&mut buffer).await;
        let mut read: usize = 0;
        // An error = nothing more for now, or the ICMP error of an earlier answer, which concerns one peer only.
        while let Ok((length, source)) = next {
            let datagram = buffer.get(..length).unwrap_or(&[]);
            datagram_in(&edge, &socket, &connection, datagram, source).await;
            read = read.saturating_add(1);
            if read >= BATCH {
                break;
            }
            next = socket.try_recv_from(&mut buffer);
        }
        tokio::task::yield_now().await;
    }
}

async fn datagram_in(
    edge: &Arc<Edge>,
    socket: &tokio::net::UdpSocket,
    connection: &SipConnection,
    datagram: &[u8],
    source: SocketAddr,
) {
    // RFC 5626 3.5.1: keep-alives.
    if datagram.iter().all(u8::is_ascii_whitespace) {
        if datagram == b"\r\n\r\n" {
            let _ = socket.send_to(b"\r\n", source).await;
        }
        return;
    }
    if let Some(answer) = edge.take(datagram, source, connection).await {
        // What cannot be sent is lost as it might be in the network; the request comes again.
        let _ = socket.send_to(&answer, source).await;
    }
}

/// Measures how late timers fire, which is how long everything else waits, and sweeps once a second.
async fn watch(edge: Arc<Edge>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept = Instant::now();
    let mut expected = Instant::now();
    loop {
        ticks.tick().await;
        let now = Instant::now();
        let late = now.saturating_duration_since(expected);
        expected = now + TICK;
        edge.queue_delay_us.store(u64::try_from(late.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        if now.saturating_duration_since(swept) >= Duration::from_secs(1) {
            swept = now;
            edge.sweep();
        }
    }
}

/// An address in the library's words.
pub(crate) fn sip_address(connection: &SipConnection, address: SocketAddr) -> SipAddr {
    SipAddr { r#type: Some(connection.transport()), addr: address.into() }
}
