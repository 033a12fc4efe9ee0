use super::bounce;
use super::compose::Composer;
use super::door::{Door, Effect, Report};
use super::*;
use crate::link::{LinkKind, LinkSettings, SmtpSettings};
use crate::message::MessageClass;
use crate::store::{Claimed, ReceiptState};
use chrono::DateTime;
use serde_json::json;

fn message() -> MessageId {
    MessageId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-0000000000aa"))
}

const TOKEN: &str = "019000000000700080000000000000aa";

fn settings() -> SmtpSettings {
    let given = json!({
        "host": "127.0.0.1", "port": 25, "from": "news@example.com", "from_name": "Новости",
        "return_path": "bounce@b.example.com", "unsubscribe_url": "https://example.com/u/{message}",
        "dkim": { "domain": "example.com", "selector": "s1" },
    });
    match LinkSettings::read(LinkKind::Smtp, &given).unwrap() {
        LinkSettings::Smtp(settings) => *settings,
        LinkSettings::Smpp(_) => unreachable!(),
    }
}

fn claimed(class: MessageClass) -> Claimed {
    Claimed {
        id: message(),
        customer_id: None,
        attempt: 1,
        address: "aziza@customer.test".to_owned(),
        class,
        language: None,
        subject: Some("Скидка".to_owned()),
        text: "Салом".to_owned(),
        html: Some("<b>Салом</b>".to_owned()),
        mail_id: Some(format!("{TOKEN}@example.com")),
        expires_at: DateTime::UNIX_EPOCH,
        priority: 0,
    }
}

/// A seed of Ed25519, base64: small enough to stand here.
const KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

fn header(mail: &str, name: &str) -> Option<String> {
    let unfolded = mail.replace("\r\n ", " ").replace("\r\n\t", " ");
    let head = unfolded.split("\r\n\r\n").next()?.to_owned();
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
}

/// CIMP-NTF-01, CIMP-NTF-02: one click unsubscribes from marketing, and the signature covers it.
#[test]
fn a_marketing_mail_is_signed_with_its_unsubscribing_and_a_functional_one_has_none() {
    let composer = Composer::new(settings(), Some(&KEY.into())).unwrap();
    let now = DateTime::from_timestamp(1_772_442_000, 0).unwrap();
    let write = |class| {
        let composed = composer.compose(now, &claimed(class)).unwrap();
        (composed.envelope, String::from_utf8(composed.octets).unwrap())
    };

    let (envelope, marketing) = write(MessageClass::Marketing);
    let (_, functional) = write(MessageClass::Functional);

    assert_eq!(envelope.from().unwrap().to_string(), format!("bounce+{TOKEN}@b.example.com"));
    assert_eq!(header(&marketing, "Message-ID"), Some(format!("<{TOKEN}@example.com>")));
    assert_eq!(header(&marketing, "List-Unsubscribe"), Some(format!("<https://example.com/u/{TOKEN}>")));
    assert_eq!(header(&marketing, "List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let signature = header(&marketing, "DKIM-Signature").unwrap();
    assert!(signature.contains("c=relaxed/relaxed"), "{signature}");
    let signed = signature.split("h=").nth(1).unwrap().split(';').next().unwrap();
    assert!(signed.contains("list-unsubscribe:list-unsubscribe-post"), "{signed}");
    assert_eq!(header(&functional, "List-Unsubscribe"), None);
    assert!(functional.contains("multipart/alternative"));
}

#[test]
fn bounces_find_their_message_by_the_address_they_go_to() {
    let path = return_path("bounce@b.example.com", message()).unwrap();

    assert_eq!(message_of(&path), Some(message()));
    assert_eq!(message_of("bounce@b.example.com"), None);
    assert_eq!(message_of("bounce+019@b.example.com"), None);
}

const DSN: &str = "From: MAILER-DAEMON@mx.test\r\nTo: bounce@b.example.com\r\nSubject: Undelivered\r\n\
Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=\"x\"\r\n\r\n\
--x\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
--x\r\nContent-Type: message/delivery-status\r\n\r\n\
Reporting-MTA: dns; mx.test\r\n\r\n\
Final-Recipient: rfc822; gone@customer.test\r\nOriginal-Recipient: rfc822;gone@customer.test\r\n\
Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <gone@customer.test>\r\n    User does not exist\r\n\
--x--\r\n";

#[test]
fn a_report_says_what_became_of_a_mail() {
    let failed = bounce::read(DSN.as_bytes(), true).unwrap();
    let delayed = bounce::read(DSN.replace("failed", "delayed").as_bytes(), true).unwrap();
    let bare = "From: MAILER-DAEMON\r\nSubject: failure\r\n\r\nno such user\r\n";

    assert_eq!(failed.state, ReceiptState::Undelivered);
    assert_eq!(failed.address.as_deref(), Some("gone@customer.test"));
    let said = failed.code.unwrap();
    assert_eq!(said, "5.1.1 smtp; 550 5.1.1 <gone@customer.test> User does not exist");
    assert_eq!(delayed.state, ReceiptState::Pending);
    assert_eq!(bounce::read(bare.as_bytes(), true).map(|r| r.state), Some(ReceiptState::Undelivered));
    assert_eq!(bounce::read(bare.as_bytes(), false), None);
}

fn said(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Say(text) => Some(text.lines().last().unwrap_or_default()),
            _ => None,
        })
        .collect()
}

/// Only reports about our own messages come in, in whatever pieces they come.
#[test]
fn the_door_takes_reports_about_our_messages_only() {
    let script = format!(
        "LHLO mx.test\r\nMAIL FROM:<> SIZE=100\r\nRCPT TO:<anna@b.example.com>\r\n\
         RCPT TO:<bounce+{TOKEN}@b.example.com>\r\nDATA\r\nSubject: x\r\n\r\n..hi\r\n.\r\nQUIT\r\n"
    );
    for size in [1, 7, 10_000] {
        let (mut door, _) = Door::open("b.example.com");
        let mut effects = Vec::new();
        for piece in script.as_bytes().chunks(size) {
            door.receive(piece, &mut effects);
        }
        let Some(position) = effects.iter().position(|e| matches!(e, Effect::Take(_))) else {
            panic!("{effects:?}")
        };
        let Effect::Take(report) = effects.remove(position) else { panic!() };
        door.stored(true, &mut effects);

        let Report { messages, sender_is_nobody, octets } = *report;
        assert_eq!((messages, sender_is_nobody), (vec![message()], true));
        assert_eq!(String::from_utf8(octets).unwrap(), "Subject: x\r\n\r\n.hi\r\n");
        let codes: Vec<&str> = said(&effects).iter().map(|line| &line[..3]).collect();
        assert_eq!(codes, ["250", "250", "550", "250", "354", "250", "221"], "pieces of {size}");
        assert_eq!(effects.last(), Some(&Effect::Close));
    }
}
