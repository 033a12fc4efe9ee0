//! Masters.

use crate::support::{Acts, title};
use base::ChangeError;
use loyalty::master::{MasterFields, MasterKind, MasterSearch, ReasonArea, ReasonRefusal};
use loyalty::query::master::{check_reason, search};
use loyalty::store::master::{insert, put, switch_off, update};
use platform::testing::TestDb;

fn codes(found: &[loyalty::master::Master]) -> Vec<&str> {
    found.iter().map(|master| master.fields.code.as_str()).collect()
}

/// CIMP-MST-01, CIMP-TXN-04: a reason has its area of application and counts there only, while it is in use.
#[tokio::test]
async fn a_reason_is_valid_for_the_operations_that_it_names() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut acts = Acts::seeded(2);
    let fields = MasterFields {
        areas: vec![ReasonArea::Adjustment, ReasonArea::Return],
        ..MasterFields::named("R1", title("Ошибка"))
    };
    let reason = insert(&mut db, &mut acts.edit(), MasterKind::Reason, &fields).await.unwrap();

    assert_eq!(check_reason(&mut db, "R1", ReasonArea::Adjustment).await.unwrap(), Ok(()));
    let other = check_reason(&mut db, "R1", ReasonArea::Award).await.unwrap();
    assert!(matches!(other, Err(ReasonRefusal::OtherArea { .. })));
    let unknown = check_reason(&mut db, "R2", ReasonArea::Award).await.unwrap();
    assert_eq!(unknown, Err(ReasonRefusal::Unknown("R2".to_owned())));
    switch_off(&mut db, &mut acts.edit(), reason.id).await.unwrap();
    switch_off(&mut db, &mut acts.edit(), reason.id).await.unwrap();
    assert!(check_reason(&mut db, "R1", ReasonArea::Adjustment).await.unwrap().is_err());
}

/// CIMP-MST-02, CIMP-MST-03, CIMP-MST-05, CIMP-MST-06, CIMP-MST-07, CIMP-ENT-05: entries belong to others, codes are unique and stay, lists are searched.
#[tokio::test]
async fn entries_are_added_changed_and_found() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut acts = Acts::seeded(3);
    for (kind, code, parent) in [
        (MasterKind::Merchant, "shop", None),
        (MasterKind::Merchandise, "sku-2", Some("shop")),
        (MasterKind::Merchandise, "SKU-1", Some("shop")),
        (MasterKind::Macroregion, "center", None),
        (MasterKind::Region, "77", Some("center")),
        (MasterKind::Region, "free", None),
        (MasterKind::ServiceLine, "mobile", None),
        (MasterKind::TariffPlan, "max", None),
    ] {
        let parent = parent.map(str::to_owned);
        let fields = MasterFields { parent, ..MasterFields::named(code, title("Название_1")) };
        insert(&mut db, &mut acts.edit(), kind, &fields).await.unwrap();
    }
    let orphan = MasterFields { parent: Some("nobody".to_owned()), ..MasterFields::named("x", title("X")) };
    let refused = insert(&mut db, &mut acts.edit(), MasterKind::Merchandise, &orphan).await;
    assert!(matches!(refused, Err(ChangeError::Invalid(faults)) if faults[0].pointer == "/parent"));
    let twice = MasterFields::named("shop", title("Другой"));
    let refused = insert(&mut db, &mut acts.edit(), MasterKind::Merchant, &twice).await;
    assert!(matches!(refused, Err(ChangeError::Taken(_))));

    let all = |search| search;
    let of_shop = MasterSearch { parent: Some("shop"), ..MasterSearch::default() };
    let found = search(&mut db, MasterKind::Merchandise, &of_shop, 10).await.unwrap();
    assert_eq!(codes(&found), ["SKU-1", "sku-2"], "capital letters first, as in any C program");
    let page = all(MasterSearch { after: Some("SKU-1".to_owned()), ..MasterSearch::default() });
    assert_eq!(codes(&search(&mut db, MasterKind::Merchandise, &page, 10).await.unwrap()), ["sku-2"]);
    let by_title = MasterSearch { pattern: Some("%название%".to_owned()), ..MasterSearch::default() };
    assert_eq!(search(&mut db, MasterKind::Region, &by_title, 10).await.unwrap().len(), 2);

    let sku = found.first().unwrap();
    let renamed = MasterFields { title: title("Новое"), ..sku.fields.clone() };
    let changed = update(&mut db, &mut acts.edit(), sku.id, 1, &renamed).await.unwrap();
    assert_eq!((changed.version, &changed.fields.title), (2, &title("Новое")));
    let stale = update(&mut db, &mut acts.edit(), sku.id, 1, &renamed).await;
    assert!(matches!(stale, Err(ChangeError::Stale { .. })));
    let moved = MasterFields { code: "other".to_owned(), ..renamed.clone() };
    assert!(matches!(
        update(&mut db, &mut acts.edit(), sku.id, 2, &moved).await,
        Err(ChangeError::Invalid(_))
    ));

    // CIMP-ETL-12: how other systems send a master: again and again, and only what differs is a change.
    assert!(!put(&mut db, &mut acts.edit(), MasterKind::Merchandise, &renamed).await.unwrap());
    let off = MasterFields { active: false, ..renamed };
    assert!(put(&mut db, &mut acts.edit(), MasterKind::Merchandise, &off).await.unwrap());
    let active = MasterSearch { active: Some(true), ..MasterSearch::default() };
    assert_eq!(codes(&search(&mut db, MasterKind::Merchandise, &active, 10).await.unwrap()), ["sku-2"]);
}
