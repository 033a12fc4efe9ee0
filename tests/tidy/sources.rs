//! What the rules are checked against: the files of the repository.

use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Source {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folders` whose name ends in one of `ends`, generated and fetched ones left out.
pub fn files(folders: &[&str], ends: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found: Vec<Source> = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).into_iter().filter_entry(wanted))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| ends.iter().any(|end| entry.file_name().to_string_lossy().ends_with(end)))
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            Some(Source { path: relative(&root, entry.path()), text })
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no files {ends:?} below {folders:?}: has the layout changed?");
    found
}

/// Every Rust file of ours.
pub fn rust() -> Vec<Source> {
    files(&["src", "actors", "crates", "tests"], &[".rs"])
}

fn wanted(entry: &walkdir::DirEntry) -> bool {
    !matches!(
        &*entry.file_name().to_string_lossy(),
        "target" | "node_modules" | "dist" | "generated" | ".git" | "data"
    )
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
