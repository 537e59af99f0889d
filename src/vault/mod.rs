//! A person's own key: what is theirs is sealed to it as it is written, and only their own secret opens it.
//!
//! The public half lies open in the store, so that a running kiosk can seal without asking. The private half lies
//! wrapped: Argon2id turns the secret into a key, and XChaCha20-Poly1305 encrypts the private half with that. Sealing is
//! libsodium's sealed box (X25519, XSalsa20-Poly1305) with a key pair of its own for each message. Nothing here knows
//! the store, and no secret, key or plaintext is ever printed.

use argon2::{Algorithm, Argon2, Params};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use crypto_box::aead::OsRng;
use crypto_box::{PublicKey, SecretKey};
use zeroize::Zeroizing;

/// Argon2id's memory in KiB, passes and lanes: the second recommendation of RFC 9106, with one lane instead of four
/// because an edge box has few cores; about a fifth of a second.
const ARGON_KIB: u32 = 64 * 1024;
const ARGON_PASSES: u32 = 3;
const ARGON_LANES: u32 = 1;

/// Characters of a secret: eight at the least, as NIST SP 800-63B asks of a secret that a person chooses.
pub const SECRET_MIN_CHARS: usize = 8;
/// The most characters that are taken.
pub const SECRET_MAX_CHARS: usize = 256;

const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// The form of a wrapped key: a version, salt, nonce, and the encrypted private half with its tag.
const WRAPPED_VERSION: u8 = 1;
const WRAPPED_BYTES: usize = 1 + SALT_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/// Plaintexts are filled up to a multiple of this many bytes, so that their length says little.
const PAD_TO_BYTES: usize = 1024;
/// A record is filled up by this many bytes at least, so that what is left out of it never makes it longer: a signal that
/// is not observable may take a few bytes more than its value did.
const RECORD_ROOM_BYTES: usize = 512;
/// What sealing adds: the public half of the message's own key pair, and a tag.
const SEAL_BYTES: usize = KEY_BYTES + TAG_BYTES;
/// What everyone who was invited has, whether they agreed or not, is filled up to a multiple of this many: more than the
/// longest consent, so that its length says nothing.
const OWN_PAD_TO_BYTES: usize = 4096;
/// A share is filled up to a multiple of this many: more than one of every signal in every window has, so that its length
/// does not say how many signals were chosen.
const SHARE_PAD_TO_BYTES: usize = 16 * 1024;

/// What a person types. Wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret that is being chosen.
    ///
    /// # Errors
    /// [`VaultError::SecretLength`].
    pub fn chosen(text: Zeroizing<String>) -> Result<Self, VaultError> {
        if (SECRET_MIN_CHARS..=SECRET_MAX_CHARS).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(VaultError::SecretLength)
        }
    }

    /// Takes a secret that was chosen before; a wrong one shows when it opens nothing.
    #[must_use]
    pub fn typed(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Too short or too long.
    #[error("a secret has {SECRET_MIN_CHARS} to {SECRET_MAX_CHARS} characters")]
    SecretLength,
    /// Another secret than the one that was chosen, or a changed key: these cannot be told apart.
    #[error("this is not the secret that was chosen")]
    WrongSecret,
    /// What is sealed was sealed to another key, or changed afterwards.
    #[error("a sealed row was changed, or sealed to another key")]
    Unopened,
    /// What everyone has one of is longer than what it is filled up to: its length would say whose it is.
    #[error(
        "a consent has {OWN_PAD_TO_BYTES} bytes at most, so that its length tells nobody who agreed; shorten [consent] \
         agreement, or the list of bands"
    )]
    TooLong,
    /// The system gave no random numbers, or no memory.
    #[error("the system has no random numbers or no memory for this")]
    System,
}

/// The public half: seals.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey(PublicKey);

/// The private half: opens. Wiped when dropped.
pub struct OpeningKey(SecretKey);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey")
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningKey")
    }
}

