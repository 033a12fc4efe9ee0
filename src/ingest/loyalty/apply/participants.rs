//! Participants with their services: saved with status "notenrolled" (10), nothing accrues (CIMP-ETL-05, CIMP-ACC-10).
//!
//! A line is one service of one account. The first line of an account adds its customer, or finds the one who has its
//! phone number or address; later ones change what they say of the customer and add their service. What a line leaves
//! empty stays. Who is enrolled stays enrolled.
//!
//! Lines of new accounts, lines that say nothing new, and lines that change a name or attributes are most of a file: they are
//! looked at and written together. All others go line by line.

mod plan;
mod said;
mod slowly;
#[cfg(test)]
mod tests;

use super::{About, Applied, Line};
use base::id::CustomerId;
use crm::attribute::CUSTOMER;
use crm::customer::CustomerFields;
use crm::viewer::Viewer;
use loyalty::programme::Programme;
use loyalty::tier::Ladder;
use loyalty::{query, store};
use plan::{Group, Known, What};
use rand::Rng;
use said::{ATTRIBUTES, Said};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Applies lines of participants.
pub(super) async fn apply(
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let Some(programme) = query::find_programme(db, about.programme()).await? else { return Ok(()) };
    let said = all_said(db, &programme, lines).await?;
    let known = Known::load(db, &programme, &said).await?;
    let groups = plan::groups(&said, &known);
    let mut slow: BTreeSet<usize> = BTreeSet::new();
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for group in groups {
        match group.what {
            What::Same => applied.accept(count(&group), None),
            What::New => new.push(group),
            What::Changed => changed.push(group),
            What::Other => slow.extend(&group.lines),
        }
    }
    register(db, about, &programme, (&said, lines), new, dice, applied).await?;
    slow.extend(change(db, about, (&said, &known), changed, dice, applied).await?);
    for place in slow {
        if let (Some(said), Some(line)) = (said.get(place), lines.get(place)) {
            slowly::line(db, about, said, line, dice, applied).await?;
        }
    }
    Ok(())
}

fn count(group: &Group) -> u64 {
    u64::try_from(group.lines.len()).unwrap_or(0)
}

/// What the lines say, in their order.
async fn all_said<'l>(
    db: &mut PgConnection,
    programme: &Programme,
    lines: &'l [Line],
) -> sqlx::Result<Vec<Said<'l>>> {
    let birthday = programme.fields.settings.birthday_attribute.as_deref();
    let attributes = crm::query::attributes(db, CUSTOMER).await?;
    let there = |key: &&str| attributes.iter().any(|attribute| attribute.key() == *key);
    let keys: Vec<&str> = ATTRIBUTES.into_iter().filter(there).collect();
    let birthday = birthday.filter(there);
    let mut all: Vec<Said<'_>> = lines.iter().map(|(record, _)| Said::of(record, &keys, birthday)).collect();
    let keys: Vec<&str> = keys.into_iter().chain(birthday).collect();
    if !crm::store::is_plain(&attributes, &keys) {
        all.iter_mut().for_each(|said| said.is_plain = said.given.is_empty());
    }
    Ok(all)
}

/// Changes the customers of known accounts as the first lines that say something new of them say, all together. What is left:
/// the lines of those that were refused, and later ones that say something else again.
async fn change(
    db: &mut PgConnection,
    about: &About<'_>,
    (said, known): (&[Said<'_>], &Known),
    groups: Vec<Group>,
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<Vec<usize>> {
    let says_more = |place: &usize, customer: &CustomerFields| {
        said.get(*place).is_some_and(|said| said.wanted(customer) != *customer)
    };
    let wanted = groups.into_iter().filter_map(|group| {
        let customer = known.customer_of(said.get(*group.lines.first()?)?)?;
        let changes = group.lines.iter().position(|place| says_more(place, &customer.fields))?;
        let fields = said.get(*group.lines.get(changes)?)?.wanted(&customer.fields);
        Some(((group.lines, changes), (customer.clone(), fields)))
    });
    let (groups, wanted): (Vec<(Vec<usize>, usize)>, Vec<_>) = wanted.unzip();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let changed = crm::store::change_many(db, &mut about.edit(dice), &Viewer::Server, &wanted).await?;
    let mut left = Vec::new();
    for ((mut lines, changes), changed) in groups.into_iter().zip(changed) {
        let Ok(customer) = changed else {
            left.extend(lines);
            continue;
        };
        // From the first that says something else again, each finds what the one before left.
        let again = lines.iter().skip(changes + 1).position(|place| says_more(place, &customer.fields));
        left.extend(again.map(|again| lines.split_off(changes + 1 + again)).into_iter().flatten());
        applied.accept(u64::try_from(lines.len()).unwrap_or(0), None);
    }
    Ok(left)
}

/// Adds the customers of new accounts and registers them, all together.
async fn register(
    db: &mut PgConnection,
    about: &About<'_>,
    programme: &Programme,
    (said, lines): (&[Said<'_>], &[Line]),
    groups: Vec<Group>,
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    let mut edit = about.edit(dice);
    let first = |group: &Group| group.lines.first().and_then(|place| said.get(*place));
    let customers: Vec<_> = groups
        .iter()
        .filter_map(first)
        .map(|said| (CustomerId::new(edit.now, edit.rng), said.customer()))
        .collect();
    let added = crm::store::insert_many(db, &mut edit, &Viewer::Server, &customers).await?;
    let (mut registrations, mut refused): (_, Vec<usize>) = (Vec::new(), Vec::new());
    for (group, customer) in groups.iter().zip(added) {
        let Some(one) = first(group) else { continue };
        match customer {
            Ok(customer) => {
                let mut registration = one.registration(programme.id, customer.id);
                let services = group.lines.iter().filter_map(|place| said.get(*place));
                registration.services = services.map(|said| said.service.clone()).collect();
                registrations.push(registration);
                applied.accept(count(group), None);
            }
            // Each of its lines finds the same fault by itself, or, where a later one is right, is the first.
            Err(_) => refused.extend(&group.lines),
        }
    }
    let ladder = Ladder::new(query::tiers(db, programme.id).await?);
    store::register_many(db, &mut edit, programme, &ladder, &registrations).await?;
    for place in refused {
        if let (Some(said), Some(line)) = (said.get(place), lines.get(place)) {
            slowly::line(db, about, said, line, dice, applied).await?;
        }
    }
    Ok(())
}
