//! SIP over TCP: framing by Content-Length (RFC 3261 18.3), and what to do with streams that do not keep to it.

use super::directory::SipDirectory;
use super::edge::Edge;
use super::net::sip_address;
use super::wire::{cut, head_end};
use rsipstack::rsip::Transport;
use rsipstack::transport::stream::StreamConnection as _;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use socket2::SockRef;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Longest head of a message, in bytes: beyond it nobody is speaking SIP.
const HEAD_BYTES_MAX: usize = 16_384;
/// A peer that does not read what we send for this long is gone.
const UNREAD_MAX: Duration = Duration::from_secs(10);

/// What stands at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
enum Frame {
    /// Nothing whole yet.
    More,
    /// `\r\n\r\n` between messages asks for `\r\n` (RFC 5626 3.5.1).
    Ping,
    /// Line ends between messages.
    Skip(usize),
    /// One message of this many bytes.
    Message(usize),
    /// The stream cannot be followed any further; the head, if there is one, ends here.
    Broken(usize),
}

fn frame(buffer: &[u8], message_bytes_max: usize) -> Frame {
    if buffer.starts_with(b"\r\n\r\n") {
        return Frame::Ping;
    }
    if buffer.starts_with(b"\r\n") {
        // Perhaps the first half of a ping; a message that follows decides.
        return match buffer.get(2) {
            Some(b'\r') | None => Frame::More,
            Some(_) => Frame::Skip(2),
        };
    }
    let Some(end) = head_end(buffer) else {
        return if buffer.len() > HEAD_BYTES_MAX { Frame::Broken(0) } else { Frame::More };
    };
    let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or(&[]));
    let message = cut(&head, &[]);
    let mut lengths = message.all("Content-Length");
    let length = match (lengths.next(), lengths.next()) {
        (Some(length), None) if !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) => {
            length.parse::<usize>().ok()
        }
        _ => None,
    };
    match length.and_then(|length| end.checked_add(length)) {
        Some(total) if total > message_bytes_max => Frame::Broken(end),
        Some(total) if buffer.len() < total => Frame::More,
        Some(total) => Frame::Message(total),
        None => Frame::Broken(end),
    }
}

/// Accepts streams, as many as the settings allow.
pub(crate) async fn accept(edge: Arc<Edge>, listener: TcpListener, directory: Arc<dyn SipDirectory>) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors: give others time to close some.
                tracing::warn!(%error, "a SIP connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !edge.is_expected(&*directory, peer.ip()) {
            metrics::counter!("sip_strangers_total").increment(1);
            continue;
        }
        if edge.connections.load(Ordering::Relaxed) >= edge.settings.connections_max {
            metrics::counter!("sip_connections_refused_total").increment(1);
            continue;
        }
        edge.connections.fetch_add(1, Ordering::Relaxed);
        let edge = Arc::clone(&edge);
        tokio::spawn(async move {
            serve(&edge, stream, peer).await;
            edge.connections.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn serve(edge: &Arc<Edge>, stream: TcpStream, peer: SocketAddr) {
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_MAX));
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else { return };
    let local = SipAddr { r#type: Some(Transport::Tcp), addr: local.into() };
    let token = CancellationToken::new();
    let Ok(tcp) = TcpConnection::from_stream(stream, local, Some(token.clone())) else { return };
    let Some(reader) = tcp.inner.read_half.lock().await.take() else { return };
    read(edge, reader, &tcp, peer).await;
    // Flows over this connection are gone; later requests look for another way.
    token.cancel();
    let _ = timeout(UNREAD_MAX, tcp.close()).await;
}

async fn read(
    edge: &Arc<Edge>,
    mut reader: tokio::io::ReadHalf<TcpStream>,
    tcp: &TcpConnection,
    peer: SocketAddr,
) {
    let connection = SipConnection::Tcp(tcp.clone());
    let mut buffer: Vec<u8> = Vec::with_capacity(8192);
    let mut chunk = vec![0_u8; 16_384];
    // A message that began must end soon, however slowly its bytes drip.
    let mut began: Option<tokio::time::Instant> = None;
    loop {
        let patience = match began {
            Some(began) => edge.settings.stream_stall.saturating_sub(began.elapsed()),
            None => edge.settings.stream_idle,
        };
        let length = match timeout(patience, reader.read(&mut chunk)).await {
            Ok(Ok(length)) if length > 0 => length,
            _ => return,
        };
        buffer.extend_from_slice(chunk.get(..length).unwrap_or(&[]));
        loop {
            match frame(&buffer, edge.settings.message_bytes_max) {
                Frame::More => break,
                Frame::Skip(count) => {
                    buffer.drain(..count);
                }
                Frame::Ping => {
                    buffer.drain(..4);
                    if !write(tcp, b"\r\n").await {
                        return;
                    }
                }
                Frame::Message(total) => {
                    let message: Vec<u8> = buffer.drain(..total).collect();
                    let answer = edge.take(&message, peer, &connection).await;
                    if let Some(answer) = answer
                        && !write(tcp, &answer).await
                    {
                        return;
                    }
                    began = None;
                }
                Frame::Broken(end) => {
                    metrics::counter!("sip_malformed_total", "why" => "framing").increment(1);
                    if let Some(answer) = edge.broken_frame(buffer.get(..end).unwrap_or(&[]), peer) {
                        write(tcp, &answer).await;
                    }
                    tracing::debug!(peer = %sip_address(&connection, peer), "a SIP stream cannot be followed");
                    return;
                }
            }
        }
        began = if buffer.is_empty() { None } else { began.or_else(|| Some(tokio::time::Instant::now())) };
    }
}

async fn write(tcp: &TcpConnection, bytes: &[u8]) -> bool {
    matches!(timeout(UNREAD_MAX, tcp.send_raw(bytes)).await, Ok(Ok(())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_from_a_stream() {
        let two =
            b"OPTIONS sip:a SIP/2.0\r\nl: 3\r\n\r\nabcOPTIONS sip:b SIP/2.0\r\nContent-Length: 0\r\n\r\n";

        assert_eq!(frame(two, 1000), Frame::Message(34));
        assert_eq!(frame(two.get(..33).unwrap(), 1000), Frame::More);
        assert_eq!(frame(b"\r\n\r\n", 1000), Frame::Ping);
        assert_eq!(frame(b"\r\nOPTIONS", 1000), Frame::Skip(2));
        assert_eq!(frame(b"\r\n", 1000), Frame::More);
    }

    #[test]
    fn a_stream_without_a_usable_length_is_broken() {
        for length in [
            "",
            "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999999\r\n",
            "l: 1\r\nl: 2\r\n",
            "l: 5000\r\n",
        ] {
            let message = format!("OPTIONS sip:a SIP/2.0\r\n{length}\r\n");
            assert_eq!(frame(message.as_bytes(), 1000), Frame::Broken(message.len()), "{length}");
        }
        assert_eq!(frame(&vec![b'x'; HEAD_BYTES_MAX + 1], 1_000_000), Frame::Broken(0));
    }
}
