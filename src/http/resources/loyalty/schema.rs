//! The XML Schema of the answers, made from the same types as the OpenAPI document (CIMP-API-01).

use crate::http::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

/// The outermost element of each kind of answer, and the schema of the OpenAPI document that it has.
const ELEMENTS: [(&str, &str); 15] = [
    ("account", "ProfileBody"),
    ("accounts", "Page_AccountRow"),
    ("adjusted", "AdjustedBody"),
    ("adjustments", "Page_AdjustmentBody"),
    ("balance", "BalancesBody"),
    ("bonus_types", "Page_BonusType"),
    ("earned", "EarnedBody"),
    ("explanation", "MovementExplanation"),
    ("history", "HistoryBody"),
    ("memberships", "MembershipsBody"),
    ("operations", "Page_LoyaltyOperationBody"),
    ("problem", "Problem"),
    ("returned", "ReturnedBody"),
    ("service", "ServiceBody"),
    ("tiers", "Page_Tier"),
];

/// The schema: made once, when somebody asks for it.
fn xsd() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let document = serde_json::to_value(crate::http::openapi()).unwrap_or_default();
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned();
        write(&schemas.unwrap_or_default().into_iter().collect())
    })
}

fn write(schemas: &BTreeMap<String, Value>) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\n",
    );
    let mut wanted: Vec<String> = Vec::new();
    for (root, schema) in ELEMENTS {
        let _written = writeln!(text, "<xs:element name=\"{root}\" type=\"{schema}\"/>");
        wanted.push(schema.to_owned());
    }
    let mut done = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if !done.insert(name.clone()) {
            continue;
        }
        let schema = schemas.get(&name).cloned().unwrap_or_default();
        text.push_str(&named(&name, &schema, schemas, &mut wanted));
    }
    text.push_str("</xs:schema>\n");
    text
}

/// A type with a name.
fn named(name: &str, schema: &Value, schemas: &BTreeMap<String, Value>, wanted: &mut Vec<String>) -> String {
    let inner = anonymous(schema, schemas, wanted);
    match inner {
        Kind::Simple(base) => {
            format!("<xs:simpleType name=\"{name}\"><xs:restriction base=\"{base}\"/></xs:simpleType>\n")
        }
        Kind::Inline(text) => text.replacen("Type>", &format!("Type name=\"{name}\">"), 1) + "\n",
    }
}

/// What a schema is in XML Schema.
enum Kind {
    /// A type with a name.
    Simple(String),
    /// A type that is written where it is used.
    Inline(String),
}

const ANYTHING: &str = "<xs:complexType><xs:sequence><xs:any processContents=\"skip\" minOccurs=\"0\" \
                        maxOccurs=\"unbounded\"/></xs:sequence></xs:complexType>";

fn anonymous(schema: &Value, schemas: &BTreeMap<String, Value>, wanted: &mut Vec<String>) -> Kind {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        wanted.push(name.to_owned());
        return Kind::Simple(name.to_owned());
    }
    for several in ["oneOf", "anyOf"] {
        let known = schema.get(several).and_then(Value::as_array).into_iter().flatten();
        let mut real = known.filter(|one| one.get("type").and_then(Value::as_str) != Some("null"));
        if let (Some(one), None) = (real.next(), real.next()) {
            return anonymous(one, schemas, wanted);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values: String = values
            .iter()
            .filter_map(Value::as_str)
            .map(|value| format!("<xs:enumeration value=\"{value}\"/>"))
            .collect();
        return Kind::Inline(format!(
            "<xs:simpleType><xs:restriction base=\"xs:string\">{values}</xs:restriction></xs:simpleType>"
        ));
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(kind) => kind.as_str(),
        None => None,
    };
    let simple = |name: &str| Kind::Simple(name.to_owned());
    match (kind, schema.get("format").and_then(Value::as_str)) {
        (Some("string"), Some("date-time")) => simple("xs:dateTime"),
        (Some("string"), Some("date")) => simple("xs:date"),
        (Some("string"), _) => simple("xs:string"),
        (Some("integer"), _) => simple("xs:long"),
        (Some("number"), _) => simple("xs:decimal"),
        (Some("boolean"), _) => simple("xs:boolean"),
        (Some("array"), _) => {
            let items = schema.get("items").cloned().unwrap_or_default();
            let item = element("item", &items, "minOccurs=\"0\" maxOccurs=\"unbounded\"", schemas, wanted);
            Kind::Inline(format!("<xs:complexType><xs:sequence>{item}</xs:sequence></xs:complexType>"))
        }
        _ => {
            let fields = fields_of(schema, schemas);
            if fields.is_empty() {
                return Kind::Inline(ANYTHING.to_owned());
            }
            let fields: String = fields
                .iter()
                .map(|(name, schema)| element(name, schema, "minOccurs=\"0\"", schemas, wanted))
                .collect();
            Kind::Inline(format!("<xs:complexType><xs:all>{fields}</xs:all></xs:complexType>"))
        }
    }
}

/// The members of an object, also of those that it is made of.
fn fields_of(schema: &Value, schemas: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        let name = part.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        let part = name.and_then(|name| schemas.get(name)).unwrap_or(part);
        fields.extend(fields_of(part, schemas));
    }
    let own = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    fields.extend(own);
    fields
}

fn element(
    name: &str,
    schema: &Value,
    occurs: &str,
    schemas: &BTreeMap<String, Value>,
    wanted: &mut Vec<String>,
) -> String {
    match anonymous(schema, schemas, wanted) {
        Kind::Simple(kind) => format!("<xs:element name=\"{name}\" type=\"{kind}\" {occurs}/>"),
        Kind::Inline(kind) => format!("<xs:element name=\"{name}\" {occurs}>{kind}</xs:element>"),
    }
}

/// The XML Schema of the answers in XML.
#[utoipa::path(get, path = "/api/v1/loyalty/schema.xsd", operation_id = "getLoyaltySchema", tag = "loyalty",
    responses((status = 200, body = String, content_type = "application/xml")))]
async fn find() -> HttpResponse {
    HttpResponse::Ok().content_type("application/xml; charset=utf-8").body(xsd())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/loyalty/schema.xsd", Needs::Caller, || web::to(find))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find))]
    struct Docs;
    Docs::openapi()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of answer is described, down to the values.
    #[test]
    fn the_schema_describes_every_kind_of_answer() {
        let text = xsd();
        let mut reader = quick_xml::Reader::from_str(text);
        let mut names = BTreeSet::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e) => {
                    for attribute in e.attributes().flatten() {
                        if attribute.key.as_ref() == "name" {
                            names.insert(attribute.value.clone().into_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        for (root, schema) in ELEMENTS {
            assert!(names.contains(root) && names.contains(schema), "{root}: {schema}");
        }
        for field in ["available", "expires_at", "service_types_missing"] {
            assert_eq!(names.contains(field), field != "service_types_missing", "{field}");
        }
        assert!(text.contains("<xs:element name=\"number\" type=\"xs:string\""));
        assert!(!text.contains("type=\"null\""));
    }
}
