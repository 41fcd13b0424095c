//! Who is asked: by a person's message, as the room's manners have it, and by an agent's reply.

use crate::domain::error::{Error, Result};
use crate::domain::messages::Draft;
use crate::domain::text::{self, Addressed};
use crate::domain::{Actor, Context, asking};
use crate::ids::{MessageId, RunId, Timestamp, UserId};
use crate::protocol::{Manners, Message, MessageStatus, UserRef};
use crate::store::rows::{Asked, ChatRow, ClaimedRun, NewReply, Outcome, PassedOn};

/// The replies that a message to be posted asks for. `answered` is the message that it replies to.
pub(in crate::domain) async fn asked(
    cx: &Context,
    actor: &Actor,
    row: &ChatRow,
    draft: &Draft,
    answered: Option<&Message>,
) -> Result<Vec<NewReply>> {
    let Draft { content, ask, .. } = draft;
    let manners = row.settings.manners;
    if ask.is_none() && manners == Manners::OnMention && !text::may_ask(row.kind, content) {
        return Ok(Vec::new());
    }
    let agents = agents(cx, row).await?;
    let addressed = text::addressed(row.kind, content, &agents);
    if addressed == Addressed::NoQuestion {
        return Err(Error::invalid("content", "write your question after /bot"));
    }
    if let Some(ask) = ask {
        asking::within(row.settings.overrides, &ask.asked)?;
        let agent = asking::who_is_to_answer(ask, &addressed, &agents)?;
        cx.rates.question(actor.user.id)?;
        return Ok(vec![NewReply { asked: ask.asked.clone(), ..reply_of(agent) }]);
    }
    match addressed {
        Addressed::NoQuestion | Addressed::NoAgent => Err(Error::Conflict(asking::NOBODY_TO_ASK)),
        Addressed::Agents(asked) => {
            for _ in &asked {
                cx.rates.question(actor.user.id)?;
            }
            Ok(asked.into_iter().map(reply_of).collect())
        }
        Addressed::Nobody if manners == Manners::OnMention => Ok(Vec::new()),
        Addressed::Nobody => {
            let agent = unasked(cx, actor, row, content, answered, &agents).await?;
            // Nobody was asked in so many words: who says more than agents may answer is still heard by the others.
            let agent = agent.filter(|_| cx.rates.question(actor.user.id).is_ok());
            Ok(agent.map(reply_of).into_iter().collect())
        }
    }
}

/// The agent that answers a message which names none.
async fn unasked<'a>(
    cx: &Context,
    actor: &Actor,
    row: &ChatRow,
    content: &str,
    answered: Option<&Message>,
    agents: &'a [UserRef],
) -> Result<Option<&'a UserRef>> {
    let with_id = |id: UserId| agents.iter().find(|agent| agent.id == id);
    if let Some(Message { body, .. }) = answered.filter(|answered| answered.body.user_id != actor.user.id) {
        // To an agent's message, or else to another person's.
        return Ok(with_id(body.user_id));
    }
    let named: Vec<&str> = text::mentions(content).collect();
    if !named.is_empty() {
        let people = cx.store.people_named(row.id, &named).await?;
        if people.iter().any(|person| *person != actor.user.id) {
            return Ok(None);
        }
    }
    match row.settings.manners {
        Manners::OnMention => Ok(None),
        Manners::Always => Ok(agents.first()),
        Manners::Follow => {
            let since = Timestamp(cx.clock.now().0 - i64::from(cx.limits.follow_seconds) * 1_000);
            Ok(cx.store.answered_since(row.id, actor.user.id, since).await?.and_then(with_id))
        }
    }
}

/// The chat's agents, first the one that answers `/bot`.
async fn agents(cx: &Context, row: &ChatRow) -> Result<Vec<UserRef>> {
    let mut agents = cx.store.agents(row.id).await?;
    // Stable: the longest-standing stays first among the others.
    agents.sort_by_key(|agent| Some(agent.id) != row.settings.default_agent_id);
    Ok(agents)
}

fn reply_of(agent: &UserRef) -> NewReply {
    NewReply {
        run_id: RunId::new(),
        message_id: MessageId::new(),
        agent: agent.clone(),
        asked: Asked::default(),
    }
}

/// What a reply that ends like this asks of the agents that it mentions, to be asked with its end: so many because of
/// one message of a person's and no more, for they would talk for ever. No agent asks itself.
pub async fn passed_on(cx: &Context, run: &ClaimedRun, outcome: &Outcome) -> Result<Option<PassedOn>> {
    let text = outcome.content.as_deref().filter(|text| text.contains('@'));
    let Some(text) = text.filter(|_| outcome.status == MessageStatus::Complete) else {
        return Ok(None);
    };
    let mut agents = cx.store.agents(run.chat_id).await?;
    agents.retain(|agent| agent.id != run.agent.id);
    let replies: Vec<_> = text::mentioned(text, &agents).into_iter().map(reply_of).collect();
    let passed_on = PassedOn { replies, at_most: cx.limits.agent_hops, at: cx.clock.now() };
    Ok(Some(passed_on).filter(|it| !it.replies.is_empty()))
}
