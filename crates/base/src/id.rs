//! Every id is its own type: a UUIDv7 (RFC 9562) made from the passed time and dice.

use chrono::{DateTime, Utc};
use rand::Rng;
use uuid::Uuid;

/// Makes a UUIDv7 from a moment and dice. Moments before 1970 count as 1970.
#[must_use]
pub fn uuid_v7(now: DateTime<Utc>, rng: &mut dyn Rng) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Declares id types: serde and sqlx transparent, ordered by creation time.
#[macro_export]
macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident ),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, sqlx::Type, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = uuid::Uuid)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new id, ordered after every id made at an earlier millisecond.
            #[must_use]
            pub fn new(now: chrono::DateTime<chrono::Utc>, rng: &mut dyn rand::Rng) -> Self {
                Self($crate::id::uuid_v7(now, rng))
            }
            /// An id known from elsewhere: a row, a message, a fixed record of the demo data.
            #[must_use]
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
            /// The bare UUID, for what is keyed by any kind of id (events, files).
            #[must_use]
            pub const fn as_uuid(self) -> uuid::Uuid {
                self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+ };
}

ids! {
    /// One owner's account in one currency of the ledger.
    AccountId,
    /// An award or adjustment of points that was asked for.
    AdjustmentId,
    /// A key with scopes for a program that calls the API.
    ApiKeyId,
    /// The definition of an attribute of customers or of a kind of card.
    AttributeId,
    /// A kind of points of a loyalty programme.
    BonusTypeId,
    /// One card of a kind that administrators made.
    CardId,
    /// A kind of card.
    CardKindId,
    /// One call: legs and a bridge plan. A voice contact has exactly one.
    CallId,
    /// A connection to an outside system that flows and rules may ask.
    ConnectorId,
    /// One communication on one channel, from arrival to wrap-up.
    ContactId,
    /// A currency of the ledger: points, bonuses, certificates.
    CurrencyId,
    /// A person or an organisation the company serves.
    CustomerId,
    /// Something that could not be handled and waits for somebody.
    DeadLetterId,
    /// One entry of the event log.
    EventId,
    /// A flow that is kept in the database.
    FlowId,
    /// An amount of an account that is set aside.
    HoldId,
    /// One run of one flow.
    InstanceId,
    /// One leg of a call: a SIP dialog or a browser's media session.
    LegId,
    /// A connection to an SMS centre or a mail server.
    LinkId,
    /// What carries the points of one member of a loyalty programme.
    MasterAccountId,
    /// One message to one customer.
    MessageId,
    /// Why an operator is not ready.
    NotReadyReasonId,
    /// How records are linked: works at, owns.
    LinkKindId,
    /// A number that callers dial.
    NumberId,
    /// One offer of one contact to one operator.
    OfferId,
    /// A person in the role of serving contacts. Equals the person's id.
    OperatorId,
    /// A part of the organisation.
    OrgUnitId,
    /// A group of people that carries roles.
    PeopleGroupId,
    /// Somebody who signs in.
    PersonId,
    /// What is predicted of customers, with its trained versions.
    PredictionId,
    /// A loyalty programme.
    ProgrammeId,
    /// One line of waiting contacts.
    QueueId,
    /// One link between two records.
    RecordLinkId,
    /// One stored recording.
    RecordingId,
    /// How a contact ended, as the operator judged it.
    ResultId,
    /// One thing that a rule does about one event.
    ReactionId,
    /// A set of operations.
    RoleId,
    /// A rule that reacts to events.
    RuleId,
    /// A service of the company that a member uses.
    ServiceId,
    /// One sign-in of one person on one device.
    SessionId,
    /// One run of a rule over events that were stored before.
    SimulationId,
    /// What an operator can do, with a level.
    SkillId,
    /// Work that a flow or a rule gives to a person.
    TaskId,
    /// What a message says, by channel and language.
    TemplateId,
    /// A status of members of a loyalty programme.
    TierId,
    /// What a contact was about; topics form a tree.
    TopicId,
    /// One transaction of the ledger: it follows from its key.
    TransactionId,
    /// A SIP connection to an operator of telephony or to an exchange.
    TrunkId,
    /// One event on its way to one webhook.
    WebhookDeliveryId,
    /// An address of another system that hears of events.
    WebhookId,
}

impl From<PersonId> for OperatorId {
    fn from(person: PersonId) -> Self {
        Self::from_uuid(person.as_uuid())
    }
}

impl From<OperatorId> for PersonId {
    fn from(operator: OperatorId) -> Self {
        Self::from_uuid(operator.as_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn ids_made_later_sort_later() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let start = DateTime::from_timestamp(1_767_225_600, 0).unwrap();

        let first = ContactId::new(start, &mut rng);
        let second = ContactId::new(start + std::time::Duration::from_millis(1), &mut rng);

        assert!(first < second);
        assert_eq!(first.to_string().parse::<ContactId>().unwrap(), first);
    }
}
