//! Reads a JSON object into a struct and names the field of every fault, not of the first only.

use crate::fault::one_of;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor, value::Error};
use serde::forward_to_deserialize_any;
use serde_json::Value as Json;

/// Reads `json` into `T`; `report` gets the pointer and the problem of each fault.
pub(crate) fn read<T: DeserializeOwned>(json: Json, report: &mut dyn FnMut(&str, String)) -> Option<T> {
    let Json::Object(mut object) = json else {
        report("", "this must be an object".to_owned());
        return None;
    };
    let known = fields_of::<T>();
    let unknown: Vec<String> = object.keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
    for field in &unknown {
        object.remove(field);
        let names = one_of(known.iter().copied());
        report(&format!("/{field}"), format!("there is no field {field:?} here: {names}"));
    }
    let mut sound = unknown.is_empty();
    for field in known {
        if let Some(problem) = alone::<T>(&object, field) {
            report(&format!("/{field}"), problem);
            sound = false;
        }
    }
    match serde_json::from_value(Json::Object(object)) {
        Ok(read) => sound.then_some(read),
        Err(error) => {
            let error = error.to_string();
            if sound || error.starts_with("missing field") {
                report("", error);
            }
            None
        }
    }
}

fn alone<T: DeserializeOwned>(object: &serde_json::Map<String, Json>, field: &str) -> Option<String> {
    let one = object.get(field).map(|value| (field.to_owned(), value.clone()));
    let error = serde_json::from_value::<T>(Json::Object(one.into_iter().collect())).err()?.to_string();
    (!error.starts_with("missing field")).then_some(error)
}

/// The field names that a derived `Deserialize` asks for.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(FieldNames(&mut fields)); // always fails: it is asked only for its names
    fields
}

struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("only the names"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
