//! Participants: inviting, roles, removing, leaving, handing over.

use crate::domain::access::{Action, may};
use crate::domain::audit::{By, Deed, record};
use crate::domain::chats::{tell, view};
use crate::domain::error::{Error, Result};
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context, agents, messages};
use crate::ids::{ChatId, UserId};
use crate::protocol::{
    AuditAction, Chat, ChatKind, Event, Member, MemberRole, Notice, NotifyLevel, SystemData, User, UserKind,
    UserRef,
};
use crate::store::Tx;
use crate::store::rows::{ChatRow, Membership, NewMessage};

/// Somebody who came in, or was in already.
#[derive(Clone, Debug)]
pub enum Invited {
    Added(Member),
    Already(Member),
}

/// The chat's participants: owner, admins, members.
pub async fn list(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Vec<Member>> {
    member_of(cx, actor, chat).await?;
    Ok(cx.store.members(chat).await?)
}

/// Adds somebody at once.
pub async fn invite(cx: &Context, actor: &Actor, chat: ChatId, username: &str) -> Result<Invited> {
    let (row, membership) = member_of(cx, actor, chat).await?;
    may(row.kind, membership.role, Action::Invite)?;
    let user = cx
        .store
        .users_by_names(&[username.to_owned()])
        .await?
        .into_iter()
        .next()
        .ok_or(Error::NotFound("user"))?;
    if user.kind == UserKind::Agent && !agents::is_found(cx, actor, user.id).await? {
        return Err(Error::NotFound("user"));
    }

    let tx = cx.store.begin().await?;
    let (row, _) = held_member_of(&tx, actor, chat).await?;
    let members = tx.members(chat).await?;
    if let Some(member) = members.iter().find(|member| member.user_id == user.id) {
        return Ok(Invited::Already(member.clone()));
    }
    let by = actor.as_ref();
    let data = SystemData::MemberAdded { user: user.as_ref(), by: by.clone() };
    let report = messages::system(cx, actor, data);
    let joined_at = report.created_at;
    let deed = Deed::to(user.id, AuditAction::MemberAdded).within(chat);
    record(cx, &tx, By::Actor(actor), deed).await?;
    let theirs = admit(cx, tx, &row, &user, by, report).await?;
    Ok(Invited::Added(Member {
        user_id: user.id,
        kind: user.kind,
        is_bot: user.kind == UserKind::Agent,
        username: user.username,
        display_name: user.display_name,
        role: theirs.my_role,
        joined_at,
    }))
}

/// Lets somebody in who is not there yet, if there is room: the room is told by `report`, the person on every socket.
/// The chat as they see it.
pub(in crate::domain) async fn admit(
    cx: &Context,
    tx: Tx,
    row: &ChatRow,
    user: &User,
    by: UserRef,
    report: NewMessage,
) -> Result<Chat> {
    if tx.count_members(row.id).await? >= u64::from(cx.limits.participants_per_chat) {
        return Err(Error::Conflict("the chat has as many participants as it may have"));
    }
    // An agent is wherever it is wanted.
    if user.kind == UserKind::Person
        && tx.count_chats(user.id).await? >= u64::from(cx.limits.chats_per_person)
    {
        return Err(Error::Conflict("this person is in as many chats as they may be"));
    }
    let (role, now) = (MemberRole::Member, report.created_at);
    // What was said before somebody came is theirs to read, but not unread.
    tx.insert_member(row.id, user.id, role, now, row.head_seq).await?;
    let added = |message| Event::ParticipantAdded { user: user.clone(), by, message };
    let message = tx.append_message(row.id, report, added).await?;
    tx.commit().await?;

    let notify = NotifyLevel::default();
    let theirs = Membership { role, last_read_seq: row.head_seq, joined_at: now, notify };
    let mut invited = view(row, &theirs);
    invited.head_seq = message.seq;
    tell(cx, user.id, Notice::ChatInvite(invited.clone()));
    Ok(invited)
}

/// Gives a participant another role. Giving `owner` hands the chat over; the old owner stays as an admin.
pub async fn set_role(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
    user: UserId,
    role: MemberRole,
) -> Result<Member> {
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    may(row.kind, membership.role, Action::SetRole)?;
    let members = tx.members(chat).await?;
    let target =
        members.into_iter().find(|member| member.user_id == user).ok_or(Error::NotFound("participant"))?;
    if target.role == role {
        return Ok(target);
    }
    if user == actor.user.id {
        return Err(Error::Conflict("hand the chat over to somebody else instead"));
    }
    if target.is_bot {
        return Err(Error::Conflict("the bot stays an ordinary participant"));
    }
    if role == MemberRole::Owner {
        change_role(cx, actor, &tx, chat, actor.user.id, MemberRole::Admin).await?;
        tx.set_owner(chat, user).await?;
    }
    change_role(cx, actor, &tx, chat, user, role).await?;
    record_role(cx, actor, &tx, chat, user, role).await?;
    tx.commit().await?;
    Ok(Member { role, ..target })
}

/// Ends somebody's participation; they hear nothing more of the chat.
pub async fn remove(cx: &Context, actor: &Actor, chat: ChatId, user: UserId) -> Result<()> {
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    if user == actor.user.id {
        return Err(Error::Conflict("leave the chat instead of removing yourself"));
    }
    let target = tx.membership(chat, user).await?;
    // Rights first: whoever may not remove anybody learns nothing of who is there.
    may(row.kind, membership.role, Action::Remove(target.map_or(MemberRole::Member, |target| target.role)))?;
    target.ok_or(Error::NotFound("participant"))?;
    let removed = tx.account(user).await?.ok_or(Error::NotFound("participant"))?.user;
    end(cx, actor, tx, chat, removed).await
}

/// Leaves. An owner names the next one while other people remain; the last one out deletes the chat.
pub async fn leave(cx: &Context, actor: &Actor, chat: ChatId, new_owner: Option<UserId>) -> Result<()> {
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    let members = tx.members(chat).await?;
    let others = members.iter().filter(|member| !member.is_bot && member.user_id != actor.user.id);
    let others = others.map(|member| member.user_id).collect::<Vec<_>>();
    if others.is_empty() {
        let seq = tx.append_chat_deleted(chat, actor.as_ref()).await?;
        tx.delete_chat(chat, cx.clock.now()).await?;
        let deed = Deed::of(AuditAction::ChatDeleted).within(chat);
        record(cx, &tx, By::Actor(actor), deed).await?;
        tx.commit().await?;
        let event = Box::new(Event::ChatDeleted { by: actor.as_ref() });
        tell(cx, actor.user.id, Notice::ChatEvent { chat_id: chat, seq, event });
        return Ok(());
    }
    match (membership.role, row.kind, new_owner) {
        // The other of the two keeps the history; a new private chat may begin.
        (_, ChatKind::Private, _) if actor.user.kind == UserKind::Person => tx.free_pair(chat).await?,
        (MemberRole::Owner, _, Some(next)) if others.contains(&next) => {
            tx.set_owner(chat, next).await?;
            change_role(cx, actor, &tx, chat, next, MemberRole::Owner).await?;
            record_role(cx, actor, &tx, chat, next, MemberRole::Owner).await?;
        }
        (MemberRole::Owner, _, Some(_)) => {
            return Err(Error::invalid("new_owner_id", "must be another person in this chat"));
        }
        (MemberRole::Owner, _, None) => {
            return Err(Error::invalid("new_owner_id", "an owner who leaves names the next owner"));
        }
        _ => {}
    }
    end(cx, actor, tx, chat, actor.user.clone()).await
}

/// Leaves every chat, handing owned ones to the admin, else the member, who has been there longest.
pub async fn leave_all(cx: &Context, actor: &Actor) -> Result<()> {
    for chat in cx.store.chat_ids(actor.user.id).await? {
        let heir = cx
            .store
            .members(chat)
            .await?
            .into_iter()
            .filter(|member| !member.is_bot && member.user_id != actor.user.id)
            .min_by_key(|member| (member.role == MemberRole::Member, member.joined_at));
        match leave(cx, actor, chat, heir.map(|member| member.user_id)).await {
            // Somebody removed them from it at the same moment.
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Removes the row, reports it in the room, and tells the person on sockets that have not joined.
async fn end(cx: &Context, actor: &Actor, tx: Tx, chat: ChatId, user: User) -> Result<()> {
    tx.delete_member(chat, user.id).await?;
    let by = actor.as_ref();
    let (action, data) = if user.id == actor.user.id {
        (AuditAction::MemberLeft, SystemData::MemberLeft { user: by.clone() })
    } else {
        (AuditAction::MemberRemoved, SystemData::MemberRemoved { user: user.as_ref(), by: by.clone() })
    };
    record(cx, &tx, By::Actor(actor), Deed::to(user.id, action).within(chat)).await?;
    let report = messages::system(cx, actor, data);
    let removed = |message| Event::ParticipantRemoved { user: user.clone(), by: by.clone(), message };
    let message = tx.append_message(chat, report, removed).await?;
    tx.commit().await?;
    let seq = message.seq;
    let event = Box::new(Event::ParticipantRemoved { user: user.clone(), by, message });
    tell(cx, user.id, Notice::ChatEvent { chat_id: chat, seq, event });
    Ok(())
}

async fn change_role(
    cx: &Context,
    actor: &Actor,
    tx: &Tx,
    chat: ChatId,
    user: UserId,
    role: MemberRole,
) -> Result<()> {
    tx.set_member_role(chat, user, role).await?;
    let user = tx.account(user).await?.ok_or(Error::NotFound("participant"))?.user;
    let by = actor.as_ref();
    let data = SystemData::RoleChanged { user: user.as_ref(), role, by: by.clone() };
    let report = messages::system(cx, actor, data);
    tx.append_message(chat, report, |message| Event::ParticipantRole { user, role, by, message }).await?;
    Ok(())
}

async fn record_role(
    cx: &Context,
    actor: &Actor,
    tx: &Tx,
    chat: ChatId,
    user: UserId,
    role: MemberRole,
) -> Result<()> {
    let deed = Deed::to(user, AuditAction::MemberRoleChanged).within(chat).with(<&str>::from(role));
    record(cx, tx, By::Actor(actor), deed).await
}
