//! Codes of coupons: unique by construction, not to be guessed, told from a typing error without the database.
//!
//! A code is a keyed permutation of a counter, written with 31 symbols that are not mistaken for each other, and two
//! check symbols. The permutation is a balanced Feistel network (Luby and Rackoff, 1988) over the smallest even number of
//! bits that holds all codes of the length, walked until the result is one of them. Two counters never give one code, and
//! without the key no code leads to the next. The check symbols are a keyed hash of the code: 960 of 961 guesses are
//! turned away by them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The symbols: digits and capital letters without `0`, `1`, `I`, `L` and `O`.
pub const SYMBOLS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Check symbols at the end of a code.
pub const CHECK_SYMBOLS: usize = 2;
/// Rounds of the network: four are enough in theory, ten are what standards of this kind take (NIST SP 800-38G).
const ROUNDS: u8 = 10;
/// Symbols of a code that people see in groups.
const GROUP: usize = 4;

/// How long a code is, without its check symbols. What it is worth decides: the chance of a guess is the number of live
/// codes by the number of possible ones.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CodeLength {
    /// Eight symbols, 8.5·10¹¹ codes: for codes that are public anyway.
    Short,
    /// Ten symbols, 8.2·10¹⁴ codes: with ten million live ones, one guess in 82 million hits.
    #[default]
    Usual,
    /// Twelve symbols, 7.9·10¹⁷ codes: for what is worth money.
    Long,
}

impl CodeLength {
    /// Every length.
    pub const ALL: [Self; 3] = [Self::Short, Self::Usual, Self::Long];

    /// The number of symbols without the check symbols.
    #[must_use]
    pub const fn symbols(self) -> usize {
        match self {
            Self::Short => 8,
            Self::Usual => 10,
            Self::Long => 12,
        }
    }

    /// The length that has so many symbols without the check symbols.
    #[must_use]
    pub fn of(symbols: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.symbols() == symbols)
    }

    /// The number of codes, 31 to the number of symbols.
    #[must_use]
    pub const fn codes(self) -> u64 {
        match self {
            Self::Short => 852_891_037_441,
            Self::Usual => 819_628_286_980_801,
            Self::Long => 787_662_783_788_549_761,
        }
    }

    /// Bits of one half of the network: both halves hold [`CodeLength::codes`].
    const fn half_bits(self) -> u32 {
        match self {
            Self::Short => 20,
            Self::Usual => 25,
            Self::Long => 30,
        }
    }
}

/// The key of all codes of this server. Whoever has it can make them.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey([REDACTED])")
    }
}

/// A code as people type it, found well-formed: capital letters, without separators.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code(…{})", self.last_four())
    }
}

/// Why a text is no code of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no code: look whether it was typed as it is written")]
pub struct NoCode;

impl Code {
    /// The symbols without separators.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it: groups of four with `-` between them.
    #[must_use]
    pub fn grouped(&self) -> String {
        let mut text = String::with_capacity(self.0.len() + self.0.len() / GROUP);
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(symbol);
        }
        text
    }

    /// The last four symbols, by which people tell codes apart without seeing them.
    #[must_use]
    pub fn last_four(&self) -> &str {
        let start = self.0.len().saturating_sub(4);
        self.0.get(start..).unwrap_or_default()
    }
}

impl CodeKey {
    /// A key from 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The code of a counter; the same counter always gives the same code. Nothing when the counter is beyond the
    /// number of codes of that length.
    #[must_use]
    pub fn code(&self, length: CodeLength, counter: u64) -> Option<Code> {
        if counter >= length.codes() {
            return None;
        }
        let mut value = self.permute(length, counter);
        // At most a third of the values of the network is no code: few steps lead back to one.
        while value >= length.codes() {
            value = self.permute(length, value);
        }
        let mut text = spell(value, length.symbols());
        let check = self.check(&text);
        text.push_str(&check);
        Some(Code(text))
    }

    /// Reads what somebody typed: separators and case do not matter.
    ///
    /// # Errors
    /// It has another length, another symbol, or its check symbols are wrong.
    pub fn read(&self, typed: &str) -> Result<Code, NoCode> {
        /// Longest text that is looked at: the longest code with a separator behind each symbol.
        const TYPED_MAX: usize = 32;
        if typed.len() > TYPED_MAX {
            return Err(NoCode);
        }
        let text: String = typed
            .chars()
            .filter(|symbol| !matches!(symbol, '-' | ' ' | '.' | '_'))
            .map(|symbol| symbol.to_ascii_uppercase())
            .collect();
        let known = |symbol: char| u8::try_from(symbol).is_ok_and(|byte| SYMBOLS.contains(&byte));
        if !text.chars().all(known) {
            return Err(NoCode);
        }
        let body = text.len().checked_sub(CHECK_SYMBOLS).and_then(|at| text.split_at_checked(at));
        let (body, check) = body.ok_or(NoCode)?;
        CodeLength::of(body.len()).ok_or(NoCode)?;
        if self.check(body) == check { Ok(Code(text)) } else { Err(NoCode) }
    }

    /// Under which a code is kept: nobody reads codes out of the database.
    #[must_use]
    pub fn hash(&self, code: &Code) -> [u8; 32] {
        self.mac(b"hash", &[code.0.as_bytes()])
    }

    fn permute(&self, length: CodeLength, value: u64) -> u64 {
        let bits = length.half_bits();
        let mask = (1_u64 << bits) - 1;
        let (mut left, mut right) = (value >> bits, value & mask);
        for round in 0..ROUNDS {
            let given =
                self.mac(b"permute", &[&[round], &[u8::try_from(bits).unwrap_or(0)], &right.to_be_bytes()]);
            let (head, _) = given.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
            (left, right) = (right, left ^ (u64::from_be_bytes(*head) & mask));
        }
        (left << bits) | right
    }

