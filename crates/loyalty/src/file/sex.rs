//! Sex, as files and as customers have it: the one place that knows both. Billings write a letter (GAP-21), the customer's
//! attribute and the API have a word; files may write the word too.

/// The field of files and the attribute of customers.
pub const KEY: &str = "sex";
/// What files may write.
pub const WORDS: &[&str] = &["m", "f", "male", "female"];

/// What files write, and what the attribute is then.
const PAIRS: [(&str, &str); 2] = [("m", "male"), ("f", "female")];

/// The value of the attribute for what a file writes.
#[must_use]
pub fn read(word: &str) -> &str {
    PAIRS.iter().find(|(letter, _)| *letter == word).map_or(word, |(_, known)| known)
}

/// What a file writes for the value of the attribute; values that somebody added to it stay as they are.
#[must_use]
pub fn written(value: &str) -> &str {
    PAIRS.iter().find(|(_, known)| *known == value).map_or(value, |(letter, _)| letter)
}
