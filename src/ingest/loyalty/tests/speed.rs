//! How many lines a second, on the tests' Postgres (without fsync). `cargo nextest run --release --workspace --lib
//! --run-ignored only speed --no-capture`; `LINES` sets the size.

use super::*;
use std::time::Instant;

fn lines(usual: usize) -> usize {
    std::env::var("LINES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn measure(site: &Site, name: &str, content: &str, lines: usize) {
    let begun = Instant::now();
    let file = site.drop_file(name, content.as_bytes()).await;
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(file.tally.rejected, 0, "{:?}", file.tally);
    let rate = f64::from(u32::try_from(lines).unwrap()) / seconds;
    println!("{name}: {lines} lines in {seconds:.2} s = {rate:.0} lines/s, {:?}", file.tally);
}

/// CIMP-ETL-07: purchases, the same again, and all known by their keys.
#[tokio::test]
#[ignore = "a measurement"]
async fn speed_of_purchases() {
    let (site, lines) = (site(5_000).await, lines(200_000));
    let mut content = String::new();
    for n in 0..lines {
        writeln!(content, "A{}|2026-11-01|{}|D{n}|||||", 1 + n * 37 % 4_999, 100 + n % 900).unwrap();
    }
    measure(&site, "PUR_1.txt", &content, lines).await;
    measure(&site, "PUR_2.txt", &content, lines).await;
    content += "A1|2026-11-01|100|one more|||||\n".replace(' ', "_").as_str();
    measure(&site, "PUR_3.txt", &content, lines).await;
}

/// CIMP-ETL-05: new participants, the same again with one line more, and a name that changed in each.
#[tokio::test]
#[ignore = "a measurement"]
async fn speed_of_participants() {
    let (site, lines) = (site(1).await, lines(20_000));
    let mut content = String::new();
    for n in 0..lines {
        let (whose, line) = (n / 2, ["mobile", "internet"][n % 2]);
        writeln!(content, "P{whose}|SV{n}|{line}|U{n}|{line}|Анна Каримова {whose}|||||99890{whose:07}|||")
            .unwrap();
    }
    measure(&site, "PAR_1.txt", &content, lines).await;
    let more = content.clone() + "P0|SVX|tv|UX|tv|||||||||\n";
    measure(&site, "PAR_2.txt", &more, lines).await;
    let short: String =
        content.lines().take(lines / 10).map(|line| line.replace("Анна", "Анора") + "\n").collect();
    measure(&site, "PAR_3.txt", &short, lines / 10).await;
}
