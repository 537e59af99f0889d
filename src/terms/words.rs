//! The values in force in words: the one way in which they are shown, before anyone agrees and ever after.

use super::{ReleaseTerms, Terms};
use crate::consent::Language;
use crate::release::{Cells, PlanSettings, Statistic};

impl Terms {
    /// What each value is, and the value, in the order in which they are shown.
    #[must_use]
    pub fn rows(&self, language: Language) -> Vec<(&'static str, String)> {
        // Taken apart field by field: a new value does not compile until it is shown.
        let Self { agreement, records_days, summaries_months, release } = self;
        let pick = |en, fi| language.pick(en, fi);
        let none = pick("none; nobody can agree", "ei ole; kukaan ei voi suostua");
        let mut rows = vec![
            (
                pick("Agreement between employer and staff", "Työnantajan ja henkilöstön välinen sopimus"),
                agreement.clone().unwrap_or_else(|| none.to_owned()),
            ),
            (
                pick("The record of a transaction is kept", "Yksittäisen asioinnin tiedot säilytetään"),
                format!("{records_days} {}", pick("days", "päivää")),
            ),
            (
                pick("A summary is kept", "Yhteenveto säilytetään"),
                format!("{summaries_months} {}", pick("months", "kuukautta")),
            ),
        ];
        match release {
            None => rows.push((
                pick("Statistics for trainers", "Tilastot kouluttajille"),
                pick("none are released", "tilastoja ei julkaista").to_owned(),
            )),
            Some(release) => rows.extend(release.rows(language)),
        }
        rows
    }
}

impl ReleaseTerms {
    fn rows(&self, language: Language) -> Vec<(&'static str, String)> {
        let Self { plan, window_days } = self;
        let PlanSettings { statistics, cells, people_floor, transactions_floor, epsilon_thousandths } =
            PlanSettings::from(plan.clone());
        let pick = |en, fi| language.pick(en, fi);
        let named = |statistic: &Statistic| {
            let meaning = match language {
                Language::English => statistic.meaning(),
                Language::Finnish => finnish(*statistic),
            };
            format!("{meaning} ({})", statistic.as_str())
        };
        let divided = match cells {
            Cells::None => pick("over the whole window only", "vain koko jaksolta"),
            Cells::Weekday => pick("also by day of the week", "myös viikonpäivittäin"),
            Cells::Hours => pick("also by three hours of the day", "myös kolmen tunnin jaksoittain"),
        };
        vec![
            (
                pick("Statistics for trainers", "Tilastot kouluttajille"),
                statistics.iter().map(named).collect::<Vec<_>>().join("; "),
            ),
            (pick("They are released", "Tilastot julkaistaan"), divided.to_owned()),
            (
                pick("A released statistic has behind it", "Julkaistussa tilastossa on mukana"),
                format!("{} {people_floor} {}", pick("at least", "vähintään"), pick("people", "henkilöä")),
            ),
            (
                pick("Each of these people has", "Heistä jokaisella on"),
                format!("{} {transactions_floor} {}", pick("at least", "vähintään"), pick("transactions", "asiointia")),
            ),
            (
                pick(
                    "Noise: budget of a window, epsilon (the smaller, the more noise)",
                    "Satunnaiskohina: jakson budjetti, epsilon (mitä pienempi, sitä enemmän kohinaa)",
                ),
                decimal(epsilon_thousandths.value(), language),
            ),
            (pick("A window lasts", "Jakson pituus"), format!("{window_days} {}", pick("days", "päivää"))),
        ]
    }
}

/// With the language's decimal mark.
fn decimal(number: f64, language: Language) -> String {
    let text = number.to_string();
    match language {
        Language::English => text,
        Language::Finnish => text.replace('.', ","),
    }
}

/// What a statistic says, in Finnish; [`Statistic::meaning`] is the English.
const fn finnish(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::LookedAt => "asioinnit, joissa asiakkaaseen katsottiin ainakin kerran",
        Statistic::GreetingSmile => "asioinnit, joissa tervehtiessä hymyiltiin",
        Statistic::GreetingLook => "asioinnit, joissa tervehtiessä katsottiin asiakkaaseen",
        Statistic::ServiceLook => "osuus palveluajasta, jonka katse on asiakkaaseen päin",
        Statistic::PaymentLook => "asioinnit, joissa maksettaessa katsottiin asiakkaaseen",
        Statistic::FarewellSmile => "asioinnit, joissa hyvästellessä hymyiltiin",
        Statistic::FarewellLook => "asioinnit, joissa hyvästellessä katsottiin asiakkaaseen",
        Statistic::QueueLook => "asioinnit, joissa katsottiin jonottavaan",
        Statistic::Upright => "osuus ajasta, jonka asento on pysty",
        Statistic::NoPhone => "asioinnit, joissa kädessä ei ollut puhelimelta näyttävää esinettä",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Epsilon, Plan};

    /// Terms with a value of its own in every place.
    fn terms(cells: Cells) -> Terms {
        let settings = PlanSettings {
            statistics: vec![Statistic::QueueLook, Statistic::NoPhone],
            cells,
            people_floor: 17,
            transactions_floor: 23,
            epsilon_thousandths: Epsilon::from_thousandths(1_250),
        };
        Terms {
            agreement: Some("council 2026-1".into()),
            records_days: 11,
            summaries_months: 9,
            release: Some(ReleaseTerms { plan: Plan::new(settings).expect("a plan"), window_days: 35 }),
        }
    }

    #[test]
    fn every_value_in_force_is_shown_in_both_languages() {
        for (language, epsilon, divided) in
            [(Language::English, "1.25", "three hours"), (Language::Finnish, "1,25", "kolmen tunnin")]
        {
            let rows = terms(Cells::Hours).rows(language);
            let shown = rows.iter().map(|(_, value)| format!("{value}\n")).collect::<String>();
            for value in
                ["council 2026-1", "11 ", "9 ", "queue.looked", "phone.none", "17 ", "23 ", "35 ", epsilon, divided]
            {
                assert!(shown.contains(value), "{value} is not in:\n{shown}");
            }
            let labels: std::collections::BTreeSet<_> = rows.iter().map(|(label, _)| *label).collect();
            assert_eq!(labels.len(), rows.len(), "each value has a label of its own");
        }
        let english = terms(Cells::None).rows(Language::English);
        let finnish = terms(Cells::None).rows(Language::Finnish);
        assert!(english.iter().zip(&finnish).all(|(en, fi)| en.0 != fi.0), "each label is translated");
    }

    #[test]
    fn what_is_not_there_is_said() {
        let terms = Terms { agreement: None, ..Terms::under("") };
        let shown = format!("{:?} {:?}", terms.rows(Language::English), terms.rows(Language::Finnish));
        for words in ["nobody can agree", "kukaan ei voi suostua", "none are released", "tilastoja ei julkaista"] {
            assert!(shown.contains(words), "{shown}");
        }
    }
}
