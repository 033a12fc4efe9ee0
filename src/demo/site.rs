//! Who lives in the demo: the people, customers, number and password of the demo organisation, and their voices.

use super::DemoError;
use super::caller::Customer;
use super::person::pick;
use crate::demo_data::files::{Customers, Organisation, Role, Telephony, read};
use rand::Rng;
use std::path::Path;
use std::sync::Arc;
use telephony::media::client::Voice;
use telephony::media::g711::G711;
use telephony::media::player::Prompt;

/// Prompts that serve as what people say.
const SAYINGS: [&str; 8] = [
    "en/menu-main",
    "ru/menu-main",
    "uz/menu-main",
    "ru/welcome",
    "uz/recording-notice",
    "ru/no-operator",
    "uz/choose-language",
    "en/recording-notice",
];

/// The demo organisation as its simulated people know it.
#[derive(Debug)]
pub struct Site {
    /// Logins of the operators.
    pub logins: Vec<String>,
    /// Everybody's password.
    pub password: String,
    /// The number to call, with `+`.
    pub number: String,
    /// Who calls.
    pub customers: Vec<Customer>,
    voices: Vec<Arc<[i16]>>,
}

impl Site {
    /// Reads the files of the demo organisation, and voices from the prompts in `sounds`.
    ///
    /// # Errors
    /// [`DemoError::Files`].
    pub fn read(folder: &Path, sounds: &Path) -> Result<Self, DemoError> {
        let organisation: Organisation = read(folder, "organisation.toml")?;
        let telephony: Telephony = read(folder, "telephony.toml")?;
        let customers: Customers = read(folder, "customers.toml")?;
        let operators = organisation.person.into_iter().filter(|it| matches!(it.role, Role::Operator));
        let number = telephony.number.into_iter().find(|number| number.enabled);
        Ok(Self {
            logins: operators.map(|person| person.login).collect(),
            password: organisation.password,
            number: number.ok_or(DemoError::NoNumber)?.number,
            customers: customers
                .customer
                .into_iter()
                .filter_map(|customer| {
                    Some(Customer {
                        number: customer.phones.first()?.clone(),
                        has_language: customer.language.is_some(),
                        name: customer.name,
                    })
                })
                .collect(),
            voices: SAYINGS.iter().filter_map(|name| saying(&sounds.join(format!("{name}.wav")))).collect(),
        })
    }

    /// One of the voices; silence when there are no prompts.
    pub fn voice(&self, rng: &mut dyn Rng) -> Voice {
        pick(&self.voices, rng).map_or(Voice::Silence, |samples| Voice::Samples(Arc::clone(samples)))
    }
}

fn saying(file: &Path) -> Option<Arc<[i16]>> {
    let prompt = Prompt::read(file).ok()?;
    let mut samples = Vec::new();
    G711::Pcma.decode(prompt.audio(G711::Pcma), &mut samples);
    Some(samples.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_organisation_that_is_shipped_has_what_the_demo_needs() {
        let site = Site::read(Path::new("config/demo"), Path::new("sounds")).unwrap();

        assert!(site.logins.len() >= 10);
        assert!(site.number.starts_with('+'));
        assert!(site.customers.iter().all(|customer| !customer.number.starts_with("+99877")));
        assert_eq!(site.voices.len(), SAYINGS.len());
    }
}
