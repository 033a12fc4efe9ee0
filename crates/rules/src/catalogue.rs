//! Which fields a rule may look at: attributes of the event, of its customer, of the moment, and reference tables.

use crate::facts::CARDS;
use crate::fault::{Fault, nearest};
use crate::rule::Title;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What type the values of a field have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day, as `2026-03-01`.
    Date,
    /// A moment, as RFC 3339.
    Datetime,
    /// One of the choices.
    Choice,
    /// Several of the choices, or any list.
    List,
    /// An object whose fields are not known.
    Object,
}

/// Where a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldGroup {
    /// The event's data.
    Event,
    /// The event's customer.
    Customer,
    /// What is predicted of the customer.
    Prediction,
    /// The cards that are linked with the customer.
    Cards,
    /// The moment, in the site's zone.
    Time,
    /// A reference table.
    Ref,
    /// What the log knows of the event.
    Meta,
}

/// One value of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChoice {
    /// The stored value.
    pub value: String,
    /// How people read it.
    pub title: Title,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Field {
    /// How an expression reads it.
    #[schema(example = "event.amount")]
    pub path: String,
    /// How people read it.
    pub title: Title,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// The unit of a number, such as `UZS`.
    pub unit: Option<String>,
    /// The values of a choice.
    pub choices: Vec<FieldChoice>,
    /// Where it comes from.
    pub group: FieldGroup,
}

impl Field {
    /// A field without unit and choices.
    #[must_use]
    pub fn new(path: impl Into<String>, title: Title, kind: FieldKind, group: FieldGroup) -> Self {
        Self { path: path.into(), title, kind, unit: None, choices: Vec::new(), group }
    }

    /// The same field with the values it may have.
    #[must_use]
    pub fn with_choices(mut self, choices: impl IntoIterator<Item = (String, Title)>) -> Self {
        self.kind = FieldKind::Choice;
        self.choices = choices.into_iter().map(|(value, title)| FieldChoice { value, title }).collect();
        self
    }
}

/// The code of the fault that something is read that is not for whoever asks.
pub const CLOSED_FIELD: &str = "closed_field";

/// The fields of the rules of one event type.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    fields: BTreeMap<String, Field>,
    /// Whether the event's data has a schema: without one every `event.x` passes.
    event_known: bool,
    /// What whoever asks may not read, as expressions call it.
    closed: BTreeSet<String>,
}

/// What a rule may look at of the loyalty account: path, titles, type.
const ACCOUNT: [(&str, &str, &str, &str, FieldKind); 9] = [
    ("account.number", "Master account", "Мастер-счёт", "Master hisob", FieldKind::Text),
    ("account.tier", "Tier", "Уровень", "Daraja", FieldKind::Text),
    ("account.level", "Level of the tier", "Номер уровня", "Daraja raqami", FieldKind::Number),
    (
        "account.multiplier",
        "Multiplier of the tier",
        "Множитель уровня",
        "Daraja koeffitsienti",
        FieldKind::Number,
    ),
    ("account.service_types", "Types of services", "Видов услуг", "Xizmat turlari", FieldKind::Number),
    ("account.services", "Connected services", "Подключено услуг", "Ulangan xizmatlar", FieldKind::Number),
    ("account.tenure_months", "Months of membership", "Месяцев участия", "Aʼzolik oylari", FieldKind::Number),
    ("account.macroregion", "Macroregion", "Макрорегион", "Makrohudud", FieldKind::Text),
    ("account.region", "Region of the account", "Регион счёта", "Hisob hududi", FieldKind::Text),
];

impl Catalogue {
    /// The fields that every rule has: `time` and `meta`. `event` is the JSON Schema of the event's data, when its
    /// type has one.
    #[must_use]
    pub fn new(event: Option<&Value>) -> Self {
        let mut catalogue = Self { event_known: event.is_some(), ..Self::default() };
        for (path, title, kind) in [
            ("time.hour", "Hour", FieldKind::Number),
            ("time.minute", "Minute", FieldKind::Number),
            ("time.weekday", "Day of the week (1 = Monday)", FieldKind::Number),
            ("time.date", "Day", FieldKind::Date),
            ("time.iso", "Moment", FieldKind::Datetime),
        ] {
            catalogue.add(Field::new(path, title.into(), kind, FieldGroup::Time));
        }
        for (path, title, kind) in [
            ("meta.type", "Type of the event", FieldKind::Text),
            ("meta.source", "System that sent it", FieldKind::Text),
            ("meta.id", "Its id there", FieldKind::Text),
            ("meta.time", "When it happened", FieldKind::Datetime),
            ("meta.depth", "Events that caused it", FieldKind::Number),
        ] {
            catalogue.add(Field::new(path, title.into(), kind, FieldGroup::Meta));
        }
        for (path, en, ru, uz, kind) in ACCOUNT {
            let title = Title::Local(base::LocalText(
                [(base::Locale::En, en.into()), (base::Locale::Ru, ru.into()), (base::Locale::Uz, uz.into())]
                    .into(),
            ));
            catalogue.add(Field::new(path, title, kind, FieldGroup::Customer));
        }
        if let Some(schema) = event {
            catalogue.add_schema("event", schema, 0);
        }
        catalogue
    }

