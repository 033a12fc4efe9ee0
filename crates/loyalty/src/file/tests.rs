use super::line::{LINE_BYTES_MAX, Reader};
use super::structure::{COLUMNS_MAX, DatePart, date_pattern};
use super::topup::Sums;
use super::*;
use crate::file::name::NameFault;
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn purchases(columns: &[&str]) -> Structure {
    let column = |field: &&str| Column { field: (*field).to_owned(), required: false, format: None };
    Structure { columns: columns.iter().map(column).collect(), ..Structure::usual(FileKind::Purchases) }
}

fn short() -> Structure {
    purchases(&["account", "date", "amount", "document"])
}

fn read(structure: &Structure, line: &[u8]) -> Result<Record, Vec<LineFault>> {
    read_line(&Reader::new(structure), 7, line)
}

fn fault_of(structure: &Structure, line: &[u8]) -> (Option<&'static str>, &'static str) {
    let fault = read(structure, line).unwrap_err().remove(0);
    (fault.field, fault.code)
}

fn scanned(structure: &Structure, lines: &[&[u8]]) -> Result<Scanned, FileFault> {
    let mut scan = Scan::new(structure);
    for line in lines {
        scan.piece(line, false)?;
    }
    scan.finish()
}

/// GAP-21: seven types, each with a structure that a new installation starts with.
#[test]
fn every_type_has_a_usual_structure_without_faults_that_recognises_its_files() {
    let structures: Vec<((), Structure)> = FileKind::ALL.map(|kind| ((), Structure::usual(kind))).into();

    for kind in FileKind::ALL {
        let usual = Structure::usual(kind);
        assert_eq!(usual.check(), []);
        let name = format!("{}20261101{}", usual.prefix, usual.suffix);
        assert_eq!(name::recognise(&name, &structures).unwrap().1.kind, kind);
        assert_eq!(FileKind::from_name(kind.as_str()), Some(kind));
    }
    assert!(name::recognise("OTHER_1.txt", &structures).is_none());
    assert!(name::recognise("PUR_.txt", &structures).is_none());
}

/// CIMP-ETL-03: of two structures that fit, the one that says more about the name wins.
#[test]
fn the_longer_prefix_wins() {
    let long = Structure { prefix: "PUR_SHOP_".to_owned(), ..short() };

    let structures = [(1, short()), (2, long)];

    assert_eq!(name::recognise("PUR_SHOP_1.txt", &structures).unwrap().0, 2);
    assert_eq!(name::recognise("PUR_1.txt", &structures).unwrap().0, 1);
}

#[test]
fn a_name_is_no_way_to_another_folder() {
    for (given, fault) in [
        ("../../etc/passwd", NameFault::Unsafe),
        ("PUR_1/../../x.txt", NameFault::Unsafe),
        ("..", NameFault::Unsafe),
        (".PUR_1.txt", NameFault::Unsafe),
        ("PUR_\0.txt", NameFault::Unsafe),
        ("C:\\PUR_1.txt", NameFault::Unsafe),
        ("", NameFault::Empty),
    ] {
        assert_eq!(name::check(given), Err(fault), "{given:?}");
    }
    assert_eq!(name::check(&"x".repeat(300)), Err(NameFault::TooLong));
    assert_eq!(name::check("PUR_20261101-2.txt"), Ok(()));
}

/// CIMP-ETL-03: the record structure is configured, so it can be configured wrongly: each fault has its place.
#[test]
fn a_wrong_structure_is_refused_with_the_places() {
    let mut wrong = purchases(&["account", "amount", "amount", "colour", "document"]);
    wrong.prefix = "../".to_owned();
    wrong.date_format = "DD.MM".to_owned();
    wrong.decimal_separator = ";".to_owned();
    wrong.key = vec!["merchant".to_owned()];
    wrong.columns[4].format = Some("YYYY".to_owned());

    let places: Vec<String> = wrong.check().into_iter().map(|fault| fault.pointer).collect();

    let expected = [
        "/prefix",
        "/columns/2/field",
        "/columns/3/field",
        "/columns/4/format",
        "/columns",
        "/date_format",
        "/decimal_separator",
        "/key/0",
    ];
    assert_eq!(places, expected);
}

