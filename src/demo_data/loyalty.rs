//! The loyalty programme of the demo organisation: levels, points and members.

use super::files::{Fault, Loyalty, Member};
use super::{DemoError, Loader, refused};
use base::id::ProgrammeId;
use loyalty::account::AccountStatus;
use loyalty::store;

impl Loader<'_> {
    pub(super) async fn loyalty(&mut self, from: &Loyalty) -> Result<(), DemoError> {
        self.tick();
        let code = &from.programme.code;
        let programme = store::insert_programme(self.db, &mut self.edit, &from.programme).await;
        let programme = programme.map_err(refused("programme", code))?.id;
        for fields in &from.bonus_type {
            self.tick();
            let made = store::insert_bonus_type(self.db, &mut self.edit, programme, fields).await;
            made.map_err(refused("bonus type", &fields.code))?;
        }
        for fields in &from.tier {
            self.tick();
            let made = store::insert_tier(self.db, &mut self.edit, programme, fields).await;
            made.map_err(refused("tier", &fields.code))?;
        }
        for member in &from.member {
            self.member(programme, member).await?;
        }
        Ok(())
    }

    async fn member(&mut self, programme: ProgrammeId, member: &Member) -> Result<(), DemoError> {
        self.tick();
        let unknown =
            || Fault::UnknownKey { file: "loyalty.toml", what: "customer", key: member.phone.clone() };
        let number = member.phone.parse().map_err(|_| unknown())?;
        let customer = crm::query::find_by_phone(self.db, &number).await?.ok_or_else(unknown)?.customer_id;
        let new = store::Registration {
            programme,
            customer,
            number: Some(member.number.clone()),
            status: AccountStatus::Enrolled,
            macroregion: member.macroregion.clone(),
            region: None,
            services: member.services.clone(),
        };
        let made = store::register(self.db, &mut self.edit, &new).await;
        made.map(drop).map_err(refused("member", &member.number))
    }
}
