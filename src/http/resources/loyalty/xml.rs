//! JSON values as XML and back: an object is a list of elements, a list holds elements `item`, what is null is left out.
//! Entities that a document declares itself are not read, so nothing of outside is fetched and nothing grows.

use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};
use serde_json::{Map, Value};

/// The name of the elements of a list.
const ITEM: &str = "item";
/// Deepest element: deeper than any of our bodies.
const DEPTH_MAX: usize = 32;

/// Writes a value under an element `root`.
///
/// # Errors
/// The writer failed, which it does not in memory.
pub fn write(root: &str, value: &Value) -> std::io::Result<String> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    element(&mut writer, root, value)?;
    String::from_utf8(writer.into_inner()).map_err(std::io::Error::other)
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> std::io::Result<()> {
    let name = name_of(name);
    let text = match value {
        Value::Null => return Ok(()),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.chars().filter(|c| is_xml(*c)).collect(),
        Value::Array(items) => {
            writer.write_event(Event::Start(BytesStart::new(name.as_str())))?;
            items.iter().try_for_each(|item| element(writer, ITEM, item))?;
            return writer.write_event(Event::End(BytesEnd::new(name.as_str())));
        }
        Value::Object(fields) => {
            writer.write_event(Event::Start(BytesStart::new(name.as_str())))?;
            fields.iter().try_for_each(|(key, value)| element(writer, key, value))?;
            return writer.write_event(Event::End(BytesEnd::new(name.as_str())));
        }
    };
    writer.write_event(Event::Start(BytesStart::new(name.as_str())))?;
    writer.write_event(Event::Text(BytesText::new(&text)))?;
    writer.write_event(Event::End(BytesEnd::new(name.as_str())))
}

/// Characters that XML 1.0 has (2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A key as the name of an element.
fn name_of(key: &str) -> String {
    let name: String = key
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' })
        .collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => name,
        _ => format!("_{name}"),
    }
}

/// Reads a document; the name of its outermost element does not matter. Every value is a text: whoever takes numbers
/// takes their texts too.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if open.len() >= DEPTH_MAX {
                    return Err(format!("it is nested deeper than {DEPTH_MAX} elements"));
                }
                let name = start.local_name();
                open.push(Open::new(name.as_ref().to_owned()));
            }
            Event::Empty(start) => {
                let name = start.local_name().as_ref().to_owned();
                match open.last_mut() {
                    Some(above) => above.children.push((name, Value::String(String::new()))),
                    None => return Ok(Value::Object(Map::new())),
                }
            }
            Event::Text(text) => said(&mut open, &text.xml_content(quick_xml::XmlVersion::default())),
            Event::CData(text) => said(&mut open, &text.xml_content(quick_xml::XmlVersion::default())),
            Event::GeneralRef(reference) => {
                let named = reference.xml_content(quick_xml::XmlVersion::default()).into_owned();
                let character = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(&named)
                        .ok_or_else(|| format!("the entity &{named}; is not known"))?
                        .to_owned(),
                };
                said(&mut open, &character);
            }
            Event::End(_) => {
                let Some(closed) = open.pop() else {
                    return Err("an element ends that did not begin".to_owned());
                };
                let name = closed.name.clone();
                let value = closed.value();
                match open.last_mut() {
                    Some(above) => above.children.push((name, value)),
                    None => return Ok(lists(value)),
                }
            }
            Event::DocType(_) => return Err("document types are not read: leave it out".to_owned()),
            Event::Eof => return Err("it ends before its outermost element does".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn said(open: &mut [Open], text: &str) {
    if let Some(inner) = open.last_mut() {
        inner.text.push_str(text);
    }
}

/// An element that has not ended.
struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

impl Open {
    fn new(name: String) -> Self {
        Self { name, text: String::new(), children: Vec::new() }
    }

    fn value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text.trim().to_owned());
        }
        if self.children.iter().all(|(name, _)| name == ITEM) {
            return Value::Array(self.children.into_iter().map(|(_, value)| value).collect());
        }
        let mut fields = Map::new();
        for (name, value) in self.children {
            // An element that is there several times is a list.
            match fields.remove(&name) {
                None => drop(fields.insert(name, value)),
                Some(Value::Array(mut all)) => {
                    all.push(value);
                    fields.insert(name, Value::Array(all));
                }
                Some(first) => drop(fields.insert(name, Value::Array(vec![first, value]))),
            }
        }
        Value::Object(fields)
    }
}

/// Objects whose keys are 0, 1, 2, … as lists: so named parameters write them.
#[must_use]
pub fn lists(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let count = fields.len();
            let numbered = count > 0 && (0..count).all(|n| fields.contains_key(&n.to_string()));
            let mut inner: Map<String, Value> =
                fields.into_iter().map(|(key, value)| (key, lists(value))).collect();
            if numbered {
                return Value::Array((0..count).filter_map(|n| inner.remove(&n.to_string())).collect());
            }
            Value::Object(inner)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(lists).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read_again_as_texts() {
        let value = json!({ "number": "100", "amount": 12.5, "gone": null, "name": "A & <B>",
            "services": [{ "code": "s1" }, { "code": "s2" }], "empty": {} });
        let text = write("account", &value).unwrap();
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><account>"), "{text}");
        let read = read(&text).unwrap();
        assert_eq!(
            read,
            json!({ "number": "100", "amount": "12.5", "name": "A & <B>",
            "services": [{ "code": "s1" }, { "code": "s2" }], "empty": "" })
        );
    }

    #[test]
    fn entities_document_types_and_depth_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        assert!(read(bomb).unwrap_err().contains("document types"));
        assert!(read("<a>&x;</a>").unwrap_err().contains("not known"));
        assert!(read(&"<a>".repeat(40)).unwrap_err().contains("deeper"));
        assert!(read("<a><b></a>").is_err());
        assert_eq!(read("<a><b>1 &lt; 2 &#x41;</b></a>").unwrap(), json!({ "b": "1 < 2 A" }));
    }
}