#[test]
fn dates_are_written_as_the_structure_says() {
    use DatePart::{Day, Mark, Month, Year};
    assert_eq!(date_pattern("DD.MM.YYYY").unwrap(), [Day, Mark(b'.'), Month, Mark(b'.'), Year]);
    for none in ["", "YYYY", "YYYYMM", "DDMMYYYYDD", "dd.mm.yyyy", "YYYY_MM_DD"] {
        assert_eq!(date_pattern(none), None, "{none}");
    }
    let of = |format: &str, text: &str| {
        let structure = Structure { date_format: format.to_owned(), ..short() };
        read(&structure, format!("A1|{text}|10|").as_bytes())
            .map(|record| record.value("date").cloned().unwrap())
    };
    let day = |y, m, d| Value::Date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
    assert_eq!(of("DD.MM.YYYY", "29.02.2028").unwrap(), day(2028, 2, 29));
    assert_eq!(of("YYYYMMDD", "20261231").unwrap(), day(2026, 12, 31));
    assert_eq!(of("DD/MM/YY", "01/02/26").unwrap(), day(2026, 2, 1));
    for wrong in ["29.02.2027", "1.2.2026", "31.11.2026", "2026-01-01", "01.02.20266", "01.02.0026"] {
        assert!(of("DD.MM.YYYY", wrong).is_err(), "{wrong}");
    }
}

/// CIMP-ETL-04: each record is validated; what is wrong is said by field.
#[test]
fn a_line_is_read_by_its_columns_or_told_what_is_wrong() {
    let structure = short();
    let record = read(&structure, b"100200|2026-11-01|1250.50|D-7").unwrap();
    assert_eq!(record.text("account"), Some("100200"));
    assert_eq!(record.value("amount"), Some(&Value::Amount(Decimal::new(125_050, 2))));
    assert_eq!(record.filled().count(), 4);

    for (line, fault) in [
        (&b"|2026-11-01|1|"[..], (Some("account"), "required")),
        (b"1|2026-11-31|1|", (Some("date"), "format")),
        (b"1|2026-11-01|-1|", (Some("amount"), "format")),
        (b"1|2026-11-01|1e30|", (Some("amount"), "format")),
        (b"1|2026-11-01|1000000000000000000000000000000|", (Some("amount"), "format")),
        (b"1|2026-11-01|1,5|", (Some("amount"), "format")),
        (b"1|2026-11-01|1.|", (Some("amount"), "format")),
        (b"1|2026-11-01|1", (None, "columns")),
        (b"1|2026-11-01|1||", (None, "columns")),
        (b"1 2|2026-11-01|1|", (Some("account"), "format")),
        (b"1|2026-11-01|1|a\0b", (None, "encoding")),
        (b"1|2026-11-01|1|\xd0", (None, "encoding")),
    ] {
        assert_eq!(fault_of(&structure, line), fault, "{}", String::from_utf8_lossy(line));
    }
    let two = read(&structure, b"|x|y|").unwrap_err();
    assert_eq!(two.len(), 3, "all faults of a line are told at once");
}

#[test]
fn a_column_that_is_passed_over_may_hold_anything_and_one_may_be_required_by_the_structure() {
    let mut structure = purchases(&["-", "account", "-", "date", "amount", "document"]);
    structure.columns[5].required = true;

    assert!(read(&structure, b"\xd0\xb6 |1|??|2026-11-01|1|D").is_ok());
    assert_eq!(fault_of(&structure, b"|1||2026-11-01|1|"), (Some("document"), "required"));
}

#[test]
fn ten_million_columns_and_a_huge_line_are_refused_without_being_counted() {
    let wide = vec![b'|'; LINE_BYTES_MAX];
    let huge = vec![b'|'; LINE_BYTES_MAX + 1];

    let said = read(&short(), &wide).unwrap_err().remove(0);
    assert_eq!(said.code, "columns");
    assert!(said.detail.contains(&format!("more than {COLUMNS_MAX}")), "{}", said.detail);
    assert_eq!(fault_of(&short(), &huge), (None, "too_long"));
}

