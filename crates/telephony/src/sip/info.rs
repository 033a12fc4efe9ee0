//! Digits by INFO: `application/dtmf-relay` and `application/dtmf`.

use std::time::Duration;

/// How long a digit lasts when the peer does not say.
const USUAL: Duration = Duration::from_millis(160);
/// No finger presses longer; larger numbers are mistakes.
const LONGEST: Duration = Duration::from_secs(10);

/// The digit in the body of an INFO, if there is one.
pub(crate) fn digit(content_type: Option<&str>, body: Option<&str>) -> Option<(char, Duration)> {
    let kind = content_type?.split(';').next()?.trim();
    let body = body?;
    if kind.eq_ignore_ascii_case("application/dtmf") {
        return one_digit(body.trim()).map(|digit| (digit, USUAL));
    }
    if !kind.eq_ignore_ascii_case("application/dtmf-relay") {
        return None;
    }
    let mut found = None;
    let mut duration = USUAL;
    for line in body.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        if key.trim().eq_ignore_ascii_case("signal") {
            found = one_digit(value.trim());
        } else if key.trim().eq_ignore_ascii_case("duration")
            && let Ok(millis) = value.trim().parse()
        {
            duration = Duration::from_millis(millis).min(LONGEST);
        }
    }
    found.map(|digit| (digit, duration))
}

fn one_digit(text: &str) -> Option<char> {
    // Some devices write the event numbers of RFC 4733 for star and hash.
    match text {
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => {}
    }
    let mut chars = text.chars();
    let digit = chars.next()?.to_ascii_uppercase();
    (chars.next().is_none() && (digit.is_ascii_digit() || "*#ABCD".contains(digit))).then_some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_both_kinds_are_read() {
        let relay = |body| digit(Some("application/dtmf-relay"), Some(body));

        assert_eq!(relay("Signal=5\r\nDuration=100\r\n"), Some(('5', Duration::from_millis(100))));
        assert_eq!(relay("Signal= *\r\n"), Some(('*', USUAL)));
        assert_eq!(relay("Signal=11\r\nDuration=999999999"), Some(('#', LONGEST)));
        assert_eq!(relay("Signal=55"), None);
        assert_eq!(digit(Some("application/dtmf"), Some("d")), Some(('D', USUAL)));
        assert_eq!(digit(Some("text/plain"), Some("5")), None);
    }
}
