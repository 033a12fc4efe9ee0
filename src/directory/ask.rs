//! The questions: who is this, is the password right, may the person still sign in.

use super::link::{Asking, Away, Fault};
use super::{Directory, WAITS_FOR, read, text};
use access::directory::{Binding, Entry, Membership, Password, Refusal, UserName};
use ldap3::{Scope, SearchEntry, SearchOptions};

/// Groups of one person that are read: Active Directory itself allows about a thousand in a token.
const GROUPS_MAX: i32 = 2_000;

/// Who a typed name is, before the password is tried.
#[derive(Clone, Debug)]
pub enum Located {
    /// Nobody here.
    Nobody,
    /// This entry.
    Entry(Entry),
    /// Known only once the password was tried, with this name.
    Direct(String),
}

/// What the directory says of a password.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Right; the entry with its groups.
    Right(Box<Entry>),
    /// Refused.
    Refused(Refusal),
}

impl Directory {
    /// Finds the entry of a typed name with the service account, unless the settings make its name directly.
    ///
    /// # Errors
    /// No server answers.
    pub async fn locate(&self, user: &UserName) -> Result<Located, Away> {
        let direct = match (self.settings.bind, &self.settings.bind_template) {
            (Binding::ActiveDirectory, _) => Some(self.settings.active_directory_name(user)),
            (Binding::Template, Some(template)) => Some(text::entry_name(template, user)),
            (Binding::Template | Binding::Search, _) => None,
        };
        if self.settings.service().is_none()
            && let Some(name) = direct
        {
            return Ok(Located::Direct(name));
        }
        let filter = text::user_filter(&self.settings, user);
        let found = self.in_turn(async |asking| self.find_by_service(asking, &filter).await).await?;
        Ok(found.map_or(Located::Nobody, Located::Entry))
    }

    /// Tries the password.
    ///
    /// # Errors
    /// No server answers.
    pub async fn verify(
        &self,
        located: &Located,
        user: &UserName,
        password: &Password,
    ) -> Result<Verdict, Away> {
        self.in_turn(async |asking| match located {
            Located::Nobody => Ok(Verdict::Refused(Refusal::Wrong)),
            Located::Entry(entry) => Ok(match bind(asking, &entry.dn, password).await? {
                Some(refusal) => Verdict::Refused(refusal),
                None => Verdict::Right(Box::new(entry.clone())),
            }),
            Located::Direct(name) => {
                if let Some(refusal) = bind(asking, name, password).await? {
                    return Ok(Verdict::Refused(refusal));
                }
                let found = self.own_entry(asking, name, user).await?;
                let own = match found {
                    Some(entry) if self.is_own(asking, &entry, password).await? => Some(entry),
                    _ => None,
                };
                // The password is right, but the filter does not let the entry in.
                Ok(own
                    .map_or(Verdict::Refused(Refusal::SwitchedOff), |entry| Verdict::Right(Box::new(entry))))
            }
        })
        .await
    }

    /// Looks a person up again; nothing when the directory no longer has it, or its filter no longer lets it in.
    ///
    /// # Errors
    /// No server answers.
    pub async fn look_up(&self, external_id: &str) -> Result<Option<Entry>, Away> {
        let filter = text::id_filter(&self.settings, external_id);
        self.in_turn(async |asking| self.find_by_service(asking, &filter).await).await
    }

    /// Asks when there is room; a directory that keeps everybody waiting counts as away.
    async fn in_turn<T>(&self, question: impl AsyncFn(&mut Asking) -> Result<T, Fault>) -> Result<T, Away> {
        let Ok(Ok(_turn)) = tokio::time::timeout(WAITS_FOR, self.room.acquire()).await else {
            return Err(Away { directory: self.name.clone(), cause: "too many wait for it".to_owned() });
        };
        self.servers.ask(question).await
    }

    async fn find_by_service(&self, asking: &mut Asking, filter: &str) -> Result<Option<Entry>, Fault> {
        if let Some((dn, password)) = self.settings.service() {
            let answer = asking.next().simple_bind(dn, password).await?;
            if answer.rc != 0 {
                return Err(Fault(format!("it refuses the service account: {answer}")));
            }
        }
        self.find(asking, &self.settings.base, Scope::Subtree, filter).await
    }

