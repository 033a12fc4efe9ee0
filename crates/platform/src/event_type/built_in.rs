//! The types that come with the server: purchases and carts, and what a telecom operator's billing and network say
//! (BRE-EVT-02, TEL-01, TEL-06, TEL-11, UPS-04..07); and activities of members of loyalty programmes (CIMP-BON-01..09).

use super::{EventTypeFields, store};
use base::{ChangeError, Edit};
use serde::Deserialize;
use sqlx::PgConnection;

/// One file a type: name, and what people may change afterwards.
const FILES: [&str; 21] = [
    include_str!("built_in/purchase.json"),
    include_str!("built_in/cart_updated.json"),
    include_str!("built_in/checkout_started.json"),
    include_str!("built_in/site_visited.json"),
    include_str!("built_in/roaming_arrived.json"),
    include_str!("built_in/roaming_returned.json"),
    include_str!("built_in/mnp_requested.json"),
    include_str!("built_in/balance_changed.json"),
    include_str!("built_in/charge_created.json"),
    include_str!("built_in/status_changed.json"),
    include_str!("built_in/service_order_failed.json"),
    include_str!("built_in/phone_changed.json"),
    include_str!("built_in/loyalty_invoice_issued.json"),
    include_str!("built_in/loyalty_payment.json"),
    include_str!("built_in/loyalty_topped_up.json"),
    include_str!("built_in/loyalty_action.json"),
    include_str!("built_in/loyalty_auto_payment.json"),
    include_str!("built_in/loyalty_online_payment.json"),
    include_str!("built_in/loyalty_purchase.json"),
    include_str!("built_in/loyalty_tenure_reached.json"),
    include_str!("built_in/loyalty_birthday.json"),
];

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(flatten)]
    fields: EventTypeFields,
}

/// The types with their names.
#[must_use]
pub fn all() -> Vec<(String, EventTypeFields)> {
    let read = |text: &&str| serde_json::from_str::<File>(text).ok().map(|file| (file.name, file.fields));
    FILES.iter().filter_map(read).collect()
}

/// Registers those that are not there yet; how many. What somebody changed stays as it is.
///
/// # Errors
/// The database failed.
pub async fn load(db: &mut PgConnection, edit: &mut Edit<'_>) -> Result<usize, ChangeError> {
    let mut loaded = 0;
    for (name, fields) in all() {
        if store::find(db, &name).await?.is_none() {
            store::insert(db, edit, &name, &fields, true).await?;
            loaded += 1;
        }
    }
    Ok(loaded)
}
