//! What members of the demo programme get for their points.

use super::files::{Fault, read};
use super::{DemoError, Loader, refused};
use base::id::ProgrammeId;
use base::{ChangeError, LocalText};
use loyalty::id::PartnerId;
use loyalty::input::Decimal;
use loyalty::master::{MasterFields, MasterKind, ReasonArea};
use loyalty::partner::{PartnerCurrency, PartnerFields, RateInput};
use loyalty::promotion::{Activation, PromotionAct, PromotionFields, PromotionKind, PromotionReward};
use loyalty::refused::Refused;
use loyalty::reward::{PriceInput, RewardFields, RewardKind};
use loyalty::store;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// `catalogue.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    programme: String,
    bonus_type: String,
    reason: Vec<Reason>,
    master: Vec<Entry>,
    partner: Vec<DemoPartner>,
    reward: Vec<DemoReward>,
    promotion: DemoPromotion,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    code: String,
    title: LocalText,
    areas: Vec<ReasonArea>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: MasterKind,
    code: String,
    title: LocalText,
    parent: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPartner {
    code: String,
    title: LocalText,
    currency: Option<String>,
    give: Option<i64>,
    get: Option<i64>,
    minimum: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoReward {
    code: String,
    title: LocalText,
    kind: RewardKind,
    price: i64,
    stock: Option<i32>,
    partner: Option<String>,
    #[serde(default)]
    physical: bool,
    #[serde(default)]
    needs_confirmation: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoPromotion {
    code: String,
    title: LocalText,
    description: LocalText,
    criteria: String,
    event_type: String,
    condition: String,
    amount: i64,
}

fn number(number: i64) -> Decimal {
    Decimal(number.to_string())
}

impl Loader<'_> {
    /// Loads `catalogue.toml` of the folder; without its programme there is nobody to buy anything.
    pub(super) async fn catalogue(&mut self, folder: &Path) -> Result<(), DemoError> {
        let from: Catalogue = read(folder, "catalogue.toml")?;
        let programme = loyalty::query::programme_called(self.db, &from.programme).await?;
        let Some(programme) = programme else { return Ok(()) };
        let programme = programme.id;
        self.masters(&from).await?;
        let partners = self.partners(&from).await?;
        for reward in &from.reward {
            self.reward(&from.bonus_type, reward, &partners).await?;
        }
        self.promotion(&from, programme).await
    }

    async fn masters(&mut self, from: &Catalogue) -> Result<(), DemoError> {
        let reasons = from.reason.iter().map(|reason| {
            let fields = MasterFields::named(reason.code.clone(), reason.title.clone());
            (MasterKind::Reason, MasterFields { areas: reason.areas.clone(), ..fields })
        });
        let others = from.master.iter().map(|entry| {
            let fields = MasterFields::named(entry.code.clone(), entry.title.clone());
            (entry.kind, MasterFields { parent: entry.parent.clone(), ..fields })
        });
        for (kind, fields) in reasons.chain(others) {
            self.tick();
            // What members of the programme brought along stays as it is.
            store::master::put(self.db, &mut self.edit, kind, &fields)
                .await
                .map_err(refused("master", &fields.code))?;
        }
        Ok(())
    }

    async fn partners(&mut self, from: &Catalogue) -> Result<BTreeMap<String, PartnerId>, DemoError> {
        let mut partners = BTreeMap::new();
        for partner in &from.partner {
            self.tick();
            let currency = partner.currency.clone().map(|code| PartnerCurrency { code, scale: 0 });
            let (code, title) = (partner.code.clone(), partner.title.clone());
            let fields = PartnerFields { code, title, unit_id: None, currency, active: true };
            let made = store::partner::insert(self.db, &mut self.edit, &fields).await;
            let made = made.map_err(refused("partner", &partner.code))?;
            partners.insert(partner.code.clone(), made.id);
            let (Some(give), Some(get)) = (partner.give, partner.get) else { continue };
            let rate = RateInput {
                partner_id: Some(made.id),
                money: None,
                programme: from.programme.clone(),
                bonus_type: from.bonus_type.clone(),
                give: number(give),
                get: number(get),
                rounding: Default::default(),
                minimum: partner.minimum.map(number),
                maximum: None,
                valid_from: None,
            };
            let written = store::partner::insert_rate(self.db, &mut self.edit, &rate).await;
            written.map_err(refused("rate", &partner.code))?;
        }
        Ok(partners)
    }

    async fn reward(
        &mut self,
        bonus_type: &str,
        reward: &DemoReward,
        partners: &BTreeMap<String, PartnerId>,
    ) -> Result<(), DemoError> {
        self.tick();
        let partner_id = match &reward.partner {
            None => None,
            Some(code) => {
                let unknown =
                    || Fault::UnknownKey { file: "catalogue.toml", what: "partner", key: code.clone() };
                Some(*partners.get(code).ok_or_else(unknown)?)
            }
        };
        let fields = RewardFields {
            code: reward.code.clone(),
            title: reward.title.clone(),
            description: LocalText::default(),
            kind: reward.kind,
            partner_id,
            physical: reward.physical,
            needs_confirmation: reward.needs_confirmation,
            valid_from: None,
            valid_until: None,
            picture: None,
            active: true,
        };
        let prices = [PriceInput { bonus_type: bonus_type.to_owned(), amount: number(reward.price) }];
        let made = store::reward::insert(self.db, &mut self.edit, &fields, &prices, reward.stock).await;
        made.map(drop).map_err(refused("reward", &reward.code))
    }

    async fn promotion(&mut self, from: &Catalogue, programme: ProgrammeId) -> Result<(), DemoError> {
        let promotion = &from.promotion;
        let fields = PromotionFields {
            code: promotion.code.clone(),
            title: promotion.title.clone(),
            description: promotion.description.clone(),
            kind: PromotionKind::General,
            programme_id: programme,
            criteria: promotion.criteria.clone(),
            starts_at: None,
            ends_at: None,
            offer_days: Some(90),
            rescan_hours: None,
            activation: Some(Activation {
                event_type: promotion.event_type.clone(),
                condition: promotion.condition.clone(),
            }),
            reward: Some(PromotionReward::Points {
                bonus_type: from.bonus_type.clone(),
                amount: number(promotion.amount),
                validity_days: None,
            }),
            prizes: Vec::new(),
            coupons: None,
        };
        self.tick();
        let made = store::promotion::insert(self.db, &mut self.edit, &fields).await;
        let made = made.map_err(refused("promotion", &promotion.code))?;
        self.tick();
        match store::promotion::act(self.db, &mut self.edit, made.id, PromotionAct::Launch).await {
            Ok(_) => Ok(()),
            Err(Refused::Change(error)) => Err(refused("promotion", &promotion.code)(error)),
            Err(other) => Err(refused("promotion", &promotion.code)(ChangeError::InUse(other.to_string()))),
        }
    }
}
