//! The first administrator: a link that works once, while there is none.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::domain::Context;
use crate::domain::audit::{By, Deed, record};
use crate::domain::auth::tokens::{digest, opaque};
use crate::domain::error::{Error, Result};
use crate::domain::users::{self, NewPerson};
use crate::protocol::{AuditAction, Me, ServerRole};

/// The digest of the link's token; it dies with the process.
#[derive(Default)]
pub struct Setup(Mutex<Option<[u8; 32]>>);

impl Setup {
    fn replace(&self, digest: Option<[u8; 32]>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = digest;
    }

    fn is(&self, token: &str) -> bool {
        let expected = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        expected == Some(digest(token))
    }
}

/// The token of a new setup link if the server has no administrator; an earlier link no longer works.
pub async fn open(cx: &Context) -> Result<Option<String>> {
    if cx.store.has_admin().await? {
        return Ok(None);
    }
    let token = opaque();
    cx.auth.setup.replace(Some(digest(&token)));
    Ok(Some(token))
}

/// Registers the first administrator.
///
/// # Errors
/// `Forbidden` when the token is wrong, `Conflict` when there is an administrator by now.
pub async fn register_admin(cx: &Context, from: IpAddr, token: &str, new: NewPerson) -> Result<Me> {
    if !cx.auth.setup.is(token) {
        return Err(Error::Forbidden("this setup link does not work (any more)"));
    }
    let admin = users::prepare(cx, new, ServerRole::Admin).await?;
    let tx = cx.store.begin().await?;
    if tx.has_admin_locked().await? {
        cx.auth.setup.replace(None);
        return Err(Error::Conflict("this server has an administrator already"));
    }
    let me = users::insert(&tx, admin).await?;
    let deed = Deed::to(me.user.id, AuditAction::AccountCreated);
    record(cx, &tx, By::Newcomer(me.user.id, from), deed).await?;
    tx.commit().await?;
    cx.auth.setup.replace(None);
    Ok(me)
}
