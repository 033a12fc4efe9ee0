//! The WebSocket edge: one protocol for desktop, wallboard and supervisor.
//!
//! A client subscribes to topics and hears a snapshot, then differences with sequence numbers; it resumes after
//! a break by naming the last one it applied. Commands carry an id and are acknowledged; a command that is
//! repeated with the same id, as a client does after a break, is answered with the first acknowledgement.
//! A heartbeat goes out every second, so that two silent seconds mean a cut socket.

mod ack;
mod door;
mod frame;
mod heartbeat;
pub mod schema;
mod socket;
mod upgrade;

pub use door::LiveSockets;
pub use heartbeat::Heartbeat;
pub use upgrade::Sockets;