#[test]
fn russian_text_comes_in_cp1251_and_in_utf8() {
    let of = |encoding, bytes: &[u8]| {
        let structure = Structure { encoding, ..Structure::usual(FileKind::TariffPlans) };
        read(&structure, bytes).map(|record| record.text("title").unwrap().to_owned())
    };
    assert_eq!(of(Encoding::Cp1251, b"T1|\xcf\xeb\xe0\xed||||").unwrap(), "План");
    assert_eq!(of(Encoding::Utf8, "T1|План||||".as_bytes()).unwrap(), "План");
    assert!(of(Encoding::Ascii, "T1|План||||".as_bytes()).is_err());
    assert!(of(Encoding::Utf8, b"T1|\xcf\xeb\xe0\xed||||").is_err());
    assert!(of(Encoding::Cp1251, b"T1|\x98||||").is_err());
}

#[test]
fn a_file_in_another_encoding_is_refused_as_a_whole() {
    let (utf8, cp1251) = (short(), Structure { encoding: Encoding::Cp1251, ..short() });
    let russian = "1|2026-11-01|1|План\n".as_bytes();
    for (structure, lines) in [
        (&utf8, vec![&b"\xff\xfe1\x00|\x00\n"[..]]),
        (&utf8, vec![&b"1|2026-11-01|1|\xcf\xeb\xe0\xed\n"[..]; 3]),
        (&utf8, vec![&b"\x00\x01\x02\n"[..]]),
        (&cp1251, vec![russian; 3]),
        (&cp1251, vec![&b"\xef\xbb\xbf1|2026-11-01|1|\n"[..]]),
    ] {
        let refused = scanned(structure, &lines).unwrap_err();
        assert_eq!(refused.code(), "encoding", "{refused}");
    }
    // One line in two hundred is a fault of that line.
    let mut lines = vec![&b"1|2026-11-01|1|\n"[..]; 199];
    lines.push(b"1|2026-11-01|1|\xcf\n");
    assert_eq!(scanned(&utf8, &lines).unwrap().lines, 200);
}

#[test]
fn what_the_first_pass_finds() {
    let whole = scanned(&short(), &[b"a\n", b"b\r\n"]).unwrap();
    assert_eq!((whole.lines, whole.bytes, whole.is_complete), (2, 5, true));
    assert!(!scanned(&short(), &[b"a\n", b"b"]).unwrap().is_complete);
    assert_eq!(scanned(&short(), &[]).unwrap_err(), FileFault::Empty);
    let mark = scanned(&short(), &[b"\xef\xbb\xbfa\n"]);
    assert!(mark.is_ok(), "a mark is allowed in UTF-8");
}

/// A million equal lines are a million purchases, but the same file again is the same lines again.
#[test]
fn equal_lines_are_told_apart_by_their_count_and_named_lines_by_their_name() {
    let line = b"1|2026-11-01|1|D";
    let (first, again) = (read(&short(), line).unwrap(), read(&short(), line).unwrap());
    assert_eq!(first.key, again.key);
    assert_ne!(first.clone().counted(1).key, first.clone().counted(2).key);
    assert_eq!(first.clone().counted(0).key, first.key);

    let named = Structure { key: vec!["account".to_owned(), "document".to_owned()], ..short() };
    let other = read(&named, b"1|2026-11-01|2|D").unwrap();
    let named_first = read(&named, line).unwrap();
    assert_eq!(named_first.key, other.key);
    assert_ne!(named_first.body, other.body);
    // Moving a character over the border of two key fields is another name.
    let shifted = read(&named, b"1D|2026-11-01|1|").unwrap();
    assert_ne!(shifted.key, named_first.key);
}

#[test]
fn a_header_names_the_columns_in_any_case() {
    let reader = Reader::new(&purchases(&["account", "-", "date", "amount"]));
    assert!(reader.is_header("ACCOUNT|whatever|Date|amount"));
    assert!(!reader.is_header("account|date|amount"));
    assert!(!reader.is_header("100|x|2026-11-01|1"));
}

