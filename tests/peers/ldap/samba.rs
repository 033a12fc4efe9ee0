//! A domain controller of Active Directory by Samba, of Debian's packages: the domain `example.test` in a folder of the
//! test, its LDAP servers on a loopback address of its own, with certificates of a CA of its own.
//!
//! Making a domain takes some seconds, so it is made once and kept beside what was built; each test process starts a
//! copy, and the tests of one process share it. Only LDAP runs: no Kerberos, DNS, files or replication.
//!
//! Its ports cannot be chosen, so it needs root or the right to listen below 1024.

use super::slapd::certify;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The password of the administrator and of everybody else.
pub const SECRET: &str = "Domain-secret-1";
/// The password of the one who must not have the same.
pub const OTHER_SECRET: &str = "Other-secret-1";
const ADMINISTRATOR: &str = "Administrator@example.test";
/// Where Debian puts the Python that knows Samba's modules, whatever else is in the path.
const PYTHON: &str = "/usr/bin/python3";
const PROVISION: &str = include_str!("../../../scripts/peers/domain.py");
/// How long Samba may take to start; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// The ports of Active Directory, of which one process can have each address once.
const PORTS: [u16; 4] = [389, 636, 3268, 3269];

static SHARED: Mutex<Weak<Domain>> = Mutex::new(Weak::new());

/// A running domain controller. It ends with the value; when the test process is killed, with its end of the pipe.
pub struct Domain {
    folder: TempDir,
    child: Child,
    address: Ipv4Addr,
}

impl Drop for Domain {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Domain {
    /// The one of this process, started when no test has it. Tests change their own people only.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let domain = Arc::new(Self::start());
            *shared = Arc::downgrade(&domain);
            domain
        })
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = format!("{}/.", template().display());
        quietly(Command::new("cp").args(["-a", "--reflink=auto", &files]).arg(folder.path()));
        let address = free_loopback();
        certify(folder.path(), &address.to_string());
        fs::set_permissions(folder.path().join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
        configure(folder.path(), address);
        let child = Command::new("/usr/sbin/samba")
            // In one process, which ends when the other end of its standard input does.
            .args(["--interactive", "--model=single", "--debug-stdout", "--configfile"])
            .arg(folder.path().join("smb.conf"))
            .stdin(Stdio::piped())
            .stdout(File::create(folder.path().join("samba.log")).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/setup test installs samba-ad-dc");
        let domain = Self { folder, child, address };
        domain.until_it_answers();
        domain.fill();
        domain
    }

    fn until_it_answers(&self) {
        let by = Instant::now() + PATIENCE;
        for port in PORTS {
            while TcpStream::connect((self.address, port)).is_err() {
                let log = || fs::read_to_string(self.folder().join("samba.log")).unwrap_or_default();
                assert!(Instant::now() < by, "samba does not listen: {}", log());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn fill(&self) {
        // `unicodePwd` is the password in quotation marks, in UTF-16 (MS-ADTS 3.1.1.3.1.5.1).
        let quoted =
            |secret| format!("\"{secret}\"").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let fill = |text: String, place, secret| text.replace(place, &STANDARD.encode(quoted(secret)));
        let people = fill(include_str!("domain.ldif").to_owned(), "{SECRET}", SECRET);
        self.change(&fill(people, "{OTHER}", OTHER_SECRET));
    }

    /// Where it listens, and its ports: the one on which StartTLS is used, and the one with TLS from the first byte.
    pub fn place(&self) -> (Ipv4Addr, [u16; 2]) {
        (self.address, [PORTS[0], PORTS[1]])
    }

    /// Its address, on which only StartTLS is used.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// Its address with TLS from the first byte.
    pub fn secure_url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Changes entries: LDIF with `changetype`.
    pub fn change(&self, ldif: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(ldif.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let ended = self.tool("ldapmodify", ADMINISTRATOR, SECRET, &["-f", path]);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    /// Why the domain controller itself refuses a name and a password; nothing when it does not.
    pub fn refusal(&self, name: &str, password: &str) -> String {
        let ended = self.tool("ldapsearch", name, password, &["-s", "base", "-b", "", "1.1"]);
        String::from_utf8_lossy(&ended.stderr).into_owned()
    }

    fn tool(&self, tool: &str, name: &str, password: &str, arguments: &[&str]) -> Output {
        Command::new(tool)
            .args(["-x", "-ZZ", "-H", &self.url(), "-D", name, "-w", password])
            .args(arguments)
            .env("LDAPTLS_CACERT", self.folder().join("ca.pem"))
            .output()
            .expect("scripts/setup test installs ldap-utils")
    }
}

/// A domain without people, made by the first who wants it and kept; another version of Samba makes another.
fn template() -> PathBuf {
    let version = Command::new("/usr/sbin/samba").arg("--version").output();
    let mut hasher = DefaultHasher::new();
    (version.expect("scripts/setup test installs samba-ad-dc").stdout, PROVISION).hash(&mut hasher);
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(kept).unwrap();
    let made = kept.join(format!("domain-{:016x}", hasher.finish()));
    let turn = File::create(made.with_extension("lock")).unwrap();
    turn.lock().unwrap();
    if !made.exists() {
        // Renamed when it is whole: who is stopped in between leaves nothing that looks finished.
        let folder = tempfile::tempdir_in(kept).unwrap();
        let mut make = Command::new(PYTHON);
        quietly(make.args(["-I", "-c", PROVISION]).arg(folder.path()).args(["example.test", SECRET]));
        fs::rename(folder.keep(), &made).unwrap();
    }
    made
}

fn quietly(command: &mut Command) {
    let ended = command.stdin(Stdio::null()).output().expect("scripts/setup test installs it");
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// A loopback address whose ports of Active Directory nobody has: first one that other processes do not try first.
fn free_loopback() -> Ipv4Addr {
    let own = std::process::id();
    let addresses =
        (0..100).map(|step| Ipv4Addr::from_bits(0x7f40_0000 | ((own + step * 4_099) & 0x3f_ffff)));
    let mut free = addresses.filter(|address| {
        let of_port = |port| TcpListener::bind((*address, port));
        PORTS.into_iter().all(|port| of_port(port).is_ok())
    });
    free.next().expect("a loopback address whose port 389 this user may have")
}

fn configure(folder: &Path, address: Ipv4Addr) {
    let at = folder.display();
    let conf = format!(
        "[global]\nnetbios name = DC\nrealm = EXAMPLE.TEST\nworkgroup = EXAMPLE\n\
         server role = active directory domain controller\nserver services = ldap\ndcerpc endpoint servers =\n\
         interfaces = {address}/8\nbind interfaces only = yes\n\
         private dir = {at}/private\nstate directory = {at}/state\ncache directory = {at}/cache\n\
         lock directory = {at}/lock\npid directory = {at}/run\nncalrpc dir = {at}/run/ncalrpc\n\
         winbindd socket directory = {at}/run/winbindd\nntp signd socket directory = {at}/run/ntp\n\
         binddns dir = {at}/bind-dns\nlog file = {at}/samba.log\n\
         tls cafile = {at}/ca.pem\ntls certfile = {at}/cert.pem\ntls keyfile = {at}/key.pem\n"
    );
    for inner in ["cache", "lock", "run"] {
        fs::create_dir_all(folder.join(inner)).unwrap();
    }
    fs::write(folder.join("smb.conf"), conf).unwrap();
}
