//! Folds names so that Каримов, Karimov and Qarimov are one word.
//!
//! Uzbek is written in Latin and in Cyrillic, names came into Latin by way of Russian or not, and oʻ and gʻ
//! (U+02BB) are typed with `'`, `’` or a backtick. The fold is for finding, not for showing: it loses what people
//! spell in more than one way.

#[cfg(test)]
mod tests;

/// Most words of a name that are kept; names of organisations are cut there.
pub const WORDS_MAX: usize = 16;

/// The folded words of a name, sorted, each once.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c))
        .map(fold)
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// One word, folded to small Latin letters and digits. Folding twice changes nothing.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded: String = word.chars().flat_map(char::to_lowercase).filter_map(latin).collect();
    loop {
        let next = fold_once(&folded);
        if next == folded {
            return folded;
        }
        folded = next;
    }
}

/// Marks that people write for U+02BB (oʻ, gʻ) and U+02BC (the hard sign of Uzbek).
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘' | '’' | 'ʻ' | 'ʼ' | 'ʹ' | '′')
}

/// One small letter in Latin; none for what has no sound of its own.
///
/// Source: the Uzbek alphabets of 1940 and 1995, and the passport transliteration of Russian.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ғ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' => "e",
        'ё' => "yo",
        'ж' => "j",
        'з' => "z",
        'и' | 'й' | 'ы' | 'і' => "i",
        'к' | 'қ' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' | 'ў' | 'у' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'ф' => "f",
        'х' | 'ҳ' => "h",
        'ц' => "s",
        'ч' => "ch",
        'ш' | 'щ' => "sh",
        'ю' => "yo",
        'я' => "ya",
        other => return ascii(other),
    })
}

fn ascii(c: char) -> Option<&'static str> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let plain = match c {
        'q' => 'k',
        'x' => 'h',
        'w' => 'v',
        'u' | 'ö' | 'ó' | 'õ' | 'ô' | 'ú' | 'ü' => 'o',
        'á' | 'à' | 'ä' | 'â' => 'a',
        'é' | 'è' | 'ê' => 'e',
        'í' | 'ï' | 'ı' => 'i',
        'ş' => return Some("sh"),
        'ç' => return Some("ch"),
        'ğ' => 'g',
        'ñ' => 'n',
        other => other,
    };
    let start = LETTERS.find(plain)?;
    LETTERS.get(start..start + 1)
}

/// Spellings of one sound, and letters written twice.
fn fold_once(word: &str) -> String {
    const SPELLINGS: [(&str, &str); 10] = [
        ("kh", "h"),
        ("zh", "j"),
        ("dj", "j"),
        ("ts", "s"),
        ("ph", "f"),
        ("ck", "k"),
        ("iy", "i"),
        ("yi", "i"),
        ("ye", "e"),
        ("ie", "e"),
    ];
    let mut folded = word.to_owned();
    for (spelling, sound) in SPELLINGS {
        folded = folded.replace(spelling, sound);
    }
    let mut single = String::with_capacity(folded.len());
    for letter in folded.chars().map(|c| if c == 'y' { 'i' } else { c }) {
        if letter.is_ascii_digit() || !single.ends_with(letter) {
            single.push(letter);
        }
    }
    single
}
