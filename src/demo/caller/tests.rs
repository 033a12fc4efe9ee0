use super::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn customers() -> Vec<Customer> {
    let customer = |n: u32| Customer {
        number: format!("+99890000000{n}"),
        name: format!("Customer {n}"),
        has_language: n.is_multiple_of(2),
    };
    (0..4).map(customer).collect()
}

fn plans(seed: u64) -> Vec<Plan> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..2_000).map(|_| plan(&customers(), &mut rng)).collect()
}

#[test]
fn the_same_seed_draws_the_same_callers() {
    assert_eq!(plans(7), plans(7));
    assert_ne!(plans(7), plans(8));
}

#[test]
fn most_callers_are_known_and_some_are_strangers() {
    let plans = plans(1);
    let strangers = plans.iter().filter(|plan| plan.display.is_none()).count();

    assert!((400..800).contains(&strangers), "{strangers} of 2000");
    assert!(plans.iter().filter(|plan| plan.display.is_none()).all(|plan| plan.from.len() == 13));
}

#[test]
fn only_callers_whose_language_is_known_are_not_asked_for_it() {
    let customers = customers();
    for plan in plans(2) {
        let knows = customers.iter().any(|it| it.number == plan.from && it.has_language);
        assert!(plan.keys.len() <= if knows { 1 } else { 2 }, "{plan:?}");
    }
}

#[test]
fn every_branch_of_the_menu_is_taken_by_somebody() {
    let plans = plans(3);
    for key in ['0', '1', '2', '3', '7'] {
        assert!(plans.iter().any(|plan| plan.keys.last().is_some_and(|press| press.key == key)), "{key}");
    }
    assert!(plans.iter().any(|plan| plan.keys.is_empty()), "nobody stays silent");
}

#[test]
fn some_give_up_quickly_and_nobody_waits_for_ever() {
    let plans = plans(4);
    let quick = plans.iter().filter(|plan| plan.patience <= Duration::from_secs(30)).count();

    assert!((200..400).contains(&quick), "{quick} of 2000");
    assert!(plans.iter().all(|plan| plan.patience <= Duration::from_secs(240)));
}

#[test]
fn without_customers_everybody_is_a_stranger() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);

    assert!((0..100).all(|_| plan(&[], &mut rng).display.is_none()));
}
