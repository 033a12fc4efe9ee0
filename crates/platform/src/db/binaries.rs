//! The installed programs of Postgres.

use std::path::{Path, PathBuf};

/// Where Debian puts each major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Oldest major version whose SQL the migrations use.
pub const MAJOR_MIN: u32 = 15;

/// No Postgres of a usable version is installed.
#[derive(Debug, thiserror::Error)]
#[error(
    "no postgres {MAJOR_MIN} or newer is installed: install it (Debian: apt-get install postgresql), or configure an address under [database] url"
)]
pub struct NoBinaries;

/// The programs of one installed version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// Major version, such as 15.
    pub major: u32,
    /// Folder of `initdb`, `postgres` and `pg_ctl`.
    pub folder: PathBuf,
}

impl Binaries {
    /// A program of this version.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// All installed versions, newest first: Debian's folders, then the search path.
pub fn find() -> Vec<Binaries> {
    let mut found: Vec<Binaries> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| at(&entry.path().join("bin")))
        .collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).filter_map(|folder| at(&folder)));
    found.retain(|binaries| binaries.major >= MAJOR_MIN);
    // Stable: of the same version, Debian's own stays first.
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found
}

/// The version in `folder`, when all programs that we need are there.
fn at(folder: &Path) -> Option<Binaries> {
    let complete = ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
    if !complete {
        return None;
    }
    let answer = std::process::Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let major = major_of(&String::from_utf8_lossy(&answer.stdout))?;
    Some(Binaries { major, folder: folder.to_owned() })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_of(answer: &str) -> Option<u32> {
    let version = answer.split_once(')')?.1.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 17beta2"), Some(17));
        assert_eq!(major_of("something else"), None);
    }
}
