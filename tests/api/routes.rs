//! Who may call what: every route by every role, against a checked-in table.

use crate::support::{Browser, TestServer};
use access::{role, unit};
use reqwest::StatusCode;
use serde_json::json;
use std::fmt::Write as _;
use trunkline::http::route::Needs;
use trunkline::http::routes;

const TABLE: &str = include_str!("routes.txt");
const COLUMNS: [&str; 8] =
    ["anonymous", "wallboard", "operator", "supervisor", "quality", "auditor", "administrator", "key"];

/// `401`, `403`, or `ok` when the caller was let in, whatever came of the empty request.
fn class(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "401",
        StatusCode::FORBIDDEN => "403",
        _ => "ok",
    }
}

/// SEC-01, SEC-02, SEC-12, UMS-ROLE-19, CIMP-ADM-02: a route without a row, or one that lets in somebody else than
/// its row says, fails. To change the table on purpose, edit `routes.txt`.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_exactly_the_roles_that_the_table_says() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let key = json!({ "name": "wall", "operations": ["board.read"] });
    let key = administrator.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let program = server.program(key["key"].as_str().unwrap());
    let roles = [
        role::WALLBOARD,
        role::OPERATOR,
        role::SUPERVISOR,
        role::QUALITY_MANAGER,
        role::SECURITY_AUDITOR,
        role::ADMINISTRATOR,
    ];
    let mut people = Vec::new();
    for (n, role) in roles.into_iter().enumerate() {
        people.push(server.person(&format!("p{n}"), role, unit::ROOT).await);
    }

    let mut table = format!("# method path {}\n", COLUMNS.join(" "));
    for route in routes() {
        let path = fill(route.path);
        let mut cells = vec![try_route(&server.browser(), &route.method, &path).await];
        for person in &people {
            // A session for each try: some routes end the one they are called with.
            let browser = server.session_of(*person).await;
            cells.push(try_route(&browser, &route.method, &path).await);
        }
        cells.push(try_route(&program, &route.method, &path).await);
        if route.needs != Needs::Nothing {
            assert_eq!(cells[0], "401", "{} {} is open to strangers", route.method, route.path);
        }
        writeln!(table, "{} {} {}", route.method, route.path, cells.join(" ")).unwrap();
    }

    let expected: Vec<&str> = TABLE.lines().collect();
    let wrong: Vec<&str> = table.lines().filter(|line| !expected.contains(line)).collect();
    let gone: Vec<&str> =
        expected.into_iter().filter(|line| !table.lines().any(|found| found == *line)).collect();
    assert!(
        wrong.is_empty() && gone.is_empty(),
        "found, but not in routes.txt: {wrong:#?}\nin routes.txt, but not found: {gone:#?}"
    );
}

/// An address with an id of nothing for each variable part.
fn fill(path: &str) -> String {
    let filled: Vec<&str> = path
        .split('/')
        .map(|part| if part.contains('{') { "01900000-0000-7000-8000-00000000dead" } else { part })
        .collect();
    filled.join("/")
}

async fn try_route(browser: &Browser, method: &actix_web::http::Method, path: &str) -> &'static str {
    let method = reqwest::Method::from_bytes(method.as_str().as_bytes()).unwrap();
    class(browser.request(method, path).send().await.unwrap().status())
}