    /// Adds a field.
    pub fn add(&mut self, field: Field) {
        self.fields.insert(field.path.clone(), field);
    }

    /// Only what can be read where these roots are known, such as `customer` and `time`.
    #[must_use]
    pub fn only(mut self, roots: &[&str]) -> Self {
        let root = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
        self.fields.retain(|path, _| roots.contains(&root(path).as_str()));
        // Without the event no path of one passes.
        self.event_known |= !roots.contains(&"event");
        self
    }

    /// Only these fields.
    #[must_use]
    pub fn keeping(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.fields.retain(|path, _| keep(path));
        self
    }

    /// Closes a field: an expression that reads it, a part of it, or the whole that it is a part of is refused.
    pub fn close(&mut self, path: impl Into<String>) {
        let path = path.into();
        self.fields.retain(|known, _| !is_within(known, &path));
        self.closed.insert(path);
    }

    /// Adds the fields of a JSON Schema under `prefix`.
    fn add_schema(&mut self, prefix: &str, schema: &Value, depth: usize) {
        /// Deepest object whose fields are shown one by one.
        const DEPTH_MAX: usize = 4;
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        for (key, property) in properties {
            let path = format!("{prefix}.{key}");
            let local = property.get("x-title").and_then(|title| serde_json::from_value(title.clone()).ok());
            let plain = || Title::from(property.get("title").and_then(Value::as_str).unwrap_or(key));
            let title = local.map_or_else(plain, Title::Local);
            let mut field = Field::new(path.clone(), title, schema_kind(property), FieldGroup::Event);
            field.unit = property.get("x-unit").and_then(Value::as_str).map(str::to_owned);
            if let Some(texts) = texts_of(property) {
                field = field.with_choices(texts.into_iter().map(|text| (text.to_owned(), text.into())));
            }
            if field.kind == FieldKind::Object && depth < DEPTH_MAX {
                self.add_schema(&path, property, depth + 1);
            }
            self.add(field);
        }
    }

    /// All fields, by path.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.values()
    }

    /// One field.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.fields.get(path)
    }

    /// Whether an expression may read `path`: a field, or a part of a field that is an object or a list.
    fn knows(&self, path: &str) -> bool {
        let root = path.split('.').next().unwrap_or(path);
        if root == CARDS {
            // Each attribute of a card is known by itself.
            return self.fields.contains_key(path);
        }
        if path == root || (root == "event" && !self.event_known) {
            return matches!(root, "event" | "customer" | "account" | "time" | "meta");
        }
        let mut known = path;
        loop {
            match self.fields.get(known) {
                Some(_) if known == path => return true,
                Some(field) => return matches!(field.kind, FieldKind::Object | FieldKind::List),
                None => match known.rsplit_once('.') {
                    Some((shorter, _)) => known = shorter,
                    None => return false,
                },
            }
        }
    }

    /// The fault of reading `path`, when nothing of the kind exists.
    #[must_use]
    pub fn unknown(&self, path: &str, pointer: &str) -> Option<Fault> {
        if is_closed(&self.closed, path) {
            let message = format!(
                "`{path}` is, or holds, what is not for your roles to read: name the attributes that you need"
            );
            return Some(Fault::error(CLOSED_FIELD, pointer, message));
        }
        if self.knows(path) {
            return None;
        }
        if let Some(fault) = self.unknown_kind(path, pointer) {
            return Some(fault);
        }
        let near = nearest(path, self.fields.keys().map(String::as_str));
        let message = match near {
            Some(near) => format!("`{path}` is not an attribute: did you mean `{near}`?"),
            None => format!(
                "`{path}` is not an attribute of the event, its customer, a card, the moment or a reference table"
            ),
        };
        let fault = Fault::error("unknown_field", pointer, message);
        Some(match near {
            Some(near) => fault.with_example(near),
            None => fault,
        })
    }

    /// The fault of reading cards of a kind that does not exist.
    fn unknown_kind(&self, path: &str, pointer: &str) -> Option<Fault> {
        let kinds = self.fields.keys().filter_map(|path| path.strip_prefix(CARDS)?.strip_prefix('.'));
        let kinds: Vec<&str> = kinds.filter(|kind| !kind.contains('.')).collect();
        unknown_kind(path, &kinds, pointer)
    }

    /// The JSON Schema of the whole context, for the analysis of tables.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut root = json!({ "type": "object", "properties": {} });
        // What a card has stands behind a list, of which the analysis knows that it is one.
        let is_of_card = |field: &&Field| {
            field.group == FieldGroup::Cards
                && field.path.split('.').count() > "cards.kind".split('.').count()
        };
        for field in self.fields.values().filter(|field| !is_of_card(field)) {
            let parts: Vec<&str> = field.path.split('.').collect();
            insert(&mut root, &parts, field);
        }
        // Events of the server itself have no schema: their fields may be anything.
        if let Some(properties) = root.pointer_mut("/properties").and_then(Value::as_object_mut) {
            properties.entry("event").or_insert_with(|| json!({}));
        }
        root
    }
}

