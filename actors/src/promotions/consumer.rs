//! Reads the event log in order: what happens to a member may make an account fit a promotion, and activates offers
//! (CIMP-SPV-01, CIMP-SPV-05).

use super::fitting::{Known, compiled, fitting};
use base::Edit;
use base::id::CustomerId;
use loyalty::coupon::code::CodeKey;
use loyalty::id::{PromotionId, PromotionOfferId};
use loyalty::promotion::{ACTIVATION_ROOTS, Promotion, PromotionKind};
use loyalty::query::{offer, promotion};
use loyalty::refused::Refused;
use loyalty::store::granting::Granting;
use loyalty::store::movement::Party;
use loyalty::store::offer as offers;
use platform::event::Event;
use rules::decide::card_kinds_of;
use rules::decide::react::{customer_of, facts_of};
use rules::{Expression, References};
use sqlx::{Connection, PgConnection};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The name under which its place in the log is kept.
pub const CONSUMER: &str = "promotions";

/// After these a member may fit what did not fit before.
const CHANGES: [&str; 7] = [
    "loyalty.account_registered.v1",
    "loyalty.account_enrolled.v1",
    "loyalty.account_changed.v1",
    "loyalty.service_connected.v1",
    "loyalty.service_disconnected.v1",
    "loyalty.tier_changed.v1",
    "crm.customer_changed.v1",
];

/// After these the customer at either end may have a card that a promotion asks for. Of a card that is itself changed the
/// next scan hears.
const LINKS: [&str; 2] = ["crm.link_added.v1", "crm.link_removed.v1"];

/// The reader. One for each database: its place is locked while it works.
pub struct PromotionConsumer<'k> {
    zone: chrono_tz::Tz,
    codes: &'k CodeKey,
}

impl<'k> PromotionConsumer<'k> {
    /// A reader for a site in `zone`.
    #[must_use]
    pub const fn new(zone: chrono_tz::Tz, codes: &'k CodeKey) -> Self {
        Self { zone, codes }
    }

    /// Looks at a batch of events, in the transaction that also moves the place in the log.
    ///
    /// # Errors
    /// The database failed, or the ledger refused what was given.
    pub async fn batch(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        events: &[Event],
    ) -> sqlx::Result<()> {
        let running = promotion::running(db, edit.now).await?;
        if running.is_empty() {
            return Ok(());
        }
        self.offer(db, edit, &running, events).await?;
        self.activate(db, edit, &running, events).await
    }

    /// Looks again at members to whom something happened.
    async fn offer(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        running: &[Promotion],
        events: &[Event],
    ) -> sqlx::Result<()> {
        let changed: BTreeSet<CustomerId> =
            events.iter().flat_map(changed_by).map(CustomerId::from_uuid).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let changed: Vec<CustomerId> = changed.into_iter().collect();
        for promotion in running.iter().filter(|one| one.fields.kind != PromotionKind::Coupons) {
            let parties = offer::candidates_of(db, promotion.id, &changed).await?;
            let fit = fitting(db, promotion, parties, edit.now, self.zone).await?;
            offers::make(db, edit, promotion, &fit).await?;
        }
        Ok(())
    }

    /// Activates the offers that wait for these events. What is given is posted at the end, in one call of the ledger.
    async fn activate(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        running: &[Promotion],
        events: &[Event],
    ) -> sqlx::Result<()> {
        let awaited: BTreeSet<&str> = running
            .iter()
            .filter_map(|one| one.fields.activation.as_ref())
            .map(|activation| activation.event_type.as_str())
            .collect();
        let mut granting = Granting::new(self.codes, "event");
        for kind in awaited {
            let of_kind: Vec<&Event> = events.iter().filter(|event| event.kind == kind).collect();
            let customers: BTreeSet<CustomerId> =
                of_kind.iter().filter_map(|event| customer_of(event)).map(CustomerId::from_uuid).collect();
            if customers.is_empty() {
                continue;
            }
            let customers: Vec<CustomerId> = customers.into_iter().collect();
            let waiting = offer::waiting(db, &customers, kind).await?;
            self.activate_waiting(db, edit, &mut granting, (running, &of_kind), waiting).await?;
        }
        match granting.post(db, edit).await {
            Ok(()) => Ok(()),
            Err(refused) => Err(failed(refused)),
        }
    }

    async fn activate_waiting(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        granting: &mut Granting<'_>,
        (running, events): (&[Promotion], &[&Event]),
        waiting: Vec<(PromotionOfferId, PromotionId, Party)>,
    ) -> sqlx::Result<()> {
        if waiting.is_empty() {
            return Ok(());
        }
        let parties: Vec<Party> = waiting.iter().map(|(.., party)| party.clone()).collect();
        let promotions: BTreeMap<PromotionId, &Promotion> = running.iter().map(|one| (one.id, one)).collect();
        let waits: BTreeSet<PromotionId> = waiting.iter().map(|(_, promotion, _)| *promotion).collect();
        let conditions = waits.iter().filter_map(|id| activated_by(promotions.get(id)?));
        let kinds = conditions.flat_map(|condition| card_kinds_of(condition.fields())).collect();
        let known = Known::of(db, &parties, &kinds, edit.now, self.zone).await?;
        for (id, promotion, party) in waiting {
            let Some(promotion) = promotions.get(&promotion) else { continue };
            let Some(event) = self.first_that_fits(&known, promotion, &party, events) else { continue };
            let mark = granting.owed();
            let mut guarded = db.begin().await?;
            let by = format!("event:{}", event.event_id);
            match offers::activate(&mut guarded, edit, granting, id, &by).await {
                Ok(_) => guarded.commit().await?,
                Err(Refused::Change(base::ChangeError::Database(error))) => return Err(error),
                Err(refused) => {
                    guarded.rollback().await?;
                    granting.forget_after(mark);
                    tracing::warn!(offer.id = %id, "the offer {id} was not activated and stays open: {refused}");
                }
            }
        }
        Ok(())
    }

    fn first_that_fits<'e>(
        &self,
        known: &Known,
        promotion: &Promotion,
        party: &Party,
        events: &[&'e Event],
    ) -> Option<&'e Event> {
        let condition = activated_by(promotion);
        let of_party = |event: &&&Event| customer_of(event) == Some(party.customer_id.as_uuid());
        events.iter().filter(of_party).copied().find(|event| {
            let Some(condition) = &condition else { return true };
            let mut facts = facts_of(event, serde_json::Value::Null, &References::default(), self.zone);
            let of_account = known.facts(party);
            (facts.customer, facts.account) = (of_account.customer, of_account.account);
            facts.cards = of_account.cards;
            condition.holds(&facts).unwrap_or(false)
        })
    }
}

/// Whom an event may make fit a promotion: records that are no customers have no account.
fn changed_by(event: &Event) -> impl Iterator<Item = Uuid> {
    let kind = event.kind.as_str();
    let own = CHANGES.contains(&kind).then(|| customer_of(event)).flatten();
    let ends = LINKS.contains(&kind).then_some([Some(event.subject), event.correlation]);
    own.into_iter().chain(ends.into_iter().flatten().flatten())
}

/// What an event must fulfil to activate offers of the promotion; none where every event of its type does.
fn activated_by(promotion: &Promotion) -> Option<Expression> {
    compiled(&promotion.fields.activation.as_ref()?.condition, &ACTIVATION_ROOTS)
}

fn failed(refused: Refused) -> sqlx::Error {
    match refused {
        Refused::Change(base::ChangeError::Database(error)) => error,
        other => sqlx::Error::decode(other.to_string()),
    }
}
