use super::*;
use proptest::prelude::*;

fn all_one(spellings: &[&str]) {
    let folded: Vec<String> = spellings.iter().map(|word| fold(word)).collect();
    assert!(folded.windows(2).all(|pair| pair[0] == pair[1]), "{spellings:?} fold to {folded:?}");
}

/// CC-TEL-01: a client is found by name however it is written (Latin, Cyrillic, apostrophe variants).
#[test]
fn spellings_of_one_name_find_each_other() {
    all_one(&["Каримов", "Karimov", "Qarimov", "Қаримов", "KARIMOV"]);
    all_one(&["Ўткир", "O‘tkir", "Oʻtkir", "O'tkir", "O`tkir", "Уткир", "Utkir"]);
    all_one(&["Ғофур", "G'ofur", "Gʻofur", "Gofur"]);
    all_one(&["Хасанов", "Xasanov", "Khasanov", "Hasanov", "Ҳасанов"]);
    all_one(&["Жамшид", "Jamshid", "Zhamshid", "Джамшид", "Djamshid"]);
    all_one(&["Юсупов", "Yusupov", "Iusupov"]);
    all_one(&["Муҳаммад", "Muhammad", "Mukhammad", "Muxammad"]);
    all_one(&["Дмитрий", "Dmitriy", "Dmitry", "Dmitri"]);
    all_one(&["Евгений", "Yevgeniy", "Evgeny"]);
    all_one(&["Шавкат", "Shavkat"]);
    all_one(&["Саъдулла", "Sa'dulla", "Saʼdulla", "Sadulla"]);
}

#[test]
fn different_names_stay_apart() {
    for (one, other) in [("Karimov", "Kamolov"), ("Anna", "Inna"), ("Salim", "Halim"), ("Botir", "Bahtiyor")]
    {
        assert_ne!(fold(one), fold(other));
    }
}

#[test]
fn words_of_a_name_come_without_order_and_without_punctuation() {
    assert_eq!(words("Karimov, Anvar"), words("Анвар КАРИМОВ"));
    assert_eq!(words("ООО «Тошкент-Савдо 24»"), ["24", "o", "savdo", "toshkent"]);
    assert_eq!(words(" - ’ "), Vec::<String>::new());
}

/// Uzbek letters in the two alphabets.
const PAIRS: [(&str, &str); 27] = [
    ("a", "а"),
    ("b", "б"),
    ("d", "д"),
    ("e", "е"),
    ("f", "ф"),
    ("g", "г"),
    ("h", "ҳ"),
    ("i", "и"),
    ("j", "ж"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("q", "қ"),
    ("r", "р"),
    ("t", "т"),
    ("u", "у"),
    ("v", "в"),
    ("x", "х"),
    ("z", "з"),
    ("oʻ", "ў"),
    ("gʻ", "ғ"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("ya", "я"),
];

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,30}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn a_fold_is_small_latin_letters_and_digits(text in "\\PC{0,30}") {
        prop_assert!(fold(&text).bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }

    #[test]
    fn every_word_in_latin_folds_as_in_cyrillic(letters in proptest::collection::vec(0..PAIRS.len(), 1..12)) {
        let (latin, cyrillic): (String, String) = letters.iter().map(|letter| PAIRS[*letter]).unzip();
        prop_assert_eq!(fold(&latin), fold(&cyrillic), "{} {}", latin, cyrillic);
    }

    #[test]
    fn how_the_apostrophe_is_typed_does_not_matter(name in "[a-zʻ]{1,12}", typed in "['`´‘’ʼ]") {
        prop_assert_eq!(fold(&name.replace('ʻ', &typed)), fold(&name));
    }
}
