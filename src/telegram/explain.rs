//! What a rule made of an event, in words of a business person: the trace of the rules kernel, told.

use super::scenario::title;
use super::words::Said;
use channels::telegram::label;
use rules::catalogue::Field;
use rules::document::{Act, Criteria, Document, Reaction};
use serde_json::{Map, Value};

/// Most conditions that are told of one rule.
const CONDITIONS_TOLD: usize = 30;
/// Longest value that is told, in characters.
const VALUE_TOLD: usize = 120;

/// What one rule made of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The rule's name.
    pub rule: String,
    /// What was decided; none: the rule reads what is kept from the person.
    pub decided: Option<Decided>,
}

/// A decision, ready to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// What the rule says.
    pub document: Document,
    /// The verdict's name.
    pub verdict: String,
    /// `steps`, `rows` and `inputs` of [`rules::decide::trace`].
    pub trace: Value,
    /// What it does, or would do.
    pub reactions: Vec<Planned>,
}

/// A reaction that is owed, or would be.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its key in the document.
    pub key: String,
    /// What would be done, with values; or why it cannot be said.
    pub would: Result<Value, String>,
    /// What the customer would read.
    pub text: Option<String>,
    /// How far it is, when it is real, and what went wrong.
    pub state: Option<(String, String)>,
}

/// A rule's answer.
#[must_use]
pub fn explain(report: &Report, fields: &[Field], said: Said<'_>) -> String {
    let rule = report.rule.as_str();
    let Some(decided) = &report.decided else { return said.fill("closed", &[("rule", rule)]) };
    let told = Told { fields, said };
    let fired = decided.verdict == "matched";
    let head = if fired {
        said.fill("fired", &[("rule", rule)])
    } else {
        let why = said.get(&format!("verdict_{}", decided.verdict));
        said.fill("not_fired", &[("rule", rule), ("why", &why)])
    };
    let mut lines = vec![head];
    let why = told.why(decided);
    if !why.is_empty() {
        lines.push(said.get("why"));
        lines.extend(why);
    }
    if fired && !decided.reactions.is_empty() {
        let real = decided.reactions.iter().any(|planned| planned.state.is_some());
        lines.push(said.get(if real { "does" } else { "would" }));
        for planned in &decided.reactions {
            lines.extend(told.reaction(&decided.document, planned));
        }
    }
    lines.join("\n")
}

/// A value as people read it.
#[must_use]
pub fn shown(value: &Value, said: Said<'_>) -> String {
    let text = match value {
        Value::Null => said.get("nothing"),
        Value::Bool(true) => said.get("yes"),
        Value::Bool(false) => said.get("no"),
        Value::Number(number) => grouped(&number.to_string()),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| shown(value, said)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let pair = |(key, value): (&String, &Value)| format!("{key}: {}", shown(value, said));
            fields.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
    };
    if text.chars().count() <= VALUE_TOLD {
        return text;
    }
    format!("{}…", text.chars().take(VALUE_TOLD).collect::<String>())
}

/// The label of a button that says `key`.
#[must_use]
pub fn label_of(key: &str, said: Said<'_>) -> String {
    label(&said.get(key))
}

/// `250000.5` as `250 000.5`.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    if !whole.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return number.to_owned();
    }
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    format!("{sign}{grouped}{rest}")
}

struct Told<'t> {
    fields: &'t [Field],
    said: Said<'t>,
}

