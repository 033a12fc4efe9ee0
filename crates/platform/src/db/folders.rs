//! Where the private cluster and its socket live, and who owns them.

use super::StartError;
use super::account::{self, Account};
use sha2::{Digest, Sha256};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

/// Longest path of a Unix socket in bytes, without the ending zero (`sockaddr_un`, unix(7)).
const SOCKET_PATH_MAX: usize = 107;
/// What Postgres adds to the socket folder: its socket, and the socket's lock.
const SOCKET_LOCK_NAME: &str = "/.s.PGSQL.5432.lock";
/// Where a root server keeps the cluster when the data folder is closed to ordinary accounts.
const OPEN_TO_ACCOUNTS: &str = "/var/lib/trunkline";

/// The cluster's name in the data folder.
const NAME: &str = "postgres";

/// What was tried with a folder, for an error.
pub(super) fn describe(verb: &str, path: &Path) -> String {
    format!("{verb} the folder {}", path.display())
}

/// The cluster's folder: `postgres` in the data folder. When root's data folder is closed to the lent account
/// (a checkout under `/root`), that name leads to a folder that the account can reach.
pub(super) async fn place(data_dir: &Path, lent: Option<Account>) -> Result<PathBuf, StartError> {
    let inside = cluster_folder(data_dir);
    if inside != data_dir.join(NAME) {
        return Ok(inside);
    }
    match lent {
        Some(account) if !account::can_enter(account, data_dir).await => {}
        _ => return Ok(inside),
    }
    // A new name each time: whoever deletes the data folder starts afresh, also here.
    let elsewhere = (|| {
        std::fs::create_dir_all(OPEN_TO_ACCOUNTS)?;
        open_to_all(Path::new(OPEN_TO_ACCOUNTS))?;
        let made = tempfile::Builder::new().prefix("data-").tempdir_in(OPEN_TO_ACCOUNTS)?.keep();
        open_to_all(&made)?;
        let target = made.join("postgres");
        symlink(&target, &inside)?;
        Ok(target)
    })()
    .map_err(StartError::io(format!(
        "keep the database of {} under {OPEN_TO_ACCOUNTS}",
        data_dir.display()
    )))?;
    tracing::warn!(
        "the data folder {} is closed to ordinary accounts: the database is kept in {}",
        data_dir.display(),
        elsewhere.display()
    );
    Ok(elsewhere)
}

/// Where the cluster of a data folder is, or would be.
pub(crate) fn cluster_folder(data_dir: &Path) -> PathBuf {
    let inside = data_dir.join(NAME);
    std::fs::read_link(&inside).unwrap_or(inside)
}

fn open_to_all(folder: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

/// Whom the cluster runs as when root starts it: the ordinary owner that it already has, else the lent account,
/// which then gets it.
pub(super) fn account_for(folder: &Path, lent: Option<Account>) -> Result<Option<Account>, StartError> {
    let (Some(lent), Ok(found)) = (lent, folder.metadata()) else { return Ok(lent) };
    if found.uid() != 0 {
        return Ok(Some(Account { uid: found.uid(), gid: found.gid() }));
    }
    give(folder, lent).map_err(StartError::io(describe("change the owner of", folder)))?;
    Ok(Some(lent))
}

fn give(folder: &Path, to: Account) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            give(&entry.path(), to)?;
        } else {
            lchown(entry.path(), Some(to.uid), Some(to.gid))?;
        }
    }
    chown(folder, Some(to.uid), Some(to.gid))
}

/// The socket's folder: `run` beside the cluster, or a short name when that path is too long for a socket.
pub(crate) fn socket_dir(folder: &Path) -> PathBuf {
    let beside = folder.with_file_name("run");
    if beside.as_os_str().len() + SOCKET_LOCK_NAME.len() <= SOCKET_PATH_MAX {
        return beside;
    }
    let digest = Sha256::digest(folder.as_os_str().as_bytes());
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let user = rustix::process::geteuid();
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match own.filter(|folder| !user.is_root() && folder.is_dir() && folder.as_os_str().len() < 40) {
        Some(own) => own.join(format!("trunkline-{name}")),
        None => PathBuf::from(format!("/tmp/trunkline-{}-{name}", user.as_raw())),
    }
}

/// Makes a folder, or takes one that is ours, closed to everybody but `account` (and root).
pub(super) fn own(folder: &Path, account: Option<Account>) -> Result<(), StartError> {
    let done = (|| {
        match std::fs::create_dir(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Under /tmp anybody could have put a link or a folder of theirs in our way.
        let found = folder.symlink_metadata()?;
        let ours = [rustix::process::geteuid().as_raw(), account.map_or(0, |account| account.uid)];
        if !found.is_dir() || !ours.contains(&found.uid()) {
            return Err(std::io::Error::other("it belongs to somebody else"));
        }
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        match account {
            Some(Account { uid, gid }) => chown(folder, Some(uid), Some(gid)),
            None => Ok(()),
        }
    })();
    done.map_err(StartError::io(describe("take", folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_data_folder_gets_a_short_socket_path() {
        let deep = PathBuf::from(format!("/srv/{}/data/postgres", "x".repeat(120)));

        assert_eq!(socket_dir(Path::new("/srv/data/postgres")), Path::new("/srv/data/run"));
        assert!(socket_dir(&deep).as_os_str().len() + SOCKET_LOCK_NAME.len() <= SOCKET_PATH_MAX);
        assert_eq!(socket_dir(&deep), socket_dir(&deep));
    }
}
