//! Queues, skills, operators, and the words people choose from.

use super::{World, operator, queue_fields, text};
use base::ChangeError;
use routing::config::{
    NamedFields, OperatorFields, OperatorSettings, QueueFields, ReasonFields, SkillLevel, TopicFields,
};
use routing::query::config as query;
use routing::store::classifier::{reason, result, skill, topic};
use routing::store::{operator as operators, queue};

fn pointer(error: ChangeError) -> String {
    match error {
        ChangeError::Invalid(faults) => faults.into_iter().next().unwrap().pointer,
        ChangeError::Taken(fault) => fault.pointer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_queue_is_created_changed_and_archived_with_its_events() {
    let mut world = World::new().await;
    let (db, mut edit) = world.edit();
    let uzbek = skill::insert(db, &mut edit, &NamedFields { name: text("Uzbek") }).await.unwrap();
    let needs = vec![SkillLevel { skill_id: uzbek.id, level: 5 }];

    let created = queue::insert(db, &mut edit, &queue_fields()).await.unwrap();
    let fields = QueueFields { name: "Debt".to_owned(), skills: needs, priority: 3, ..queue_fields() };
    let changed = queue::update(db, &mut edit, created.id, 1, &fields).await.unwrap();

    assert_eq!((created.version, changed.version), (1, 2));
    assert_eq!(changed.fields, fields);
    assert_eq!(query::queues(db).await.unwrap(), std::slice::from_ref(&changed));
    let in_use = skill::archive(db, &mut edit, uzbek.id, 1).await.unwrap_err();
    assert!(matches!(in_use, ChangeError::InUse(_)));

    queue::archive(db, &mut edit, created.id, 2).await.unwrap();
    assert_eq!(query::queues(db).await.unwrap(), []);
    skill::archive(db, &mut edit, uzbek.id, 1).await.unwrap();
    assert_eq!(
        world.events(created.id.as_uuid()).await,
        ["routing.queue_created.v1", "routing.queue_changed.v1", "routing.queue_archived.v1"]
    );
}

#[tokio::test]
async fn what_cannot_be_stored_of_a_queue_is_refused_by_field() {
    let mut world = World::new().await;
    let (db, mut edit) = world.edit();
    let first = queue::insert(db, &mut edit, &queue_fields()).await.unwrap();
    let unknown_skill =
        vec![SkillLevel { skill_id: base::id::SkillId::from_uuid(uuid::Uuid::from_u128(9)), level: 1 }];

    let nobody = QueueFields { name: "Other".into(), skills: unknown_skill, ..queue_fields() };
    assert_eq!(pointer(queue::insert(db, &mut edit, &nobody).await.unwrap_err()), "/skills/0/skill_id");
    let stale = queue::update(db, &mut edit, first.id, 7, &queue_fields()).await.unwrap_err();
    assert!(matches!(stale, ChangeError::Stale { given: 7, present: 1 }));
    let same_name = QueueFields { name: "individuals".into(), ..queue_fields() };
    assert_eq!(pointer(queue::insert(db, &mut edit, &same_name).await.unwrap_err()), "/name");
}

/// CC-OPER-02, CC-OPER-03, CC-ROUTE-06: an operator has skills with levels, queues, and three switches.
#[tokio::test]
async fn an_operator_keeps_queues_skills_and_switches() {
    let mut world = World::new().await;
    let queue_id = world.queue("Individuals").await;
    let (db, mut edit) = world.edit();
    let mut skills = Vec::new();
    for name in ["Russian", "Uzbek", "B2B sales", "Debt", "Legal entities"] {
        let row = skill::insert(db, &mut edit, &NamedFields { name: text(name) }).await.unwrap();
        skills.push(SkillLevel { skill_id: row.id, level: 3 });
    }
    skills.sort_by_key(|skill| skill.skill_id); // as lists come back
    let anna = operator(11);
    let fields = OperatorFields {
        queues: vec![queue_id],
        skills,
        receives_incoming: true,
        sends_outgoing: true,
        wrap_up_mandatory: true,
    };

    let set = operators::put(db, &mut edit, anna, 0, &fields).await.unwrap();
    assert_eq!((set.version, &set.fields), (1, &fields));
    let fewer = OperatorFields { skills: Vec::new(), receives_incoming: false, ..fields.clone() };
    let changed = operators::put(db, &mut edit, anna, 1, &fewer).await.unwrap();
    assert_eq!((changed.version, &changed.fields), (2, &fewer));
    assert!(matches!(operators::put(db, &mut edit, anna, 1, &fields).await, Err(ChangeError::Stale { .. })));
    assert_eq!(query::operators(db).await.unwrap(), [changed]);
    assert_eq!(query::operators_of(db, &[operator(12)]).await.unwrap(), []);
    assert_eq!(OperatorSettings::unset(anna).version, 0);

    queue::archive(db, &mut edit, queue_id, 1).await.unwrap();
    assert_eq!(query::find_operator(db, anna).await.unwrap().unwrap().fields.queues, []);
    let gone = operators::put(db, &mut edit, anna, 2, &fields).await.unwrap_err();
    assert_eq!(pointer(gone), "/queues/0");
}

#[tokio::test]
async fn reasons_have_unique_codes_while_they_are_in_use() {
    let mut world = World::new().await;
    let (db, mut edit) = world.edit();
    let lunch = ReasonFields { code: "lunch".to_owned(), name: text("Lunch") };

    let first = reason::insert(db, &mut edit, &lunch).await.unwrap();
    assert_eq!(pointer(reason::insert(db, &mut edit, &lunch).await.unwrap_err()), "/code");
    let named = ReasonFields { name: text("Lunch break"), ..lunch.clone() };
    let changed = reason::update(db, &mut edit, first.id, 1, &named).await.unwrap();
    assert_eq!(changed.fields, named);
    assert_eq!(query::reasons(db).await.unwrap(), [changed]);
    reason::archive(db, &mut edit, first.id, 2).await.unwrap();
    assert_eq!(query::find_reason(db, first.id).await.unwrap(), None);
    reason::insert(db, &mut edit, &lunch).await.unwrap();
}

/// CC-TEL-03: category and subcategory by classifier.
#[tokio::test]
async fn topics_are_a_tree_without_rings() {
    let mut world = World::new().await;
    let (db, mut edit) = world.edit();
    let fields = |name: &str, parent_id| TopicFields { name: text(name), parent_id };
    let billing = topic::insert(db, &mut edit, &fields("Billing", None)).await.unwrap();
    let debt = topic::insert(db, &mut edit, &fields("Debt", Some(billing.id))).await.unwrap();

    let ring =
        topic::update(db, &mut edit, billing.id, 1, &fields("Billing", Some(debt.id))).await.unwrap_err();
    assert_eq!(pointer(ring), "/parent_id");
    assert!(matches!(topic::archive(db, &mut edit, billing.id, 1).await, Err(ChangeError::InUse(_))));
    let moved = topic::update(db, &mut edit, debt.id, 1, &fields("Debts", None)).await.unwrap();
    assert_eq!(moved.fields.parent_id, None);
    topic::archive(db, &mut edit, billing.id, 1).await.unwrap();
    assert_eq!(query::topics(db).await.unwrap(), [moved]);
    let orphan = topic::insert(db, &mut edit, &fields("Bills", Some(billing.id))).await.unwrap_err();
    assert_eq!(pointer(orphan), "/parent_id");
}

#[tokio::test]
async fn results_and_skills_are_created_changed_and_archived() {
    let mut world = World::new().await;
    let (db, mut edit) = world.edit();

    let solved = result::insert(db, &mut edit, &NamedFields { name: text("Solved") }).await.unwrap();
    let renamed =
        result::update(db, &mut edit, solved.id, 1, &NamedFields { name: text("Done") }).await.unwrap();
    assert_eq!(query::results(db).await.unwrap(), [renamed]);
    assert!(matches!(result::archive(db, &mut edit, solved.id, 1).await, Err(ChangeError::Stale { .. })));
    result::archive(db, &mut edit, solved.id, 2).await.unwrap();
    assert!(matches!(
        result::archive(db, &mut edit, solved.id, 3).await,
        Err(ChangeError::Unknown("result"))
    ));

    let debt = skill::insert(db, &mut edit, &NamedFields { name: text("Debt") }).await.unwrap();
    let renamed =
        skill::update(db, &mut edit, debt.id, 1, &NamedFields { name: text("Debts") }).await.unwrap();
    assert_eq!(query::skills(db).await.unwrap(), [renamed]);
}
