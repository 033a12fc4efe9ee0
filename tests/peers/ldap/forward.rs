//! Another way to a server: whoever takes it reaches the same server under a name that its certificate may not have.

use std::net::{IpAddr, Ipv4Addr};
use tokio::net::{TcpListener, TcpStream};

/// An address of this machine that no certificate of the tests names.
pub const UNNAMED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A port on every address of this machine that leads to this server, for as long as the test's runtime lives.
pub async fn forwarded(address: impl Into<IpAddr>, port: u16) -> u16 {
    let server = (address.into(), port);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(server).await.unwrap();
                // Whoever ends first ends both.
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    port
}
