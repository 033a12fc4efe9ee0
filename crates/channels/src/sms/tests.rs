use super::*;
use proptest::prelude::*;

fn lengths(text: &str) -> Vec<usize> {
    split(text).parts.iter().map(Vec::len).collect()
}

/// CIMP-NTF-01: the limits of the standard, right to the last character.
#[test]
fn one_part_holds_160_septets_or_70_units_and_several_hold_153_or_67_each() {
    assert_eq!(lengths(&"a".repeat(160)), [160]);
    assert_eq!(lengths(&"a".repeat(161)), [153, 8]);
    assert_eq!(lengths(&"a".repeat(306)), [153, 153]);
    assert_eq!(lengths(&"a".repeat(307)), [153, 153, 1]);
    assert_eq!(lengths(&"ж".repeat(70)), [140]);
    assert_eq!(lengths(&"ж".repeat(71)), [134, 8]);
    assert_eq!(lengths(&"ж".repeat(134)), [134, 134]);
    assert_eq!(lengths(&"ж".repeat(135)), [134, 134, 2]);
    assert_eq!(lengths(""), [0]);
}

#[test]
fn a_pair_is_never_cut() {
    let escaped = format!("{}€{}", "a".repeat(152), "b".repeat(20));
    let surrogates = format!("{}😀{}", "ж".repeat(66), "ж".repeat(20));

    assert_eq!(lengths(&escaped), [152, 22]);
    assert_eq!(lengths(&surrogates), [132, 44]);
    assert_eq!(lengths(&format!("{}€", "a".repeat(158))), [160]);
    assert_eq!(lengths(&format!("{}€", "a".repeat(159))), [153, 8]);
}

#[test]
fn the_alphabet_is_the_one_of_the_standard() {
    assert_eq!(split("@").parts, [[0x00]]);
    assert_eq!(split("[€]").parts, [[0x1b, 0x3c, 0x1b, 0x65, 0x1b, 0x3e]]);
    assert_eq!(split("oʻ").encoding, Encoding::Ucs2);
    assert_eq!(split("😀").units, 2);
    for code in 0..=0x7f_u8 {
        let text = gsm7::decode(&[code]);
        assert!(code == 0x1b || split(&text).parts == [[code]], "{code:#x} {text:?}");
    }
}

/// What the parts say together.
fn joined(parts: &Parts) -> String {
    let read = |part: &Vec<u8>| match parts.encoding {
        Encoding::Gsm7 => gsm7::decode(part),
        Encoding::Ucs2 => {
            let units: Vec<u16> = part.chunks_exact(2).map(|b| u16::from_be_bytes([b[0], b[1]])).collect();
            String::from_utf16(&units).expect("no surrogate pair is cut")
        }
    };
    parts.parts.iter().map(read).collect()
}

proptest! {
    #[test]
    fn parts_say_what_the_text_says_and_fit(text in "([a-z€\\[\\]~]{0,40}|[а-яoʻ😀]{0,30}|.{0,50}){0,8}") {
        let parts = split(&text);
        let (single, several) = match parts.encoding {
            Encoding::Gsm7 => (GSM7_SINGLE, GSM7_PART),
            Encoding::Ucs2 => (UCS2_SINGLE * 2, UCS2_PART * 2),
        };
        let room = if parts.parts.len() == 1 { single } else { several };

        prop_assert!(parts.parts.iter().all(|part| part.len() <= room));
        // No part is left emptier than a pair needs.
        let slack = if parts.encoding == Encoding::Gsm7 { 1 } else { 2 };
        let full = parts.parts.split_last().map_or(&[][..], |(_, rest)| rest);
        prop_assert!(full.iter().all(|part| part.len() >= room - slack));
        prop_assert_eq!(joined(&parts), text);
    }
}
