//! Words every part shares: ids, time, phone numbers, languages, published events.
//!
//! `base` does no I/O, knows no runtime and reads no clock: time and randomness are arguments.

pub mod change;
pub mod clock;
pub mod event;
pub mod id;
pub mod locale;
pub mod phone;

pub use change::{ChangeError, Edit, FieldFault, same_version};
pub use clock::{Clock, FixedClock};
pub use event::{Author, NewEvent};
pub use locale::{LocalText, Locale};
pub use phone::PhoneNumber;
