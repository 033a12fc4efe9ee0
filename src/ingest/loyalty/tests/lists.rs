//! Lists that other systems send: tariff plans, and products and services for bonuses.

use super::*;
use loyalty::master::{MasterFields, MasterKind};
use loyalty::order::OrderState;
use loyalty::partner::PartnerFields;
use loyalty::reward::RewardKind;
use loyalty::store::order::{NewOrder, place};

async fn master(site: &Site, kind: MasterKind, code: &str) {
    let mut making = Making::at(site);
    let mut db = site.db.pool().acquire().await.unwrap();
    let fields = MasterFields::named(code, title(code));
    loyalty::store::master::insert(&mut db, &mut making.edit(), kind, &fields).await.unwrap();
}

async fn plan(site: &Site, code: &str) -> loyalty::master::Master {
    let mut db = site.db.pool().acquire().await.unwrap();
    loyalty::query::master::called(&mut db, MasterKind::TariffPlan, code).await.unwrap().unwrap()
}

async fn reward(site: &Site, code: &str) -> loyalty::reward::Reward {
    let mut db = site.db.pool().acquire().await.unwrap();
    loyalty::query::reward::called(&mut db, code).await.unwrap().unwrap()
}

/// CIMP-ETL-09, CIMP-ETL-01, CIMP-ETL-02, CIMP-MST-05: tariff plans are saved as entries of their master and nothing
/// accrues; a later file changes what it says and nothing else; a plan of a service line that is not in the list, or that
/// ends before it begins, is told.
#[tokio::test]
async fn tariff_plans_come_by_file() {
    let site = site(1).await;
    master(&site, MasterKind::ServiceLine, "mobile").await;
    let lines = "T1|Тариф один|mobile|49900.50|2026-01-01|\nT2|Тариф два||0||2026-12-31\nT3|Три|telex|1||\n\
        T4|Четыре|mobile|1|2026-02-01|2026-01-01\nT5|Пять|mobile|дорого||\nT6||mobile|1||\n";

    let files = site.picked_up(&[("TAR_20261118.txt", lines)]).await;

    let tally = &files[0].tally;
    assert_eq!((files[0].state, tally.accepted, tally.rejected), (FileState::Done, 2, 4), "{tally:?}");
    let told: Vec<u64> = site.told(&files[0]).into_iter().map(|(number, _)| number).collect();
    assert_eq!(told, [3, 4, 5, 6]);
    let first = plan(&site, "T1").await;
    assert_eq!(first.fields.title.0[&Locale::Ru], "Тариф один");
    let said = |field: &str| first.fields.attributes[field].as_str().unwrap().to_owned();
    assert_eq!(
        (said("fee"), said("service_line"), said("valid_from")),
        ("49900.50".into(), "mobile".into(), "2026-01-01".into())
    );
    assert_eq!(site.points().await, 0);

    // What people wrote beside it stays, and a line that says nothing new writes nothing.
    let mut making = Making::at(&site);
    let mut fields = first.fields.clone();
    fields.title.0.insert(Locale::En, "Plan one".into());
    fields.attributes.insert("colour".into(), "red".into());
    let mut db = site.db.pool().acquire().await.unwrap();
    loyalty::store::master::update(&mut db, &mut making.edit(), first.id, first.version, &fields)
        .await
        .unwrap();
    drop(db);
    site.picked_up(&[("TAR_20261119.txt", "T1|Тариф один|mobile|59900||\nT2|Тариф два||0||2026-12-31\n")])
        .await;
    let first = plan(&site, "T1").await;
    assert_eq!(
        (first.fields.attributes["fee"].as_str(), first.fields.attributes["colour"].as_str()),
        (Some("59900"), Some("red"))
    );
    assert_eq!((first.fields.title.0[&Locale::En].as_str(), first.version), ("Plan one", 3));
    assert_eq!(plan(&site, "T2").await.version, 1);
}

async fn partner(site: &Site, code: &str) {
    let mut making = Making::at(site);
    let mut db = site.db.pool().acquire().await.unwrap();
    let fields =
        PartnerFields { code: code.into(), title: title(code), unit_id: None, currency: None, active: true };
    loyalty::store::partner::insert(&mut db, &mut making.edit(), &fields).await.unwrap();
}

