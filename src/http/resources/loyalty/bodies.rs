//! What answers about members say.

use crate::http::prelude::*;
use base::LocalText;
use base::id::{CustomerId, MasterAccountId, ServiceId};
use chrono::{DateTime, Utc};
use loyalty::account::AccountStatus;
use loyalty::bonus_type::amount::Points;
use loyalty::service::{Service, ServiceState};
use loyalty::tier::Tier;

/// The tier of a member.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TierBody {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: LocalText,
    /// Its level; higher is better.
    pub level: i16,
    /// The discount it carries, in percent.
    pub discount_percent: f64,
    /// The multiplier of what is earned.
    pub multiplier: f64,
    /// Since when the member has it.
    pub since: Option<DateTime<Utc>>,
}

impl TierBody {
    /// The tier as members have it.
    pub fn of(tier: Tier, since: Option<DateTime<Utc>>) -> Self {
        let fields = tier.fields;
        Self {
            code: fields.code,
            title: fields.title,
            level: fields.level,
            discount_percent: fields.discount_percent,
            multiplier: fields.multiplier,
            since,
        }
    }
}

/// Points that a member has of one accrual.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LotBody {
    /// What was accrued.
    pub amount: Points,
    /// What is left of it.
    pub remaining: Points,
    /// What of it is set aside for orders.
    pub held: Points,
    /// From when it can be spent.
    pub active_from: DateTime<Utc>,
    /// When it expires; null: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a member has of one kind of points.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BalanceBody {
    /// The code of the bonus type.
    pub bonus_type: String,
    /// Its title.
    pub title: LocalText,
    /// All of it, less debt.
    pub balance: Points,
    /// What can be spent now.
    pub available: Points,
    /// What is set aside for orders.
    pub held: Points,
    /// What can be spent later.
    pub pending: Points,
    /// What is owed.
    pub debt: Points,
    /// What expires when, the next first; in the order in which it is spent.
    pub lots: Vec<LotBody>,
}

/// A service of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceBody {
    /// Its id here.
    pub id: ServiceId,
    /// The id in the company's systems.
    pub code: String,
    /// Its name.
    pub name: String,
    /// By what it knows its user.
    pub user_id: String,
    /// Its type.
    pub line: String,
    /// What it is.
    pub state: ServiceState,
    /// When it was connected last.
    pub connected_at: DateTime<Utc>,
    /// When it was disconnected.
    pub disconnected_at: Option<DateTime<Utc>>,
}

impl From<Service> for ServiceBody {
    fn from(service: Service) -> Self {
        let fields = service.fields;
        Self {
            id: service.id,
            code: fields.code,
            name: fields.name,
            user_id: fields.user_id,
            line: fields.line,
            state: service.state,
            connected_at: service.connected_at,
            disconnected_at: service.disconnected_at,
        }
    }
}

/// Who takes part (CIMP-ENT-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParticipantBody {
    /// The customer's id.
    pub customer_id: CustomerId,
    /// The full name.
    pub name: String,
    /// The phone number, E.164.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// `ru`, `uz` or `en`.
    pub language: Option<base::Locale>,
    /// The day of birth.
    pub birth_date: Option<String>,
    /// `female` or `male`.
    pub sex: Option<String>,
    /// The address.
    pub address: Option<String>,
}

/// A master account with all that belongs to it (CIMP-ACC-03, CIMP-API-07).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProfileBody {
    /// Its id.
    pub id: MasterAccountId,
    /// The code of its programme.
    pub programme: String,
    /// Its number.
    pub number: String,
    /// What it is.
    pub status: AccountStatus,
    /// The code of that: 10, 20 or 90.
    pub status_code: i16,
    /// The macroregion.
    pub macroregion: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The tier.
    pub tier: Option<TierBody>,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
    /// When the member enrolled.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// When the registration was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i32,
    /// Who takes part.
    pub participant: Option<ParticipantBody>,
    /// The services.
    pub services: Vec<ServiceBody>,
    /// What the member has.
    pub balances: Vec<BalanceBody>,
}