impl SealingKey {
    /// From its 32 bytes.
    ///
    /// # Errors
    /// [`VaultError::Unopened`] where there are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let bytes: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| VaultError::Unopened)?;
        Ok(Self(PublicKey::from(bytes)))
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        self.0.as_bytes()
    }

    /// Seals a text. Two seals of one text have nothing in common.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn seal(&self, plaintext: &str) -> Result<Vec<u8>, VaultError> {
        self.seal_filled(plaintext, PAD_TO_BYTES)
    }

    /// Seals what everyone has, so that what nobody agreed to looks the same: [`Row::decoy`] is as long.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] or [`VaultError::System`].
    pub fn seal_own(&self, plaintext: &str) -> Result<Vec<u8>, VaultError> {
        if plaintext.len() > OWN_PAD_TO_BYTES {
            return Err(VaultError::TooLong);
        }
        self.seal_filled(plaintext, OWN_PAD_TO_BYTES)
    }

    /// Seals a record, with room for what may be changed in it later.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn seal_record(&self, plaintext: &str) -> Result<Vec<u8>, VaultError> {
        self.seal_to(plaintext, (plaintext.len() + RECORD_ROOM_BYTES).next_multiple_of(PAD_TO_BYTES))
    }

    /// Seals what takes the place of `sealed`, as long as that unless it does not fit: what was changed cannot be told
    /// from the length.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn seal_in_place_of(&self, plaintext: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let room = sealed.len().saturating_sub(SEAL_BYTES);
        self.seal_to(
            plaintext,
            if plaintext.len() <= room { room } else { plaintext.len().next_multiple_of(PAD_TO_BYTES) },
        )
    }

    /// Seals what is shared: of one length, however much it is.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn seal_share(&self, plaintext: &str) -> Result<Vec<u8>, VaultError> {
        self.seal_filled(plaintext, SHARE_PAD_TO_BYTES)
    }

    fn seal_filled(&self, plaintext: &str, pad_to_bytes: usize) -> Result<Vec<u8>, VaultError> {
        self.seal_to(plaintext, plaintext.len().max(1).next_multiple_of(pad_to_bytes))
    }

    fn seal_to(&self, plaintext: &str, filled_bytes: usize) -> Result<Vec<u8>, VaultError> {
        let mut padded = Zeroizing::new(plaintext.as_bytes().to_vec());
        // The length comes back from JSON, which ends where it ends: blanks after it mean nothing.
        padded.resize(filled_bytes.max(plaintext.len()), b' ');
        self.0.seal(&mut OsRng, &padded).map_err(|_| VaultError::System)
    }
}

impl OpeningKey {
    /// A new pair.
    #[must_use]
    pub fn generate() -> Self {
        Self(SecretKey::generate(&mut OsRng))
    }

    /// Its public half.
    #[must_use]
    pub fn sealing_key(&self) -> SealingKey {
        SealingKey(self.0.public_key())
    }

    /// Opens what was sealed to it.
    ///
    /// # Errors
    /// [`VaultError::Unopened`].
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let opened = Zeroizing::new(self.0.unseal(sealed).map_err(|_| VaultError::Unopened)?);
        let text = std::str::from_utf8(&opened).map_err(|_| VaultError::Unopened)?;
        Ok(Zeroizing::new(text.trim_end_matches(' ').to_owned()))
    }

    /// Encrypts it with a secret. `whose` is bound to it: the wrapped key of one person opens nothing in another's place.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn wrap(&self, secret: &Secret, whose: &str) -> Result<Vec<u8>, VaultError> {
        let mut random = [0u8; SALT_BYTES + NONCE_BYTES];
        getrandom::fill(&mut random).map_err(|_| VaultError::System)?;
        let (salt, nonce) = random.split_at(SALT_BYTES);
        let private = Zeroizing::new(self.0.to_bytes());
        let payload = Payload { msg: private.as_ref(), aad: whose.as_bytes() };
        let encrypted = cipher(secret, salt)?.encrypt(XNonce::from_slice(nonce), payload);
        let encrypted = encrypted.map_err(|_| VaultError::System)?;
        Ok([&[WRAPPED_VERSION], salt, nonce, encrypted.as_slice()].concat())
    }

    /// Decrypts it with the secret.
    ///
    /// # Errors
    /// [`VaultError::WrongSecret`] or [`VaultError::System`].
    pub fn unwrap(wrapped: &[u8], secret: &Secret, whose: &str) -> Result<Self, VaultError> {
        let (version, rest) = wrapped.split_first().ok_or(VaultError::WrongSecret)?;
        if *version != WRAPPED_VERSION || wrapped.len() != WRAPPED_BYTES {
            return Err(VaultError::WrongSecret);
        }
        let (salt, rest) = rest.split_at(SALT_BYTES);
        let (nonce, encrypted) = rest.split_at(NONCE_BYTES);
        let payload = Payload { msg: encrypted, aad: whose.as_bytes() };
        let private = cipher(secret, salt)?.decrypt(XNonce::from_slice(nonce), payload);
        let private = Zeroizing::new(private.map_err(|_| VaultError::WrongSecret)?);
        SecretKey::from_slice(&private).map(Self).map_err(|_| VaultError::WrongSecret)
    }
}

