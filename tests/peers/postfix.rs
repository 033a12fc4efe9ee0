//! E-mail over Postfix and Dovecot, as instances of their own in a folder of the test.

use crate::mail::free_address;
use crate::world::{World, run};
use channels::link::LinkKind;
use channels::message::{Channel, Reason};
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const SERVICES: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

/// Both servers; they end with the value.
struct Servers {
    folder: PathBuf,
    smtp: SocketAddr,
}

fn run_tool(command: &mut Command) {
    // Not `output`: what the tool leaves running would keep the pipe open.
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(quiet.status().expect("scripts/setup test installs it").success(), "{command:?}");
}

impl Servers {
    fn start(bounces: SocketAddr) -> Self {
        let folder = std::env::temp_dir().join(format!("trunkline-mail-{}", std::process::id()));
        let (smtp, lmtp) = (free_address(), free_address());
        for part in ["postfix", "spool", "data", "mail", "run"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        for open in ["", "mail"] {
            fs::set_permissions(folder.join(open), fs::Permissions::from_mode(0o755)).unwrap();
        }
        run_tool(Command::new("chown").arg("nobody").arg(folder.join("mail")));
        run_tool(Command::new("chown").arg("postfix").arg(folder.join("data")));
        Self::dovecot(&folder, lmtp);
        Self::postfix(&folder, smtp, lmtp, bounces);
        Self { folder, smtp }
    }

    fn dovecot(folder: &Path, lmtp: SocketAddr) {
        let at = folder.display();
        let uid = "65534:65534"; // nobody
        fs::write(folder.join("users"), format!("aziza:{{PLAIN}}x:{uid}::{at}/mail/aziza::\n")).unwrap();
        let conf = format!(
            "base_dir = {at}/run\nlog_path = {at}/dovecot.log\nprotocols = lmtp\nssl = no\n\
             mail_location = maildir:{at}/mail/%n\nauth_username_format = %Ln\nfirst_valid_uid = 100\n\
             passdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
             userdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
             service lmtp {{\n inet_listener lmtp {{\n  address = 127.0.0.1\n  port = {}\n }}\n}}\n",
            lmtp.port()
        );
        fs::write(folder.join("dovecot.conf"), conf).unwrap();
        run_tool(Command::new("dovecot").arg("-c").arg(folder.join("dovecot.conf")));
    }

    fn postfix(folder: &Path, smtp: SocketAddr, lmtp: SocketAddr, bounces: SocketAddr) {
        let at = folder.display();
        let conf = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/spool\ndata_directory = {at}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmeta_directory = /etc/postfix\n\
             mail_owner = postfix\nsetgid_group = postdrop\ninet_interfaces = loopback-only\ninet_protocols = ipv4\n\
             myhostname = mx.cc.test\nmydestination =\nmynetworks = 127.0.0.0/8\nalias_maps =\n\
             virtual_mailbox_domains = customer.test\nvirtual_mailbox_maps = static:all\n\
             virtual_transport = lmtp:inet:127.0.0.1:{}\nrelay_domains = b.cc.test\n\
             transport_maps = inline:{{ {{ b.cc.test = lmtp:inet:127.0.0.1:{} }} }}\nrecipient_delimiter = +\n\
             maillog_file = {at}/mail.log\nmaillog_file_prefixes = {at}\n",
            lmtp.port(),
            bounces.port()
        );
        fs::write(folder.join("postfix/main.cf"), conf).unwrap();
        let listener = format!("127.0.0.1:{} inet n - n - - smtpd\n{SERVICES}", smtp.port());
        fs::write(folder.join("postfix/master.cf"), listener).unwrap();
        run_tool(Command::new("postfix").arg("-c").arg(folder.join("postfix")).arg("start"));
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for log in ["mail.log", "dovecot.log"] {
                eprintln!("{log}: {}", fs::read_to_string(self.folder.join(log)).unwrap_or_default());
            }
        }
        let quiet = |command: &mut Command| {
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        };
        quiet(Command::new("postfix").arg("-c").arg(self.folder.join("postfix")).arg("stop"));
        quiet(Command::new("dovecot").arg("-c").arg(self.folder.join("dovecot.conf")).arg("stop"));
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn mails_of(folder: &Path, who: &str) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder.join("mail").join(who).join("new")) else { return Vec::new() };
    files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok()).collect()
}

/// CIMP-NTF-01: the whole loop over a real mail server: one e-mail arrives, the other comes back as a report and is
/// undelivered.
#[test]
fn a_mail_arrives_over_postfix_and_one_to_nobody_comes_back() {
    if !is_root() {
        eprintln!("not run: Postfix starts as root only");
        return;
    }
    run(async {
        let bounces = free_address();
        let servers = Servers::start(bounces);
        let mut world = World::new().await;
        world.template().await;
        let settings = json!({
            "host": "127.0.0.1", "port": servers.smtp.port(), "security": "none", "from": "news@cc.test",
            "return_path": "bounce@b.cc.test",
        });
        world.link(LinkKind::Smtp, &settings).await;
        world.start(Some(bounces));

        let mails =
            [("aziza@customer.test".to_owned(), "Привет"), ("gone@customer.test".to_owned(), "Hello")];
        let ids = world.send(Channel::Email, &mails).await;
        world.until_states(&[("sent", 1), ("undelivered", 1)]).await;

        let gone = world.message(ids[1]).await;
        assert_eq!(gone.reason, Some(Reason::Bounce));
        assert!(gone.detail.as_deref().is_some_and(|said| said.contains("5.1.1")), "{gone:?}");
        for _ in 0..500 {
            if !mails_of(&servers.folder, "aziza").is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let arrived = mails_of(&servers.folder, "aziza");
        assert_eq!(arrived.len(), 1);
        assert!(
            arrived[0].contains(&format!("Return-Path: <bounce+{}@b.cc.test>", ids[0].as_uuid().simple()))
        );
        world.stop().await;
    });
}
