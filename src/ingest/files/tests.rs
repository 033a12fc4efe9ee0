use super::*;
use crate::ingest::testing::{Site, purchase, site};
use serde_json::Value;

fn folder(site: &Site, dir: &Path) -> Folder {
    Folder {
        dir: dir.to_owned(),
        ingest: site.ingest.clone(),
        pool: site.db.pool().clone(),
        clock: site.clock.clone(),
    }
}

/// INT-03: what is loaded is correct and complete; a line that is not taken is told with its number and the reason.
#[tokio::test]
async fn a_file_is_taken_once_and_its_wrong_lines_are_told() {
    let site = site().await;
    let dir = tempfile::tempdir().unwrap();
    let mut lines: Vec<String> = (0..1200).map(|id| purchase(id, 5).to_string()).collect();
    lines[3] = purchase(3, -1).to_string();
    lines[700] = "no json".to_owned();
    lines.push(String::new());
    lines.push(purchase(1, 5).to_string());
    lines.push("x".repeat(200_000));
    lines.push(purchase(1200, 5).to_string());
    let path = dir.path().join("day.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();

    let tally = folder(&site, dir.path()).apply(&path).await.unwrap();

    assert_eq!(tally, Tally { accepted: 1199, duplicates: 1, refused: 3 });
    assert!(!path.exists() && dir.path().join("done/day.jsonl").exists());
    let rejected = std::fs::read_to_string(dir.path().join("rejected/day.jsonl")).unwrap();
    let rejected: Vec<Value> = rejected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(u64, &str)> = rejected
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), line["faults"][0]["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(4, "schema"), (701, "malformed"), (1203, "too_large")]);
    let expected: Vec<usize> = (0..=1200).filter(|id| ![3, 700].contains(id)).collect();
    assert_eq!(site.ids().await, expected);
}

#[tokio::test]
async fn a_file_that_a_dead_server_had_half_read_counts_once() {
    let site = site().await;
    let dir = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..1000).map(|id| purchase(id, 5).to_string()).collect();
    let path = dir.path().join("day.jsonl");
    // What the dead server took of it: the first half, and the file is still there.
    std::fs::write(&path, lines[..500].join("\n")).unwrap();
    folder(&site, dir.path()).apply(&path).await.unwrap();
    std::fs::write(&path, lines.join("\n")).unwrap();

    let tally = folder(&site, dir.path()).apply(&path).await.unwrap();

    assert_eq!(tally, Tally { accepted: 500, duplicates: 500, refused: 0 });
    assert_eq!(site.ids().await, (0..1000).collect::<Vec<_>>());
    assert!(dir.path().join("done/day.jsonl.2").exists());
}

#[tokio::test]
async fn the_folder_is_watched_and_a_file_of_another_name_is_left_alone() {
    let site = site().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("other.txt"), "x").unwrap();
    let watching = tokio::spawn(folder(&site, dir.path()).watch(site.stop.clone()));
    std::fs::write(dir.path().join("a.jsonl"), purchase(7, 5).to_string()).unwrap();

    while !dir.path().join("done/a.jsonl").exists() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    site.stop.cancel();
    watching.await.unwrap();

    assert_eq!(site.ids().await, [7]);
    assert!(dir.path().join("other.txt").exists());
}
