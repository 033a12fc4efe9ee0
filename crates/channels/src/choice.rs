//! How a message goes: the customer's channel, address and language, and the texts, or why it cannot go.

#[cfg(test)]
mod tests;

use crate::message::{Address, Channel, ChannelChoice, MessageClass, NewMessage, Reason};
use crate::sms;
use crate::template::{Rendered, TemplateFields, render};
use base::Locale;
use serde_json::{Map, Value};

/// What is decided of a message before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// By which channel; none when there was nothing to choose from.
    pub channel: Option<Channel>,
    /// To which address.
    pub address: Option<String>,
    /// What it is for.
    pub class: MessageClass,
    /// In which language.
    pub language: Option<Locale>,
    /// What it says.
    pub texts: Rendered,
    /// Why it cannot go, if it cannot.
    pub refused: Option<(Reason, String)>,
}

/// Decides how a message goes.
#[must_use]
pub fn compose(message: &NewMessage, template: Option<&TemplateFields>) -> Composed {
    let mut composed = Composed {
        channel: None,
        address: None,
        class: message.class.or(template.map(|template| template.class)).unwrap_or(MessageClass::Functional),
        language: None,
        texts: Rendered::default(),
        refused: None,
    };
    if let Err(refused) = fill(message, template, &mut composed) {
        composed.refused = Some(refused);
    }
    composed
}

fn fill(
    message: &NewMessage,
    template: Option<&TemplateFields>,
    composed: &mut Composed,
) -> Result<(), (Reason, String)> {
    let Some(template) = template else {
        return Err((Reason::UnknownTemplate, format!("there is no template {:?}", message.template)));
    };
    let (channel, address) = choose(message, template)?;
    composed.channel = Some(channel);
    composed.address = Some(address.as_str().to_owned());
    let wanted = message.language.or_else(|| customer_text(&message.fields, "language")?.parse().ok());
    let Some((language, body)) = template.channels.find(channel, wanted) else {
        return Err(no_text(template, channel));
    };
    composed.language = Some(language);
    composed.texts = render(body, &message.fields).map_err(|detail| (Reason::UnknownTemplate, detail))?;
    if let Some(first) = composed.texts.missing.first() {
        let why = first.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        return Err((Reason::MissingField, format!("{} has no value{why}", first.placeholder)));
    }
    if channel == Channel::Sms {
        let parts = sms::split(&composed.texts.text).parts.len();
        if parts > sms::PARTS_MAX {
            let detail = format!("the text has {parts} parts, {} are sent at most", sms::PARTS_MAX);
            return Err((Reason::TooLong, detail));
        }
    }
    Ok(())
}

fn choose(message: &NewMessage, template: &TemplateFields) -> Result<(Channel, Address), (Reason, String)> {
    let wanted = match message.channel {
        ChannelChoice::Sms => Some(Channel::Sms),
        ChannelChoice::Email => Some(Channel::Email),
        ChannelChoice::Preferred => None,
    };
    if let Some(channel) = wanted {
        if !template.channels.has(channel) {
            return Err(no_text(template, channel));
        }
        let address = address(message, channel).ok_or_else(|| {
            (Reason::NoAddress, format!("the customer has no address for {}", channel.as_str()))
        })?;
        return Ok((channel, address));
    }
    let preferred = customer_text(&message.fields, "preferred_channel");
    let (first, others): (Vec<Channel>, Vec<Channel>) =
        Channel::ALL.into_iter().partition(|channel| Some(channel.as_str()) == preferred);
    first
        .into_iter()
        .chain(others)
        .filter(|channel| template.channels.has(*channel))
        .find_map(|channel| address(message, channel).map(|address| (channel, address)))
        .ok_or_else(|| {
            let detail = "the customer has no address on any channel of the template".to_owned();
            (Reason::NoAddress, detail)
        })
}

fn address(message: &NewMessage, channel: Channel) -> Option<Address> {
    if let Some(to) = &message.to {
        return (to.channel() == channel).then(|| to.clone());
    }
    let key = match channel {
        Channel::Sms => "phone",
        Channel::Email => "email",
    };
    Address::parse(channel, customer_text(&message.fields, key)?)
}

/// A text of the customer in the fields; of a list, the first.
fn customer_text<'f>(fields: &'f Map<String, Value>, key: &str) -> Option<&'f str> {
    let value = fields.get("customer")?.get(key)?;
    value.as_str().or_else(|| value.get(0)?.as_str()).filter(|text| !text.is_empty())
}

fn no_text(template: &TemplateFields, channel: Channel) -> (Reason, String) {
    (Reason::NoText, format!("the template {:?} has no text for {}", template.name, channel.as_str()))
}
