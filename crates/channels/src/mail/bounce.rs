//! Reads what mail servers report (RFC 3464). The state stands in the report's own part, not in the outer headers.

use crate::store::{NewReceipt, ReceiptState};
use mail_parser::{MessageParser, MimeHeaders, PartType};

/// The report that a mail is; one without a report's part is taken for a failure when its sender is nobody, as old
/// servers do.
#[must_use]
pub fn read(mail: &[u8], sender_is_nobody: bool) -> Option<NewReceipt> {
    let parsed = MessageParser::default().parse(mail)?;
    let report = parsed.parts.iter().find_map(|part| {
        let kind = part.content_type()?;
        let is_report = kind.ctype() == "message"
            && kind.subtype().is_some_and(|subtype| subtype.ends_with("delivery-status"));
        if !is_report {
            return None;
        }
        Some(match &part.body {
            PartType::Text(text) => text.to_string(),
            PartType::Binary(octets) | PartType::InlineBinary(octets) => {
                String::from_utf8_lossy(octets).into_owned()
            }
            _ => String::new(),
        })
    });
    let Some(report) = report else {
        return sender_is_nobody.then(|| NewReceipt {
            provider_id: parsed.message_id().unwrap_or_default().to_owned(),
            address: None,
            state: ReceiptState::Undelivered,
            code: parsed.subject().map(cut),
            raw: cut(&parsed.body_text(0).unwrap_or_default()),
        });
    };
    let field = |name: &str| value(&report, name);
    let state = match field("action").map(|action| action.to_ascii_lowercase()).as_deref() {
        Some("delivered" | "relayed" | "expanded") => ReceiptState::Delivered,
        Some("delayed") => ReceiptState::Pending,
        _ => ReceiptState::Undelivered,
    };
    let status = field("status").unwrap_or_default();
    let diagnostic = field("diagnostic-code").unwrap_or_default();
    let recipient = field("original-recipient").or_else(|| field("final-recipient"));
    Some(NewReceipt {
        provider_id: parsed.message_id().unwrap_or_default().to_owned(),
        address: recipient.map(|text| text.rsplit(';').next().unwrap_or_default().trim().to_owned()),
        state,
        code: Some(cut(format!("{status} {diagnostic}").trim())),
        raw: cut(&report),
    })
}

/// The value of a field, its continued lines joined; of several recipients the last.
fn value(report: &str, name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    let mut continues = false;
    for line in report.lines() {
        if line.starts_with([' ', '\t']) {
            if continues && let Some(found) = &mut found {
                found.push(' ');
                found.push_str(line.trim());
            }
            continue;
        }
        let field = line.split_once(':').filter(|(field, _)| field.trim().eq_ignore_ascii_case(name));
        continues = field.is_some();
        if let Some((_, value)) = field {
            found = Some(value.trim().to_owned());
        }
    }
    found
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(2_000).collect()
}
