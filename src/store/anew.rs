//! What a person agreed to and chose, put in the place of what they agreed to before: under the same key, so that
//! nothing that was sealed is lost. Why it was changed is not kept.

use rusqlite::params;

use super::access::Own;
use super::{SignedIn, Store, StoreError};
use crate::consent::Consent;
use crate::vault::VaultError;

impl Store {
    /// Keeps another consent of a person who gave their secret. Their key, their secret and their rows stay.
    ///
    /// # Errors
    /// [`StoreError::NoConsent`] of choices that do not exist, [`StoreError::Vault`] of a consent that is too long,
    /// the same if the person withdrew, or agreed under another key, since they gave their secret, or a failure of the
    /// database.
    pub fn agree_anew(&mut self, signed_in: &mut SignedIn, consent: &Consent) -> Result<(), StoreError> {
        let key = signed_in.key().sealing_key();
        consent.check_choices()?;
        // The same subject: the person goes on finding their entries in the access log.
        let own = Own { consent: consent.clone(), subject: signed_in.subject().clone() };
        let sealed = key.seal_own(&own.text()?)?;
        let person = signed_in.person();
        let changed = self.write(|transaction| {
            Ok(transaction.execute(
                "UPDATE vault SET consent = ?2 WHERE person = ?1 AND sealing_key = ?3",
                params![person.0, sealed, key.as_bytes()],
            )?)
        })?;
        if changed != 1 {
            return Err(VaultError::WrongSecret.into());
        }
        signed_in.agreed(own);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{AGREEMENT, secret_of, take_in};
    use super::super::{Decided, NewRecord};
    use super::*;
    use crate::consent::{NoConsent, TEXT_VERSION};
    use crate::release::{Plan, PlanSettings, Statistic};
    use crate::terms::{ReleaseTerms, Terms};

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
        (folder, store)
    }

    #[test]
    fn agreeing_anew_loses_nothing_that_was_sealed() {
        let (_folder, mut store) = store();
        let person = take_in(&mut store, "Aino", at(0));
        let shift = store.start_shift(&person, "1", at(1)).expect("started");
        let records = [NewRecord { opened_at: at(2), closed_at: at(3), json: "\"hers\"".into() }];
        let decided = Decided { records: &records, handled: &[], summary: Some((1, "[]")) };
        store.commit_decisions(&shift, &decided, at(4)).expect("written");

        let terms = Terms { records_days: 7, ..Terms::under("another agreement") };
        let mut aino = store.sign_in("Aino", &secret_of("Aino"), at(5)).expect("her own");
        assert_eq!(aino.consent().holds(&terms), Err(NoConsent::Changed));
        let length = |store: &Store| {
            let query = "SELECT length(consent) || ' ' || invitation FROM vault";
            store.connection.query_row(query, [], |row| row.get::<_, String>(0)).expect("a row")
        };
        let before = length(&store);
        let mut consent = Consent::made_up(&terms, at(6));
        consent.leave_out("smile");
        store.agree_anew(&mut aino, &consent).expect("agreed anew");
        assert_eq!(length(&store), before, "as long as before, and no invitation is spent");
        assert_eq!(aino.consent(), &consent, "known at once");

        let aino = store.sign_in("Aino", &secret_of("Aino"), at(7)).expect("the same secret");
        assert_eq!(aino.consent().holds(&terms), Ok(()));
        assert!(!aino.consent().signals.contains("smile"));
        assert_eq!(store.records(&aino).expect("opened").len(), 1);
        assert_eq!(store.summaries(&aino, at(0)).expect("opened").len(), 1);
    }

    #[test]
    fn whose_consent_does_not_hold_sees_exports_and_withdraws() {
        let (_folder, mut store) = store();
        let (_, invitation) = store.add_staff("Aino", at(0)).expect("invited");
        let old = Consent { text_version: TEXT_VERSION - 1, ..Consent::made_up(&Terms::under("gone"), at(0)) };
        store.give_consent("Aino", &invitation, &secret_of("Aino"), &old).expect("agreed, a long time ago");
        let aino = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
        assert!(aino.consent().holds(&Terms::under(AGREEMENT)).is_err());
        assert!(store.summaries(&aino, at(0)).expect("her own").is_empty());
        crate::export::Export::of(&mut store, &aino, at(2)).expect("hers");
        store.withdraw(&aino).expect("withdrawn");
    }

    #[test]
    fn what_does_not_exist_or_does_not_fit_is_not_kept() {
        let (_folder, mut store) = store();
        take_in(&mut store, "Aino", at(0));
        let mut aino = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
        let mut consent = aino.consent().clone();
        consent.signals.insert("smiles".into());
        let refused = store.agree_anew(&mut aino, &consent);
        assert!(matches!(refused, Err(StoreError::NoConsent(NoConsent::Choices))), "{refused:?}");
        let long = Consent::made_up(&Terms::under(&"x".repeat(5_000)), at(2));
        let refused = store.agree_anew(&mut aino, &long).expect_err("too long");
        assert!(matches!(refused, StoreError::Vault(VaultError::TooLong)), "{refused}");
        assert!(refused.to_string().contains("shorten [consent] agreement"), "{refused}");
        let (_, invitation) = store.add_staff("Eero", at(3)).expect("invited");
        let refused = store.give_consent("Eero", &invitation, &secret_of("Eero"), &long).expect_err("too long");
        assert!(matches!(refused, StoreError::Vault(VaultError::TooLong)), "{refused}");
    }

    #[test]
    fn a_consent_is_not_put_under_a_key_that_is_no_longer_the_persons() {
        let (_folder, mut store) = store();
        take_in(&mut store, "Aino", at(0));
        let mut stale = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
        let again = store.sign_in("Aino", &secret_of("Aino"), at(2)).expect("her own");
        store.withdraw(&again).expect("withdrawn");
        let consent = stale.consent().clone();
        assert!(matches!(store.agree_anew(&mut stale, &consent), Err(StoreError::Vault(VaultError::WrongSecret))));
    }

    #[test]
    fn every_choice_there_is_fits() {
        use crate::consent::{Band, Unit};
        let (_folder, mut store) = store();
        take_in(&mut store, "Aino", at(0));
        let mut aino = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
        // The longest agreement of a configuration, every signal and every band.
        let plan = Plan::new(PlanSettings::of(&Statistic::ALL[6..])).expect("a plan");
        let release = Some(ReleaseTerms { plan, window_days: 28 });
        let mut consent = Consent::made_up(&Terms { release, ..Terms::under(&"ä".repeat(64)) }, at(2));
        for signal in crate::config::SIGNALS {
            if let Some(unit) = Unit::of(signal) {
                let widest = Band::typed("0 100", unit).expect("a band");
                consent.bands.insert((*signal).to_owned(), widest);
            }
        }
        store.agree_anew(&mut aino, &consent).expect("kept");
    }
}
