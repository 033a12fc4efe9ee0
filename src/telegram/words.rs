//! What the bot says, by language: the texts stand in `words.toml`.

use base::{LocalText, Locale};
use std::collections::BTreeMap;

const TEXTS: &str = include_str!("words.toml");

/// The texts of the bot.
#[derive(Clone, Debug)]
pub struct Words(BTreeMap<String, LocalText>);

/// The texts in one language.
#[derive(Clone, Copy, Debug)]
pub struct Said<'w> {
    words: &'w Words,
    /// Which language.
    pub locale: Locale,
}

impl Words {
    /// Those that are part of the binary; a test proves that they are whole.
    #[must_use]
    pub fn load() -> Self {
        Self(toml::from_str(TEXTS).unwrap_or_default())
    }

    /// The texts in `locale`.
    #[must_use]
    pub fn r#in(&self, locale: Locale) -> Said<'_> {
        Said { words: self, locale }
    }
}

impl Said<'_> {
    /// The text without anything to fill in.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// The text with `{name}` filled in. What is filled in is not read again: it may contain anything.
    #[must_use]
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(text) = self.words.0.get(key) else { return key.to_owned() };
        let (mut rest, mut filled) = (text.get(self.locale), String::new());
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, behind)) = after.split_once('}') else { break };
            let value = values.iter().find(|(known, _)| *known == name);
            filled.push_str(value.map_or("", |(_, value)| value));
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_text_exists_in_every_language_with_the_same_places() {
        let words: BTreeMap<String, LocalText> = toml::from_str(TEXTS).unwrap();
        assert!(words.len() > 80);
        for (key, text) in &words {
            let english = &text.0[&Locale::En];
            for locale in Locale::ALL {
                let other = text.0.get(&locale).unwrap_or_else(|| panic!("{key} lacks {locale}"));
                assert_eq!(names(english), names(other), "{key} in {locale}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let words = Words::load();
        assert_eq!(
            words.r#in(Locale::En).fill("linked", &[("name", "{name} {x}")]),
            "Hello, {name} {x}. Rules now see your data."
        );
    }
}
