//! What is sealed as one record: the record itself, in which part of its shift it was summed up, and what it added to
//! the person's tally, so that both can be taken back.
//!
//! Two lines: a heading as JSON, then the record as JSON, byte for byte as it was given.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::StoreError;
use crate::release::Counted;
use crate::vault::{OpeningKey, SealingKey, VaultError};

/// What stands beside a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    /// The part of the shift whose summary holds it.
    pub part: i64,
    /// What it added to a tally; `None` where it was not counted.
    pub counted: Option<Counted>,
}

impl Heading {
    fn with(&self, record: &str) -> Result<Zeroizing<String>, StoreError> {
        let heading = Zeroizing::new(serde_json::to_string(self).map_err(|_| VaultError::System)?);
        Ok(Zeroizing::new(format!("{}\n{record}", heading.as_str())))
    }

    /// Seals a new record.
    pub(super) fn seal(&self, record: &str, key: &SealingKey) -> Result<Vec<u8>, StoreError> {
        Ok(key.seal_record(&self.with(record)?)?)
    }

    /// Seals a record anew, in the place of what it was, and as long.
    pub(super) fn seal_in_place_of(
        &self,
        sealed: &[u8],
        record: &str,
        key: &SealingKey,
    ) -> Result<Vec<u8>, StoreError> {
        Ok(key.seal_in_place_of(&self.with(record)?, sealed)?)
    }

    /// Opens a record.
    pub(super) fn open(sealed: &[u8], key: &OpeningKey) -> Result<(Self, Zeroizing<String>), StoreError> {
        let opened = key.open(sealed)?;
        let Some((heading, record)) = opened.split_once('\n') else {
            // Sealed before there were headings: all of a shift was one part unless a crash broke it, nothing was counted.
            return Ok((Self { part: 1, counted: None }, opened));
        };
        let heading = serde_json::from_str(heading).map_err(|_| VaultError::Unopened)?;
        Ok((heading, Zeroizing::new(record.to_owned())))
    }
}