/// What a person has in the store.
pub struct Row {
    /// The public half.
    pub sealing_key: SealingKey,
    /// The private half under their secret.
    pub wrapped_key: Vec<u8>,
    /// Something sealed to it.
    pub sealed: Vec<u8>,
}

impl Row {
    /// A new pair of keys for a person, with a text sealed to it.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] or [`VaultError::System`].
    pub fn new(secret: &Secret, whose: &str, text: &str) -> Result<Self, VaultError> {
        let key = OpeningKey::generate();
        let sealing_key = key.sealing_key();
        Ok(Self { wrapped_key: key.wrap(secret, whose)?, sealed: sealing_key.seal_own(text)?, sealing_key })
    }

    /// The row of a person who has agreed to nothing: keys that nobody has, wrapped with a secret that nobody knows. It
    /// cannot be told from another.
    ///
    /// # Errors
    /// [`VaultError::System`].
    pub fn decoy() -> Result<Self, VaultError> {
        let mut wrapped_key = vec![0u8; WRAPPED_BYTES];
        getrandom::fill(&mut wrapped_key).map_err(|_| VaultError::System)?;
        if let Some(version) = wrapped_key.first_mut() {
            *version = WRAPPED_VERSION;
        }
        let sealing_key = OpeningKey::generate().sealing_key();
        Ok(Self { sealed: sealing_key.seal_own("")?, wrapped_key, sealing_key })
    }
}

fn cipher(secret: &Secret, salt: &[u8]) -> Result<XChaCha20Poly1305, VaultError> {
    Ok(XChaCha20Poly1305::new(stretched(&secret.0, salt)?.as_ref().into()))
}