impl Told<'_> {
    fn field(&self, path: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.path == path)
    }

    fn name(&self, path: &str) -> String {
        self.field(path)
            .map_or_else(|| path.to_owned(), |field| title(&field.title, self.said.locale).to_owned())
    }

    /// A value of a field: choices by their titles, numbers with their unit.
    fn value(&self, path: &str, value: &Value) -> String {
        let field = self.field(path);
        if let Value::Array(values) = value {
            let values: Vec<String> = values.iter().map(|value| self.value(path, value)).collect();
            return values.join(", ");
        }
        let choice = field
            .into_iter()
            .flat_map(|field| &field.choices)
            .find(|choice| Some(choice.value.as_str()) == value.as_str());
        if let Some(choice) = choice {
            return title(&choice.title, self.said.locale).to_owned();
        }
        let text = shown(value, self.said);
        match field.and_then(|field| field.unit.as_deref()) {
            Some(unit) if value.is_number() => format!("{text} {unit}"),
            _ => text,
        }
    }

    fn mark(&self, held: Option<bool>) -> String {
        self.said.get(if held == Some(true) { "mark_held" } else { "mark_failed" })
    }

    fn why(&self, decided: &Decided) -> Vec<String> {
        let mut lines = Vec::new();
        let steps = decided.trace.get("steps").and_then(Value::as_array);
        for step in steps.into_iter().flatten().take(CONDITIONS_TOLD) {
            let held = step.get("held").and_then(Value::as_bool);
            let mark = self.mark(held);
            match step.get("part").and_then(Value::as_str) {
                Some("criteria") if step.get("field").is_some() => lines.push(self.condition(step, &mark)),
                Some("criteria") => {
                    let text = step.get("text").and_then(Value::as_str).unwrap_or_default();
                    let text = self.in_words(text, &decided.trace);
                    lines.push(self.said.fill("expression", &[("mark", &mark), ("text", &text)]));
                    lines.extend(self.inputs(&decided.trace));
                }
                Some("table") => {
                    lines.extend(self.inputs(&decided.trace));
                    lines.extend(self.rows(decided));
                }
                Some(part @ ("hours" | "valid")) => lines.push(self.said.fill(part, &[("mark", &mark)])),
                Some("error") => {
                    let text = step.get("text").and_then(Value::as_str).unwrap_or_default();
                    lines.push(self.said.fill("error", &[("text", text)]));
                }
                _ => {}
            }
        }
        lines
    }

    fn condition(&self, step: &Value, mark: &str) -> String {
        let path = step.get("field").and_then(Value::as_str).unwrap_or_default();
        let actual = self.value(path, step.get("actual").unwrap_or(&Value::Null));
        let value = self.value(path, step.get("value").unwrap_or(&Value::Null));
        let operator = step.get("op").and_then(Value::as_str).unwrap_or_default();
        let mut wanted = self.said.fill(&format!("op_{operator}"), &[("value", &value)]);
        let pointer = step.get("pointer").and_then(Value::as_str).unwrap_or_default();
        for (part, key) in [("/not", "must_not"), ("/any/", "one_is_enough")] {
            if pointer.contains(part) {
                wanted = format!("{wanted} ({})", self.said.get(key));
            }
        }
        let name = self.name(path);
        self.said
            .fill("condition", &[("mark", mark), ("field", &name), ("actual", &actual), ("wanted", &wanted)])
    }

    /// What the criteria read.
    fn inputs(&self, trace: &Value) -> Vec<String> {
        let inputs = trace.get("inputs").and_then(Value::as_object);
        let line = |(path, value): (&String, &Value)| {
            let (name, actual) = (self.name(path), self.value(path, value));
            self.said.fill("read_value", &[("field", &name), ("actual", &actual)])
        };
        inputs.into_iter().flatten().take(CONDITIONS_TOLD).map(line).collect()
    }

    /// An expression with the titles of its fields, longest path first, and its words in the person's language.
    fn in_words(&self, text: &str, trace: &Value) -> String {
        let mut paths: Vec<&String> = trace
            .get("inputs")
            .and_then(Value::as_object)
            .map(|inputs| inputs.keys().collect())
            .unwrap_or_default();
        paths.sort_by_key(|path| std::cmp::Reverse(path.len()));
        let mut text = text.to_owned();
        for path in paths {
            text = text.replace(path.as_str(), &format!("«{}»", self.name(path)));
        }
        for (sign, key) in [(" and ", "and"), (" or ", "or"), ("not (", "not_word")] {
            let tail = if sign.ends_with('(') { " (" } else { " " };
            let head = if sign.starts_with(' ') { " " } else { "" };
            text = text.replace(sign, &format!("{head}{}{tail}", self.said.get(key)));
        }
        text.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ").replace(" == ", " = ").replace(" != ", " ≠ ")
    }

    /// The rows of a table that answered.
    fn rows(&self, decided: &Decided) -> Vec<String> {
        let Criteria::Table { table } = &decided.document.criteria else { return Vec::new() };
        let part = |name: &str| table.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let (inputs, rows) = (part("inputs"), part("rules"));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let answered = decided.trace.get("rows").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut lines = Vec::new();
        for number in answered.iter().filter_map(Value::as_u64) {
            let row = usize::try_from(number).ok().and_then(|place| rows.get(place));
            let Some(row) = row else { continue };
            let cell = |input: &Value| {
                let asked = text(row.get(text(input.get("id"))));
                let asked = if asked.trim().is_empty() { self.said.get("any_value") } else { asked };
                format!("{} — {asked}", self.name(&text(input.get("field"))))
            };
            let cells = inputs.iter().map(cell).collect::<Vec<_>>().join("; ");
            let (number, count) = ((number + 1).to_string(), rows.len().to_string());
            lines.push(self.said.fill("row", &[("number", &number), ("count", &count), ("cells", &cells)]));
        }
        lines
    }

    fn reaction(&self, document: &Document, planned: &Planned) -> Vec<String> {
        let Some(reaction) = document.reactions.iter().find(|reaction| reaction.key == planned.key) else {
            return Vec::new();
        };
        let what = self.act(&reaction.act, &planned.would);
        let unless =
            reaction.unless.as_ref().map(|unless| self.said.fill("unless", &[("event", &unless.event)]));
        let state = planned
            .state
            .as_ref()
            .map(|(state, error)| self.said.fill(&format!("state_{state}"), &[("error", error)]));
        let mut lines = vec![self.said.fill(
            "reaction",
            &[
                ("what", &what),
                ("when", &self.when(reaction)),
                ("unless", &unless.unwrap_or_default()),
                ("state", &state.unwrap_or_default()),
            ],
        )];
        if let Some(text) = &planned.text {
            lines.push(self.said.fill("text_of_message", &[("text", text)]));
        }
        if let Err(error) = &planned.would {
            lines.push(self.said.fill("error", &[("text", error)]));
        }
        lines
    }

    fn act(&self, act: &Act, would: &Result<Value, String>) -> String {
        let empty = Value::Object(Map::new());
        let would = would.as_ref().unwrap_or(&empty);
        let part = |name: &str| would.get(name).map(|value| shown(value, self.said)).unwrap_or_default();
        let parts: &[&str] = match act {
            Act::Message { .. } => &["template"],
            Act::Emit { .. } => &["event"],
            Act::SetAttribute { .. } => &["attribute", "value"],
            Act::StartFlow { .. } => &["flow"],
            Act::Call { .. } => &["connector", "operation"],
            Act::Accrue { .. } => &["bonus_type", "amount"],
            Act::Task { .. } => &["title"],
        };
        let values: Vec<(&str, String)> = parts.iter().map(|name| (*name, part(name))).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.said.fill(&format!("act_{}", act.kind()), &values)
    }

    fn when(&self, reaction: &Reaction) -> String {
        let seconds = reaction.after_seconds;
        let (key, count) = match seconds {
            0..60 => return String::new(),
            60..3_600 => ("when_minutes", seconds / 60),
            3_600..86_400 => ("when_hours", seconds / 3_600),
            _ => ("when_days", seconds / 86_400),
        };
        self.said.fill(key, &[("count", &count.to_string())])
    }
}
