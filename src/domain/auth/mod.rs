//! Who somebody is: credentials go in, an `Actor` comes out.
//!
//! A token only names a session; the session's row is read at every request, so that ending it ends
//! everything at once.

pub mod codes;
pub mod passwords;
pub mod sessions;
pub mod setup;
pub mod throttle;
pub mod tokens;

use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};

use crate::config::auth::{AuthConfig, Registration};
use crate::config::limits::Limits;
use crate::domain::auth::codes::Codes;
use crate::domain::auth::passwords::Passwords;
use crate::domain::auth::setup::Setup;
use crate::domain::auth::throttle::{Guesser, Throttle};
use crate::domain::auth::tokens::{Keys, digest};
use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context};
use crate::store::rows::{Account, SessionAccount};

/// What the rules of accounts need to remember.
pub struct Auth {
    keys: Keys,
    pub(in crate::domain) codes: Codes,
    passwords: Passwords,
    pub(in crate::domain) throttle: Throttle,
    setup: Setup,
    registration: Registration,
    code: Option<[u8; 32]>,
}

impl Auth {
    /// `secret` signs access tokens and the codes of invite links: `AuthConfig::secret`.
    pub fn new(config: &AuthConfig, limits: &Limits, secret: &SecretString) -> Self {
        Self {
            keys: Keys::new(secret),
            codes: Codes::new(secret),
            passwords: Passwords::new(limits),
            throttle: Throttle::default(),
            setup: Setup::default(),
            registration: config.registration,
            code: config.registration_code.as_ref().map(|code| digest(code.expose_secret())),
        }
    }

    /// Whether a newcomer may register, judged before anything else of them is.
    ///
    /// # Errors
    /// `Forbidden` when registration is closed or the invitation is wrong, `RateLimited` after many wrong ones.
    pub(in crate::domain) fn admit(&self, cx: &Context, from: IpAddr, code: Option<&str>) -> Result<()> {
        match self.registration {
            Registration::Open => Ok(()),
            Registration::Closed => Err(Error::Forbidden("registration is closed on this server")),
            Registration::Invite => {
                let guesser = [Guesser::Address(from.into())];
                self.throttle.check(&guesser, cx.clock.now())?;
                // Digests are compared: how long it takes says nothing about the code.
                if code.map(digest) == self.code && self.code.is_some() {
                    return Ok(());
                }
                self.throttle.failed(&guesser, cx.clock.now());
                Err(Error::Forbidden("registration is by invitation, and this is not the code"))
            }
        }
    }

    /// The hash of a new password.
    pub(in crate::domain) async fn hash(&self, password: &str) -> Result<String> {
        self.passwords.turn().await?.hash(password).await
    }

    /// Whether somebody knows an account's password, at the same cost whether there is such an account or not.
    ///
    /// # Errors
    /// `RateLimited` when one of the guessers failed too often, or too many passwords wait to be hashed.
    pub(in crate::domain) async fn knows_password(
        &self,
        cx: &Context,
        guessers: &[Guesser],
        account: Option<&Account>,
        password: &str,
    ) -> Result<bool> {
        self.throttle.check(guessers, cx.clock.now())?;
        let turn = self.passwords.turn().await?;
        // Asked again: those who waited here together must not all guess before the first of them has failed.
        self.throttle.check(guessers, cx.clock.now())?;
        let hash = account.and_then(|account| account.password_hash.as_deref());
        let knows = turn.verify(password, hash).await? && account.is_some_and(is_active);
        if knows {
            self.throttle.succeeded(guessers);
        } else {
            self.throttle.failed(guessers, cx.clock.now());
        }
        Ok(knows)
    }
}

/// What somebody shows to prove who they are.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// An access token.
    Token(&'a str),
    /// A socket's one-time ticket.
    Ticket(&'a str),
}

/// Who shows this credential.
///
/// # Errors
/// `Unauthenticated` when it is wrong, expired, used up, or its session has ended.
pub async fn authenticate(cx: &Context, from: IpAddr, credential: Credential<'_>) -> Result<Actor> {
    let now = cx.clock.now();
    let found = match credential {
        Credential::Token(token) => match cx.auth.keys.check(token, now) {
            Some(claims) => {
                cx.store.session(claims.sid).await?.filter(|session| session.account.user.id == claims.sub)
            }
            None => None,
        },
        Credential::Ticket(ticket) => {
            let tx = cx.store.begin().await?;
            let session = tx.use_ticket(digest(ticket), now).await?;
            if session.is_some() {
                tx.commit().await?;
            }
            session
        }
    };
    found.and_then(|session| actor(cx, Some(from), session)).ok_or(ENDED)
}

/// The same actor as the database knows them now: a socket that was let in asks again once it listens for the end of
/// its session, and now and then, as another process may have ended it.
///
/// # Errors
/// `Unauthenticated` when the session has ended.
pub async fn again(cx: &Context, actor: &Actor) -> Result<Actor> {
    let session = cx.store.session(actor.session_id).await?;
    session.and_then(|session| self::actor(cx, actor.from, session)).ok_or(ENDED)
}

const ENDED: Error = Error::Unauthenticated("the credentials are not valid or have expired: log in again");

/// The actor of a session that is alive.
fn actor(cx: &Context, from: Option<IpAddr>, session: SessionAccount) -> Option<Actor> {
    let SessionAccount { session_id, expires_at, account } = session;
    (expires_at > cx.clock.now() && is_active(&account)).then(|| Actor {
        user: account.user,
        email: account.email.unwrap_or_default(),
        role: account.role,
        session_id,
        expires_at,
        from,
    })
}

fn is_active(account: &Account) -> bool {
    account.disabled_at.is_none() && account.deleted_at.is_none()
}
