use super::*;
use std::io::Read;
use std::num::NonZeroU32;

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// NFR-LOG-05
#[test]
fn rotated_files_are_archived_and_the_oldest_removed() {
    let folder = tempfile::tempdir().unwrap();
    for day in 1..=5 {
        std::fs::write(folder.path().join(format!("security.2026-11-0{day}.log")), format!("day {day}"))
            .unwrap();
    }
    std::fs::write(folder.path().join("changes.2026-11-01.log"), "another log").unwrap();

    files::tidy(folder.path(), "security", NonZeroU32::new(3).unwrap()).unwrap();

    let kept = ["changes.2026-11-01.log", "security.2026-11-03.log.gz", "security.2026-11-04.log.gz"];
    assert_eq!(names(folder.path()), [&kept[..], &["security.2026-11-05.log"]].concat());
    let mut text = String::new();
    let archived = std::fs::File::open(folder.path().join("security.2026-11-04.log.gz")).unwrap();
    flate2::read::GzDecoder::new(archived).read_to_string(&mut text).unwrap();
    assert_eq!(text, "day 4");
}

/// NFR-LOG-01, NFR-LOG-02, NFR-LOG-03, NFR-LOG-04, NFR-LOG-05
#[test]
fn each_line_goes_to_its_log_and_levels_change_while_running() {
    let folder = tempfile::tempdir().unwrap();
    let files = FileSettings {
        folder: folder.path().to_owned(),
        rotation: Rotation::Daily,
        keep_files: NonZeroU32::new(3).unwrap(),
    };
    let settings = LogSettings { format: Format::Json, directives: "info".to_owned(), files: Some(files) };
    let telemetry = init(&settings).unwrap();
    let levels = telemetry.levels();

    tracing::debug!("before");
    tracing::info!("started");
    tracing::error!("broken");
    tracing::info!(target: SECURITY, "signed in");
    tracing::info!(target: CHANGE, "renamed");
    levels.set("error,platform=debug").unwrap();
    tracing::debug!("detail");
    tracing::info!(target: SECURITY, "signed out");
    assert!(levels.set("inof").is_err());
    drop(telemetry);

    let messages = |log: &str| -> Vec<String> {
        let file = names(folder.path()).into_iter().find(|name| name.starts_with(log)).unwrap();
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(messages("information"), ["started", "detail"]);
    assert_eq!(messages("failures"), ["broken"]);
    assert_eq!(messages("security"), ["signed in", "signed out"]);
    assert_eq!(messages("changes"), ["renamed"]);
    assert_eq!(levels.get(), "error,platform=debug");
}

#[test]
fn levels_that_are_none_are_refused_with_the_word() {
    assert!(check_directives("info,routing=debug").is_ok());
    assert!(check_directives("inof").unwrap_err().to_string().contains("\"inof\" is no level"));
    assert!(check_directives("routing=loud").is_err());
    assert!(check_directives("").is_err());
}

#[test]
fn metrics_are_rendered_for_prometheus() {
    let _ = render_metrics();
    metrics::counter!("telemetry_test_total").increment(3);

    assert!(render_metrics().contains("telemetry_test_total 3"));
}
