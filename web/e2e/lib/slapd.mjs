// A directory of a company: Debian's slapd in a folder of its own, with a certificate of a CA of its own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from './wait.mjs';

const BASE = 'dc=example,dc=com';
const MANAGER = `cn=manager,${BASE}`;
const SECRET = 'Manager-secret-1';

/** Who is there, with which password, and in which group. */
export const PEOPLE = {
  lola: { name: 'Lola Saidova', password: 'Lola-secret-1', group: 'service' },
  timur: { name: 'Timur Nazarov', password: 'Timur-secret-1', group: 'drivers' },
};

const entry = (dn, classes, fields) =>
  [`dn: ${dn}`, ...classes.map((one) => `objectClass: ${one}`), ...Object.entries(fields).map(([key, value]) => `${key}: ${value}`), ''].join('\n');

function tree() {
  const people = Object.entries(PEOPLE);
  return [
    entry(BASE, ['dcObject', 'organization'], { o: 'Example', dc: 'example' }),
    ...['people', 'groups'].map((ou) => entry(`ou=${ou},${BASE}`, ['organizationalUnit'], { ou })),
    entry(`cn=trunkline,${BASE}`, ['organizationalRole', 'simpleSecurityObject'], { cn: 'trunkline', userPassword: SECRET }),
    ...people.map(([uid, { name, password }]) =>
      entry(`uid=${uid},ou=people,${BASE}`, ['inetOrgPerson'], {
        uid,
        cn: name,
        sn: name.split(' ')[1],
        mail: `${uid}@example.com`,
        preferredLanguage: 'en',
        userPassword: password,
      }),
    ),
    ...people.map(([uid, { group }]) => entry(`cn=${group},ou=groups,${BASE}`, ['groupOfNames'], { cn: group, member: `uid=${uid},ou=people,${BASE}` })),
  ].join('\n');
}

/** A CA, and a certificate of it for 127.0.0.1. */
function certify(dir) {
  const openssl = (...words) => execFileSync('openssl', words, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Company CA');
  openssl('req', ...fresh, '-keyout', 'key.pem', '-out', 'asked.pem', '-subj', '/CN=localhost');
  writeFileSync(join(dir, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', 'asked.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'cert.pem', '-days', '2', '-extfile', 'names');
}

export class Slapd {
  static async start() {
    const slapd = new Slapd();
    slapd.dir = mkdtempSync(join(tmpdir(), 'trunkline-slapd-'));
    certify(slapd.dir);
    mkdirSync(join(slapd.dir, 'data'));
    const schema = (name) => `include /etc/ldap/schema/${name}.schema`;
    // `bind_anon_dn` answers "success" to a name without a password, as many directories do.
    const conf = `${['core', 'cosine', 'inetorgperson'].map(schema).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile ${slapd.dir}/slapd.pid
allow bind_anon_dn
TLSCACertificateFile ${slapd.dir}/ca.pem
TLSCertificateFile ${slapd.dir}/cert.pem
TLSCertificateKeyFile ${slapd.dir}/key.pem
database mdb
suffix "${BASE}"
rootdn "${MANAGER}"
rootpw ${SECRET}
directory ${slapd.dir}/data
maxsize 16777216
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay memberof
memberof-refint TRUE
`;
    writeFileSync(join(slapd.dir, 'slapd.conf'), conf);
    slapd.port = await freePort();
    await slapd.comeBack();
    execFileSync('ldapadd', ['-x', '-H', slapd.url, '-D', MANAGER, '-w', SECRET], { input: tree(), stdio: ['pipe', 'ignore', 'pipe'] });
    return slapd;
  }

  get url() {
    return `ldap://127.0.0.1:${this.port}`;
  }

  /** Settings of a server whose people of this group have this role; all of it goes over StartTLS. */
  settings(group, role) {
    return `[access.directory.main]
urls = ["${this.url}"]
ca_file = "${this.dir}/ca.pem"
service_dn = "cn=trunkline,${BASE}"
service_password = "${SECRET}"
base = "${BASE}"
domains = ["example.com"]
connect_timeout_seconds = 20
timeout_seconds = 20

[[access.directory.main.groups]]
group = "cn=${group},ou=groups,${BASE}"
role = "${role}"
`;
  }

  /** Nobody listens. */
  async goAway() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  async comeBack() {
    this.process = spawn('/usr/sbin/slapd', ['-h', this.url, '-f', join(this.dir, 'slapd.conf'), '-d', '0'], { stdio: 'ignore' });
    this.exited = new Promise((done) => this.process.once('exit', done));
    await until('slapd listens', () => listens(this.port), { seconds: 30 });
  }

  async stop() {
    await this.goAway();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const listens = (port) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
