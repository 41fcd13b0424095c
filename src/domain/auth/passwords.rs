//! Passwords: argon2id, a few at a time, never on the threads that serve the rooms.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::limits::Limits;
use crate::domain::error::{Error, Result};

/// The shortest and the longest password, in bytes: a longer one only makes the server work.
pub const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 8..=1024;

/// Verified where there is no account or no password, so that the answer takes as long. Nobody knows its password.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y29vcC5ub2JvZHkuY29vcA$\
                     dG8gYmUgZm91bmQgYnkgbm9ib2R5IHdob2V2ZXIgdGk";

/// Whether a password could be one: anything else is refused before any work.
pub fn is_possible(password: &str) -> bool {
    PASSWORD_BYTES.contains(&password.len())
}

/// The queue in front of the hashing.
pub struct Passwords {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// The right to hash once; given back when this and the work are done.
pub struct Turn(Arc<(OwnedSemaphorePermit, OwnedSemaphorePermit)>);

impl Passwords {
    /// As many at once, and as many waiting, as the limits say.
    pub fn new(limits: &Limits) -> Self {
        Self {
            running: Arc::new(Semaphore::new(limits.hashes_at_once)),
            places: Arc::new(Semaphore::new(limits.hashes_at_once.saturating_add(limits.hashes_waiting))),
        }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// `RateLimited` when too many wait already.
    pub async fn turn(&self) -> Result<Turn> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::RateLimited { retry_after: Duration::from_secs(1) })?;
        let running = Arc::clone(&self.running).acquire_owned().await.expect("the semaphore is never closed");
        Ok(Turn(Arc::new((place, running))))
    }
}

impl Turn {
    /// The PHC string of a password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.work(move || Ok(argon2().hash_password(password.as_bytes())?.to_string())).await
    }

    /// Whether a password is the hashed one; without a hash it never is, at the same cost.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let password = password.to_owned();
        let hash = hash.unwrap_or(DUMMY).to_owned();
        self.work(move || match argon2().verify_password(password.as_bytes(), hash.as_str()) {
            Ok(()) => Ok(known),
            Err(HashError::PasswordInvalid) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, HashError> + Send + 'static,
    ) -> Result<T> {
        // The work holds the turn itself: whoever gives up waiting does not let a third one start.
        let turn = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await
            .map_err(|error| Error::Internal(Box::new(error)))?
            .map_err(|error| Error::Internal(Box::new(error)))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, Some(32)).expect("the parameters are within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::{DUMMY, Passwords};
    use crate::config::limits::Limits;
    use crate::domain::error::Error;

    #[tokio::test]
    async fn a_password_is_recognised_and_nothing_else_is() {
        let turn = Passwords::new(&Limits::default()).turn().await.unwrap();
        let hash = turn.hash("correct horse").await.unwrap();
        let same_cost = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hash.starts_with(same_cost) && DUMMY.starts_with(same_cost));
        assert_eq!(hash.len(), DUMMY.len(), "salt and output as long as the real ones");
        assert!(turn.verify("correct horse", Some(&hash)).await.unwrap());
        assert!(!turn.verify("correct horsE", Some(&hash)).await.unwrap());
        assert!(!turn.verify("correct horse", None).await.unwrap());
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_to_come_again() {
        let passwords = Passwords::new(&Limits { hashes_at_once: 1, hashes_waiting: 0, ..Limits::default() });
        let turn = passwords.turn().await.unwrap();
        assert!(matches!(passwords.turn().await, Err(Error::RateLimited { .. })));
        drop(turn);
        assert!(passwords.turn().await.is_ok());
    }
}
