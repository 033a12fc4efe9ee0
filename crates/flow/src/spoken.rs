//! What is said, and which recorded clips say it.

use base::Locale;
use serde::{Deserialize, Serialize};

/// The highest number that is composed of number prompts; above it, the digits are said one by one.
pub const NUMBER_MAX: u32 = 199;

/// The number prompts that every language has, by value.
pub const NUMBERS: [u32; 29] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 30, 40, 50, 60, 70, 80, 90, 100,
];

/// Prompts that the kernel itself says, whatever the flow: the place in a line and the estimated wait.
pub const OWN_PROMPTS: [&str; 3] = ["position-is", "wait-minutes-is", "wait-under-a-minute"];

/// One recorded file: `sounds/<locale>/<prompt>.wav`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Clip {
    /// The language.
    pub locale: Locale,
    /// The name of the prompt.
    pub prompt: String,
}

/// Something to be said, independent of the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spoken {
    /// A prompt by its name.
    Prompt(String),
    /// A count: "twenty one".
    Number(u32),
    /// Digits one by one: "two, one".
    Digits(String),
}

impl Spoken {
    /// The clips that say it. English, Russian and Uzbek count alike up to [`NUMBER_MAX`].
    #[must_use]
    pub fn clips(&self, locale: Locale) -> Vec<Clip> {
        let prompts = match self {
            Self::Prompt(name) => vec![name.clone()],
            Self::Number(number) => number_prompts(*number),
            Self::Digits(digits) => digit_prompts(digits),
        };
        prompts.into_iter().map(|prompt| Clip { locale, prompt }).collect()
    }
}

/// The name of the prompt for one of [`NUMBERS`].
#[must_use]
pub fn number_prompt(number: u32) -> String {
    format!("number-{number}")
}

fn number_prompts(number: u32) -> Vec<String> {
    match number {
        0..=20 => vec![number_prompt(number)],
        21..=99 => {
            let mut parts = vec![number_prompt(number - number % 10)];
            parts.extend((!number.is_multiple_of(10)).then(|| number_prompt(number % 10)));
            parts
        }
        100 => vec![number_prompt(100)],
        101..=NUMBER_MAX => {
            let mut parts = vec![number_prompt(100)];
            parts.extend(number_prompts(number - 100));
            parts
        }
        _ => digit_prompts(&number.to_string()),
    }
}

fn digit_prompts(digits: &str) -> Vec<String> {
    digits.chars().filter_map(|digit| digit.to_digit(10)).map(number_prompt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_composed_of_recorded_parts() {
        let said = |number| {
            let clips = Spoken::Number(number).clips(Locale::Uz);
            clips.into_iter().map(|clip| clip.prompt).collect::<Vec<_>>().join(" ")
        };

        assert_eq!(said(0), "number-0");
        assert_eq!(said(20), "number-20");
        assert_eq!(said(21), "number-20 number-1");
        assert_eq!(said(70), "number-70");
        assert_eq!(said(117), "number-100 number-17");
        assert_eq!(said(305), "number-3 number-0 number-5");
        for number in 0..1000 {
            for part in said(number).split(' ') {
                assert!(NUMBERS.iter().any(|known| number_prompt(*known) == part), "{number}: {part}");
            }
        }
    }
}
