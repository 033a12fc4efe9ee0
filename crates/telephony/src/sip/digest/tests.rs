use super::super::directory::{Credential, TrunkBook};
use super::*;
use base::id::TrunkId;

const URI: &str = "sip:+998712000000@example.com";

fn book() -> TrunkBook {
    let access = TrunkAccess { trunk: TrunkId::from_uuid(uuid::Uuid::from_u128(1)), calls_max: 10 };
    let mut book = TrunkBook::default();
    book.add_by_digest("carrier", Credential::new(access, "carrier", "trunkline", "s3cret"));
    book
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn source() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

fn answer(challenge: &str, username: &str, password: &str, nc: u32) -> String {
    let nonce = challenge.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sha = challenge.contains("SHA-256");
    let hash = |text: String| {
        if sha { hex::encode(Sha256::digest(text)) } else { hex::encode(Md5::digest(text)) }
    };
    let ha1 = hash(format!("{username}:trunkline:{password}"));
    let ha2 = hash(format!("INVITE:{URI}"));
    let response = hash(format!("{ha1}:{nonce}:{nc:08x}:abc:auth:{ha2}"));
    let algorithm = if sha { "SHA-256" } else { "MD5" };
    format!(
        "Digest username=\"{username}\", realm=\"trunkline\", nonce=\"{nonce}\", uri=\"{URI}\", \
         response=\"{response}\", algorithm={algorithm}, cnonce=\"abc\", nc={nc:08x}, qop=auth"
    )
}

fn judge(server: &mut DigestServer, now: DateTime<Utc>, authorization: &str) -> Outcome {
    server.judge(now, source(), "INVITE", URI, Some(authorization), &book())
}

fn server() -> DigestServer {
    DigestServer::new(&SipSettings::default(), [9; 32])
}

#[test]
fn both_algorithms_are_offered_and_accepted() {
    for index in 0..2 {
        let mut server = server();
        let challenge = server.challenge(start(), false).remove(index);

        let outcome = judge(&mut server, start(), &answer(&challenge, "carrier", "s3cret", 1));

        assert!(matches!(outcome, Outcome::Accepted(_)), "{challenge}");
    }
}

#[test]
fn the_same_answer_twice_is_refused_as_stale_but_overtaking_is_allowed() {
    let mut server = server();
    let challenge = server.challenge(start(), false).remove(0);

    let outcomes: Vec<bool> = [1, 3, 2, 2, 3, 100, 1]
        .map(|nc| {
            matches!(
                judge(&mut server, start(), &answer(&challenge, "carrier", "s3cret", nc)),
                Outcome::Accepted(_)
            )
        })
        .to_vec();

    assert_eq!(outcomes, [true, true, true, false, false, true, false]);
}

#[test]
fn an_old_nonce_is_stale_and_a_forged_one_is_not() {
    let mut server = server();
    let challenge = server.challenge(start(), false).remove(0);
    let later = start() + Duration::from_secs(301);

    assert_eq!(
        judge(&mut server, later, &answer(&challenge, "carrier", "s3cret", 1)),
        Outcome::Challenge { stale: true }
    );
    let forged = challenge.replace("nonce=\"", "nonce=\"f");
    assert_eq!(
        judge(&mut server, start(), &answer(&forged, "carrier", "s3cret", 1)),
        Outcome::Challenge { stale: false }
    );
}

#[test]
fn guessing_locks_the_address_out_and_an_unknown_user_looks_like_a_wrong_password() {
    let mut server = server();
    for n in 0..10 {
        let challenge = server.challenge(start(), false).remove(0);
        let user = if n % 2 == 0 { "carrier" } else { "nobody" };
        assert_eq!(
            judge(&mut server, start(), &answer(&challenge, user, "wrong", 1)),
            Outcome::Challenge { stale: false }
        );
    }
    let challenge = server.challenge(start(), false).remove(0);

    assert_eq!(judge(&mut server, start(), &answer(&challenge, "carrier", "s3cret", 1)), Outcome::LockedOut);
    let later = start() + Duration::from_secs(300);
    let challenge = server.challenge(later, false).remove(0);
    assert!(matches!(
        judge(&mut server, later, &answer(&challenge, "carrier", "s3cret", 1)),
        Outcome::Accepted(_)
    ));
}

#[test]
fn an_answer_made_for_another_number_is_refused() {
    let mut server = server();
    let challenge = server.challenge(start(), false).remove(0);
    let header = answer(&challenge, "carrier", "s3cret", 1);

    let outcome = server.judge(start(), source(), "INVITE", "sip:+7900@example.com", Some(&header), &book());

    assert_eq!(outcome, Outcome::Challenge { stale: false });
}

proptest::proptest! {
    #[test]
    fn any_header_is_judged_without_panic(header in "(Digest )?[ -~]{0,200}") {
        judge(&mut server(), start(), &header);
    }
}
