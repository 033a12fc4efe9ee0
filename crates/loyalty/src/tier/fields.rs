//! What the condition of a tier may look at, named for people: the catalogue that a form of conditions shows.

use super::{COUNTERS, EARNED, SPENT};
use crate::bonus_type::BonusType;
use base::{LocalText, Locale};
use rules::catalogue::{Catalogue, Field, FieldGroup, FieldKind};
use rules::rule::Title;

/// How a counter of points or of money is called, in each language.
const SUMS: [(&str, [&str; 3]); 4] = [
    ("earned", ["Points given in the period", "Начислено за период", "Davrda berilgan ball"]),
    ("earned_ever", ["Points given in all time", "Начислено за всё время", "Hamma vaqtda berilgan ball"]),
    ("spent", ["Money spent in the period", "Потрачено за период", "Davrda sarflangan pul"]),
    ("spent_ever", ["Money spent in all time", "Потрачено за всё время", "Hamma vaqtda sarflangan pul"]),
];

/// The fields of conditions of tiers in a programme with these kinds of points; `activities` are kinds of activities
/// with how people call them.
#[must_use]
pub fn catalogue(kinds: &[BonusType], activities: &[(&str, LocalText)]) -> Catalogue {
    let of_account = |path: &str| path.strip_prefix("account.").is_some_and(|name| COUNTERS.contains(&name));
    let mut catalogue = Catalogue::new(None).only(&["account"]).keeping(of_account);
    for counter in EARNED {
        for kind in kinds {
            catalogue.add(sum(counter, &kind.fields.code, &kind.fields.title));
        }
        // A code such as `cash-back` is read as `account.earned["cash-back"]`: the whole is known, for expressions.
        if kinds.iter().any(|kind| kind.fields.code.contains('-')) {
            let whole = format!("account.{counter}");
            catalogue.add(Field::new(whole, counter.into(), FieldKind::Object, FieldGroup::Customer));
        }
    }
    for counter in SPENT {
        for (kind, title) in activities {
            catalogue.add(sum(counter, kind, title));
        }
    }
    catalogue.keeping(|path| !path.contains('-'))
}

fn sum(counter: &str, code: &str, of: &LocalText) -> Field {
    let words = SUMS.iter().find(|(known, _)| *known == counter).map_or([""; 3], |(_, words)| *words);
    let title = [Locale::En, Locale::Ru, Locale::Uz].into_iter().zip(words).map(|(locale, word)| {
        let of = Some(of.get(locale)).filter(|name| !name.is_empty()).unwrap_or(code);
        (locale, format!("{word}: {of}"))
    });
    let title = Title::Local(LocalText(title.collect()));
    Field::new(format!("account.{counter}.{code}"), title, FieldKind::Number, FieldGroup::Customer)
}
