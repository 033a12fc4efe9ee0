//! Whom Postgres runs as: it refuses root, so a server started by root lends it an ordinary account.

use std::path::Path;
use std::process::Stdio;

/// Accounts that a root server lends, the first that exists. Debian's package makes the first one.
const LENT: [&str; 2] = ["postgres", "nobody"];

/// An ordinary account of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// The account for Postgres: none to lend when the server is not root and Postgres simply runs as the same user.
pub fn to_lend() -> Option<Account> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    // No account file at all: 65534 is `nobody` by convention.
    Some(choose(&accounts).unwrap_or(Account { uid: 65534, gid: 65534 }))
}

fn choose(passwd: &str) -> Option<Account> {
    LENT.iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let mut ids = fields.skip(1);
            let account = Account { uid: ids.next()?.parse().ok()?, gid: ids.next()?.parse().ok()? };
            (name == *wanted && account.uid != 0).then_some(account)
        })
    })
}

/// A command that runs as `account`, or as ourselves.
pub fn command(program: &Path, account: Option<Account>) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(program);
    if let Some(Account { uid, gid }) = account {
        // std also drops root's supplementary groups here.
        command.uid(uid).gid(gid);
    }
    // Ctrl-C in a terminal goes to the whole process group. Postgres must outlive the server's own goodbye.
    command.process_group(0);
    command.stdin(Stdio::null()).current_dir("/");
    command
}

/// Whether `account` can enter `folder`: root's own folders are often closed to everybody else.
pub async fn can_enter(account: Account, folder: &Path) -> bool {
    let mut probe = command(Path::new("/bin/sh"), Some(account));
    probe.args(["-c", "cd -- \"$1\"", "sh"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().await.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_preferred_to_nobody_and_root_is_never_lent() {
        let both = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/n\npostgres:x:101:104:,,,:/v:/b\n";

        assert_eq!(choose(both), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(choose("nobody:x:65534:65533::/:/n"), Some(Account { uid: 65534, gid: 65533 }));
        assert_eq!(choose("postgres:x:0:0::/:/b"), None);
    }
}