/// CIMP-ETL-10, CIMP-RED-04, CIMP-MST-04, CIMP-PRT-02: products and services for bonuses come by file, are in the catalogue
/// at once and are ordered with points of the same day; what people set and a file does not say stays; an unknown partner
/// or a price that these points cannot have is told.
#[tokio::test]
async fn gifts_come_by_file_and_are_ordered_at_once() {
    let site = site(2).await;
    let mut making = Making::at(&site);
    partner(&site, "cinema").await;
    let lines = "mug|Кружка|50|С логотипом||10|1|1|\nticket|Билет|30|||5|0|0|cinema\nlost|Потерян|30||||||nobody\n\
        free|Даром|0||||||\nfine|Дробь|1.5||||||\nmany|Много|5|||99999999999|||\nother|Чужие|5||miles||||\n";

    let files = site.picked_up(&[("GFT_1.txt", lines), ("PUR_1.txt", "A1|2026-11-01|1000|D1|||||\n")]).await;

    assert_eq!((files[0].tally.accepted, files[0].tally.rejected), (2, 5), "{}", site.rejects(&files[0]));
    let told: Vec<u64> = site.told(&files[0]).into_iter().map(|(number, _)| number).collect();
    assert_eq!(told, [3, 4, 5, 6, 7]);
    let (mug, ticket) = (reward(&site, "mug").await, reward(&site, "ticket").await);
    assert_eq!(
        (mug.fields.kind, mug.stock, mug.fields.needs_confirmation),
        (RewardKind::Gift, Some(10), true)
    );
    assert_eq!((ticket.fields.kind, ticket.fields.partner_id.is_some()), (RewardKind::PartnerService, true));
    let order = |reward: loyalty::id::RewardId| NewOrder {
        account: site.members[1],
        reward,
        bonus_type: None,
        quantity: 1,
        note: "",
        source: "api",
    };
    let mut tx = site.db.pool().begin().await.unwrap();
    let placed = place(&mut tx, &mut making.edit(), &order(mug.id)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = site.db.pool().begin().await.unwrap();
    let bought = place(&mut tx, &mut making.edit(), &order(ticket.id)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((placed.state, placed.amount.units), (OrderState::Placed, 50));
    assert_eq!((bought.state, bought.amount.units), (OrderState::Confirmed, 30));
    assert_eq!(site.points().await, 100 - 30, "the mug's points are held");

    // People take the ticket out and name the mug in English; the next file counts the stock and raises a price.
    {
        let mut db = site.db.pool().acquire().await.unwrap();
        loyalty::store::reward::switch_off(&mut db, &mut making.edit(), ticket.id).await.unwrap();
        let mut fields = mug.fields.clone();
        fields.title.0.insert(Locale::En, "Mug".into());
        let prices = [loyalty::reward::PriceInput {
            bonus_type: "points".into(),
            amount: loyalty::input::Decimal("50".into()),
        }];
        loyalty::store::reward::update(&mut db, &mut making.edit(), mug.id, mug.version, &fields, &prices)
            .await
            .unwrap();
    }
    site.picked_up(&[("GFT_2.txt", "mug|Кружка|60|||7|||\nticket|Билет|30||||||\n")]).await;
    let (mug, ticket) = (reward(&site, "mug").await, reward(&site, "ticket").await);
    assert_eq!((mug.stock, mug.prices[0].amount.units, mug.version), (Some(7), 60, 3));
    assert_eq!(
        (mug.fields.title.0[&Locale::En].as_str(), mug.fields.description.0[&Locale::Ru].as_str()),
        ("Mug", "С логотипом")
    );
    assert!(mug.fields.physical && mug.fields.needs_confirmation);
    assert!(!ticket.fields.active && ticket.fields.partner_id.is_some(), "what people took out stays out");
    assert_eq!((ticket.version, ticket.stock), (2, Some(4)), "a line that says nothing new writes nothing");
}
