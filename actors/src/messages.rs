//! The shells of links: one for each connection to an SMS centre or a mail server.

mod board;

pub use board::LinkBoard;
