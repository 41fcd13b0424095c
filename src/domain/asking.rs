//! Questions put to the bot by themselves, whatever their text says, with what is wanted of the reply.

use crate::domain::access::{Action, Authorship, may};
use crate::domain::error::{Error, Result};
use crate::domain::messages::{self, Draft};
use crate::domain::standing::member_of;
use crate::domain::text::Addressed;
use crate::domain::{Actor, Context, runs, text};
use crate::ids::{ChatId, MessageId, RunId};
use crate::protocol::{BotRun, ChatKind, MemberRole, Message, ModelSettings, Overrides, RunState, UserRef};
use crate::store::rows::{Asked, RunRow};

/// Where there is no agent in a chat.
pub(in crate::domain) const NOBODY_TO_ASK: &str = "the bot is not in this chat; invite it by its username";

/// What is wanted of a reply.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The agent that is to answer; the one that the text names, or else the chat's first one.
    pub agent: Option<String>,
    pub asked: Asked,
}

/// A question on its way in.
#[derive(Clone, Debug)]
pub struct Question {
    pub content: String,
    /// As a message's.
    pub client_id: Option<String>,
    pub reply_to: Option<MessageId>,
    /// The agent that is to answer; the chat's first one where none is named.
    pub agent: Option<String>,
    pub asked: Asked,
}

/// A question that is durable, and the reply that is to come.
#[derive(Clone, Debug)]
pub struct Put {
    pub question: Message,
    pub reply: Message,
    pub run_id: RunId,
}

/// Posts the question as a message like any other; asked again with the same `client_id` it is the first one.
pub async fn put(cx: &Context, actor: &Actor, chat: ChatId, question: Question) -> Result<Put> {
    let Question { content, client_id, reply_to, agent, asked } = question;
    acceptable(&asked, cx.limits.message_bytes)?;
    let draft = Draft { content, client_id, reply_to, ask: Some(Ask { agent, asked }) };
    let posted = messages::post(cx, actor, chat, draft).await?.durable().await?;
    let reply = cx.store.reply_to(chat, posted.message.id).await?;
    // A repeated `client_id` may be that of a message which asked nothing.
    let reply = reply.ok_or(Error::Conflict("this key was used for a message that asked nothing"))?;
    let run_id = reply.body.run.as_ref().map(|run| run.id).ok_or(Error::NotFound("reply"))?;
    Ok(Put { question: posted.message, reply, run_id })
}

/// The agent that answers, of those in the chat.
pub(in crate::domain) fn who_is_to_answer<'a>(
    ask: &Ask,
    addressed: &Addressed<'a>,
    agents: &'a [UserRef],
) -> Result<&'a UserRef> {
    match (&ask.agent, addressed) {
        (Some(name), _) => agents
            .iter()
            .find(|agent| agent.username.eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::invalid("agent", "there is no such agent in this chat")),
        (None, Addressed::Agents(named)) => named.first().copied().ok_or(Error::Conflict(NOBODY_TO_ASK)),
        (None, _) => agents.first().ok_or(Error::Conflict(NOBODY_TO_ASK)),
    }
}

/// A run and how far it is: for the members of its chat.
pub async fn run(cx: &Context, actor: &Actor, id: RunId) -> Result<BotRun> {
    let (row, ..) = run_of_member(cx, actor, id).await?;
    let versions = cx.store.versions(row.chat_id, row.message_id).await?.ok_or(Error::NotFound("run"))?;
    let version = versions.into_iter().find(|version| version.run.id == id).ok_or(Error::NotFound("run"))?;
    let position = match row.state {
        RunState::Queued => {
            let queue = cx.store.queue(row.chat_id, cx.limits.replies_per_room).await?;
            queue.waiting.into_iter().find(|entry| entry.run_id == id).map(|entry| entry.position)
        }
        RunState::Running | RunState::Done => None,
    };
    Ok(BotRun {
        id,
        chat_id: row.chat_id,
        message_id: row.message_id,
        question_id: version.run.question_id,
        state: row.state,
        position,
        written: version.content.chars().count(),
        result: (row.state == RunState::Done).then_some(version),
    })
}

