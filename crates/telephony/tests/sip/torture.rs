//! The 49 messages of RFC 4475, each with the answer that the RFC (or, where it leaves a choice, we) prescribe.

use crate::support::{Phone, Rig, header, settings};
use base::id::TrunkId;
use std::net::IpAddr;
use telephony::sip::{Credential, SipDirectory, SipEvent, TrunkAccess};

/// Every caller is trusted and every number is ours: what is refused is refused for its form.
struct Everybody;

impl SipDirectory for Everybody {
    fn trunk_by_address(&self, _source: IpAddr) -> Option<TrunkAccess> {
        Some(TrunkAccess { trunk: TrunkId::from_uuid(uuid::Uuid::from_u128(1)), calls_max: 1000 })
    }
    fn credential(&self, _username: &str) -> Option<Credential> {
        None
    }
    fn has_credentials(&self) -> bool {
        false
    }
    fn serves(&self, _dialled: &str) -> bool {
        true
    }
}

enum Expected {
    /// 100, and a call for somebody to answer.
    Call,
    /// This final answer.
    Final(u16),
    /// Nothing.
    Silence,
}
use Expected::{Call, Final, Silence};

/// File, section of RFC 4475, what we do. We serve no REGISTER and no MESSAGE: a sound one gets 405.
const TABLE: [(&str, &str, Expected); 49] = [
    // It has a To tag of a dialog that does not exist.
    ("wsinv", "3.1.1.1", Final(481)),
    ("intmeth", "3.1.1.2", Final(501)),
    ("esc01", "3.1.1.3", Call),
    ("escnull", "3.1.1.4", Final(405)),
    ("esc02", "3.1.1.5", Final(501)),
    ("lwsdisp", "3.1.1.6", Final(200)),
    ("longreq", "3.1.1.7", Call),
    ("dblreq", "3.1.1.8", Final(405)),
    ("semiuri", "3.1.1.9", Final(200)),
    ("transports", "3.1.1.10", Final(200)),
    ("mpart01", "3.1.1.11", Final(405)),
    ("unreason", "3.1.1.12", Silence),
    ("noreason", "3.1.1.13", Silence),
    ("badinv01", "3.1.2.1", Final(400)),
    ("clerr", "3.1.2.2", Final(400)),
    ("ncl", "3.1.2.3", Final(400)),
    ("scalar02", "3.1.2.4", Final(400)),
    ("scalarlg", "3.1.2.5", Silence),
    ("quotbal", "3.1.2.6", Final(400)),
    ("ltgtruri", "3.1.2.7", Final(400)),
    ("lwsruri", "3.1.2.8", Final(400)),
    ("lwsstart", "3.1.2.9", Final(400)),
    ("trws", "3.1.2.10", Final(400)),
    ("escruri", "3.1.2.11", Final(400)),
    // "must not reject only because of the zone": the date is nobody's business here.
    ("baddate", "3.1.2.12", Call),
    ("regbadct", "3.1.2.13", Final(405)),
    ("badaspec", "3.1.2.14", Final(400)),
    ("baddn", "3.1.2.15", Final(400)),
    ("badvers", "3.1.2.16", Final(505)),
    ("mismatch01", "3.1.2.17", Final(400)),
    ("mismatch02", "3.1.2.18", Final(501)),
    ("bigcode", "3.1.2.19", Silence),
    // The empty branch makes it a request of RFC 2543, which is served.
    ("badbranch", "3.2.1", Final(200)),
    ("insuf", "3.3.1", Final(400)),
    ("unkscm", "3.3.2", Final(416)),
    ("novelsc", "3.3.3", Final(416)),
    ("unksm2", "3.3.4", Final(405)),
    ("bext01", "3.3.5", Final(420)),
    ("invut", "3.3.6", Final(415)),
    ("regaut01", "3.3.7", Final(405)),
    ("multi01", "3.3.8", Final(400)),
    ("mcl01", "3.3.9", Final(400)),
    ("bcast", "3.3.10", Silence),
    // We are where it ends, so no hop is missing.
    ("zeromf", "3.3.11", Final(200)),
    ("cparam01", "3.3.12", Final(405)),
    ("cparam02", "3.3.13", Final(405)),
    ("regescrt", "3.3.14", Final(405)),
    ("sdp01", "3.3.15", Final(406)),
    ("inv2543", "3.4.1", Call),
];

fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/rfc4475/{name}.dat", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What an OPTIONS with this Call-ID proves: everything that was sent before it has been answered.
fn fence(phone: &mut Phone, name: &str) -> String {
    phone.call_id = format!("fence-{name}");
    let options = phone.request("OPTIONS", 1, "", "");
    phone.send(&options);
    phone.receive()
}

/// CC-TEL-01: malformed SIP is answered as RFC 3261 says, or not at all, and never with a panic.
#[test]
fn all_messages_of_rfc_4475_are_answered_as_it_says() {
    let mut rig = Rig::start(settings(), Everybody);
    for (name, section, expected) in TABLE {
        println!("{name} {section}");
        let mut phone = Phone::new(rig.udp());
        phone.send_bytes(&data(name));
        match expected {
            Silence => {
                let next = fence(&mut phone, name);
                assert_eq!(
                    header(&next, "Call-ID").unwrap(),
                    format!("fence-{name}"),
                    "{name} {section}: {next}"
                );
            }
            Final(status) => {
                let answer = phone.receive();
                assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{name} {section}: {answer}");
                let next = fence(&mut phone, name);
                assert_eq!(
                    header(&next, "Call-ID").unwrap(),
                    format!("fence-{name}"),
                    "{name} {section}: {next}"
                );
            }
            Call => {
                let answer = phone.receive();
                assert!(answer.starts_with("SIP/2.0 100"), "{name} {section}: {answer}");
                let SipEvent::Incoming(call) = rig.event() else { panic!("{name} {section}: no call") };
                let reject = telephony::sip::SipCommand::Reject {
                    leg: call.leg,
                    status: 486,
                    reason: None,
                    retry_after: None,
                };
                rig.send(reject);
                let answer = phone.receive();
                assert!(answer.starts_with("SIP/2.0 486 "), "{name} {section}: {answer}");
                assert!(!answer.contains("rfc2543"), "{name} {section}: {answer}");
            }
        }
        rig.no_event();
    }
    rig.until_no_legs();
}

/// The same messages with bytes changed, cut and doubled: whatever happens, the edge still serves afterwards.
#[test]
fn mutants_of_the_messages_do_not_stop_the_edge() {
    use rand::{RngExt as _, SeedableRng as _};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(4475);
    let mut rig = Rig::start(settings(), Everybody);
    let phone = Phone::new(rig.udp());
    for round in 0..4000 {
        let mut message = data(TABLE[round % TABLE.len()].0);
        for _ in 0..rng.random_range(1..6) {
            let at = rng.random_range(0..message.len());
            match rng.random_range(0..4) {
                0 => message[at] = rng.random(),
                1 => message.truncate(at.max(1)),
                2 => message.insert(at, *b"\r\n:;\"<>, \0\xff".get(rng.random_range(0..11)).unwrap()),
                _ => {
                    let end = (at + rng.random_range(1..60)).min(message.len());
                    let piece = message[at..end].to_vec();
                    message.splice(at..at, piece);
                }
            }
        }
        phone.send_bytes(&message);
    }
    while let Ok(event) = rig.events.try_recv() {
        if let SipEvent::Incoming(call) = event {
            let _ = rig.handle.send(telephony::sip::SipCommand::Bye { leg: call.leg, cause: None });
        }
    }

    let mut fresh = Phone::new(rig.udp());
    let options = fresh.request("OPTIONS", 1, "", "");
    fresh.send(&options);
    assert!(fresh.receive().starts_with("SIP/2.0 200"));
}
