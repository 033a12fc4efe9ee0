//! Cuts the stream into frames by their length; it does not look inside.

use bytes::{Buf, Bytes, BytesMut};

/// Octets of a header.
pub const HEADER: usize = 16;
/// Longest frame that is waited for: 64 KiB of payload, and room for everything else.
pub const FRAME_MAX: usize = 80 * 1024;

/// The stream cannot be cut any more: where the next frame begins is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame says that it has {0} octets: {HEADER} to {FRAME_MAX} are possible")]
pub struct BadLength(pub u32);

/// Octets that came and are not read yet.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: BytesMut,
}

impl Frames {
    /// Adds what came.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// The next whole frame, if there is one.
    ///
    /// # Errors
    /// The length cannot be one; the session is lost.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, BadLength> {
        let Some(length) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let said = u32::from_be_bytes(*length);
        let length = usize::try_from(said).unwrap_or(usize::MAX);
        if !(HEADER..=FRAME_MAX).contains(&length) {
            return Err(BadLength(said));
        }
        if self.buffer.remaining() < length {
            return Ok(None);
        }
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
