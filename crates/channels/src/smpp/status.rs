//! What centres answer (SMPP 3.4, 5.1.3).

/// Done.
pub const OK: u32 = 0x00;
/// The operation is not known.
pub const UNKNOWN_COMMAND: u32 = 0x03;
/// The session is not in a state for that.
pub const WRONG_STATE: u32 = 0x04;
/// Something is wrong at our side.
pub const SYSTEM_ERROR: u32 = 0x08;

/// Whether the same message may be taken a moment later: the centre is throttled, full, or unwell.
#[must_use]
pub const fn is_busy(status: u32) -> bool {
    matches!(status, 0x58 | 0x14 | SYSTEM_ERROR)
}

/// A status as people read it.
#[must_use]
pub fn words(status: u32) -> String {
    let known = match status {
        0x01 => "the message is too long",
        0x02 => "the length of a request is wrong",
        UNKNOWN_COMMAND => "the operation is not known",
        WRONG_STATE => "not signed in for this",
        0x05 => "already signed in",
        SYSTEM_ERROR => "the centre has an error",
        0x0a => "the sender is refused",
        0x0b => "the number is refused",
        0x0d => "the sign-in failed",
        0x0e => "the password is wrong",
        0x0f => "the system id is wrong",
        0x14 => "the centre's queue is full",
        0x45 => "the message was refused",
        0x48 | 0x49 => "the sender's kind of number is refused",
        0x50 | 0x51 => "the kind of number is refused",
        0x53 => "the system type is wrong",
        0x58 => "too many messages a second",
        0x61 | 0x62 => "a time is wrong",
        0x0400.. => "the centre's own code",
        _ => "an error",
    };
    format!("{known} (0x{status:08X})")
}
