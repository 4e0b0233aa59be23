//! Secrets: made at the first start, kept in the data folder beside the database, never inside it (a copied
//! database alone opens nothing).

use std::fmt;
use std::path::Path;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use store::{Store, settings};

use crate::{EngineError, Result};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// The setting by which a database tells whose keys it was written with.
const KEY_MARK: &str = "key_check";
/// Which key sealed something; a later key gets the next.
const KEY_ID: u8 = 1;

/// The installation's keys.
#[derive(Clone)]
pub struct Secrets {
    sealing: [u8; KEY_BYTES],
    /// An HMAC with its key worked in, which takes half of a short signature's time.
    signing: Hmac<Sha256>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Reads the keys of a data folder, or makes them at the first start.
    ///
    /// # Errors
    /// The file cannot be read or written, or is not ours.
    pub fn load(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join("muster.key");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = URL_SAFE_NO_PAD.encode(random::<{ 2 * KEY_BYTES }>());
                write_private(&path, &text)?;
                text
            }
            Err(error) => return Err(error),
        };
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).unwrap_or_default();
        let keys: [u8; 2 * KEY_BYTES] = bytes.try_into().map_err(|_| {
            std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{} is damaged", path.display()))
        })?;
        Ok(Self::from_bytes(keys))
    }

    /// Keys from bytes: for tests and restores.
    pub fn from_bytes(keys: [u8; 2 * KEY_BYTES]) -> Self {
        let (first, signing) = keys.split_at(KEY_BYTES);
        let mut sealing = [0; KEY_BYTES];
        sealing.copy_from_slice(first);
        let signing = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(signing)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        Self { sealing, signing }
    }

    /// Encrypts a secret for the database: key id, nonce, XChaCha20-Poly1305.
    pub fn seal(&self, plain: &str) -> Result<Vec<u8>> {
        let nonce = random::<NONCE_BYTES>();
        let cipher = XChaCha20Poly1305::new(&self.sealing.into());
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), plain.as_bytes())
            .map_err(|_| EngineError::Internal("a secret could not be sealed".into()))?;
        Ok([&[KEY_ID], nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Secrets::seal`] made.
    ///
    /// # Errors
    /// Another installation's key sealed it, or it was damaged.
    pub fn open(&self, sealed: &[u8]) -> Result<String> {
        let damaged =
            || EngineError::Internal("a stored secret cannot be opened with this installation's key".into());
        let (head, body) = sealed.split_at_checked(1 + NONCE_BYTES).ok_or_else(damaged)?;
        let nonce: [u8; NONCE_BYTES] = head[1..].try_into().map_err(|_| damaged())?;
        let cipher = XChaCha20Poly1305::new(&self.sealing.into());
        let plain = cipher.decrypt(&XNonce::from(nonce), body).map_err(|_| damaged())?;
        String::from_utf8(plain).map_err(|_| damaged())
    }

    /// The first `N` bytes of an HMAC-SHA-256 over `parts`, each with its length before it.
    pub fn sign<const N: usize>(&self, purpose: &str, parts: &[i64]) -> [u8; N] {
        let mut mac = self.signing.clone();
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&part.to_be_bytes());
        }
        let full = mac.finalize().into_bytes();
        let mut short = [0; N];
        short.copy_from_slice(&full[..N]);
        short
    }
}

/// Refuses a database that was written with other keys, and marks one that is new.
///
/// Servers with different keys on one database would each seal tokens that the other cannot open, and sign links that
/// the other calls forged.
///
/// # Errors
/// The database has the mark of other keys, or failed.
pub async fn check_key(store: &Store, secrets: &Secrets) -> Result<()> {
    let mark = URL_SAFE_NO_PAD.encode(secrets.sign::<16>("key check", &[]));
    store
        .write(move |tx| match settings::get(tx, KEY_MARK)? {
            Some(found) if found == mark => Ok(()),
            Some(_) => Err(EngineError::WrongState(
                "this database belongs to another key: copy muster.key from the data folder of a server that uses it"
                    .into(),
            )),
            None => Ok(settings::set(tx, KEY_MARK, &mark)?),
        })
        .await
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}

/// A random token with a prefix that says what it is, 256 bits behind it.
pub fn new_token(prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// What the database keeps of a token. A plain hash is enough: the token has 256 random bits.
pub fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Hashes a password with argon2id. Slow on purpose: call it on a thread for blocking work.
pub fn hash_password(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    let hash =
        hash.map_err(|error| EngineError::Internal(format!("a password could not be hashed: {error}")))?;
    Ok(hash.to_string())
}

/// Checks a password against its hash, as slowly as it was made.
pub fn verify_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_its_own_key_only() {
        let ours = Secrets::from_bytes([7; 64]);
        let sealed = ours.seal("123:abc").unwrap();
        assert_eq!(ours.open(&sealed).unwrap(), "123:abc");
        assert!(Secrets::from_bytes([8; 64]).open(&sealed).is_err());
        let mut damaged = sealed;
        *damaged.last_mut().unwrap() ^= 1;
        assert!(ours.open(&damaged).is_err());
    }

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::load(folder.path()).unwrap();
        let second = Secrets::load(folder.path()).unwrap();
        assert_eq!(second.open(&first.seal("x").unwrap()).unwrap(), "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("muster.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_database_is_opened_by_the_key_that_it_was_begun_with() {
        let house = crate::test_house::House::new().await;
        for _ in 0..2 {
            check_key(&house.store, &house.secrets).await.unwrap();
        }
        let refused = check_key(&house.store, &Secrets::from_bytes([8; 64])).await;
        assert!(
            matches!(&refused, Err(EngineError::WrongState(said)) if said.contains("muster.key")),
            "{refused:?}"
        );
    }

    #[test]
    fn passwords() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse", &hash));
        assert!(!verify_password("correct house", &hash));
    }
}
