//! The questions: what is asked where a conversation stands, and which buttons answer it.

use super::{At, Effect, Keyboard, Offer, Pick, Said, Turn, question_label, scenario_label, value_label};
use crate::telegram::explain::label_of;
use crate::telegram::scenario::{Question, title};
use base::Locale;
use channels::telegram::{BUTTONS_MAX, label};
use rules::catalogue::FieldKind;
use serde_json::Value;

impl Turn<'_> {
    /// Asks what is to be asked here. Buttons of earlier questions are over.
    pub(super) fn ask(&mut self) {
        let (text, offered) = match self.conversation.at.clone() {
            At::Start | At::Language => (self.language_question(), languages()),
            At::Contact => return self.ask_contact(),
            At::Menu => self.menu(),
            At::Field { draft, field } => {
                let question = self.scenario(&draft.event).and_then(|scenario| scenario.question(&field));
                let Some(question) = question.cloned() else { return self.gone() };
                self.field(&question)
            }
            At::Mode { .. } => (
                self.said().get("ask_mode"),
                self.offers(&[("mode_trial", Pick::Trial), ("mode_live", Pick::Live)]),
            ),
            At::Awaiting { .. } => return self.say("still_waiting"),
            At::After { draft } => {
                let mut offered = self.offers(&[("again", Pick::Again), ("to_menu", Pick::Menu)]);
                if draft.is_none() {
                    offered.remove(0);
                }
                (self.said().get("after"), offered)
            }
        };
        self.offer(text, offered);
    }

    fn offer(&mut self, text: String, mut offered: Vec<Offer>) {
        offered.truncate(BUTTONS_MAX);
        // Telegram takes no button without a label.
        offered.retain(|offer| !offer.label.is_empty());
        self.conversation.question = self.conversation.question.wrapping_add(1);
        let question = self.conversation.question;
        let buttons =
            (0_usize..).zip(&offered).map(|(place, offer)| (offer.label.clone(), data(question, place)));
        let buttons: Vec<(String, String)> = buttons.collect();
        let keyboard = if buttons.is_empty() { Keyboard::Keep } else { Keyboard::Choices(buttons) };
        self.conversation.offered = offered;
        self.effects.push(Effect::Say(Said { text, keyboard }));
    }

    /// Asked in all languages while none is chosen.
    fn language_question(&self) -> String {
        let texts = Locale::ALL.map(|locale| self.world.words.r#in(locale).get("choose_language"));
        texts.join("\n")
    }

    fn ask_contact(&mut self) {
        let said = self.said();
        let (text, share, skip) = (said.get("ask_contact"), said.get("share_contact"), said.get("as_guest"));
        self.conversation.question = self.conversation.question.wrapping_add(1);
        self.conversation.offered = vec![Offer { label: skip.clone(), pick: Pick::Guest }];
        self.effects.push(Effect::Say(Said { text, keyboard: Keyboard::Contact { share, skip } }));
    }

    fn menu(&self) -> (String, Vec<Offer>) {
        let (locale, said) = (self.locale(), self.said());
        if self.world.scenarios.is_empty() {
            return (said.get("no_scenarios"), Vec::new());
        }
        let mut text = said.get("menu");
        let offer = |scenario: &crate::telegram::scenario::Scenario| Offer {
            label: label(&scenario_label(scenario, locale)),
            pick: Pick::Scenario(scenario.event.clone()),
        };
        for scenario in self.world.scenarios {
            text.push_str(&format!(
                "\n\n{}\n— {}",
                scenario_label(scenario, locale),
                scenario.rules.join("\n— ")
            ));
        }
        (text, self.world.scenarios.iter().map(offer).collect())
    }

    fn field(&self, question: &Question) -> (String, Vec<Offer>) {
        let (locale, said) = (self.locale(), self.said());
        let name = question_label(question, locale);
        let hint = match question.kind {
            FieldKind::Number if question.whole => "hint_whole",
            FieldKind::Number => "hint_number",
            FieldKind::Text => "hint_text",
            FieldKind::Date => "hint_date",
            FieldKind::Datetime => "hint_datetime",
            FieldKind::Boolean | FieldKind::Choice => "hint_choice",
            FieldKind::List => "hint_list",
            FieldKind::Object => "hint_object",
        };
        let text = format!("{}\n{}", said.fill("ask_value", &[("field", &name)]), said.get(hint));
        let value = |text: String, value: Value| Offer { label: label(&text), pick: Pick::Value(value) };
        let mut offered: Vec<Offer> = match question.kind {
            FieldKind::Boolean => {
                vec![value(said.get("yes"), Value::Bool(true)), value(said.get("no"), Value::Bool(false))]
            }
            FieldKind::Choice => question
                .choices
                .iter()
                .map(|(known, name)| value(title(name, locale).to_owned(), known.clone()))
                .collect(),
            _ => {
                let fits = question.samples.iter().filter(|sample| question.check((*sample).clone()).is_ok());
                fits.map(|sample| value(value_label(sample, said), sample.clone())).collect()
            }
        };
        offered.truncate(BUTTONS_MAX - 1);
        if !question.required {
            offered.push(Offer { label: label_of("leave_out", said), pick: Pick::LeaveOut });
        }
        (text, offered)
    }

    fn offers(&self, picks: &[(&str, Pick)]) -> Vec<Offer> {
        let said = self.said();
        picks.iter().map(|(key, pick)| Offer { label: label_of(key, said), pick: pick.clone() }).collect()
    }
}

/// The data of a button: which question, which button. Far below the 64 bytes that Telegram takes.
fn data(question: u32, place: usize) -> String {
    format!("{question}:{place}")
}

/// What a button's data names.
#[must_use]
pub fn read_data(data: &str) -> Option<(u32, usize)> {
    let (question, place) = data.split_once(':')?;
    Some((question.parse().ok()?, place.parse().ok()?))
}

fn languages() -> Vec<Offer> {
    let names = [(Locale::Ru, "Русский"), (Locale::Uz, "Oʻzbekcha"), (Locale::En, "English")];
    names.map(|(locale, name)| Offer { label: name.to_owned(), pick: Pick::Language(locale) }).into()
}