/// Stops a run, as its reply is stopped; one that has ended stays as it is.
pub async fn cancel(cx: &Context, actor: &Actor, id: RunId) -> Result<()> {
    let (row, kind, role) = run_of_member(cx, actor, id).await?;
    may(kind, role, Action::StopReply(Authorship::of(row.asked_by, actor.user.id)))?;
    // The reply may be written by a later run by now, which nobody named.
    if row.state == RunState::Done {
        return Ok(());
    }
    runs::stop(cx, actor, row.chat_id, row.message_id).await
}

/// The run, and what the actor is in its chat; to strangers there is no such run.
async fn run_of_member(cx: &Context, actor: &Actor, id: RunId) -> Result<(RunRow, ChatKind, MemberRole)> {
    let row = cx.store.run(id).await?.ok_or(Error::NotFound("run"))?;
    let (chat, membership) = member_of(cx, actor, row.chat_id).await.map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("run"),
        error => error,
    })?;
    Ok((row, chat.kind, membership.role))
}

/// Whether the room lets a question ask for this.
pub(in crate::domain) fn within(overrides: Overrides, asked: &Asked) -> Result<()> {
    let ModelSettings { model, temperature, top_p, max_tokens, thinking } = &asked.settings;
    let Overrides { generation, .. } = overrides;
    let fields = [
        ("model", model.is_some(), overrides.model),
        ("temperature", temperature.is_some(), generation),
        ("top_p", top_p.is_some(), generation),
        ("max_tokens", max_tokens.is_some(), generation),
        ("thinking", thinking.is_some(), generation),
        ("system_prompt", asked.instruction.is_some(), overrides.system_prompt),
    ];
    match fields.into_iter().find(|(_, is_asked, is_allowed)| *is_asked && !is_allowed) {
        Some((field, ..)) => Err(Error::Withheld(field)),
        None => Ok(()),
    }
}

/// What of it is heeded: a room may have other settings when a reply is written, once more perhaps, than when its
/// question was asked.
pub fn heeded(overrides: Overrides, asked: Asked) -> Asked {
    let Asked { settings, instruction } = asked;
    let model = settings.model.clone().filter(|_| overrides.model);
    let generation = if overrides.generation { settings } else { ModelSettings::default() };
    Asked {
        settings: ModelSettings { model, ..generation },
        instruction: instruction.filter(|_| overrides.system_prompt),
    }
}

/// Whether any model could take this; what a certain one refuses its provider knows.
fn acceptable(asked: &Asked, most_bytes: usize) -> Result<()> {
    if let Some((field, complaint)) = text::unacceptable(&asked.settings) {
        return Err(Error::invalid(field, complaint));
    }
    match &asked.instruction {
        Some(text) if text.trim().is_empty() || text.contains('\0') => {
            Err(Error::invalid("system_prompt", "must be text that is not empty"))
        }
        Some(text) if text.len() > most_bytes => Err(Error::TooLarge("the instruction is too long")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::acceptable;
    use crate::protocol::ModelSettings;
    use crate::store::rows::Asked;

    #[test]
    fn what_no_model_could_take_is_refused_before_it_costs_anything() {
        let with = |settings: ModelSettings, instruction: Option<&str>| {
            acceptable(&Asked { settings, instruction: instruction.map(str::to_owned) }, 8).is_ok()
        };
        let none = ModelSettings::default;
        assert!(with(none(), None) && with(none(), Some("briefly")));
        assert!(!with(none(), Some(" ")) && !with(none(), Some("a\0")) && !with(none(), Some("123456789")));
        assert!(!with(ModelSettings { max_tokens: Some(0), ..none() }, None));
    }
}
