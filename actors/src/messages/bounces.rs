//! The shell of the bounce listener: sockets around [`Door`].

use super::counter::dice;
use super::manager::Ground;
use channels::mail::bounce;
use channels::mail::door::{Door, Effect, Report};
use channels::store::{self, by_system};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Connections at once; a mail server waits when there are more.
const CONNECTIONS_MAX: usize = 50;
/// How long the other side may say nothing (RFC 5321, 4.5.3.2.7 asks for 5 minutes).
const SILENT_MAX: Duration = Duration::from_secs(300);
/// Wait after an error of the listening socket, such as too many open files.
const AGAIN: Duration = Duration::from_secs(1);

/// Listens until the server stops.
pub(super) async fn listen(ground: Ground, address: SocketAddr, host: String) {
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(error) => tracing::error!(%address, %error, "bounces cannot be heard, another try follows"),
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN * 5) => {}
            () = ground.stop.cancelled() => return,
        }
    };
    serve(ground, listener, host).await;
}

pub(super) async fn serve(ground: Ground, listener: TcpListener, host: String) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ground.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (ground, host) = (ground.clone(), host.clone());
                actix_rt::spawn(async move {
                    let stop = ground.stop.clone();
                    tokio::select! {
                        () = talk(ground, stream, &host) => {}
                        () = stop.cancelled() => {}
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a mail server could not connect");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

async fn talk(ground: Ground, mut stream: TcpStream, host: &str) {
    let (mut door, greeting) = Door::open(host);
    let mut effects = vec![Effect::Say(greeting)];
    let mut buffer = vec![0; 16 * 1024];
    loop {
        // Storing a mail may bring the answer to the next one.
        while !effects.is_empty() {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Say(text) => {
                        if !matches!(timeout(SILENT_MAX, stream.write_all(text.as_bytes())).await, Ok(Ok(())))
                        {
                            return;
                        }
                    }
                    Effect::Take(report) => {
                        let is_stored = store_report(&ground, &report).await;
                        door.stored(is_stored, &mut effects);
                    }
                    Effect::Close => return,
                }
            }
        }
        match timeout(SILENT_MAX, stream.read(&mut buffer)).await {
            Ok(Ok(count)) if count > 0 => {
                door.receive(buffer.get(..count).unwrap_or_default(), &mut effects);
            }
            _ => return,
        }
    }
}

async fn store_report(ground: &Ground, report: &Report) -> bool {
    let Some(receipt) = bounce::read(&report.octets, report.sender_is_nobody) else {
        return true; // an answer of a person or of a machine to an address that is for reports only
    };
    let stored = async {
        let (mut rng, mut tx) = (dice(), ground.pool.begin().await?);
        let edit = &mut by_system(ground.clock.now(), &mut rng);
        for message in &report.messages {
            store::bounce(&mut tx, edit, *message, &receipt).await?;
        }
        tx.commit().await
    };
    let stored: sqlx::Result<()> = stored.await;
    if let Err(error) = &stored {
        tracing::warn!(%error, "a bounce could not be stored: the mail server will bring it again");
    }
    stored.is_ok()
}