/// The fault of reading cards, such as `cards.vehicle` or a part of it, of a kind that is none of these.
#[must_use]
pub fn unknown_kind(path: &str, kinds: &[&str], pointer: &str) -> Option<Fault> {
    let kind = path.strip_prefix(CARDS)?.strip_prefix('.')?.split('.').next()?;
    if kinds.contains(&kind) {
        return None;
    }
    let near = nearest(kind, kinds.iter().copied());
    let message = match (near, kinds.is_empty()) {
        (Some(near), _) => format!("`{kind}` is no kind of card: did you mean `{near}`?"),
        (None, false) => format!("`{kind}` is no kind of card: there are {}", kinds.join(", ")),
        (None, true) => format!("`{kind}` is no kind of card: an administrator makes one among structures"),
    };
    let fault = Fault::error("unknown_card_kind", pointer, message);
    Some(match near {
        Some(near) => fault.with_example(format!("{CARDS}.{near}")),
        None => fault,
    })
}

/// Whether `path` is one of these, a part of one, or a whole that one is a part of.
#[must_use]
pub fn is_closed(closed: &BTreeSet<String>, path: &str) -> bool {
    closed.iter().any(|closed| is_within(path, closed) || is_within(closed, path))
}

/// Whether `path` is `root` or a part of it.
fn is_within(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Puts the schema of `field` at the path `parts`, which has the objects around it.
fn insert(schema: &mut Value, parts: &[&str], field: &Field) {
    let [first, rest @ ..] = parts else {
        if schema.get("properties").is_none() {
            *schema = field_schema(field);
        }
        return;
    };
    let Some(object) = schema.as_object_mut() else { return };
    // The language knows "no value" everywhere; the analysis need not warn of it in each cell.
    if let Some(required) = object.entry("required").or_insert_with(|| json!([])).as_array_mut()
        && !required.iter().any(|name| name == first)
    {
        required.push(json!(first));
    }
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        insert(properties.entry(*first).or_insert_with(|| json!({ "type": "object" })), rest, field);
    }
}

