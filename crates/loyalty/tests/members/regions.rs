//! Macroregion and region of an account, and their masters.

use super::{World, registration, service, title};
use base::ChangeError;
use loyalty::master::{MasterFields, MasterKind};
use loyalty::programme::DowngradePolicy;
use loyalty::store::{self, Registration, master};

fn pointers<T: std::fmt::Debug>(refused: Result<T, ChangeError>) -> Vec<String> {
    match refused {
        Err(ChangeError::Invalid(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
        other => unreachable!("{other:?}"),
    }
}

/// CIMP-ACC-04, CIMP-MST-06, CIMP-MST-07, CIMP-ENT-01: both are optional; once the masters are written, an account names
/// only what is in use in them, and a region of its macroregion.
#[tokio::test]
async fn regions_of_an_account_are_those_of_the_masters() {
    let mut world = World::new().await;
    let mut db = world.db.pool().acquire().await.unwrap();
    let programme = world.programme(&mut db, DowngradePolicy::default()).await;
    let free = registration(programme, 1, vec![service(1, "mobile")]);
    let free = store::register(&mut db, &mut world.edit(), &free).await.unwrap();
    assert_eq!((free.macroregion.as_deref(), free.region), (Some("north"), None), "before there are masters");
    let old = MasterFields { active: false, ..MasterFields::named("old", title("Old")) };
    for fields in
        [MasterFields::named("centre", title("Centre")), MasterFields::named("south", title("South")), old]
    {
        master::insert(&mut db, &mut world.edit(), MasterKind::Macroregion, &fields).await.unwrap();
    }
    let tashkent =
        MasterFields { parent: Some("centre".into()), ..MasterFields::named("tashkent", title("Tashkent")) };
    let tashkent = master::insert(&mut db, &mut world.edit(), MasterKind::Region, &tashkent).await.unwrap();

    for (macroregion, region, wrong) in [
        (Some("east"), None, vec!["/macroregion"]),
        (Some("old"), None, vec!["/macroregion"]),
        (Some("centre"), Some("paris"), vec!["/region"]),
        (Some("nowhere"), Some("paris"), vec!["/macroregion", "/region"]),
        (Some("south"), Some("tashkent"), vec!["/region"]),
    ] {
        let set = store::set_regions(&mut db, &mut world.edit(), free.id, macroregion, region).await;
        assert_eq!(pointers(set), wrong, "{macroregion:?} {region:?}");
        let new = Registration {
            macroregion: macroregion.map(str::to_owned),
            region: region.map(str::to_owned),
            ..registration(programme, 2, vec![service(2, "mobile")])
        };
        assert_eq!(pointers(store::register(&mut db, &mut world.edit(), &new).await), wrong);
    }
    let set = store::set_regions(&mut db, &mut world.edit(), free.id, Some("centre"), Some("tashkent")).await;
    let set = set.unwrap();
    assert_eq!((set.macroregion.as_deref(), set.region.as_deref()), (Some("centre"), Some("tashkent")));

    // What an account has stays when it is switched off; it cannot be chosen anew.
    master::switch_off(&mut db, &mut world.edit(), tashkent.id).await.unwrap();
    let same =
        store::set_regions(&mut db, &mut world.edit(), free.id, Some("centre"), Some("tashkent")).await;
    assert_eq!(same.unwrap().version, set.version);
    let none = store::set_regions(&mut db, &mut world.edit(), free.id, None, None).await.unwrap();
    assert_eq!((none.macroregion, none.region), (None, None));
    let anew = store::set_regions(&mut db, &mut world.edit(), free.id, None, Some("tashkent")).await;
    assert_eq!(pointers(anew), ["/region"]);
}