    fn check(&self, body: &str) -> String {
        let given = self.mac(b"check", &[body.as_bytes()]);
        let (head, _) = given.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        spell(u64::from_be_bytes(*head) % 961, CHECK_SYMBOLS)
    }

    /// A keyed hash for one purpose. Parts have fixed lengths within a purpose, so that none is taken for another.
    fn mac(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        // A key of any length is a key; should that change, every code is refused rather than guessable.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(purpose);
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The number with `symbols` symbols, the most significant first.
fn spell(mut value: u64, symbols: usize) -> String {
    let base = u64::try_from(SYMBOLS.len()).unwrap_or(31);
    let mut text = Vec::with_capacity(symbols);
    for _ in 0..symbols {
        let symbol = usize::try_from(value % base).ok().and_then(|at| SYMBOLS.get(at));
        text.push(char::from(symbol.copied().unwrap_or(b'2')));
        value /= base;
    }
    text.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn key() -> CodeKey {
        CodeKey::new([3; 32])
    }

    #[test]
    fn the_number_of_codes_fits_the_network_and_hardly_more() {
        for length in CodeLength::ALL {
            assert_eq!(length.codes(), 31_u64.pow(u32::try_from(length.symbols()).unwrap()));
            let network = 1_u64 << (2 * length.half_bits());
            assert!(length.codes() < network && length.codes() > network / 2, "{length:?}");
        }
    }

    /// CIMP-ENT-07, CIMP-BON-13: no code is made twice, and neighbours have nothing in common.
    #[test]
    fn twenty_thousand_codes_are_all_different() {
        let key = key();
        let codes: HashSet<String> = (0..20_000)
            .map(|counter| key.code(CodeLength::Short, counter).unwrap().as_str().to_owned())
            .collect();
        assert_eq!(codes.len(), 20_000);
        // Of eight symbols of neighbours about 8/31 agree by chance; a counter would let seven agree.
        let first = |counter| key.code(CodeLength::Short, counter).unwrap().as_str()[..8].to_owned();
        let alike: usize = (0..1_000)
            .map(|counter| {
                first(counter).bytes().zip(first(counter + 1).bytes()).filter(|(a, b)| a == b).count()
            })
            .sum();
        assert!(alike < 400, "{alike} of 8000 symbols agree");
    }

    /// Every place of a short code takes every symbol about equally often: 1,000 of 31,000 each, five sigma is 155.
    #[test]
    fn symbols_are_spread_evenly() {
        let key = key();
        let mut counts = [[0_u32; 31]; 8];
        for counter in 0..31_000 {
            let code = key.code(CodeLength::Short, counter).unwrap();
            for (place, symbol) in code.as_str().bytes().take(8).enumerate() {
                counts[place][SYMBOLS.iter().position(|known| *known == symbol).unwrap()] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|count| (845..=1_155).contains(count)), "{counts:?}");
    }

    /// Field notes: two check symbols turn away 960 of 961 guesses before the database is asked.
    #[test]
    fn guesses_are_turned_away_by_the_check_symbols() {
        let key = key();
        let passed =
            (0..96_100_u64).filter(|guess| key.read(&spell(guess * 7_919_777_771, 12)).is_ok()).count();
        assert!((50..=150).contains(&passed), "{passed} of 96100 guesses passed");
        for text in
            ["", "A", "2222", "0000000000", "ABCDEFGHJKMNPQRSTUVWXYZ23456", "ЖЖЖЖЖЖЖЖЖЖ", "22222222\0\0"]
        {
            assert_eq!(key.read(text), Err(NoCode), "{text:?}");
        }
    }

    #[test]
    fn a_code_is_never_printed_by_accident() {
        let code = key().code(CodeLength::Usual, 1).unwrap();
        assert!(!format!("{code:?} {:?}", key()).contains(code.as_str()));
        assert_eq!(code.grouped().replace('-', ""), code.as_str());
    }

    proptest! {
        #[test]
        fn what_was_made_is_read_back_as_people_type_it(counter in 0..852_891_037_441_u64, key_bytes: [u8; 32]) {
            let key = CodeKey::new(key_bytes);
            for length in CodeLength::ALL {
                let code = key.code(length, counter).unwrap();
                prop_assert_eq!(code.as_str().len(), length.symbols() + CHECK_SYMBOLS);
                let typed = format!(" {} ", code.grouped().to_lowercase());
                prop_assert_eq!(key.read(&typed).unwrap(), code.clone());
                prop_assert_eq!(key.code(length, counter), Some(code));
            }
        }

        /// A permutation: two counters never give one code, at the edges of the range neither.
        #[test]
        fn two_counters_never_share_a_code(a in 0..787_662_783_788_549_761_u64, b in 0..787_662_783_788_549_761_u64) {
            prop_assume!(a != b);
            prop_assert_ne!(key().code(CodeLength::Long, a), key().code(CodeLength::Long, b));
        }

        /// Typing errors: one wrong symbol is turned away but for one in 961.
        #[test]
        fn another_key_knows_no_code(counter in 0..1_000_000_u64) {
            let code = key().code(CodeLength::Long, counter).unwrap();
            let other = CodeKey::new([4; 32]);
            prop_assert_ne!(other.hash(&code), key().hash(&code));
        }
    }

    #[test]
    fn counters_beyond_the_range_have_no_code() {
        assert!(key().code(CodeLength::Short, CodeLength::Short.codes()).is_none());
        assert!(key().code(CodeLength::Long, u64::MAX).is_none());
        assert!(key().code(CodeLength::Short, CodeLength::Short.codes() - 1).is_some());
    }
}
