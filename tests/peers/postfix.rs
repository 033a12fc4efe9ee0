//! E-mail over Postfix and Dovecot, as instances of their own in a folder of the test.

use crate::mail::free_address;
use crate::world::{World, run};
use channels::link::{LinkKind, Secrets};
use channels::message::{Channel, Reason};
use platform::tls::Authorities;
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
";

/// Both servers; they end with the value.
struct Servers {
    folder: PathBuf,
    smtp: SocketAddr,
    /// Wants STARTTLS and a sign-in.
    submission: SocketAddr,
    /// Wants TLS from the first octet and a sign-in.
    smtps: SocketAddr,
    certificate: String,
}

fn run_tool(command: &mut Command) {
    // Not `output`: what the tool leaves running would keep the pipe open.
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(quiet.status().expect("scripts/setup test installs it").success(), "{command:?}");
}

impl Servers {
    fn start(bounces: SocketAddr) -> Self {
        let name = format!("trunkline-mail-{}-{}", std::process::id(), bounces.port());
        let folder = std::env::temp_dir().join(name);
        let (smtp, lmtp, auth) = (free_address(), free_address(), free_address());
        let (submission, smtps) = (free_address(), free_address());
        for part in ["postfix", "spool", "data", "mail", "run"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        for open in ["", "mail"] {
            fs::set_permissions(folder.join(open), fs::Permissions::from_mode(0o755)).unwrap();
        }
        run_tool(Command::new("chown").arg("nobody").arg(folder.join("mail")));
        run_tool(Command::new("chown").arg("postfix").arg(folder.join("data")));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        Self::dovecot(&folder, lmtp, auth);
        let servers = Self { folder, smtp, submission, smtps, certificate: made.cert.pem() };
        servers.postfix(lmtp, auth, bounces);
        servers
    }

    fn dovecot(folder: &Path, lmtp: SocketAddr, auth: SocketAddr) {
        let at = folder.display();
        let uid = "65534:65534"; // nobody
        fs::write(folder.join("users"), format!("aziza:{{PLAIN}}x:{uid}::{at}/mail/aziza::\n")).unwrap();
        let conf = format!(
            "base_dir = {at}/run\nlog_path = {at}/dovecot.log\nprotocols = lmtp\nssl = no\n\
             mail_location = maildir:{at}/mail/%n\nauth_username_format = %Ln\nfirst_valid_uid = 100\n\
             passdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
             userdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
             service lmtp {{\n inet_listener lmtp {{\n  address = 127.0.0.1\n  port = {}\n }}\n}}\n\
             auth_mechanisms = plain login\ndisable_plaintext_auth = no\n\
             service auth {{\n inet_listener {{\n  address = 127.0.0.1\n  port = {}\n }}\n}}\n",
            lmtp.port(),
            auth.port()
        );
        fs::write(folder.join("dovecot.conf"), conf).unwrap();
        run_tool(Command::new("dovecot").arg("-c").arg(folder.join("dovecot.conf")));
    }

    fn postfix(&self, lmtp: SocketAddr, auth: SocketAddr, bounces: SocketAddr) {
        let folder = &self.folder;
        let at = folder.display();
        let conf = format!(
            "compatibility_level = 3.6\nqueue_directory = {at}/spool\ndata_directory = {at}/data\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\nmeta_directory = /etc/postfix\n\
             mail_owner = postfix\nsetgid_group = postdrop\ninet_interfaces = loopback-only\ninet_protocols = ipv4\n\
             myhostname = mx.cc.test\nmydestination =\nmynetworks = 127.0.0.0/8\nalias_maps =\n\
             virtual_mailbox_domains = customer.test\nvirtual_mailbox_maps = static:all\n\
             virtual_transport = lmtp:inet:127.0.0.1:{}\nrelay_domains = b.cc.test\n\
             transport_maps = inline:{{ {{ b.cc.test = lmtp:inet:127.0.0.1:{} }} }}\nrecipient_delimiter = +\n\
             maillog_file = {at}/mail.log\nmaillog_file_prefixes = {at}\n\
             smtpd_tls_cert_file = {at}/cert.pem\nsmtpd_tls_key_file = {at}/key.pem\n\
             smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{}\n",
            lmtp.port(),
            bounces.port(),
            auth.port()
        );
        fs::write(folder.join("postfix/main.cf"), conf).unwrap();
        let signed_in = "-o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes \
            -o smtpd_relay_restrictions=permit_sasl_authenticated,reject \
            -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject";
        let listener = format!(
            "127.0.0.1:{} inet n - n - - smtpd\n\
             127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt {signed_in}\n\
             127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {signed_in}\n{SERVICES}",
            self.smtp.port(),
            self.submission.port(),
            self.smtps.port()
        );
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

/// INT-17, BRE-SEC-01: a link signs in over STARTTLS and over TLS from the first octet; a server whose certificate nobody
/// vouches for, and a password that is wrong, keep the message and say why.
#[test]
fn a_mail_is_handed_over_encrypted_and_signed_in() {
    if !is_root() {
        eprintln!("not run: Postfix starts as root only");
        return;
    }
    run(async {
        platform::tls::choose();
        let servers = Servers::start(free_address());
        let trusted = Authorities::of(&servers.certificate);
        for (security, address, arrived) in [("starttls", servers.submission, 1), ("tls", servers.smtps, 2)] {
            let settings = json!({
                "host": "localhost", "port": address.port(), "security": security, "username": "aziza",
                "from": "news@cc.test",
            });
            for (password, authorities, said) in [
                ("x", Authorities::default(), "certificate"),
                ("wrong", trusted.clone(), "refused the sign-in"),
                ("x", trusted.clone(), ""),
            ] {
                let mut world = World::new().await;
                world.authorities = authorities;
                world.template().await;
                let secrets = Secrets { password: Some(password.into()), private_key: None };
                let link = world.link_with(LinkKind::Smtp, &settings, &secrets).await;
                world.start(None);
                world.send(Channel::Email, &[("aziza@customer.test".to_owned(), "Hello")]).await;
                if said.is_empty() {
                    world.until_states(&[("sent", 1)]).await;
                } else {
                    let error = until(|| world.board.state(link).error).await.to_lowercase();
                    assert!(error.contains(said), "{security}: {error}");
                    world.until_states(&[("queued", 1)]).await;
                }
                world.stop().await;
            }
            until(|| (mails_of(&servers.folder, "aziza").len() == arrived).then_some(())).await;
        }
        let encrypted = mails_of(&servers.folder, "aziza");
        assert!(
            encrypted.iter().all(|mail| mail.contains("ESMTPSA")),
            "TLS and signed in, says the server: {encrypted:?}"
        );
    });
}

/// Waits until there is such a value.
async fn until<T>(found: impl Fn() -> Option<T>) -> T {
    let by = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < by, "waited in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
