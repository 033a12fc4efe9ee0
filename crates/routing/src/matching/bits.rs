//! A growing set of small numbers, one bit each.

const WORD: usize = 64;

/// A set of small numbers. Reading past the end finds nothing; writing grows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Puts `number` in.
    pub fn insert(&mut self, number: usize) {
        let word = number / WORD;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (number % WORD);
        }
    }

    /// Takes `number` out.
    pub fn remove(&mut self, number: usize) {
        if let Some(bits) = self.0.get_mut(number / WORD) {
            *bits &= !(1 << (number % WORD));
        }
    }

    /// Puts `number` in or takes it out.
    pub fn set(&mut self, number: usize, present: bool) {
        if present { self.insert(number) } else { self.remove(number) }
    }

    /// Whether `number` is in.
    #[must_use]
    pub fn contains(&self, number: usize) -> bool {
        self.0.get(number / WORD).is_some_and(|bits| bits & (1 << (number % WORD)) != 0)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The numbers that are in both sets, ascending.
    pub fn both<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.0
            .iter()
            .zip(&other.0)
            .enumerate()
            .flat_map(|(word, (mine, theirs))| Ones { bits: mine & theirs, base: word * WORD })
    }
}

/// The numbers of one word.
struct Ones {
    bits: u64,
    base: usize,
}

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.bits == 0 {
            return None;
        }
        let offset = usize::try_from(self.bits.trailing_zeros()).unwrap_or(0);
        self.bits &= self.bits - 1;
        Some(self.base + offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_sets_comes_out_in_order() {
        let set = |numbers: &[usize]| {
            let mut bits = Bits::default();
            numbers.iter().for_each(|number| bits.insert(*number));
            bits
        };

        let (left, mut right) = (set(&[3, 64, 65, 700]), set(&[1, 3, 65, 130, 700]));
        right.remove(700);

        assert_eq!(left.both(&right).collect::<Vec<_>>(), [3, 65]);
        assert!(left.contains(700) && !right.contains(700) && !right.contains(10_000));
    }
}
