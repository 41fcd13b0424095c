//! Sessions: logging in and out, refreshing, tickets for sockets.

use std::net::IpAddr;
use std::time::Duration;

use crate::bus::Envelope;
use crate::domain::audit::{By, Deed, record, record_attempt};
use crate::domain::auth::passwords;
use crate::domain::auth::throttle::Guesser;
use crate::domain::auth::tokens::{digest, opaque};
use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, auth, users};
use crate::ids::{SessionId, Timestamp, UserId};
use crate::protocol::{AuditAction, Session};
use crate::store::rows::{NewSession, Refresh};

/// How long a session of a bare token lives, and its token with it.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a session with a refresh cookie lives.
pub const COOKIE_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long an access token lives where it can be refreshed.
const REFRESHED_LIFE: Duration = Duration::from_secs(15 * 60);
/// For how long a used refresh token may stand for an answer that got lost.
const LOST_ANSWER: Duration = Duration::from_secs(30);
/// How long a socket's ticket lives.
const TICKET_LIFE: Duration = Duration::from_secs(30);
/// Sessions looked up by one query.
const SESSIONS_AT_ONCE: usize = 500;
/// The longest part of a `User-Agent` that is kept, in characters.
const USER_AGENT_CHARS: usize = 200;
/// No username or email is longer, in bytes.
const LOGIN_BYTES: usize = 254;

const WRONG: Error = Error::Unauthenticated("the username or the password is wrong");

/// What somebody logs in with.
pub struct LogIn<'a> {
    /// Username or email.
    pub login: &'a str,
    pub password: &'a str,
    pub stay: Stay,
}

/// How a session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// One token that lives as long as the session.
    Token,
    /// Short tokens, refreshed by a cookie.
    Cookie,
}

/// Where a log-in comes from.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    pub user_agent: Option<String>,
}

/// The tokens of a session.
pub struct Granted {
    pub access_token: String,
    pub expires_in: Duration,
    /// Where the session stays by cookie.
    pub refresh_token: Option<String>,
}

/// A ticket that opens one socket.
pub struct Ticket {
    pub ticket: String,
    pub expires_in: Duration,
}

/// Begins a session.
///
/// # Errors
/// `Unauthenticated`, in the same words and after the same time, whatever is wrong; `RateLimited` after failures.
pub async fn log_in(cx: &Context, client: Client, log_in: LogIn<'_>) -> Result<Granted> {
    let LogIn { login, password, stay } = log_in;
    if login.len() > LOGIN_BYTES || login.contains('\0') || !passwords::is_possible(password) {
        return Err(WRONG);
    }
    let account = cx.store.account_by_login(login).await?;
    // Username and email are two names of one account: guesses at either count together.
    let name = match &account {
        Some(account) => account.user.id.to_string(),
        None => login.to_lowercase(),
    };
    let source = client.address.into();
    let guessers = [Guesser::Login(name, source), Guesser::Address(source)];
    let knows = cx.auth.knows_password(cx, &guessers, account.as_ref(), password).await?;
    if !knows {
        let subject = account.map(|account| account.user.id);
        let deed = Deed { subject, ..Deed::of(AuditAction::LogInFailed) };
        record_attempt(cx, By::Nobody(client.address), deed).await?;
        return Err(WRONG);
    }
    let account = account.ok_or(WRONG)?;
    begin(cx, account.user.id, client, stay).await
}

async fn begin(cx: &Context, user: UserId, client: Client, stay: Stay) -> Result<Granted> {
    let Client { address, user_agent } = client;
    let now = cx.clock.now();
    let life = match stay {
        Stay::Token => TOKEN_LIFE,
        Stay::Cookie => COOKIE_LIFE,
    };
    let session = NewSession {
        id: SessionId::new(),
        user_id: user,
        user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_CHARS).collect()),
        created_at: now,
        expires_at: now.plus(life),
    };
    let (id, expires_at) = (session.id, session.expires_at);
    let tx = cx.store.begin().await?;
    tx.insert_session(session).await?;
    let refresh_token = match stay {
        Stay::Token => None,
        Stay::Cookie => {
            let token = opaque();
            tx.insert_refresh(digest(&token), id, now).await?;
            Some(token)
        }
    };
    let by = By::Newcomer(user, address);
    record(cx, &tx, by, Deed::to(user, AuditAction::LoggedIn).with(id)).await?;
    tx.commit().await?;
    grant(cx, now, user, (id, expires_at), refresh_token)
}

/// Exchanges a refresh token for new tokens. One that comes twice ends its session: one of the two is a thief.
/// But a browser whose answer was lost, by a reload or a dropped network, has only the old one to come back
/// with: for a short while it may, unless a newer one has been used.
///
/// # Errors
/// `Unauthenticated` when it is wrong, used, or its session has ended.
pub async fn refresh(cx: &Context, from: IpAddr, token: &str) -> Result<Granted> {
    const ENDED: Error = Error::Unauthenticated("the session has ended: log in again");
    let now = cx.clock.now();
    let tx = cx.store.begin().await?;
    match tx.use_refresh(digest(token), now, now.minus(LOST_ANSWER)).await? {
        Refresh::Unknown => Err(ENDED),
        Refresh::Reused { session_id, user_id } => {
            tx.delete_session(user_id, session_id).await?;
            let deed = Deed::to(user_id, AuditAction::RefreshReused).with(session_id);
            record(cx, &tx, By::Nobody(from), deed).await?;
            tx.commit().await?;
            tracing::warn!(session.id = %session_id, "a refresh token came twice; the session has been ended");
            announce_ended(cx, user_id, vec![session_id]);
            Err(ENDED)
        }
        Refresh::Fresh(session) => {
            let actor = auth::actor(cx, Some(from), session).ok_or(ENDED)?;
            let next = opaque();
            tx.insert_refresh(digest(&next), actor.session_id, now).await?;
            tx.commit().await?;
            grant(cx, now, actor.user.id, (actor.session_id, actor.expires_at), Some(next))
        }
    }
}

