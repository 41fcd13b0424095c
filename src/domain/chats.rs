//! Chats: making, listing, renaming, deleting, and opening one to listen.

use crate::bus::Envelope;
use crate::domain::access::{Action, may};
use crate::domain::agents::BOT_USERNAME;
use crate::domain::audit::{By, Deed, record};
use crate::domain::error::{Error, Result};
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context, agents, messages, text};
use crate::ids::{ChatId, Seq, UserId};
use crate::protocol::{
    AuditAction, Chat, ChatKind, ChatListItem, Event, Member, MemberRole, Notice, NotifyLevel, Queue,
    ReadReceipt, RoomSettings, SystemData, User, UserKind,
};
use crate::store::Tx;
use crate::store::rows::{self, ChatRow, Membership, NewMessage};

/// What somebody wants a new chat to be.
#[derive(Clone, Debug)]
pub struct NewChat {
    pub kind: ChatKind,
    pub name: Option<String>,
    pub participant_usernames: Vec<String>,
    /// Repeating it within 24 h gives the first chat again.
    pub idempotency_key: Option<String>,
}

/// What is to be changed of a chat.
#[derive(Clone, Debug, Default)]
pub struct ChatChange {
    pub name: Option<String>,
    pub settings: Option<RoomSettings>,
}

/// A chat that was made, or the one that was there already.
#[derive(Clone, Debug)]
pub enum Created {
    New(Chat),
    Existing(Chat),
}

/// A chat as somebody who starts listening needs it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub head_seq: Seq,
    pub participants: Vec<Member>,
    pub read_positions: Vec<ReadReceipt>,
    pub queue: Queue,
}

/// Makes a chat with its people, and the bot or, in an AI chat, the agents that were named.
pub async fn create(cx: &Context, actor: &Actor, new: NewChat) -> Result<Created> {
    create_with(cx, actor, new, Vec::new()).await
}

/// The same, with messages that were said elsewhere; they count as read.
pub(in crate::domain) async fn create_with(
    cx: &Context,
    actor: &Actor,
    new: NewChat,
    copies: Vec<NewMessage>,
) -> Result<Created> {
    if let Some(key) = &new.idempotency_key {
        text::client_id("Idempotency-Key", key)?;
    }
    let (others, mut agents) = participants(cx, actor, &new).await?;
    let name = name_of(&new)?;
    let now = cx.clock.now();
    let mut people = others.iter().map(|user| user.id).chain([actor.user.id]).collect::<Vec<_>>();
    people.sort_unstable();
    if let (ChatKind::Private, [a, b]) = (new.kind, people.as_slice())
        && let Some(existing) = cx.store.private_chat(*a, *b).await?
    {
        return Ok(Created::Existing(get(cx, actor, existing).await?));
    }

    if new.kind != ChatKind::Ai || agents.is_empty() {
        let bot = cx.store.users_by_names(&[BOT_USERNAME.to_owned()]).await?;
        agents.retain(|agent| agent.username != BOT_USERNAME);
        agents.splice(0..0, bot);
    }

    let tx = cx.store.begin().await?;
    if let Some(key) = &new.idempotency_key
        && let Some(existing) = tx.idempotent_chat(actor.user.id, key, now).await?
    {
        drop(tx);
        return Ok(Created::Existing(get(cx, actor, existing).await?));
    }
    for person in &people {
        if tx.count_chats(*person).await? >= u64::from(cx.limits.chats_per_person) {
            return Err(Error::Conflict("somebody here is in too many chats already"));
        }
    }
    let chat_id = ChatId::new();
    let pair = match (new.kind, people.as_slice()) {
        (ChatKind::Private, [a, b]) => Some((*a, *b)),
        _ => None,
    };
    let row =
        rows::NewChat { id: chat_id, kind: new.kind, name, owner_id: actor.user.id, pair, created_at: now };
    if let Err(existing) = tx.insert_chat(row).await? {
        drop(tx);
        return Ok(Created::Existing(get(cx, actor, existing).await?));
    }
    if let Some(key) = &new.idempotency_key
        && let Err(existing) = tx.remember_chat(actor.user.id, key, chat_id, now).await?
    {
        drop(tx);
        return Ok(Created::Existing(get(cx, actor, existing).await?));
    }
    let report = messages::system(cx, actor, SystemData::ChatCreated { by: actor.as_ref() });
    tx.append_message(chat_id, report, Event::Posted).await?;
    let read = if copies.is_empty() { Seq::ZERO } else { tx.append_copies(chat_id, copies, now).await? };
    tx.insert_member(chat_id, actor.user.id, MemberRole::Owner, now, read).await?;
    for user in others.iter().chain(&agents) {
        tx.insert_member(chat_id, user.id, MemberRole::Member, now, read).await?;
    }
    let deed = Deed::of(AuditAction::ChatCreated).within(chat_id);
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;

    let chat = get(cx, actor, chat_id).await?;
    tell(cx, actor.user.id, Notice::ChatCreated(chat.clone()));
    for user in others {
        let invited = Chat { my_role: MemberRole::Member, ..chat.clone() };
        tell(cx, user.id, Notice::ChatInvite(invited));
    }
    Ok(Created::New(chat))
}