    /// The entry of somebody who has just been let in, read with the person's own rights.
    async fn own_entry(
        &self,
        asking: &mut Asking,
        name: &str,
        user: &UserName,
    ) -> Result<Option<Entry>, Fault> {
        let filter = text::user_filter(&self.settings, user);
        match self.settings.bind {
            Binding::Template => self.find(asking, name, Scope::Base, &filter).await,
            Binding::Search | Binding::ActiveDirectory => {
                self.find(asking, &self.settings.base, Scope::Subtree, &filter).await
            }
        }
    }

    /// Whether the entry belongs to who was let in. A template names the entry itself; to Active Directory one name may
    /// mean an account outside of the base and, to the filter, another one inside: then the password is tried with the
    /// entry, too.
    async fn is_own(&self, asking: &mut Asking, entry: &Entry, password: &Password) -> Result<bool, Fault> {
        if self.settings.bind == Binding::Template {
            return Ok(true);
        }
        let is_own = bind(asking, &entry.dn, password).await?.is_none();
        if !is_own {
            tracing::warn!(directory = self.name, "one name means two accounts: nobody is signed in");
        }
        Ok(is_own)
    }

    /// The one entry that the filter finds, with its groups. When it finds several nobody is let in: which of them the
    /// password belongs to must not be a matter of luck.
    async fn find(
        &self,
        asking: &mut Asking,
        base: &str,
        scope: Scope,
        filter: &str,
    ) -> Result<Option<Entry>, Fault> {
        let attributes = read::attributes(&self.settings);
        let found = search(asking, base, scope, filter, &attributes, 2).await?;
        let [only] = found.as_slice() else {
            if found.len() > 1 {
                tracing::warn!(directory = self.name, "several entries fit one name: nobody is signed in");
            }
            return Ok(None);
        };
        let Some(mut entry) = read::entry(only, &self.settings) else {
            let attribute = self.settings.id_attribute();
            tracing::warn!(directory = self.name, attribute, "an entry has no id, or it may not be read");
            return Ok(None);
        };
        let is_nested = match self.settings.membership {
            Membership::MemberOf => return Ok(Some(entry)),
            Membership::Search => false,
            Membership::Nested => true,
        };
        let base = self.settings.group_base.as_ref().unwrap_or(&self.settings.base);
        let filter = text::group_filter(&self.settings, &entry.dn, is_nested);
        let groups = search(asking, base, Scope::Subtree, &filter, &["1.1".to_owned()], GROUPS_MAX).await?;
        entry.groups = groups.into_iter().map(|group| group.dn).collect();
        Ok(Some(entry))
    }
}

/// Why the directory refuses the password; nothing when it is right.
async fn bind(asking: &mut Asking, name: &str, password: &Password) -> Result<Option<Refusal>, Fault> {
    let answer = asking.next().simple_bind(name, password.expose()).await?;
    match answer.rc {
        0 => Ok(None),
        code => match Refusal::of_bind(code, &answer.text) {
            Some(refusal) => Ok(Some(refusal)),
            None => Err(Fault(format!("it does not answer a bind: {answer}"))),
        },
    }
}

async fn search(
    asking: &mut Asking,
    base: &str,
    scope: Scope,
    filter: &str,
    attributes: &[String],
    most: i32,
) -> Result<Vec<SearchEntry>, Fault> {
    let options = SearchOptions::new().sizelimit(most);
    let answer =
        asking.next().with_search_options(options).search(base, scope, filter, attributes.to_vec()).await?;
    let (found, result) = (answer.0, answer.1);
    match result.rc {
        // 4 sizeLimitExceeded: what was found is there. 32 noSuchObject: nobody. 10: referrals are not followed.
        0 | 4 | 10 | 32 => {}
        _ => return Err(Fault(format!("it does not answer a search: {result}"))),
    }
    let entries = found.into_iter().filter(|entry| !entry.is_ref() && !entry.is_intermediate());
    Ok(entries.map(SearchEntry::construct).collect())
}
