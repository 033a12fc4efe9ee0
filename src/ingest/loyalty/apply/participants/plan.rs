//! Which lines of participants can be written together.

use super::Said;
use base::id::CustomerId;
use crm::customer::{Customer, Identifier};
use loyalty::account::{Account, AccountStatus, number_fault};
use loyalty::master::MasterKind;
use loyalty::programme::Programme;
use loyalty::query::Around;
use loyalty::service::{Service, ServiceState};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What is there of what lines speak of.
pub(super) struct Known {
    around: Around,
    /// Customers of the accounts.
    customers: HashMap<CustomerId, Customer>,
    /// Identifiers that somebody has, and who.
    taken: HashMap<Identifier, CustomerId>,
    /// Codes that are not in their lists.
    unlisted: HashSet<(MasterKind, String)>,
}

impl Known {
    /// Looks for all of it with a few questions.
    pub async fn load(db: &mut PgConnection, programme: &Programme, said: &[Said<'_>]) -> sqlx::Result<Self> {
        let numbers: BTreeSet<&str> = said.iter().map(|said| said.number).collect();
        let numbers: Vec<&str> = numbers.into_iter().collect();
        let services: Vec<_> = said.iter().map(|said| &said.service).collect();
        let around = loyalty::query::around(db, programme.id, &numbers, &services).await?;
        let ids: Vec<CustomerId> = around.accounts.values().map(|account| account.customer_id).collect();
        let customers = crm::query::find_many(db, &ids).await?;
        let identifiers: Vec<Identifier> = said.iter().flat_map(|said| said.normalised.clone()).collect();
        let owners = crm::query::by_identifiers(db, &identifiers).await?;
        let taken = identifiers.into_iter().zip(owners).filter_map(|(named, owner)| Some((named, owner?)));
        let lists = [MasterKind::ServiceLine, MasterKind::Macroregion, MasterKind::Region];
        let named = said.iter().flat_map(|said| {
            let codes = [Some(said.service.line.as_str()), said.macroregion, said.region];
            lists.into_iter().zip(codes).filter_map(|(kind, code)| Some((kind, code?)))
        });
        let unlisted = loyalty::query::master::unlisted(db, &named.collect()).await?;
        Ok(Self {
            unlisted,
            customers: customers.into_iter().map(|customer| (customer.id, customer)).collect(),
            taken: taken.collect(),
            around,
        })
    }

    fn is_listed(&self, kind: MasterKind, code: &str) -> bool {
        self.unlisted.is_empty() || !self.unlisted.contains(&(kind, code.to_owned()))
    }

    fn account(&self, number: &str) -> Option<&Account> {
        self.around.accounts.get(number)
    }

    /// The customer of the account that a line names.
    pub fn customer_of(&self, said: &Said<'_>) -> Option<&Customer> {
        self.customers.get(&self.account(said.number)?.customer_id)
    }

    fn service(&self, code: &str) -> Option<&Service> {
        self.around.services.get(code)
    }
}

/// What the lines of an account come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Everything is as they say.
    Same,
    /// A new account of a new customer.
    New,
    /// Lines say something new of the customer's name or attributes, and of nothing else.
    Changed,
    /// Something else: line by line.
    Other,
}

/// The lines of one account, by their places in the chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub what: What,
    pub lines: Vec<usize>,
}

/// The lines by account, in the order in which the accounts appear.
pub(super) fn groups(said: &[Said<'_>], known: &Known) -> Vec<Group> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, one) in said.iter().enumerate() {
        let group = *places.entry(one.number).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(lines) => lines.push(place),
            None => groups.push(vec![place]),
        }
    }
    let shared = Shared::of(said, known);
    let judged = |lines: Vec<usize>| {
        let own: Vec<&Said<'_>> = lines.iter().filter_map(|place| said.get(*place)).collect();
        Group { what: judge(&own, known, &shared), lines }
    };
    groups.into_iter().map(judged).collect()
}

/// What several lines name: which of them comes first matters, so they keep their order.
#[derive(Default)]
struct Shared<'s> {
    services: HashSet<&'s str>,
    users: HashSet<(&'s str, &'s str)>,
    /// Identifiers in lines of several accounts.
    identifiers: HashSet<&'s Identifier>,
    /// Customers of whom lines of several accounts speak.
    customers: HashSet<CustomerId>,
}

