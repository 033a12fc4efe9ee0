//! A slapd of Debian's packages in a folder of the test, with certificates of a CA of its own.
//!
//! Active Directory is emulated as far as slapd goes: attributes of its schema under their own ids (sAMAccountName,
//! userPrincipalName, userAccountControl with the bit rule, objectGUID in bytes) and memberOf by slapd's overlay.
//! Not emulated: binds with a name that is no DN, the rule for groups in groups, and the `data` codes of refused binds;
//! for those, and for what Active Directory really says, see `samba.rs`.

use crate::mail::free_address;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What the manager of the directory and the service account have.
pub const SECRET: &str = "Manager-secret-1";
const MANAGER: &str = "cn=manager,dc=example,dc=com";
/// How long slapd may take to start; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &str = "
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY
  MAY ( sAMAccountName $ userPrincipalName $ userAccountControl $ objectGUID ) )
";

const TREE: &str = "\
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=trunkline,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: trunkline
userPassword: Manager-secret-1

dn: uid=anna,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: user
uid: anna
cn: Anna Karimova
displayName: Anna Karimova
sn: Karimova
mail: anna@example.com
preferredLanguage: uz
userPassword: Anna-secret-1
sAMAccountName: akarimova
userPrincipalName: anna@example.com
userAccountControl: 512
objectGUID:: AAH//hAREhMUFRYXGBkaGw==

dn: uid=boris,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
objectClass: user
uid: boris
cn: Boris Orlov
sn: Orlov
userPassword: Boris-secret-1
sAMAccountName: boris
userAccountControl: 512
objectGUID:: EAH//hAREhMUFRYXGBkaGw==

dn: cn=operators,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: operators
member: uid=anna,ou=people,dc=example,dc=com

dn: cn=supervisors,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: supervisors
member: cn=trunkline,dc=example,dc=com
";

/// A running slapd. It ends with the value.
pub struct Slapd {
    folder: TempDir,
    child: Child,
    ldap: u16,
    ldaps: u16,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A CA in `ca.pem` and a server of it, at this address, in `cert.pem` and `key.pem`.
pub fn certify(folder: &Path, address: &str) {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), address.to_owned()];
    let server = CertificateParams::new(names).unwrap().signed_by(&key, &ca).unwrap();
    fs::write(folder.join("ca.pem"), ca.pem()).unwrap();
    fs::write(folder.join("cert.pem"), server.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

/// A CA that has certified nobody.
pub fn foreign_ca(folder: &Path) -> PathBuf {
    let inner = folder.join("foreign");
    fs::create_dir_all(&inner).unwrap();
    certify(&inner, "127.0.0.1");
    inner.join("ca.pem")
}

fn configure(folder: &Path) {
    let at = folder.display();
    fs::write(folder.join("ad.schema"), SCHEMA).unwrap();
    fs::create_dir_all(folder.join("data")).unwrap();
    // `bind_anon_dn` makes slapd answer "success" to a name without a password, as many servers do: whoever sends
    // such a bind lets everybody in.
    let conf = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\ninclude {at}/ad.schema\n\
         modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload memberof\n\
         pidfile {at}/slapd.pid\nallow bind_anon_dn\n\
         TLSCACertificateFile {at}/ca.pem\nTLSCertificateFile {at}/cert.pem\nTLSCertificateKeyFile {at}/key.pem\n\
         database mdb\nsuffix \"dc=example,dc=com\"\nrootdn \"{MANAGER}\"\nrootpw {SECRET}\n\
         directory {at}/data\nmaxsize 16777216\n\
         access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n\
         overlay memberof\nmemberof-refint TRUE\nmemberof-dangling ignore\n"
    );
    fs::write(folder.join("slapd.conf"), conf).unwrap();
}

impl Slapd {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certify(folder.path(), "127.0.0.1");
        configure(folder.path());
        let (ldap, ldaps) = (free_address().port(), free_address().port());
        let child = Self::run(folder.path(), ldap, ldaps);
        let slapd = Self { folder, child, ldap, ldaps };
        slapd.until_it_answers();
        slapd.tool("ldapadd", TREE);
        slapd
    }

    fn run(folder: &Path, ldap: u16, ldaps: u16) -> Child {
        Command::new("/usr/sbin/slapd")
            .arg("-h")
            .arg(format!("ldap://127.0.0.1:{ldap} ldaps://127.0.0.1:{ldaps}"))
            .arg("-f")
            .arg(folder.join("slapd.conf"))
            .args(["-d", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/setup test installs slapd")
    }

    fn until_it_answers(&self) {
        let by = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.ldaps)).is_err() {
            assert!(Instant::now() < by, "slapd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// It is gone until [`Slapd::come_back`].
    pub fn go_away(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn come_back(&mut self) {
        self.child = Self::run(self.folder.path(), self.ldap, self.ldaps);
        self.until_it_answers();
    }

    /// Its address, on which only StartTLS is used.
    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.ldap)
    }

    /// Its ports: the one on which StartTLS is used, and the one with TLS from the first byte.
    pub fn ports(&self) -> [u16; 2] {
        [self.ldap, self.ldaps]
    }

    /// Its address with TLS from the first byte.
    pub fn secure_url(&self) -> String {
        format!("ldaps://localhost:{}", self.ldaps)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Changes entries: LDIF with `changetype`.
    pub fn change(&self, ldif: &str) {
        self.tool("ldapmodify", ldif);
    }

    fn tool(&self, tool: &str, ldif: &str) {
        let mut child = Command::new(tool)
            .args(["-x", "-H", &self.url(), "-D", MANAGER, "-w", SECRET])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("scripts/setup test installs ldap-utils");
        child.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{tool}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}
