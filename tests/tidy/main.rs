//! The house rules, checked. A rule that no test enforces is a wish.

mod layers;
mod sizes;
mod sources;
mod words;
