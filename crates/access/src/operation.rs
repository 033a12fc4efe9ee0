//! The catalogue of operations: everything a role can allow.
//!
//! Roles are data, operations are code: an operation is a promise that some endpoint checks it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! operations {
    ($( $name:ident = $code:literal, $group:literal, $description:literal; )+) => {
        /// Something a person or a program may be allowed to do. Written `<group>.<verb>`.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Operation { $(
            #[doc = $description]
            #[serde(rename = $code)]
            $name,
        )+ }

        // By hand: the derive does not see names that a macro writes.
        impl utoipa::PartialSchema for Operation {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$( $code ),+]))
                    .description(Some("Something a person or a program may be allowed to do. Written `<group>.<verb>`."))
                    .into()
            }
        }

        impl utoipa::ToSchema for Operation {}

        impl Operation {
            /// Every operation, in the order that screens list them.
            pub const ALL: &'static [Self] = &[$( Self::$name ),+];

            /// The stable name, such as `queue.read`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

            /// Which heading of the role matrix shows it.
            #[must_use]
            pub const fn group(self) -> &'static str {
                match self { $( Self::$name => $group, )+ }
            }

            /// What it allows, in one English sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$name => $description, )+ }
            }
        }
    };
}

operations! {
    SessionSelf = "session.self", "session", "Sign in, and look after the own password and preferences.";
    PersonRead = "person.read", "people", "See people and their roles.";
    PersonWrite = "person.write", "people", "Add, change, disable and unlock people, and reset their passwords.";
    UnitRead = "unit.read", "people", "See the organisation units.";
    UnitWrite = "unit.write", "people", "Add, move and remove organisation units.";
    RoleRead = "role.read", "people", "See roles and the operations they allow.";
    RoleWrite = "role.write", "people", "Add, change and remove roles.";
    PeopleGroupRead = "people_group.read", "people", "See groups of people and the roles they carry.";
    PeopleGroupWrite = "people_group.write", "people", "Add, change and remove groups of people.";
    ApiKeyRead = "api_key.read", "people", "See API keys, never their secrets.";
    ApiKeyWrite = "api_key.write", "people", "Issue and revoke API keys.";
    AuditRead = "audit.read", "audit", "Read the event log: who did what, and when.";
    QueueRead = "queue.read", "routing", "See queues and their settings.";
    QueueWrite = "queue.write", "routing", "Add, change and remove queues.";
    SkillRead = "skill.read", "routing", "See skills.";
    SkillWrite = "skill.write", "routing", "Add, change and remove skills.";
    OperatorRead = "operator.read", "routing", "See operators with their queues and skills.";
    OperatorWrite = "operator.write", "routing", "Change the queues and skills of operators.";
    TrunkRead = "trunk.read", "telephony", "See SIP trunks, never their passwords.";
    TrunkWrite = "trunk.write", "telephony", "Add, change and remove SIP trunks.";
    NumberRead = "number.read", "telephony", "See the numbers that callers dial.";
    NumberWrite = "number.write", "telephony", "Add, change and remove numbers.";
    PromptRead = "prompt.read", "telephony", "See and hear prompts.";
    PromptWrite = "prompt.write", "telephony", "Replace prompts.";
    FlowRead = "flow.read", "automation", "See flows, their versions, runs and counters, and what is wrong with them.";
    FlowWrite = "flow.write", "automation", "Draw and import flows, try them, and look after runs that failed.";
    FlowPublish = "flow.publish", "automation", "Put a version of a flow into force, take it back, and move running instances.";
    RuleRead = "rule.read", "automation", "See rules, reference tables, decisions and results.";
    RuleWrite = "rule.write", "automation", "Write rules and reference tables, try and simulate them.";
    RuleApprove = "rule.approve", "automation", "Approve or refuse rules that others wrote.";
    RuleLaunch = "rule.launch", "automation", "Launch approved rules, pause them and roll them back.";
    PredictionRead = "prediction.read", "automation", "See predictions, how good they are, and scores of customers.";
    PredictionWrite = "prediction.write", "automation", "Write and train predictions.";
    PredictionLaunch = "prediction.launch", "automation", "Launch and retire trained predictions: rules decide by them.";
    TaskUse = "task.use", "automation", "See and complete tasks and approvals of flows.";
    ConnectorRead = "connector.read", "automation", "See connectors to outside systems, never their secrets.";
    ConnectorWrite = "connector.write", "automation", "Add, change and remove connectors to outside systems.";
    EventTypeRead = "event_type.read", "events", "See event types, dead letters and consumers.";
    EventTypeWrite = "event_type.write", "events", "Register event types, try dead letters again, replay events.";
    EventSend = "event.send", "events", "Send events of outside systems.";
    WebhookRead = "webhook.read", "events", "See webhooks and their deliveries, never their secrets.";
    WebhookWrite = "webhook.write", "events", "Add, change and remove webhooks.";
    TemplateRead = "template.read", "messages", "See message templates.";
    TemplateWrite = "template.write", "messages", "Write message templates.";
    MessageRead = "message.read", "messages", "See messages and what became of them.";
    MessageSend = "message.send", "messages", "Send messages to customers.";
    LinkRead = "link.read", "messages", "See links to SMS centres and mail servers, never their passwords.";
    LinkWrite = "link.write", "messages", "Add, change and remove links to SMS centres and mail servers.";
    ContactRead = "contact.read", "contacts", "See contacts and how they were routed.";
    ContactWrite = "contact.write", "contacts", "Change the wrap-up of contacts.";
    RecordingPlay = "recording.play", "contacts", "Listen to recordings.";
    CustomerRead = "customer.read", "contacts", "See customers.";
    CustomerWrite = "customer.write", "contacts", "Add and change customers.";
    CardRead = "card.read", "contacts", "See cards of the kinds the administrators made.";
    CardWrite = "card.write", "contacts", "Add and change cards of the kinds the administrators made.";
    StructureWrite = "structure.write", "contacts", "Add and change attributes, kinds of cards and links between them.";
    ClassifierRead = "classifier.read", "contacts", "See topics, results and not-ready reasons.";
    ClassifierWrite = "classifier.write", "contacts", "Change topics, results and not-ready reasons.";
    LoyaltyRead = "loyalty.read", "loyalty", "See members of loyalty programmes, their balances and histories, and how programmes are set up.";
    LoyaltyServe = "loyalty.serve", "loyalty", "Serve members: register, connect services, award, adjust, take orders and returns.";
    LoyaltyMarket = "loyalty.market", "loyalty", "Set up programmes: bonus types, tiers, masters, the catalogue and promotions.";
    LoyaltyPartner = "loyalty.partner", "loyalty", "Work as a partner: its services, orders and exchange of points.";
    LoyaltyApprove = "loyalty.approve", "loyalty", "Approve or refuse awards and adjustments above the limit that others asked for.";
    BoardRead = "board.read", "live", "Watch the wallboard.";
    FloorRead = "floor.read", "live", "Watch operators and calls as a supervisor.";
    DeskUse = "desk.use", "live", "Serve contacts at the operator desktop.";
    LogRead = "log.read", "system", "See log levels and the state of the server.";
    LogWrite = "log.write", "system", "Change log levels while the server runs.";
}

/// The text names no operation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown operation {0:?}")]
pub struct UnknownOperation(pub String);

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.code() == text)
            .ok_or_else(|| UnknownOperation(text.to_owned()))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIMP-ADM-02: operations have stable names that roles can refer to.
    #[test]
    fn every_operation_is_read_back_from_its_code_and_its_json() {
        for operation in Operation::ALL {
            assert_eq!(operation.code().parse::<Operation>().unwrap(), *operation);
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.code());
        }
    }
}
