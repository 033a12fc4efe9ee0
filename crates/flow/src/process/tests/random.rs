//! Random graphs and random scripts of inputs: no token is lost or doubled, nothing is done twice.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A block of a well-formed flow.
#[derive(Clone, Debug)]
enum Block {
    Set,
    Call,
    Wait,
    Event,
    Task,
    End,
    Parallel(Vec<Vec<Block>>, bool),
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        3 => Just(Block::Set),
        3 => Just(Block::Call),
        2 => Just(Block::Wait),
        2 => Just(Block::Event),
        2 => Just(Block::Task),
        1 => Just(Block::End),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let branch = proptest::collection::vec(inner, 1..4);
        (proptest::collection::vec(branch, 2..4), any::<bool>())
            .prop_map(|(branches, any)| Block::Parallel(branches, any))
    })
}

/// Writes blocks as nodes that lead to `next`; gives the first.
fn write(blocks: &[Block], next: &str, nodes: &mut Map<String, Json>) -> String {
    let mut next = next.to_owned();
    for block in blocks.iter().rev() {
        let key = format!("n{}", nodes.len());
        nodes.insert(key.clone(), json!(null));
        let node = match block {
            Block::Set => json!({"type": "set", "values": {"x": "1"}, "next": next}),
            Block::Call => json!({"type": "call", "connector": "x", "operation": "y", "next": next}),
            Block::Wait => json!({"type": "wait", "for_seconds": 10, "next": next}),
            Block::Event => {
                json!({"type": "wait_event", "event": "e", "timeout_seconds": 25, "next": next, "timeout": next})
            }
            Block::Task => json!({"type": "task", "title": "t", "role": "r", "next": next}),
            Block::End => json!({"type": "end"}),
            Block::Parallel(branches, any) => {
                let join = format!("n{}", nodes.len());
                let mode = if *any { "any" } else { "all" };
                nodes.insert(join.clone(), json!({"type": "join", "mode": mode, "next": next}));
                let begins: Vec<String> = branches.iter().map(|branch| write(branch, &join, nodes)).collect();
                json!({"type": "parallel", "branches": begins})
            }
        };
        nodes.insert(key.clone(), node);
        next = key;
    }
    next
}

fn check_tokens(state: &State) {
    let ids: BTreeSet<u64> = state.tokens.iter().map(|token| token.id).collect();
    assert_eq!(ids.len(), state.tokens.len(), "no token is doubled: {state:?}");
    for token in &state.tokens {
        assert!(!matches!(token.doing, Doing::Entering), "every token waits for something: {state:?}");
        if let (Doing::Join, Some(fork)) = (&token.doing, token.forks.last()) {
            let others = state.tokens.iter().filter(|other| other.forks.contains(fork));
            let waited_for =
                others.filter(|other| other.doing != Doing::Join || other.forks.last() != Some(fork));
            assert!(waited_for.count() > 0, "a join that has everybody goes on: {state:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// NFR-ARCH-01: whatever happens in whatever order, a run comes to its end and does each thing once.
    #[test]
    fn any_order_of_inputs_brings_a_run_to_its_end(
        blocks in proptest::collection::vec(block(), 1..6),
        choices in proptest::collection::vec(any::<u16>(), 0..200),
    ) {
        let mut nodes = Map::new();
        nodes.insert("last".to_owned(), json!({"type": "end", "outcome": "last"}));
        let start = write(&blocks, "last", &mut nodes);
        let json = json!({"name": "random", "version": 1, "kind": "process", "start": start, "nodes": nodes});
        let (definition, faults) = check(&json, &Known::default());
        let only_unreached = faults.iter().all(|fault| fault.code == "not_reached" || fault.code == "join_without_parallel");
        prop_assert!(only_unreached, "{faults:?}");
        let definition = definition.unwrap();
        let mut state = State::new(&definition, Map::new());
        let around = Surroundings::default();
        let mut now = monday();
        let mut done = step(&definition, &mut state, &around, now, Input::Started).unwrap();
        let mut acts = BTreeSet::new();
        let mut choices = choices.into_iter().chain(std::iter::repeat(0));
        for _ in 0..2000 {
            for effect in done.effects.iter().filter(|effect| effect.act != Act::CloseTasks) {
                prop_assert!(acts.insert(effect.entry), "visit {} is done twice", effect.entry);
            }
            check_tokens(&state);
            prop_assert!(serde_json::from_value::<State>(serde_json::to_value(&state).unwrap()).unwrap() == state);
            if state.tokens.is_empty() {
                break;
            }
            let choice = usize::from(choices.next().unwrap_or(0));
            let open: Vec<&Token> = state.tokens.iter().filter(|token| token.doing != Doing::Join).collect();
            let token = open[choice % open.len()].clone();
            let (token_id, entry) = (token.id, token.entry);
            let input = match token.doing {
                Doing::Performing if choice % 7 == 3 => Input::Failed { token: token_id, entry, reason: "no".to_owned() },
                Doing::Performing => Input::Performed { token: token_id, entry, value: json!({}) },
                Doing::Failed { .. } => Input::Retry,
                Doing::Task { .. } => Input::Answered { token: token_id, entry, values: Map::new(), button: None, by: None },
                Doing::Event { .. } if choice % 2 == 0 => Input::Event(Happened {
                    event_type: "e".to_owned(), data: json!({}), meta: json!({}), same_customer: true,
                }),
                _ => {
                    now += TimeDelta::seconds(10);
                    Input::Due
                }
            };
            done = step(&definition, &mut state, &around, now, input).unwrap();
        }
        prop_assert_eq!(state.status(), Status::Done);
    }
}
