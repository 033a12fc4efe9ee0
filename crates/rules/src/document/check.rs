//! The checker: everything that is wrong with a rule, before it can run.

use super::{Act, Criteria, Document, Program, REACTIONS_MAX, Reaction, SAMPLES_MAX, quantified};
use crate::catalogue::{Catalogue, FieldKind};
use crate::expression::Expression;
use crate::fault::{Fault, nearest};
use crate::table::Table;
use serde_json::Value;
use std::collections::BTreeSet;

/// What exists around a rule.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The fields of its event.
    pub catalogue: Catalogue,
    /// The types of events that are registered.
    pub events: BTreeSet<String>,
    /// The names of templates; none: not known here, so not checked.
    pub templates: Option<BTreeSet<String>>,
    /// The names of flows; none: not known here.
    pub flows: Option<BTreeSet<String>>,
    /// Connectors with their operations, as `billing/find_offer`; none: not known here.
    pub operations: Option<BTreeSet<String>>,
    /// The codes of bonus types; none: not known here.
    pub bonus_types: Option<BTreeSet<String>>,
}

/// Longest validity of points that a rule may give, in days: ten years, as that of bonus types.
const VALIDITY_DAYS_MAX: i32 = 3_650;

impl Surroundings {
    /// Whether a field is compared as a date.
    #[must_use]
    pub fn is_date(&self, path: &str) -> bool {
        self.catalogue
            .field(path)
            .is_some_and(|field| matches!(field.kind, FieldKind::Date | FieldKind::Datetime))
    }
}

/// All faults of a document.
#[must_use]
pub fn check(document: &Value, around: &Surroundings) -> Vec<Fault> {
    let document = match Document::read(document) {
        Ok(document) => document,
        Err(faults) => return faults,
    };
    let mut checker = Checker { around, faults: Vec::new() };
    checker.event(&document.event, "/event");
    let program = checker.criteria(&document.criteria, "");
    checker.times(&document);
    checker.reactions(&document);
    if let Some(Program::Table(_)) = program {
        checker.table(&document);
    }
    if let Some(goal) = &document.goal {
        checker.event(&goal.event, "/goal/event");
    }
    if let Some(interest) = &document.interest {
        checker.event(&interest.event, "/interest/event");
    }
    if document.tests.len() > SAMPLES_MAX {
        let message = format!("{} tests are too many: at most {SAMPLES_MAX}", document.tests.len());
        checker.faults.push(Fault::error("too_many_tests", "/tests", message));
    }
    if document.tests.is_empty() {
        let message =
            "the rule has no test: add an event with what must come out, it is needed before approval";
        checker.faults.push(Fault::hint("no_test", "/tests", message));
    }
    let mut faults = checker.faults;
    faults.sort_by_key(|fault| fault.severity);
    faults
}

/// What is wrong with criteria that stand alone, such as those of a promotion, under `/criteria`.
#[must_use]
pub fn check_criteria(criteria: &Criteria, around: &Surroundings) -> Vec<Fault> {
    let mut checker = Checker { around, faults: Vec::new() };
    checker.criteria(criteria, "");
    checker.faults
}

