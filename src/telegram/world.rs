//! What exists around a conversation, asked of the database: scenarios, trials and decisions.

use super::dialogue::{Draft, Linked};
use super::explain::{Decided, Planned, Report};
use super::scenario::Scenario;
use crate::http::resources::rules::of_customers;
use actors::automation::{preview, with_looked_up};
use base::Locale;
use base::id::{CustomerId, EventId, RuleId};
use channels::message::Channel;
use chrono::{DateTime, TimeDelta, Utc};
use crm::customer::{Identifier, IdentifierKind};
use crm::sight::Sight;
use crm::viewer::Viewer;
use platform::event_type::store as event_types;
use rules::catalogue::{Catalogue, Field, FieldKind};
use rules::decide::{CompiledRule, Occasion, Outcome, RuleSet, trace};
use rules::document::{Act, Document};
use rules::facts::{CARDS, Facts};
use rules::query::{self, Decision, ReactionState};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How long reactions that are due are waited for before their state is told as it is.
const REACTIONS_WITHIN: TimeDelta = TimeDelta::seconds(5);

/// What exists, as it is now. People in Telegram have no role: they see what is for everybody.
pub(super) struct Around {
    /// What can be tried.
    pub scenarios: Vec<Scenario>,
    set: RuleSet,
    sight: Sight,
    zone: chrono_tz::Tz,
}

impl Around {
    /// Reads it.
    pub(super) async fn load(db: &mut PgConnection, zone: chrono_tz::Tz) -> sqlx::Result<Self> {
        let set = query::live(db).await?;
        let attributes = crm::query::all_attributes(db).await?;
        let viewer = Viewer::with([]);
        let kinds = crm::query::card_kinds(&mut *db).await?;
        let sight = Sight::of(&attributes, &viewer).without_kinds(&kinds, &viewer);
        let customer: Vec<Field> = of_customers(crm::query::catalogue(&attributes, &viewer)).collect();
        let mut scenarios = Vec::new();
        for kind in event_types::list(db).await? {
            let rules = set.of_event(&kind.name);
            if rules.is_empty() {
                continue;
            }
            let versions = || rules.iter().map(|rule| &rule.live.rule);
            let read: BTreeSet<String> = versions().flat_map(|rule| rule.fields().iter().cloned()).collect();
            let samples: Vec<Value> = versions()
                .flat_map(|rule| rule.document().tests.iter().map(|test| test.event.clone()))
                .collect();
            let mut catalogue = Catalogue::new(Some(&kind.fields.schema));
            customer.iter().for_each(|field| catalogue.add(field.clone()));
            let fields = catalogue.fields().cloned().collect();
            let names = rules.iter().map(|rule| rule.name.clone()).collect();
            let called = (kind.name, kind.fields.title);
            scenarios.push(Scenario::new(called, kind.fields.schema, names, &read, &samples, fields));
        }
        Ok(Self { scenarios, set, sight, zone })
    }

    /// The kinds of linked cards that live rules about an event read.
    fn card_kinds(&self, event: &str) -> BTreeSet<String> {
        let rules = self.set.of_event(event).iter().flat_map(|live| live.versions());
        rules
            .flat_map(|version| {
                let reactions = &version.rule.document().reactions;
                let read = reactions.iter().flat_map(|reaction| reaction.act.card_kinds());
                read.chain(version.rule.card_kinds()).collect::<Vec<_>>()
            })
            .collect()
    }