/// A key of what somebody can remember.
///
/// # Errors
/// [`VaultError::System`].
pub(crate) fn stretched(text: &str, salt: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, VaultError> {
    let params = Params::new(ARGON_KIB, ARGON_PASSES, ARGON_LANES, Some(KEY_BYTES)).map_err(|_| VaultError::System)?;
    let argon = Argon2::new(Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    argon.hash_password_into(text.as_bytes(), salt, key.as_mut()).map_err(|_| VaultError::System)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::chosen(Zeroizing::new(text.to_owned())).expect("long enough")
    }

    #[test]
    fn what_is_sealed_opens_with_the_secret_and_with_nothing_else() {
        let key = OpeningKey::generate();
        let wrapped = key.wrap(&secret("a summer morning"), "aino").expect("wrapped");
        let sealed = key.sealing_key().seal(r#"{"smile":0.8}"#).expect("sealed");
        let open = |whose: &str, text: &str| OpeningKey::unwrap(&wrapped, &secret(text), whose);
        let opened = open("aino", "a summer morning").expect("the right secret").open(&sealed).expect("opened");
        assert_eq!(opened.as_str(), r#"{"smile":0.8}"#);
        assert_eq!(open("aino", "a summer evening").err(), Some(VaultError::WrongSecret));
        assert_eq!(open("eino", "a summer morning").err(), Some(VaultError::WrongSecret));
        assert_eq!(OpeningKey::generate().open(&sealed).err(), Some(VaultError::Unopened));
    }

    #[test]
    fn a_changed_byte_opens_nothing() {
        let key = OpeningKey::generate();
        let mut sealed = key.sealing_key().seal("{}").expect("sealed");
        *sealed.last_mut().expect("bytes") ^= 1;
        assert_eq!(key.open(&sealed).err(), Some(VaultError::Unopened));
        let mut wrapped = key.wrap(&secret("a summer morning"), "aino").expect("wrapped");
        for index in [0, 1, 20, WRAPPED_BYTES - 1] {
            wrapped[index] ^= 1;
            let opened = OpeningKey::unwrap(&wrapped, &secret("a summer morning"), "aino");
            assert_eq!(opened.err(), Some(VaultError::WrongSecret), "byte {index}");
            wrapped[index] ^= 1;
        }
        assert_eq!(OpeningKey::unwrap(&[], &secret("a summer morning"), "aino").err(), Some(VaultError::WrongSecret));
    }

    #[test]
    fn lengths_say_little_and_the_same_text_never_looks_the_same() {
        let key = OpeningKey::generate().sealing_key();
        let [short, long] = ["{}", &format!("[{}]", "1,".repeat(400))].map(|text| key.seal(text).expect("sealed"));
        assert_eq!(short.len(), long.len());
        assert_ne!(short, key.seal("{}").expect("sealed"));
    }

    #[test]
    fn what_takes_the_place_of_a_sealed_record_is_as_long() {
        let key = OpeningKey::generate();
        let seal = key.sealing_key();
        for length in [1, 500, 512, 513, 1_500, 5_000] {
            let sealed = seal.seal_record(&"x".repeat(length)).expect("sealed");
            let longest = "y".repeat(length + RECORD_ROOM_BYTES);
            for text in ["", "y", &longest] {
                let again = seal.seal_in_place_of(text, &sealed).expect("sealed");
                assert_eq!(again.len(), sealed.len(), "{length}");
                assert_eq!(key.open(&again).expect("opened").as_str(), text);
            }
            let too_long = "y".repeat(sealed.len());
            let again = seal.seal_in_place_of(&too_long, &sealed).expect("sealed");
            assert_eq!(key.open(&again).expect("opened").as_str(), too_long, "never cut");
        }
    }

    #[test]
    fn a_decoy_has_the_form_of_a_real_row_and_opens_with_nothing() {
        let decoy = Row::decoy().expect("random");
        let real = Row::new(&secret("a summer morning"), "aino", r#"{"v":1}"#).expect("made");
        let form = |row: &Row| (row.wrapped_key.len(), row.wrapped_key[0], row.sealed.len());
        assert_eq!(form(&decoy), form(&real));
        assert!(OpeningKey::unwrap(&decoy.wrapped_key, &secret("a summer morning"), "aino").is_err());
        assert!(OpeningKey::unwrap(&real.wrapped_key, &secret("a summer morning"), "aino").is_ok());
    }

    #[test]
    fn what_would_be_longer_than_everyone_elses_is_refused() {
        let key = OpeningKey::generate().sealing_key();
        let [longest, longer] = [OWN_PAD_TO_BYTES, OWN_PAD_TO_BYTES + 1].map(|bytes| key.seal_own(&"x".repeat(bytes)));
        assert_eq!(longest.expect("sealed").len(), key.seal_own("").expect("sealed").len());
        assert_eq!(longer, Err(VaultError::TooLong));
    }

    #[test]
    fn secrets_are_long_enough_and_nothing_prints_them() {
        for text in ["", "sevench", &"x".repeat(SECRET_MAX_CHARS + 1)] {
            assert_eq!(Secret::chosen(Zeroizing::new(text.to_owned())).err(), Some(VaultError::SecretLength));
        }
        let key = OpeningKey::generate();
        let printed = format!("{:?} {key:?} {:?}", secret("a summer morning"), key.sealing_key());
        assert_eq!(printed, "Secret OpeningKey SealingKey");
    }
}
