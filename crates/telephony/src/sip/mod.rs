//! SIP: transports, dialogs, validation, trunks, overload control.
//!
//! `rsipstack` keeps the transactions and prints and reads messages; what it leaves to its user is here, in the
//! order of a packet's way: [`settings`], the door (`front`, which judges with `wire` and `check` and answers
//! with `reply`), the sockets (`net`), the leg (`leg`, a shell around the pure `session` and `dialog`), and
//! [`SipEdge`], which ties them together and speaks with the rest by [`SipEvent`] and [`SipCommand`].
//! Why it is so: `docs/decisions/0003-sip-stack.md`.

mod check;
pub mod client;
mod dialog;
mod digest;
pub mod directory;
mod edge;
pub mod event;
mod front;
mod info;
mod known;
mod leg;
mod limit;
mod net;
mod refused;
mod reply;
mod session;
mod session_timer;
pub mod settings;
mod stream;
mod tags;
mod wire;

pub use directory::{Credential, LiveTrunkBook, SipDirectory, TrunkAccess, TrunkBook};
pub use edge::{SendError, SipEdge, SipHandle, SipStats, StartError};
pub use event::{CallerId, EndCause, Incoming, SipCommand, SipEvent};
pub use settings::{DigestAlgorithm, SipSettings};

/// What the log filter must say about the library: at `info` it prints every message whole, with credentials and
/// numbers of callers.
pub const LOG_DIRECTIVES: &str = "rsipstack=warn";