    /// What every live rule would make of an event: the same decision as in earnest, and nothing is stored.
    pub(super) async fn try_out(
        &self,
        db: &mut PgConnection,
        draft: &Draft,
        customer: Option<&Linked>,
        locale: Locale,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Vec<Report>> {
        let occasion = Occasion { at: now, zone: self.zone };
        let known = match customer {
            Some(linked) => {
                let mut found = actors::loyalty::customers(db, &[linked.id], now).await?;
                crm::query::add_cards(db, &self.card_kinds(&draft.event), &mut found).await?;
                found.remove(&linked.id)
            }
            None => None,
        };
        let meta = json!({ "type": draft.event, "source": "trial", "id": "trial", "time": now, "depth": 0 });
        let facts = Facts {
            event: Value::Object(draft.data.clone()),
            meta,
            reference: self.set.reference.clone(),
            ..Facts::default()
        };
        let facts = facts.of_customer(known.unwrap_or_default()).at(now, self.zone);
        let subject = customer.map_or(Uuid::nil(), |linked| linked.id.as_uuid());
        let mut reports = Vec::new();
        for live in self.set.of_event(&draft.event) {
            let rule = &live.version(subject).1.rule;
            let decided = if self.is_closed(rule) {
                None
            } else {
                let outcome = rule.decide(&facts.prepare(), occasion);
                let mut reactions = Vec::new();
                for reaction in rule.reactions(&outcome.reactions) {
                    let text = message_text(db, &reaction.act, &facts, locale).await?;
                    let would = preview(&reaction.act, &facts);
                    reactions.push(Planned { key: reaction.key.clone(), would, text, state: None });
                }
                Some(self.told(rule, &facts, occasion, &outcome, reactions))
            };
            reports.push(Report { rule: live.name.clone(), decided });
        }
        Ok(reports)
    }

    /// What the rules decided about an event that happened; none: they have not all looked yet, or what is due is still
    /// being done.
    pub(super) async fn decided(
        &self,
        db: &mut PgConnection,
        event: EventId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Option<Vec<Report>>> {
        let decisions = query::of_event(db, event).await?;
        let mut states: BTreeMap<RuleId, Vec<ReactionState>> = BTreeMap::new();
        for state in query::reactions_to(db, &[event]).await? {
            let is_due = state.state == "waiting" && state.due_at <= now;
            let young = decisions.iter().all(|decision| now - decision.decided_at < REACTIONS_WITHIN);
            if is_due && young {
                return Ok(None);
            }
            states.entry(state.rule_id).or_default().push(state);
        }
        let mut reports = Vec::new();
        for decision in decisions {
            let states = states.remove(&decision.rule_id).unwrap_or_default();
            reports.push(self.of_decision(db, decision, states).await?);
        }
        Ok(Some(reports))
    }

    async fn of_decision(
        &self,
        db: &mut PgConnection,
        decision: Decision,
        states: Vec<ReactionState>,
    ) -> sqlx::Result<Report> {
        let version = query::find_version(db, decision.rule_id, decision.version).await?;
        let compiled =
            version.and_then(|version| Document::read(&version.document).ok()).and_then(|document| {
                let fields = self.fields(&document.event);
                CompiledRule::compile(document, &|path| is_date(fields, path)).ok()
            });
        let decided = compiled.filter(|rule| !self.is_closed(rule)).map(|rule| {
            let occasion = Occasion { at: decision.occurred_at, zone: self.zone };
            let facts = facts_of(&decision.inputs);
            let facts = Facts { reference: self.set.reference.clone(), ..facts }.at(occasion.at, self.zone);
            let verdict = serde_json::from_value(json!(decision.verdict));
            let outcome = Outcome {
                verdict: verdict.unwrap_or(rules::decide::Verdict::Failed),
                rows: decision.rows.and_then(|rows| serde_json::from_value(rows).ok()).unwrap_or_default(),
                outputs: Vec::new(),
                reactions: Vec::new(),
                fault: decision.fault,
            };
            let reactions = states.into_iter().map(planned).collect();
            self.told(&rule, &facts, occasion, &outcome, reactions)
        });
        Ok(Report { rule: decision.rule_name, decided })
    }

    fn told(
        &self,
        rule: &CompiledRule,
        facts: &Facts,
        occasion: Occasion,
        outcome: &Outcome,
        reactions: Vec<Planned>,
    ) -> Decided {
        let fields = self.fields(&rule.document().event);
        Decided {
            document: rule.document().clone(),
            verdict: outcome.verdict.as_str().to_owned(),
            trace: trace(rule, facts, occasion, outcome, &|path| is_date(fields, path)),
            reactions,
        }
    }

    /// Whether a rule reads what is kept from people without a role.
    fn is_closed(&self, rule: &CompiledRule) -> bool {
        self.sight.allows(rule.fields()).is_err()
    }

    fn fields(&self, event: &str) -> &[Field] {
        let scenario = self.scenarios.iter().find(|scenario| scenario.event == event);
        scenario.map_or(&[], |scenario| scenario.fields.as_slice())
    }
}

fn is_date(fields: &[Field], path: &str) -> bool {
    let field = fields.iter().find(|field| field.path == path);
    field.is_some_and(|field| matches!(field.kind, FieldKind::Date | FieldKind::Datetime))
}

/// What a decision read, as facts again.
fn facts_of(inputs: &Value) -> Facts {
    let mut roots = Map::new();
    for (path, value) in inputs.as_object().into_iter().flatten() {
        put(&mut roots, path, value.clone());
    }
    let mut root = |name: &str| roots.remove(name).unwrap_or_default();
    Facts {
        event: root("event"),
        meta: root("meta"),
        customer: root("customer"),
        account: root("account"),
        cards: cards_of(inputs),
        ..Facts::default()
    }
}

/// The linked cards again: what was read of them stands by attribute, of each card in its place.
fn cards_of(inputs: &Value) -> Value {
    let mut kinds: BTreeMap<&str, Vec<Map<String, Value>>> = BTreeMap::new();
    for (path, values) in inputs.as_object().into_iter().flatten() {
        let attribute = path.strip_prefix(CARDS).and_then(|rest| rest.strip_prefix('.')?.split_once('.'));
        let (Some((kind, key)), Value::Array(values)) = (attribute, values) else { continue };
        let cards = kinds.entry(kind).or_default();
        cards.resize_with(cards.len().max(values.len()), Map::new);
        for (card, value) in cards.iter_mut().zip(values) {
            card.insert(key.to_owned(), value.clone());
        }
    }
    json!(kinds)
}

fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            object.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

/// A reaction that is owed. What it names stands in its act: templates, flows, attributes.
fn planned(state: ReactionState) -> Planned {
    let mut would = state.act;
    if let (Some(would), Some(result)) =
        (would.as_object_mut(), state.result.as_ref().and_then(Value::as_object))
    {
        would.extend(result.clone());
    }
    let error = state.error.unwrap_or_default();
    Planned { key: state.key, would: Ok(would), text: None, state: Some((state.state, error)) }
}

/// What the customer would read; none when it is no message, or a field is missing.
async fn message_text(
    db: &mut PgConnection,
    act: &Act,
    facts: &Facts,
    locale: Locale,
) -> sqlx::Result<Option<String>> {
    let Act::Message { template, .. } = act else { return Ok(None) };
    let Some(known) = channels::query::find_template_named(db, template).await? else { return Ok(None) };
    let mut fields = facts.without_references().as_object().cloned().unwrap_or_default();
    with_looked_up(db, template, None, &facts.reference, &mut fields).await?;
    let bodies = &known.set.channels;
    let body = bodies.find(Channel::Sms, Some(locale)).or_else(|| bodies.find(Channel::Email, Some(locale)));
    Ok(body
        .and_then(|(_, body)| channels::template::render(body, &fields).ok())
        .map(|rendered| rendered.text))
}

/// The customer with this phone number, and how they are greeted.
pub(super) async fn find_customer(
    db: &mut PgConnection,
    phone: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Linked>> {
    let identifier = Identifier { kind: IdentifierKind::Phone, value: phone.to_owned() };
    let Some(id) = crm::query::by_identifiers(db, &[identifier]).await?.into_iter().flatten().next() else {
        return Ok(None);
    };
    let facts: BTreeMap<CustomerId, Value> = actors::loyalty::customers(db, &[id], now).await?;
    let name = facts.get(&id).and_then(|facts| facts.get("name")).and_then(Value::as_str).unwrap_or_default();
    Ok(Some(Linked { id, name: name.to_owned() }))
}
