//! Growing delays for whoever keeps guessing. Pure: the time is the caller's.
//!
//! Counted per account *and* address, so that nobody can lock somebody else out, and per address alone, so
//! that nobody can try one password on every account.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::error::{Error, Result};
use crate::ids::{SessionId, Timestamp};

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(60);
/// After this long without a failure everything is forgotten.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Failures remembered at most; further ones push out the oldest.
const ENTRIES: usize = 10_000;

/// Who is guessing at what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Guesser {
    /// Log-ins to one account from one address.
    Login(String, Source),
    /// All guessing from one address.
    Address(Source),
    /// Somebody inside, asked for the password again.
    Session(SessionId),
}

impl Guesser {
    /// Failures in a row that cost nothing: people mistype, and an office shares one address.
    fn free(&self) -> u32 {
        match self {
            Self::Login(..) | Self::Session(_) => 5,
            Self::Address(_) => 50,
        }
    }
}

/// Where somebody comes from: an IPv4 address or an IPv6 network, of which everybody has plenty of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into()),
            v4 => Self(v4),
        }
    }
}

/// The failures that are remembered.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<Guesser, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    in_a_row: u32,
    last: Timestamp,
}

impl Throttle {
    /// Whether all of these may try now.
    ///
    /// # Errors
    /// `RateLimited` with the time left.
    pub fn check(&self, guessers: &[Guesser], now: Timestamp) -> Result<()> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let left = guessers
            .iter()
            .filter_map(|guesser| {
                let failures = failures.get(guesser)?;
                let until = failures.last.plus(delay(guesser, failures.in_a_row));
                u64::try_from(until.0 - now.0).ok().filter(|left| *left > 0).map(Duration::from_millis)
            })
            .max();
        left.map_or(Ok(()), |retry_after| Err(Error::RateLimited { retry_after }))
    }

    /// Remembers a failure of each of these.
    pub fn failed(&self, guessers: &[Guesser], now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for guesser in guessers {
            if failures.len() >= ENTRIES && !failures.contains_key(guesser) {
                make_room(&mut failures, now);
            }
            let entry = failures.entry(guesser.clone()).or_insert(Failures { in_a_row: 0, last: now });
            let in_a_row = if expired(entry, now) { 1 } else { entry.in_a_row.saturating_add(1) };
            *entry = Failures { in_a_row, last: now };
        }
    }

    /// Forgets the failures of these. An address is never forgiven for one success: it may be the guesser's own account.
    pub fn succeeded(&self, guessers: &[Guesser]) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for guesser in guessers.iter().filter(|guesser| !matches!(guesser, Guesser::Address(_))) {
            failures.remove(guesser);
        }
    }
}

fn delay(guesser: &Guesser, in_a_row: u32) -> Duration {
    match in_a_row.checked_sub(guesser.free()) {
        None => Duration::ZERO,
        Some(beyond) => Duration::from_secs(1 << beyond.min(6)).min(LONGEST),
    }
}

fn expired(failures: &Failures, now: Timestamp) -> bool {
    failures.last.plus(MEMORY) <= now
}

fn make_room(failures: &mut HashMap<Guesser, Failures>, now: Timestamp) {
    failures.retain(|_, failures| !expired(failures, now));
    while failures.len() >= ENTRIES {
        let oldest =
            failures.iter().min_by_key(|(_, failures)| failures.last).map(|(guesser, _)| guesser.clone());
        match oldest {
            Some(oldest) => failures.remove(&oldest),
            None => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ENTRIES, Guesser, Throttle};
    use crate::ids::Timestamp;

    const START: Timestamp = Timestamp(1_000_000);

    fn login(name: &str, address: &str) -> Guesser {
        Guesser::Login(name.into(), address.parse::<std::net::IpAddr>().unwrap().into())
    }

    #[test]
    fn the_wait_doubles_after_five_failures_up_to_a_minute() {
        let throttle = Throttle::default();
        let ada = [login("ada", "192.0.2.1")];
        let mut now = START;
        let mut waits = Vec::new();
        for _ in 0..14 {
            throttle.failed(&ada, now);
            let wait = throttle.check(&ada, now).err().and_then(|error| error.retry_after()).unwrap_or(0);
            waits.push(wait);
            now = now.plus(Duration::from_secs(wait));
            assert!(throttle.check(&ada, now).is_ok(), "after {wait} s another try is allowed");
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    }

    #[test]
    fn nobody_is_locked_out_by_somebody_elses_guesses() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            throttle.failed(&[login("ada", "192.0.2.1")], START);
        }
        assert!(throttle.check(&[login("ada", "192.0.2.1")], START).is_err());
        assert!(throttle.check(&[login("ada", "192.0.2.2")], START).is_ok());
        assert!(throttle.check(&[login("ben", "192.0.2.1")], START).is_ok());
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits_and_a_success_of_its_own_does_not_help() {
        let throttle = Throttle::default();
        let address = Guesser::Address("192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
        for n in 0..50 {
            throttle.failed(&[login(&n.to_string(), "192.0.2.1"), address.clone()], START);
        }
        let mine = [login("mallory", "192.0.2.1"), address];
        throttle.succeeded(&mine);
        assert!(throttle.check(&mine, START).is_err());
    }

    #[test]
    fn a_success_and_a_quarter_of_an_hour_make_good() {
        let throttle = Throttle::default();
        let ada = [login("ada", "192.0.2.1")];
        for _ in 0..5 {
            throttle.failed(&ada, START);
        }
        let later = START.plus(Duration::from_secs(15 * 60));
        throttle.failed(&ada, later);
        assert!(throttle.check(&ada, later).is_ok());
        for _ in 0..5 {
            throttle.failed(&ada, later);
        }
        throttle.succeeded(&ada);
        assert!(throttle.check(&ada, later).is_ok());
    }

    #[test]
    fn an_ipv6_network_is_one_guesser_and_a_mapped_address_is_its_ipv4_self() {
        assert_eq!(login("ada", "2001:db8::1"), login("ada", "2001:db8::ffff:1"));
        assert_ne!(login("ada", "2001:db8::1"), login("ada", "2001:db8:0:1::1"));
        assert_eq!(login("ada", "::ffff:192.0.2.1"), login("ada", "192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let throttle = Throttle::default();
        let oldest = login("oldest", "192.0.2.1");
        for _ in 0..6 {
            throttle.failed(std::slice::from_ref(&oldest), START);
        }
        let later = START.plus(Duration::from_secs(1));
        for n in 0..ENTRIES {
            throttle.failed(&[login(&n.to_string(), "192.0.2.1")], later);
        }
        assert_eq!(throttle.failures.lock().unwrap().len(), ENTRIES);
        assert!(throttle.check(&[oldest], START).is_ok());
    }
}
