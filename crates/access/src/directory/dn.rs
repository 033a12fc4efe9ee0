//! Distinguished names as text (RFC 4514), far enough to see whether two of them name the same entry.

/// A name in a form that is equal when the names are: letters in lower case, escapes undone, blanks around the
/// separators gone. Values are compared without regard to case, as the names of groups are in every directory known.
#[must_use]
pub fn key(dn: &str) -> Vec<Vec<(String, String)>> {
    parts(dn, &[',', ';']).into_iter().map(|rdn| rdn_key(&rdn)).collect()
}

fn rdn_key(rdn: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = parts(rdn, &['+'])
        .into_iter()
        .map(|pair| {
            let (kind, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (kind.trim().to_lowercase(), unescape(value).to_lowercase())
        })
        .collect();
    pairs.sort();
    pairs
}

/// Splits at separators that are not escaped and not in quotes (RFC 2253 knows quotes).
fn parts(text: &str, separators: &[char]) -> Vec<String> {
    let (mut parts, mut part, mut is_escaped, mut is_quoted) = (Vec::new(), String::new(), false, false);
    for letter in text.chars() {
        if !is_escaped && !is_quoted && separators.contains(&letter) {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        if letter == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = letter == '\\' && !is_escaped;
        part.push(letter);
    }
    parts.push(part);
    parts
}

/// A value without its escapes: `\,` and `\2C` are both a comma.
fn unescape(value: &str) -> String {
    let value = trim_unescaped(value);
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let (mut bytes, mut rest) = (Vec::with_capacity(inner.len()), inner.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else if let Some((escaped, after)) = after.split_first() {
            bytes.push(*escaped);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without blanks around, except one that is escaped at the end.
fn trim_unescaped(value: &str) -> &str {
    let value = value.trim_start();
    let trimmed = value.trim_end();
    let is_escaped = trimmed.chars().rev().take_while(|letter| *letter == '\\').count() % 2 == 1;
    if is_escaped && value.len() > trimmed.len() {
        value.get(..=trimmed.len()).unwrap_or(trimmed)
    } else {
        trimmed
    }
}