/// One's chats, newest activity first.
pub async fn list(cx: &Context, actor: &Actor, offset: u64, limit: u64) -> Result<Vec<ChatListItem>> {
    Ok(cx.store.chats(actor.user.id, offset, limit).await?)
}

/// A chat of one's own.
pub async fn get(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Chat> {
    let (row, membership) = member_of(cx, actor, chat).await?;
    Ok(view(&row, &membership))
}

/// Gives a chat another name, and says how it is served by its agents.
pub async fn change(cx: &Context, actor: &Actor, chat: ChatId, change: ChatChange) -> Result<Chat> {
    let name = change.name.as_deref().map(text::chat_name).transpose()?;
    if let Some(settings) = &change.settings {
        text::model_settings("settings", &settings.model)?;
        text::instruction("settings", settings.instruction.as_deref().unwrap_or_default(), &cx.limits)?;
    }
    let tx = cx.store.begin().await?;
    let (mut row, membership) = held_member_of(&tx, actor, chat).await?;
    if let Some(name) = name {
        may(row.kind, membership.role, Action::Rename)?;
        if row.name.as_deref() != Some(&name) {
            tx.rename_chat(chat, &name).await?;
            row.name = Some(name.clone());
            report(cx, actor, &tx, &row, SystemData::ChatRenamed { name, by: actor.as_ref() }).await?;
        }
    }
    if let Some(settings) = change.settings {
        may(row.kind, membership.role, Action::Configure)?;
        if let Some(agent) = settings.default_agent_id
            && !tx.members(chat).await?.iter().any(|member| member.is_bot && member.user_id == agent)
        {
            return Err(Error::invalid("settings", "default_agent_id must be an agent in this chat"));
        }
        if row.settings != settings {
            tx.set_settings(chat, &settings).await?;
            row.settings = settings;
            report(cx, actor, &tx, &row, SystemData::SettingsChanged { by: actor.as_ref() }).await?;
        }
    }
    tx.commit().await?;
    cx.kinds.changed(&row);
    get(cx, actor, chat).await
}

/// Tells the room of a change of its own.
async fn report(cx: &Context, actor: &Actor, tx: &Tx, row: &ChatRow, data: SystemData) -> Result<()> {
    let ChatRow { id, name, owner_id, settings, .. } = row.clone();
    let report = messages::system(cx, actor, data);
    let by = actor.as_ref();
    tx.append_message(id, report, |message| Event::ChatUpdated { name, owner_id, settings, by, message })
        .await?;
    Ok(())
}

/// Sets what of a chat one wants to be notified of, and tells one's other devices.
pub async fn set_notify(cx: &Context, actor: &Actor, chat: ChatId, notify: NotifyLevel) -> Result<Chat> {
    if !cx.store.set_notify(chat, actor.user.id, notify).await? {
        return Err(Error::NotFound("chat"));
    }
    let chat = get(cx, actor, chat).await?;
    // As it is by now: another device may have been quicker to set it again.
    tell(cx, actor.user.id, Notice::ChatPreferences { chat_id: chat.id, notify: chat.notify });
    Ok(chat)
}

/// Deletes a chat for everybody in it.
pub async fn delete(cx: &Context, actor: &Actor, chat: ChatId) -> Result<()> {
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    may(row.kind, membership.role, Action::DeleteChat)?;
    let members = tx.members(chat).await?;
    let seq = tx.append_chat_deleted(chat, actor.as_ref()).await?;
    tx.delete_chat(chat, cx.clock.now()).await?;
    record(cx, &tx, By::Actor(actor), Deed::of(AuditAction::ChatDeleted).within(chat)).await?;
    tx.commit().await?;
    for member in members {
        let event = Box::new(Event::ChatDeleted { by: actor.as_ref() });
        tell(cx, member.user_id, Notice::ChatEvent { chat_id: chat, seq, event });
    }
    Ok(())
}

/// What somebody who starts listening needs. To be called after subscribing: whatever happens later is heard.
pub async fn open(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Opened> {
    let (row, _) = member_of(cx, actor, chat).await?;
    let participants = cx.store.members(chat).await?;
    let read_positions = cx.store.receipts(chat).await?;
    let queue = cx.store.queue(chat, cx.limits.replies_per_room).await?;
    Ok(Opened { head_seq: row.head_seq, participants, read_positions, queue })
}

/// A chat as this member sees it.
pub(in crate::domain) fn view(row: &ChatRow, membership: &Membership) -> Chat {
    Chat {
        id: row.id,
        kind: row.kind,
        name: row.name.clone(),
        owner_id: row.owner_id,
        is_group: row.kind == ChatKind::Group,
        is_ai_chat: row.kind == ChatKind::Ai,
        created_at: row.created_at,
        head_seq: row.head_seq,
        my_role: membership.role,
        last_read_seq: membership.last_read_seq,
        notify: membership.notify,
        settings: row.settings.clone(),
    }
}

/// Tells one person on every socket.
pub(in crate::domain) fn tell(cx: &Context, user_id: UserId, notice: Notice) {
    cx.bus.publish(&Envelope::Notice { user_id, notice });
}

/// The people and the agents that were named.
async fn participants(cx: &Context, actor: &Actor, new: &NewChat) -> Result<(Vec<User>, Vec<User>)> {
    if new.participant_usernames.len() >= cx.limits.participants_per_chat as usize {
        return Err(Error::invalid("participant_usernames", "has too many names"));
    }
    let mut users = cx.store.users_by_names(&new.participant_usernames).await?;
    let mut hidden = Vec::new();
    for user in users.iter().filter(|user| user.kind == UserKind::Agent) {
        if !agents::is_found(cx, actor, user.id).await? {
            hidden.push(user.id);
        }
    }
    users.retain(|user| !hidden.contains(&user.id));
    let unknown = new
        .participant_usernames
        .iter()
        .find(|name| !users.iter().any(|user| user.username.eq_ignore_ascii_case(name)));
    if let Some(name) = unknown {
        return Err(Error::invalid("participant_usernames", format!("there is no user {name:?}")));
    }
    let (others, agents): (Vec<User>, Vec<User>) = users
        .into_iter()
        // Whoever makes a chat is in it anyway.
        .filter(|user| user.id != actor.user.id)
        .partition(|user| user.kind == UserKind::Person);
    match new.kind {
        ChatKind::Private if others.len() != 1 => {
            Err(Error::invalid("participant_usernames", "a private chat is with exactly one other person"))
        }
        ChatKind::Ai if !others.is_empty() => {
            Err(Error::invalid("participant_usernames", "an AI chat is for one person; make a group instead"))
        }
        _ => Ok((others, agents)),
    }
}

fn name_of(new: &NewChat) -> Result<Option<String>> {
    match (&new.name, new.kind) {
        (_, ChatKind::Private) => Ok(None),
        (Some(name), _) => text::chat_name(name).map(Some),
        (None, ChatKind::Group) => Ok(Some("New chat".into())),
        (None, ChatKind::Ai) => Ok(Some("Chat with Gemini".into())),
    }
}
