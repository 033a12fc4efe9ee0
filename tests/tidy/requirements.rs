//! Which requirements of the loyalty platform a test proves: their ids stand in the doc comments of tests.

use crate::sources::{files, rust};
use std::collections::BTreeSet;

/// The requirements, one id a line.
const IDS: &str = include_str!("cimp.txt");

/// The ids that doc comments of tests name.
fn cited() -> BTreeSet<String> {
    let mut cited = BTreeSet::new();
    for file in rust() {
        let mut doc = String::new();
        for line in file.text.lines().map(str::trim) {
            let starts_test =
                ["#[test", "#[tokio::test", "#[actix_rt::test"].iter().any(|test| line.starts_with(test));
            if line.starts_with("///") {
                doc.push_str(line);
            } else if starts_test {
                cited.extend(ids(&doc));
            } else if !line.starts_with("#[") {
                doc.clear();
            }
        }
    }
    for file in files(&["web/e2e"], &[".e2e.mjs"]) {
        let is_comment = |line: &&str| line.starts_with('*') || line.starts_with("//");
        cited.extend(ids(&file.text.lines().map(str::trim).filter(is_comment).collect::<String>()));
    }
    cited
}

fn ids(text: &str) -> Vec<String> {
    let fits = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '-';
    text.match_indices("CIMP-").map(|(at, _)| text[at..].chars().take_while(fits).collect()).collect()
}

#[test]
fn every_requirement_of_loyalty_is_named_by_a_test() {
    let cited = cited();
    let missing: Vec<&str> = IDS.lines().filter(|id| !cited.contains(*id)).collect();
    assert!(missing.is_empty(), "no test names {missing:#?}: write it, or name the id where it is proven");
}

/// What a person or a program finds of a block: pages below `web/src/features`, routes.
type Block = (&'static str, &'static [&'static str], &'static [&'static str]);

const BLOCKS: [Block; 9] = [
    (
        "customer service",
        &["loyalty/MembersPage.tsx", "loyalty/MemberPage.tsx"],
        &["POST /api/v1/loyalty/accounts "],
    ),
    (
        "marketing",
        &["loyalty/ProgrammesPage.tsx", "loyalty/MastersPage.tsx", "loyalty/PromotionsPage.tsx"],
        &["POST /api/v1/loyalty/programmes ", "POST /api/v1/rules "],
    ),
    ("administration", &[], &["GET /api/v1/roles ", "GET /api/v1/people "]),
    ("partners", &["loyalty/PartnersPage.tsx"], &["GET /api/v1/loyalty/partners "]),
    ("programs", &[], &["POST /api/v1/loyalty/activities ", "GET /api/v1/loyalty/schema.xsd "]),
    ("files", &["loyalty/FilesPage.tsx"], &["GET /api/v1/loyalty/files "]),
    ("reports", &["loyalty/StatisticsPage.tsx"], &["GET /api/v1/loyalty/statistics "]),
    ("notices", &[], &["GET /api/v1/templates "]),
    ("rewards", &["loyalty/RewardsPage.tsx", "loyalty/OrdersPage.tsx"], &["POST /api/v1/loyalty/orders "]),
];

/// CIMP-GEN-10: each block of the platform has its pages and its routes.
#[test]
fn every_block_of_the_platform_has_its_way_in() {
    let routes = files(&["tests/api"], &["routes.txt"]);
    let pages = files(&["web/src/features"], &[".tsx"]);
    for (block, wanted, ways) in BLOCKS {
        for page in wanted {
            assert!(pages.iter().any(|file| file.path.ends_with(page)), "{block}: no page {page}");
        }
        for route in ways {
            assert!(routes.iter().any(|file| file.text.contains(route)), "{block}: no route {route}");
        }
    }
}
