//! Who looks at a record: attributes and kinds of cards may be for some roles only.

use base::id::RoleId;
use std::collections::BTreeSet;

/// Whose eyes a record is shown to, or by whom it is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// The server itself: rules, flows, imports.
    Server,
    /// Somebody with these roles; a program has none.
    Roles(BTreeSet<RoleId>),
}

impl Viewer {
    /// Somebody with these roles.
    #[must_use]
    pub fn with(roles: impl IntoIterator<Item = RoleId>) -> Self {
        Self::Roles(roles.into_iter().collect())
    }

    /// Whether something for `wanted` is for this viewer; without a list it is for everybody.
    #[must_use]
    pub fn has_one_of(&self, wanted: Option<&[RoleId]>) -> bool {
        match (self, wanted) {
            (Self::Server, _) | (_, None) => true,
            (Self::Roles(roles), Some(wanted)) => wanted.iter().any(|role| roles.contains(role)),
        }
    }

    /// Whether the viewer may see what is for these readers and editors: who may change it may see it.
    #[must_use]
    pub fn reads(&self, readers: Option<&[RoleId]>, editors: Option<&[RoleId]>) -> bool {
        self.has_one_of(readers) || (editors.is_some() && self.has_one_of(editors))
    }

    /// Whether the viewer may change what is for these readers and editors; without editors every reader may.
    #[must_use]
    pub fn edits(&self, readers: Option<&[RoleId]>, editors: Option<&[RoleId]>) -> bool {
        if editors.is_some() { self.has_one_of(editors) } else { self.has_one_of(readers) }
    }
}
