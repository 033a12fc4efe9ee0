//! The house rules, checked. A rule that no test enforces is a wish.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a rule that cannot be checked fails, and says where"
)]

mod layers;
mod requirements;
mod sizes;
mod sources;
mod words;
