//! Texts in which `{{ expression }}` stands for a value: where the placeholders are. What a missing value leaves behind
//! is for each kind of text to say: a message is refused, a page of a script shows a dash, a title closes up.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// What is said as it stands.
    Said(&'t str),
    /// What stands between the braces, without the spaces around it.
    Placeholder(&'t str),
    /// What follows braces that nothing closes.
    Open(&'t str),
}

/// The parts of a text, in order; empty ones are left out.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut is_inside = false;
    std::iter::from_fn(move || {
        loop {
            if is_inside {
                is_inside = false;
                let Some(end) = end_of_placeholder(rest) else {
                    return Some(Piece::Open(std::mem::take(&mut rest)));
                };
                let (inside, behind) = rest.split_at_checked(end)?;
                rest = behind.strip_prefix("}}").unwrap_or(behind);
                return Some(Piece::Placeholder(inside.trim()));
            }
            let (said, behind) = match rest.split_once("{{") {
                Some((said, behind)) => {
                    is_inside = true;
                    (said, behind)
                }
                None => (rest, ""),
            };
            rest = behind;
            if !said.is_empty() {
                return Some(Piece::Said(said));
            }
            if !is_inside {
                return None;
            }
        }
    })
}

/// Where the braces end, those inside quotation marks left out; a mark that nothing closes is a letter like any other.
fn end_of_placeholder(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut last = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, '}') if last == Some('}') => return at.checked_sub(1),
            _ => {}
        }
        last = Some(letter);
    }
    text.find("}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Open, Placeholder, Said};

    fn all(text: &str) -> Vec<Piece<'_>> {
        pieces(text).collect()
    }

    #[test]
    fn a_text_is_cut_at_its_placeholders() {
        assert_eq!(
            all("Hello, {{ customer.name }}!"),
            [Said("Hello, "), Placeholder("customer.name"), Said("!")]
        );
        assert_eq!(all("{{a}}{{ b }}"), [Placeholder("a"), Placeholder("b")]);
        assert_eq!(all("plain } text {"), [Said("plain } text {")]);
        assert_eq!(all("{{}}"), [Placeholder("")]);
        assert!(all("").is_empty());
    }

    #[test]
    fn braces_in_quotation_marks_end_nothing_and_open_ones_are_told() {
        assert_eq!(all("{{ '}}' + \"a'\" }}b"), [Placeholder("'}}' + \"a'\""), Said("b")]);
        assert_eq!(all("{{ it's }} b"), [Placeholder("it's"), Said(" b")]);
        assert_eq!(all("a {{ b"), [Said("a "), Open(" b")]);
        assert_eq!(all("{{"), [Open("")]);
    }
}