impl<'s> Shared<'s> {
    fn of(said: &'s [Said<'_>], known: &Known) -> Self {
        let mut shared = Self { customers: Self::customers(said, known), ..Self::default() };
        let (mut services, mut users, mut owners) = (HashSet::new(), HashSet::new(), HashMap::new());
        for one in said {
            let service = &one.service;
            if !services.insert(service.code.as_str()) {
                shared.services.insert(&service.code);
            }
            if !users.insert((service.name.as_str(), service.user_id.as_str())) {
                shared.users.insert((&service.name, &service.user_id));
            }
            for identifier in &one.normalised {
                if *owners.entry(identifier).or_insert(one.number) != one.number {
                    shared.identifiers.insert(identifier);
                }
            }
        }
        shared
    }

    /// An account's own customer, and whoever has an identifier of a line.
    fn customers(said: &[Said<'_>], known: &Known) -> HashSet<CustomerId> {
        let mut speak: HashMap<CustomerId, &str> = HashMap::new();
        let mut shared = HashSet::new();
        for one in said {
            let own = known.account(one.number).map(|account| account.customer_id);
            let named = one.normalised.iter().filter_map(|identifier| known.taken.get(identifier).copied());
            for customer in own.into_iter().chain(named) {
                if *speak.entry(customer).or_insert(one.number) != one.number {
                    shared.insert(customer);
                }
            }
        }
        shared
    }

    fn has(&self, said: &Said<'_>, known: &Known) -> bool {
        let service = &said.service;
        known.account(said.number).is_some_and(|account| self.customers.contains(&account.customer_id))
            || self.services.contains(service.code.as_str())
            || self.users.contains(&(service.name.as_str(), service.user_id.as_str()))
            || said.normalised.iter().any(|identifier| self.identifiers.contains(identifier))
    }
}

fn judge(own: &[&Said<'_>], known: &Known, shared: &Shared<'_>) -> What {
    let Some(first) = own.first() else { return What::Same };
    let regions = |said: &&Said<'_>| {
        said.macroregion.is_none_or(|code| known.is_listed(MasterKind::Macroregion, code))
            && said.region.is_none_or(|code| known.is_listed(MasterKind::Region, code))
    };
    if own.iter().any(|said| shared.has(said, known)) || !own.iter().all(regions) {
        return What::Other;
    }
    let is_so = match known.account(first.number) {
        Some(account) if !own.iter().all(|said| is_around(said, account, known)) => None,
        Some(account) => {
            known.customers.get(&account.customer_id).and_then(|customer| changes(own, customer))
        }
        None => is_new(first, own, known).then_some(What::New),
    };
    is_so.unwrap_or(What::Other)
}

/// What lines come to that say nothing new of the account and its services.
fn changes(own: &[&Said<'_>], customer: &Customer) -> Option<What> {
    let mut wanted = own.iter().map(|said| (said.wanted(&customer.fields), said.is_plain));
    if wanted.clone().all(|(wanted, _)| wanted == customer.fields) {
        return Some(What::Same);
    }
    let is_simple =
        wanted.all(|(wanted, is_plain)| is_plain && wanted.identifiers == customer.fields.identifiers);
    is_simple.then_some(What::Changed)
}

/// Whether the account and the service are as the line says.
fn is_around(said: &Said<'_>, account: &Account, known: &Known) -> bool {
    let service = known.service(&said.service.code);
    account.status != AccountStatus::Cancelled
        && said.regions(account) == (account.macroregion.as_deref(), account.region.as_deref())
        && service.is_some_and(|service| {
            service.account_id == account.id
                && service.state == ServiceState::Connected
                && service.fields == said.service
        })
}

fn is_new(first: &Said<'_>, own: &[&Said<'_>], known: &Known) -> bool {
    let Ok(customer) = first.customer().checked() else { return false };
    let is_free = |said: &&Said<'_>| {
        let service = &said.service;
        said.is_plain
            && !said.normalised.iter().any(|identifier| known.taken.contains_key(identifier))
            && known.service(&service.code).is_none()
            && !known.around.users.contains(&(service.name.clone(), service.user_id.clone()))
            && service.faults("").is_empty()
            && known.is_listed(MasterKind::ServiceLine, &service.line)
    };
    // Later lines say the same of the participant as the first, or nothing.
    let agrees = |said: &&Said<'_>| {
        said.wanted(&customer) == customer
            && said.macroregion.is_none_or(|named| first.macroregion == Some(named))
            && said.region.is_none_or(|named| first.region == Some(named))
    };
    number_fault(first.number).is_none()
        && first.identifiers.len() == first.normalised.len()
        && own.iter().all(is_free)
        && own.iter().skip(1).all(agrees)
}