struct Checker<'s> {
    around: &'s Surroundings,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn event(&mut self, name: &str, pointer: &str) {
        if !self.around.events.contains(name) {
            let what = format!("the event type `{name}` is not registered");
            self.unknown("unknown_event", pointer, what, name, &self.around.events);
        }
    }

    fn unknown(&mut self, code: &str, pointer: &str, what: String, name: &str, known: &BTreeSet<String>) {
        let fault = Fault::error(code, pointer, what);
        self.faults.push(match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => fault.with_example(near),
            None => fault,
        });
    }

    fn criteria(&mut self, criteria: &Criteria, prefix: &str) -> Option<Program> {
        let around = self.around;
        match Program::compile(criteria, &|path| around.is_date(path)) {
            Ok(program) => {
                let pointer = match criteria {
                    Criteria::Form { .. } => "/criteria/group",
                    Criteria::Expression { .. } => "/criteria/text",
                    Criteria::Table { .. } => "/criteria/table",
                };
                if let Criteria::Form { group } = criteria {
                    self.form(group, &format!("{prefix}{pointer}"));
                } else {
                    self.fields(program.fields(), &format!("{prefix}{pointer}"));
                }
                Some(program)
            }
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(|fault| fault.under(prefix)));
                None
            }
        }
    }

    fn fields(&mut self, fields: &BTreeSet<String>, pointer: &str) {
        let catalogue = &self.around.catalogue;
        self.faults.extend(fields.iter().filter_map(|path| catalogue.unknown(path, pointer)));
    }

    /// Fields and values of a form, each where it stands.
    fn form(&mut self, group: &Value, pointer: &str) {
        for key in ["all", "any"] {
            for (place, term) in (0..).zip(group.get(key).and_then(Value::as_array).into_iter().flatten()) {
                let place: usize = place;
                self.form(term, &format!("{pointer}/{key}/{place}"));
            }
        }
        if let Some(inner) = group.get("not") {
            self.form(inner, &format!("{pointer}/not"));
        }
        if let Some((word, list)) = quantified(group) {
            let list = list.as_str().unwrap_or_default();
            let fault = self.around.catalogue.unknown(&format!("{list}.id"), &format!("{pointer}/{word}"));
            if fault.is_some() {
                // Of a kind that is not there no attribute is.
                return self.faults.extend(fault);
            }
            if let Some(inner) = group.get("where") {
                self.form(inner, &format!("{pointer}/where"));
            }
        }
        let Some(path) = group.get("field").and_then(Value::as_str) else { return };
        if let Some(fault) = self.around.catalogue.unknown(path, &format!("{pointer}/field")) {
            self.faults.push(fault);
        } else if let Some(value) = group.get("value") {
            self.form_value(path, value, &format!("{pointer}/value"));
        }
    }

    fn form_value(&mut self, path: &str, value: &Value, pointer: &str) {
        if let Value::Array(values) = value {
            return values.iter().for_each(|value| self.form_value(path, value, pointer));
        }
        let Some(field) = self.around.catalogue.field(path) else { return };
        let fits = match field.kind {
            FieldKind::Number => value.is_number(),
            FieldKind::Boolean => value.is_boolean(),
            FieldKind::Text | FieldKind::Date | FieldKind::Datetime | FieldKind::Choice => value.is_string(),
            FieldKind::List | FieldKind::Object => true,
        };
        if !fits {
            let message = format!("`{path}` is never equal to {value}: it has another type");
            self.faults.push(Fault::error("type_mismatch", pointer, message));
        } else if let (FieldKind::Choice, Some(text)) = (field.kind, value.as_str())
            && !field.choices.iter().any(|choice| choice.value == text)
        {
            let known: BTreeSet<String> = field.choices.iter().map(|choice| choice.value.clone()).collect();
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let what = format!("`{text}` is not a value of `{path}`: {}", names.join(", "));
            self.unknown("unknown_choice", pointer, what, text, &known);
        }
    }

    fn times(&mut self, document: &Document) {
        if let Some(hours) = &document.hours {
            if hours.days.is_empty() || hours.days.iter().any(|day| !(1..=7).contains(day)) {
                self.faults.push(Fault::error(
                    "malformed",
                    "/hours/days",
                    "days are 1 (Monday) to 7, at least one",
                ));
            }
            if hours.from == hours.to {
                self.faults.push(Fault::error(
                    "malformed",
                    "/hours/to",
                    "the hours end when they begin: nothing is left",
                ));
            }
        }
        if let (Some(from), Some(to)) = (document.valid_from, document.valid_to)
            && from >= to
        {
            self.faults.push(Fault::error("malformed", "/valid_to", "the rule ends before it begins"));
        }
        if let Some(limit) = document.limit
            && (limit.times == 0 || limit.per_seconds == 0)
        {
            self.faults.push(Fault::error("malformed", "/limit", "at least once in at least one second"));
        }
    }

    fn reactions(&mut self, document: &Document) {
        if document.reactions.is_empty() {
            let message = "the rule does nothing: add a reaction, or it only counts";
            self.faults.push(Fault::warning("no_reaction", "/reactions", message));
        }
        if document.reactions.len() > REACTIONS_MAX {
            let message =
                format!("{} reactions are too many: at most {REACTIONS_MAX}", document.reactions.len());
            self.faults.push(Fault::error("too_many_reactions", "/reactions", message));
        }
        let mut keys = BTreeSet::new();
        for (place, reaction) in document.reactions.iter().enumerate() {
            let pointer = format!("/reactions/{place}");
            if !is_key(&reaction.key) {
                let message = "a key has 1 to 60 letters, digits and _";
                self.faults.push(Fault::error("malformed", format!("{pointer}/key"), message));
            }
            if !keys.insert(&reaction.key) {
                let message = format!("the key `{}` is taken by another reaction", reaction.key);
                self.faults.push(Fault::error("duplicate_key", format!("{pointer}/key"), message));
            }
            self.reaction(reaction, &pointer);
            self.loops(document, reaction, &pointer);
        }
    }

    fn reaction(&mut self, reaction: &Reaction, pointer: &str) {
        if let Some(unless) = &reaction.unless {
            self.event(&unless.event, &format!("{pointer}/unless/event"));
            if let Some(criteria) = &unless.criteria
                && let Err(faults) = Program::compile(criteria, &|_| false)
            {
                self.faults.extend(faults.into_iter().map(|fault| fault.under(&format!("{pointer}/unless"))));
            }
        }
        for (at, text) in reaction.act.expressions() {
            let at = format!("{pointer}{at}");
            match Expression::compile(text) {
                Ok(expression) => self.fields(expression.fields(), &at),
                Err(faults) => self.faults.extend(faults.into_iter().map(|fault| fault.under(&at))),
            }
        }
        match &reaction.act {
            Act::Message { channel, template, .. } => {
                if !matches!(channel.as_str(), "preferred" | "sms" | "email") {
                    let message = "the channel is preferred, sms or email";
                    self.faults.push(Fault::error("unknown_channel", format!("{pointer}/channel"), message));
                }
                self.exists(&self.around.templates, template, "template", &format!("{pointer}/template"));
            }
            Act::Emit { event, .. } => self.event(event, &format!("{pointer}/event")),
            Act::StartFlow { flow, .. } => {
                self.exists(&self.around.flows, flow, "flow", &format!("{pointer}/flow"));
            }
            Act::Call { connector, operation, .. } => {
                let name = format!("{connector}/{operation}");
                self.exists(&self.around.operations, &name, "operation", &format!("{pointer}/operation"));
            }
            Act::SetAttribute { attribute, .. } => {
                let path = format!("customer.{attribute}");
                let at = format!("{pointer}/attribute");
                self.faults.extend(self.around.catalogue.unknown(&path, &at));
            }
            Act::Accrue { bonus_type, validity_days, .. } => {
                self.exists(
                    &self.around.bonus_types,
                    bonus_type,
                    "bonus_type",
                    &format!("{pointer}/bonus_type"),
                );
                if validity_days.is_some_and(|days| !(1..=VALIDITY_DAYS_MAX).contains(&days)) {
                    let message = format!("points are valid for 1 to {VALIDITY_DAYS_MAX} days");
                    let at = format!("{pointer}/validity_days");
                    self.faults.push(Fault::error("malformed", at, message));
                }
            }
            Act::Task { title, .. } => {
                if title.trim().is_empty() {
                    self.faults.push(Fault::error(
                        "malformed",
                        format!("{pointer}/title"),
                        "a task has a title",
                    ));
                }
            }
        }
    }

    fn exists(&mut self, known: &Option<BTreeSet<String>>, name: &str, what: &str, pointer: &str) {
        if let Some(known) = known
            && !known.contains(name)
        {
            let message = format!("the {} `{name}` does not exist", what.replace('_', " "));
            self.unknown(&format!("unknown_{what}"), pointer, message, name, known);
        }
    }

    /// A rule that makes its own event again stops only at the limit of depth.
    fn loops(&mut self, document: &Document, reaction: &Reaction, pointer: &str) {
        if let Act::Emit { event, .. } = &reaction.act
            && *event == document.event
            && !event.is_empty()
        {
            let message = "the rule makes the event it reacts to: the chain is stopped after eight events";
            self.faults.push(Fault::warning("own_event", format!("{pointer}/event"), message));
        }
    }

    /// What the analysis finds in a table, and whether its reactions exist.
    fn table(&mut self, document: &Document) {
        let Criteria::Table { table } = &document.criteria else { return };
        let Ok(table) = Table::read(table) else { return };
        let found = table.check(&self.around.catalogue.schema());
        self.faults.extend(found.into_iter().map(|fault| fault.under("/criteria/table")));
        let Some(output) = table.outputs.iter().find(|output| output.field == "reaction") else {
            let message = "one output must be called `reaction`: it names what is done";
            self.faults.push(Fault::error("no_output", "/criteria/table/outputs", message));
            return;
        };
        let known: BTreeSet<String> =
            document.reactions.iter().map(|reaction| reaction.key.clone()).collect();
        for (place, row) in table.rules.iter().enumerate() {
            for name in row.get(&output.id).into_iter().flat_map(|cell| literal_names(cell)) {
                if !known.contains(&name) {
                    let pointer = format!("/criteria/table/rules/{place}/{}", output.id);
                    let what = format!("there is no reaction `{name}`");
                    self.unknown("unknown_reaction", &pointer, what, &name, &known);
                }
            }
        }
    }
}

/// The names in a cell that is a text or a list of texts.
fn literal_names(cell: &str) -> Vec<String> {
    let facts = crate::Facts::default();
    let value = Expression::compile(cell).ok().and_then(|expression| expression.evaluate(&facts).ok());
    match value {
        Some(Value::String(name)) if !name.is_empty() => vec![name],
        Some(Value::Array(names)) => {
            names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_key(key: &str) -> bool {
    (1..=60).contains(&key.len()) && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
