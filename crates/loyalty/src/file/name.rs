//! Names of files: which are safe, and which structure they announce (CIMP-ETL-03).

use super::structure::Structure;

/// Longest name, in bytes: file systems allow 255, and `.rejects.txt` comes behind it.
pub const NAME_MAX: usize = 200;

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// No letters at all.
    #[error("the name is empty")]
    Empty,
    /// Too long.
    #[error("the name is longer than {NAME_MAX} bytes")]
    TooLong,
    /// It leads elsewhere, is hidden, or has characters that do not belong into a name.
    #[error(
        "the name must be letters, digits and _ - . only, and must not begin with a dot: it names a file, not a way"
    )]
    Unsafe,
}

/// Whether the name is one that may become a path in our folders.
///
/// # Errors
/// Why it may not.
pub fn check(name: &str) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    if name.len() > NAME_MAX {
        return Err(NameFault::TooLong);
    }
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if !plain || name.starts_with('.') { Err(NameFault::Unsafe) } else { Ok(()) }
}

/// The structure of a file of this name: of those that fit, the one whose prefix and suffix say most.
#[must_use]
pub fn recognise<'s, K>(name: &str, structures: &'s [(K, Structure)]) -> Option<&'s (K, Structure)> {
    structures.iter().filter(|(_, structure)| structure.names(name)).max_by_key(|(_, structure)| {
        (structure.prefix.len() + structure.suffix.len(), structure.prefix.len())
    })
}
