//! Invite links: making, listing and revoking them, and coming in by one.
//!
//! A link acts in its creator's name and goes when they go. To whoever has a code it opens a room or it is nothing:
//! made up, revoked, expired, used up and orphaned are one refusal, and each of them counts as a guess.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::domain::access::{Action, Authorship, may};
use crate::domain::audit::{By, Deed, record};
use crate::domain::auth::throttle::Guesser;
use crate::domain::chats::view;
use crate::domain::error::{Error, Result};
use crate::domain::members::admit;
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context, messages};
use crate::ids::{ChatId, LinkId, UserId};
use crate::protocol::{AuditAction, Chat, InviteLink, InvitePreview, SystemData};
use crate::store::rows::{ChatRow, LinkRow, Membership};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a link may live: one that is forgotten must not open the room for ever.
const LIFE: RangeInclusive<Duration> = Duration::from_secs(60)..=DAY.saturating_mul(30);
const DEFAULT_LIFE: Duration = DAY.saturating_mul(7);
const USES: RangeInclusive<u32> = 1..=1_000;

/// What somebody wants a new link to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewLink {
    /// A week if not given.
    pub life: Option<Duration>,
    /// How many people it brings in; as many as there is room for if not given.
    pub max_uses: Option<u32>,
}

/// The chat that a link led to.
#[derive(Clone, Debug)]
pub enum Accepted {
    Joined(Chat),
    Already(Chat),
}

/// Makes a link into a group.
pub async fn create(cx: &Context, actor: &Actor, chat: ChatId, new: NewLink) -> Result<InviteLink> {
    let NewLink { life, max_uses } = new;
    let life = life.unwrap_or(DEFAULT_LIFE);
    if !LIFE.contains(&life) {
        let (shortest, longest) = (LIFE.start().as_secs(), LIFE.end().as_secs());
        return Err(Error::invalid("expires_in_s", format!("must be {shortest} to {longest}")));
    }
    if max_uses.is_some_and(|uses| !USES.contains(&uses)) {
        return Err(Error::invalid("max_uses", format!("must be {} to {}", USES.start(), USES.end())));
    }
    let now = cx.clock.now();
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    may(row.kind, membership.role, Action::Invite)?;
    if tx.count_links(chat, now).await? >= u64::from(cx.limits.links_per_chat) {
        return Err(Error::Conflict("the chat has as many invite links as it may have; revoke one first"));
    }
    let link = LinkRow {
        id: LinkId::new(),
        chat_id: chat,
        created_by: actor.as_ref(),
        created_at: now,
        expires_at: now.plus(life),
        max_uses,
        uses: 0,
    };
    tx.insert_link(&link).await?;
    let deed = Deed::of(AuditAction::LinkCreated).within(chat).with(link.id);
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;
    Ok(shown(cx, link))
}

/// The chat's live links, newest first: everybody's to the owner and admins, to others their own.
pub async fn list(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Vec<InviteLink>> {
    let (row, membership) = member_of(cx, actor, chat).await?;
    let links = cx.store.links(chat, made_by(actor, &row, &membership), cx.clock.now()).await?;
    Ok(links.into_iter().map(|link| shown(cx, link)).collect())
}

/// Ends a link at once: one's own, or as the owner or an admin anybody's.
pub async fn revoke(cx: &Context, actor: &Actor, chat: ChatId, link: LinkId) -> Result<()> {
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    // What one does not see is not there to be refused either.
    if !tx.delete_link(chat, link, made_by(actor, &row, &membership)).await? {
        return Err(NO_LINK);
    }
    let deed = Deed::of(AuditAction::LinkRevoked).within(chat).with(link);
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;
    Ok(())
}

/// Where a link leads; asked before logging in.
///
/// # Errors
/// `NotFound` when it leads nowhere, whatever the reason; `RateLimited` after many such.
pub async fn preview(cx: &Context, from: IpAddr, code: &str) -> Result<InvitePreview> {
    guarded(cx, from, async {
        match cx.auth.codes.link(code) {
            Some(link) => Ok(cx.store.link_preview(link, cx.clock.now()).await?),
            None => Ok(None),
        }
    })
    .await
}

/// Comes in by a link. Somebody who is in already uses nothing up, so that an answer that was lost can be asked for
/// again, after the last use too.
///
/// # Errors
/// As `preview`, and `Conflict` when there is no room.
pub async fn accept(cx: &Context, actor: &Actor, from: IpAddr, code: &str) -> Result<Accepted> {
    // The room reports everybody who comes in: it costs what a message costs, or coming and going could flood it.
    cx.rates.message(actor.user.id)?;
    guarded(cx, from, Box::pin(come_in(cx, actor, code))).await
}

async fn come_in(cx: &Context, actor: &Actor, code: &str) -> Result<Option<Accepted>> {
    let Some(id) = cx.auth.codes.link(code) else { return Ok(None) };
    let Some(link) = cx.store.link(id).await? else { return Ok(None) };
    let tx = cx.store.begin().await?;
    let Some(row) = tx.lock_chat(link.chat_id).await? else { return Ok(None) };
    if let Some(membership) = tx.membership(row.id, actor.user.id).await? {
        return Ok(Some(Accepted::Already(view(&row, &membership))));
    }
    // Taken back with the transaction where there is no room for them.
    if !tx.use_link(id, cx.clock.now()).await? {
        return Ok(None);
    }
    let invited_by = link.created_by;
    let data = SystemData::MemberJoined { user: actor.as_ref(), invited_by: invited_by.clone() };
    let report = messages::system(cx, actor, data);
    let deed = Deed::to(actor.user.id, AuditAction::MemberJoined).within(row.id).with(id);
    record(cx, &tx, By::Actor(actor), deed).await?;
    let chat = admit(cx, tx, &row, &actor.user, invited_by, report).await?;
    Ok(Some(Accepted::Joined(chat)))
}

/// Looks for what a code names; slowed down, for an address, by what was not found.
async fn guarded<T>(cx: &Context, from: IpAddr, found: impl Future<Output = Result<Option<T>>>) -> Result<T> {
    let guesser = [Guesser::Address(from.into())];
    cx.auth.throttle.check(&guesser, cx.clock.now())?;
    match found.await? {
        Some(found) => Ok(found),
        None => {
            cx.auth.throttle.failed(&guesser, cx.clock.now());
            Err(NO_LINK)
        }
    }
}

const NO_LINK: Error = Error::NotFound("invite link");

/// Whose links somebody sees; everybody's if none is named.
fn made_by(actor: &Actor, row: &ChatRow, membership: &Membership) -> Option<UserId> {
    let all = may(row.kind, membership.role, Action::RevokeLink(Authorship::Foreign)).is_ok();
    (!all).then_some(actor.user.id)
}

fn shown(cx: &Context, link: LinkRow) -> InviteLink {
    InviteLink {
        id: link.id,
        chat_id: link.chat_id,
        code: cx.auth.codes.of(link.id),
        created_by: link.created_by,
        created_at: link.created_at,
        expires_at: link.expires_at,
        max_uses: link.max_uses,
        uses: link.uses,
    }
}
