//! What every request passes before a handler sees it: security headers, limits, the origin check.

pub mod headers;
pub mod limits;
pub mod origin;
pub mod source;