/// The tokens of a session that is in the database.
fn grant(
    cx: &Context,
    now: Timestamp,
    user: UserId,
    (session, session_ends): (SessionId, Timestamp),
    refresh_token: Option<String>,
) -> Result<Granted> {
    let expires_at = match refresh_token {
        Some(_) => session_ends.min(now.plus(REFRESHED_LIFE)),
        None => session_ends,
    };
    let access_token = cx.auth.keys.sign(user, session, now, expires_at)?;
    let left = u64::try_from(expires_at.0 - now.0).unwrap_or(0);
    Ok(Granted { access_token, expires_in: Duration::from_millis(left), refresh_token })
}

/// Ends one's own session, with its tokens and sockets.
pub async fn log_out(cx: &Context, actor: &Actor) -> Result<()> {
    match end(cx, actor, actor.session_id).await {
        // It was ended from elsewhere at the same moment, which is what was wanted.
        Err(Error::NotFound(_)) => Ok(()),
        other => other,
    }
}

/// Ends all of one's sessions, this one too.
pub async fn log_out_everywhere(cx: &Context, actor: &Actor) -> Result<()> {
    let tx = cx.store.begin().await?;
    let ended = tx.delete_sessions(actor.user.id, None).await?;
    record(cx, &tx, By::Actor(actor), Deed::to(actor.user.id, AuditAction::SessionsEnded)).await?;
    tx.commit().await?;
    announce_ended(cx, actor.user.id, ended);
    Ok(())
}

/// One's sessions, newest first.
pub async fn list(cx: &Context, actor: &Actor) -> Result<Vec<Session>> {
    let sessions = cx.store.sessions(actor.user.id).await?;
    Ok(sessions
        .into_iter()
        .map(|session| Session { current: session.id == actor.session_id, ..session })
        .collect())
}

/// Ends one of one's sessions.
pub async fn end(cx: &Context, actor: &Actor, session: SessionId) -> Result<()> {
    let tx = cx.store.begin().await?;
    if !tx.delete_session(actor.user.id, session).await? {
        return Err(Error::NotFound("session"));
    }
    let deed = Deed::to(actor.user.id, AuditAction::SessionEnded).with(session);
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;
    announce_ended(cx, actor.user.id, vec![session]);
    Ok(())
}

/// A ticket with which one's session opens one socket: browsers cannot set a socket's headers, and a token has no
/// place in an address.
pub async fn ticket(cx: &Context, actor: &Actor) -> Result<Ticket> {
    let ticket = opaque();
    let tx = cx.store.begin().await?;
    tx.insert_ticket(digest(&ticket), actor.session_id, cx.clock.now().plus(TICKET_LIFE)).await?;
    tx.commit().await?;
    Ok(Ticket { ticket, expires_in: TICKET_LIFE })
}

/// Replaces one's password and ends one's other sessions: whoever knew the old one is out.
///
/// # Errors
/// `Invalid` when the current password is wrong or the new one will not do, `RateLimited` after failures.
pub async fn change_password(cx: &Context, actor: &Actor, current: &str, new: &str) -> Result<()> {
    users::password("new_password", new)?;
    confirm(cx, actor, "current_password", current).await?;
    let hash = cx.auth.hash(new).await?;
    let tx = cx.store.begin().await?;
    tx.set_password(actor.user.id, hash).await?;
    let ended = tx.delete_sessions(actor.user.id, Some(actor.session_id)).await?;
    record(cx, &tx, By::Actor(actor), Deed::to(actor.user.id, AuditAction::PasswordChanged)).await?;
    tx.commit().await?;
    announce_ended(cx, actor.user.id, ended);
    Ok(())
}

/// Asks somebody who is logged in for the password again. `field` is what the complaint is about.
pub(in crate::domain) async fn confirm(
    cx: &Context,
    actor: &Actor,
    field: &str,
    password: &str,
) -> Result<()> {
    let wrong = || Error::invalid(field, "is not your password");
    if !passwords::is_possible(password) {
        return Err(wrong());
    }
    let account = cx.store.account(actor.user.id).await?;
    let guessers = [Guesser::Session(actor.session_id)];
    if cx.auth.knows_password(cx, &guessers, account.as_ref(), password).await? {
        Ok(())
    } else {
        let deed = Deed::to(actor.user.id, AuditAction::PasswordRefused);
        record_attempt(cx, By::Actor(actor), deed).await?;
        Err(wrong())
    }
}

/// Closes the sockets of those sessions here that have ended elsewhere: by the operator's command, which is
/// another process, or on another node.
pub async fn end_those_gone(cx: &Context, here: &[(UserId, SessionId)]) -> Result<()> {
    for some in here.chunks(SESSIONS_AT_ONCE) {
        let ids: Vec<SessionId> = some.iter().map(|(_, session)| *session).collect();
        let living = cx.store.living_sessions(&ids, cx.clock.now()).await?;
        for (user, session) in some.iter().filter(|(_, session)| !living.contains(session)) {
            announce_ended(cx, *user, vec![*session]);
        }
    }
    Ok(())
}

/// Closes the sockets of sessions that are no more.
pub(in crate::domain) fn announce_ended(cx: &Context, user_id: UserId, sessions: Vec<SessionId>) {
    if !sessions.is_empty() {
        cx.bus.publish(&Envelope::SessionsEnded { user_id, sessions });
    }
}