/// CIMP-ETL-08: rows are aggregated by master account and date.
#[test]
fn top_ups_are_added_up_by_account_and_day() {
    let structure = Structure::usual(FileKind::TopUps);
    let reader = Reader::new(&structure);
    let mut sums = Sums::default();
    let lines = ["B|2026-11-02|5|d1|", "A|2026-11-01|10.5|d2|", "A|2026-11-01|0.5|d3|", "A|2026-11-02|1|d4|"];
    for (number, line) in (1..).zip(lines) {
        sums.add(&read_line(&reader, number, line.as_bytes()).unwrap());
    }

    let sums = sums.finish();

    let told: Vec<(String, String, String, u64)> = sums
        .iter()
        .map(|sum| {
            (sum.account.clone(), sum.date.to_string(), sum.amount().normalize().to_string(), sum.number())
        })
        .collect();
    let row =
        |account: &str, date: &str, amount: &str, line| (account.into(), date.into(), amount.into(), line);
    assert_eq!(
        told,
        [row("A", "2026-11-01", "11", 2), row("A", "2026-11-02", "1", 4), row("B", "2026-11-02", "5", 1)]
    );
    // A corrected file with one more line adds that line only.
    let known = sums[0].parts[0].key;
    let rest = sums[0].clone().without(|key| *key == known).unwrap();
    assert_eq!(rest.amount(), Decimal::new(5, 1));
    assert_ne!(rest.key(), sums[0].key());
    assert!(rest.without(|_| true).is_none());
}

#[test]
fn a_reject_says_line_field_reason_and_the_line_itself() {
    let faults = read(&short(), b"1|2026-13-01|x|D").unwrap_err();

    let line = String::from_utf8(export::reject_line(3, &faults, b"1|2026-13-01|x|D\r\n")).unwrap();

    assert_eq!(
        line,
        "3|date,amount|date: there is no such day; amount: a number such as 12.50 is expected, without sign, blanks or exponent|1|2026-13-01|x|D\n"
    );
}

#[test]
fn lines_that_go_out_keep_their_shape() {
    let mut out = Vec::new();
    export::push_line(&mut out, Encoding::Cp1251, &["а|б\n", "☃", "x"]);
    assert_eq!(out, b"\xe0 \xe1 |?|x\n");
}

proptest! {
    /// No bytes make the reader fail in another way than by telling faults.
    #[test]
    fn any_bytes_are_a_record_or_faults(bytes in proptest::collection::vec(any::<u8>(), 0..300), pick in 0..3_usize) {
        let encoding = [Encoding::Ascii, Encoding::Utf8, Encoding::Cp1251][pick];
        let structure = Structure { encoding, ..short() };
        match read(&structure, &bytes) {
            Ok(record) => prop_assert!(record.text("account").is_some()),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }

    /// What we write is what we read.
    #[test]
    fn an_amount_is_read_as_it_was_written(whole in 0_u64..999_999_999_999_999, decimals in 0_u32..1_000_000, comma in any::<bool>()) {
        let mark = if comma { "," } else { "." };
        let structure = Structure { decimal_separator: mark.to_owned(), ..short() };
        let line = format!("1|2026-11-01|{whole}{mark}{decimals:06}|");
        let record = read(&structure, line.as_bytes()).unwrap();
        let expected = Decimal::from_i128_with_scale(i128::from(whole) * 1_000_000 + i128::from(decimals), 6);
        prop_assert_eq!(record.value("amount"), Some(&Value::Amount(expected)));
    }

    /// However lines are grouped, nothing is added and nothing is lost.
    #[test]
    fn sums_keep_every_line(amounts in proptest::collection::vec((0..4_u8, 1..5_u32, 1..1000_u32), 0..60)) {
        let reader = Reader::new(&Structure::usual(FileKind::TopUps));
        let mut sums = Sums::default();
        for (number, (account, day, amount)) in (0..).zip(&amounts) {
            let line = format!("A{account}|2026-11-{day:02}|{amount}||");
            sums.add(&read_line(&reader, number, line.as_bytes()).unwrap());
        }
        let sums = sums.finish();
        let total: Decimal = sums.iter().map(topup::Sum::amount).sum();
        let parts: usize = sums.iter().map(|sum| sum.parts.len()).sum();
        prop_assert_eq!(total, amounts.iter().map(|(_, _, amount)| Decimal::from(*amount)).sum::<Decimal>());
        prop_assert_eq!(parts, amounts.len());
    }
}