fn field_schema(field: &Field) -> Value {
    match field.kind {
        FieldKind::Number => json!({ "type": "number" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Text | FieldKind::Date | FieldKind::Datetime => json!({ "type": "string" }),
        FieldKind::Choice => {
            let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
            json!({ "type": "string", "enum": values })
        }
        FieldKind::List => json!({ "type": "array" }),
        FieldKind::Object => Value::Object(Map::new()),
    }
}

/// The texts that a property allows, when it allows texts only: numbers are compared as numbers.
fn texts_of(property: &Value) -> Option<Vec<&str>> {
    let values = property.get("enum").and_then(Value::as_array)?;
    let texts =
        values.iter().filter(|value| !value.is_null()).map(Value::as_str).collect::<Option<Vec<_>>>()?;
    Some(texts).filter(|texts| !texts.is_empty())
}

fn schema_kind(property: &Value) -> FieldKind {
    let kind = match property.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match (kind, property.get("format").and_then(Value::as_str)) {
        (Some("number" | "integer"), _) => FieldKind::Number,
        (Some("boolean"), _) => FieldKind::Boolean,
        (Some("array"), _) => FieldKind::List,
        (Some("string"), Some("date")) => FieldKind::Date,
        (Some("string"), Some("date-time")) => FieldKind::Datetime,
        (Some("string"), _) => FieldKind::Text,
        _ => FieldKind::Object,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(Some(&json!({ "type": "object", "properties": {
            "amount": { "type": "number", "title": "Amount", "x-unit": "UZS" },
            "zone": { "type": "string", "enum": ["UZ", "KZ"] },
            "cart": { "type": "object", "properties": { "total": { "type": "number" } } },
            "items": { "type": "array" },
        } })))
    }

    #[test]
    fn a_mistyped_attribute_is_told_with_the_nearest_one() {
        let fault = catalogue().unknown("event.amont", "/criteria").unwrap();
        assert_eq!(fault.example, Some(json!("event.amount")));
        for known in ["event.amount", "event.cart.total", "event.items.0", "time.hour", "event"] {
            assert!(catalogue().unknown(known, "").is_none(), "{known}");
        }
        for unknown in ["event.amount.x", "customer.x", "vars.x", "ref.cities"] {
            assert!(catalogue().unknown(unknown, "").is_some(), "{unknown}");
        }
        assert!(Catalogue::new(None).unknown("event.anything", "").is_none());
    }

    /// Texts are picked; numbers are compared as numbers, also when only some are allowed.
    #[test]
    fn what_may_be_said_only_in_some_words_is_a_choice() {
        let catalogue = Catalogue::new(Some(&json!({ "properties": {
            "zone": { "type": ["string", "null"], "enum": ["UZ", "KZ", null] },
            "stars": { "type": "integer", "enum": [1, 2, 3] },
            "odd": { "type": "string", "enum": [] },
        } })));
        let of = |path: &str| catalogue.field(path).map(|field| (field.kind, field.choices.len()));
        assert_eq!(of("event.zone"), Some((FieldKind::Choice, 2)));
        assert_eq!(of("event.stars"), Some((FieldKind::Number, 0)));
        assert_eq!(of("event.odd"), Some((FieldKind::Text, 0)));
    }

    #[test]
    fn of_a_part_of_the_roots_nothing_else_is_known() {
        let catalogue = Catalogue::new(None).only(&["customer", "account", "time"]);
        assert!(catalogue.unknown("account.level", "").is_none());
        for other in ["event.amount", "meta.type"] {
            assert!(catalogue.unknown(other, "").is_some(), "{other}");
        }
        let catalogue = catalogue.keeping(|path| path == "account.services");
        assert_eq!(
            catalogue.fields().map(|field| field.path.as_str()).collect::<Vec<_>>(),
            ["account.services"]
        );
    }

    #[test]
    fn what_is_closed_is_read_neither_alone_nor_in_a_whole() {
        let mut catalogue = catalogue();
        catalogue.close("event.cart");

        for closed in ["event.cart", "event.cart.total", "event"] {
            assert_eq!(catalogue.unknown(closed, "").unwrap().code, CLOSED_FIELD, "{closed}");
        }
        assert!(catalogue.unknown("event.amount", "").is_none());
        assert!(catalogue.fields().all(|field| !field.path.starts_with("event.cart")));
    }

    /// GAP-44, TEL-12: more than 37 criteria are attributes of event or subject, not code.
    #[test]
    fn a_rule_may_look_at_more_than_thirty_seven_attributes() {
        let properties: Map<String, Value> =
            (1..=38).map(|n| (format!("criterion_{n}"), json!({ "type": "string" }))).collect();
        let catalogue = Catalogue::new(Some(&json!({ "properties": properties })));
        let text: Vec<String> = (1..=38).map(|n| format!("event.criterion_{n} == 'x'")).collect();
        let expression = crate::Expression::compile(&text.join(" and ")).unwrap();
        assert_eq!(expression.fields().len(), 38);
        assert!(expression.fields().iter().all(|path| catalogue.unknown(path, "").is_none()));
    }

    #[test]
    fn the_schema_of_the_context_nests_the_paths() {
        let schema = catalogue().schema();
        assert_eq!(
            schema.pointer("/properties/event/properties/cart/properties/total"),
            Some(&json!({ "type": "number" }))
        );
        assert_eq!(schema.pointer("/properties/event/properties/zone/enum"), Some(&json!(["UZ", "KZ"])));
    }
}
