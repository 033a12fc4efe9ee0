//! Lists that belong to a row: whether some, none or all of their items fulfil a condition, and how many do.

use super::value::{Kind, Typed};
use super::{Nulls, Writer, Written, refused};
use crate::facts::CARDS;
use crate::language;
use zen_expression::functions::ClosureFunction;
use zen_expression::parser::Node;

impl<'a> Writer<'a, '_> {
    /// What a loop asks that is true or false whatever it reads.
    pub(super) fn quantified(
        &mut self,
        kind: ClosureFunction,
        list: &'a Node<'a>,
        body: &'a Node<'a>,
    ) -> Written<String> {
        match kind {
            ClosureFunction::Some => Ok(format!("exists {}", self.items("", list, body, false)?)),
            ClosureFunction::None => Ok(format!("not exists {}", self.items("", list, body, false)?)),
            ClosureFunction::All => Ok(format!("not exists {}", self.items("", list, body, true)?)),
            ClosureFunction::One => Ok(format!("({} = 1)", self.items("count(*)", list, body, false)?)),
            _ => refused(format!("`{kind}` gives a list: ask with some, none, all, one, count or len")),
        }
    }

    /// How many items fulfil a condition.
    pub(super) fn counted(&mut self, list: &'a Node<'a>, body: &'a Node<'a>) -> Written<Typed> {
        Ok(Typed {
            sql: format!("{}::numeric", self.items("count(*)", list, body, false)?),
            kind: Kind::Number,
        })
    }

    /// How many items a list has; none when the node is no list of the row's.
    pub(super) fn length(&mut self, node: &'a Node<'a>) -> Option<Typed> {
        let list = self.columns.list(&language::path(node)?)?;
        let alias = self.alias();
        let sql = format!("(select count(*) from ({}) as {alias})::numeric", list.sql);
        Some(Typed { sql, kind: Kind::Number })
    }

    fn alias(&mut self) -> String {
        self.lists += 1;
        format!("item_{}", self.lists)
    }

    /// `(select … from the items where the body holds)`, or where it does not.
    fn items(
        &mut self,
        select: &str,
        list: &'a Node<'a>,
        body: &'a Node<'a>,
        turned: bool,
    ) -> Written<String> {
        let is_of_cards = |path: &String| path.split('.').next() == Some(CARDS);
        let Some(path) = language::path(list).filter(is_of_cards) else {
            return refused(
                "a loop of a set goes through linked cards, such as `cards.vehicle`, without a filter",
            );
        };
        let Node::Closure { body, alias: None } = body else {
            return refused("an item has no other name in sets: write `#`");
        };
        let statement = self.known(self.columns.list(&path), &path)?.sql;
        let alias = self.alias();
        self.loops.push((path, alias.clone()));
        let condition = self.condition(body, if turned { Nulls::Never } else { Nulls::MeanFalse });
        self.loops.pop();
        let not = if turned { "not " } else { "" };
        Ok(format!("(select {select} from ({statement}) as {alias} where {not}{})", condition?))
    }

    /// The column of `#.year`, inside a loop.
    pub(super) fn item(&self, node: &'a Node<'a>) -> Option<Written<super::Column>> {
        let mut keys = Vec::new();
        let mut at = node;
        while let Node::Member { node, property: Node::String(key) } = at {
            keys.push(*key);
            at = node;
        }
        let (Node::Pointer, Some((list, alias))) = (at, self.loops.last()) else { return None };
        keys.push(list);
        keys.reverse();
        let path = keys.join(".");
        Some(self.known(self.columns.item(&path, alias), &path))
    }
}
