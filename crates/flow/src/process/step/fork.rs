//! Branches side by side: tokens that a parallel makes, and joins that bring them together.

use super::{TOKENS_MAX, Walk};
use crate::definition::NodeKey;
use crate::process::node::{Join, JoinMode, Node};
use crate::process::state::Doing;

impl Walk<'_> {
    /// One token becomes as many as there are branches.
    pub(super) fn split_up(&mut self, token: u64, branches: &[NodeKey]) {
        if self.state.tokens.len() + branches.len() > TOKENS_MAX {
            let reason = format!("more than {TOKENS_MAX} branches at once");
            return self.stop_for_a_person(token, reason);
        }
        let Some(there) = self.state.token(token) else { return };
        let mut forks = there.forks.clone();
        forks.push(self.state.count());
        self.state.tokens.retain(|other| other.id != token);
        for branch in branches {
            self.new_token(branch.clone(), forks.clone());
        }
    }

    /// A token reached a join.
    pub(super) fn arrive(&mut self, token: u64, join: &Join) {
        let Some(fork) = self.state.token(token).and_then(|there| there.forks.last().copied()) else {
            let next = join.next.clone();
            return self.go(token, &next); // moved here by a person: there is nothing to wait for
        };
        self.wait(token, Doing::Join);
        if join.mode == JoinMode::Any || self.all_wait(fork) {
            self.bring_together(fork, token, &join.next);
        }
    }

    /// Whether every token of a parallel waits at its join.
    fn all_wait(&self, fork: u64) -> bool {
        let mut of_the_fork = self.state.tokens.iter().filter(|token| token.forks.contains(&fork));
        of_the_fork.all(|token| token.doing == Doing::Join && token.forks.last() == Some(&fork))
    }

    /// `token` goes on for all of them.
    fn bring_together(&mut self, fork: u64, token: u64, next: &NodeKey) {
        let others: Vec<u64> = self
            .state
            .tokens
            .iter()
            .filter(|other| other.id != token && other.forks.contains(&fork))
            .map(|other| other.id)
            .collect();
        others.into_iter().for_each(|other| self.remove(other));
        if let Some(there) = self.state.token_mut(token) {
            there.forks.pop();
        }
        self.go(token, next);
    }

    /// Takes a token out of the run.
    fn remove(&mut self, token: u64) {
        self.give_up(token);
        self.state.tokens.retain(|other| other.id != token);
        self.entering.retain(|other| *other != token);
    }

    /// A token came to an end; joins that waited for it go on without it.
    pub(super) fn end(&mut self, token: u64, whole: bool) {
        let forks = self.state.token(token).map(|there| there.forks.clone()).unwrap_or_default();
        self.remove(token);
        if whole {
            let all: Vec<u64> = self.state.tokens.iter().map(|token| token.id).collect();
            return all.into_iter().for_each(|token| self.remove(token));
        }
        for fork in forks.into_iter().rev() {
            let waits =
                |token: &&super::Token| token.forks.last() == Some(&fork) && token.doing == Doing::Join;
            let Some(first) = self.state.tokens.iter().find(waits).map(|token| token.id) else { continue };
            if self.all_wait(fork)
                && let Some(Node::Join(join)) = self.node_of(first)
            {
                return self.bring_together(fork, first, &join.next);
            }
        }
    }
}
