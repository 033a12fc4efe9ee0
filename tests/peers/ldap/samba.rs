//! An Active Directory domain controller of Debian's Samba, as a process without privileges: it listens on a socket of its
//! folder, to which a port leads. What slapd cannot do is tried here: binds with `user@domain` and `DOMAIN\user`, groups
//! in groups, and the codes of refused binds.

use super::slapd::certify;
use access::directory::{Binding, DirectorySettings, GroupRole, Membership};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::{TcpListener, UnixStream};

/// How long provisioning and the start may take: seconds of work, and a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(400);

/// A running domain controller of `EXAMPLE`, `example.com`. It ends with the value.
pub struct Samba {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Drop for Samba {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Samba {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/ldap/provision.py");
        let domain = folder.path().join("domain");
        let made = Command::new("/usr/bin/python3").arg(script).arg(&domain).output().unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "scripts/setup test installs samba: {said}");
        let mut child = Command::new("samba");
        child.args(["-i", "-M", "single", "-s"]).arg(domain.join("etc/smb.conf"));
        let at = folder.path().display();
        for option in [
            "server services=ldap".to_owned(),
            // No port below 1024: without an interface it listens on the socket of its folder only.
            "bind interfaces only=yes".to_owned(),
            "interfaces=none".to_owned(),
            format!("ncalrpc dir={at}/ncalrpc"),
            format!("pid directory={at}"),
            format!("log file={at}/log"),
            format!("tls cafile={at}/ca.pem"),
            format!("tls certfile={at}/cert.pem"),
            format!("tls keyfile={at}/key.pem"),
        ] {
            child.arg(format!("--option={option}"));
        }
        let child = child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let socket = domain.join("private/ldapi");
        let by = Instant::now() + PATIENCE;
        while UnixStream::connect(&socket).await.is_err() {
            assert!(Instant::now() < by, "samba does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut asked, _)) = listener.accept().await {
                let socket = socket.clone();
                tokio::spawn(async move {
                    let Ok(mut answering) = UnixStream::connect(&socket).await else { return };
                    let _ended = tokio::io::copy_bidirectional(&mut asked, &mut answering).await;
                });
            }
        });
        Self { folder, child, port }
    }

    /// Active Directory's ways: the person's own bind and rights, groups in groups.
    pub fn settings(&self) -> DirectorySettings {
        DirectorySettings {
            urls: vec![format!("ldap://localhost:{}", self.port)],
            ca_file: Some(self.folder.path().join("ca.pem")),
            bind: Binding::ActiveDirectory,
            membership: Membership::Nested,
            base: "DC=example,DC=com".to_owned(),
            domains: vec!["example.com".to_owned()],
            netbios_domain: Some("EXAMPLE".to_owned()),
            groups: vec![GroupRole {
                group: "CN=operators,CN=Users,DC=example,DC=com".to_owned(),
                role: "Operator".to_owned(),
                unit: None,
            }],
            connect_timeout_seconds: 20,
            timeout_seconds: 20,
            ..DirectorySettings::default()
        }
    }
}
