//! What a batch of posts becomes: who may write, what was here before, and the statements that write the rest.
//!
//! It decides nothing but what only the transaction can know: whether the author is still a member, and whether
//! the post was here before. Who runs the statements, and how they become durable, is `append`'s affair.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DbBackend, DbErr, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryResult, QueryTrait as _, Statement,
};

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};
use crate::protocol::{Event, Message, MessageKind, MessageStatus, ModelSettings};
use crate::store::entity::{chat, member, message, run};
use crate::store::error::StoreResult;
use crate::store::events::{self, Take};
use crate::store::messages::{self, Placed};
use crate::store::rows::{Asked, Committed, NewMessage, NewReply, Origin, Post, Posted};
use crate::store::{Inner, Tx, runs, to_json};

/// Whose message with which client's id.
type ClientKey = (ChatId, UserId, String);

fn client_key(post: &Post) -> Option<ClientKey> {
    Some((post.chat_id, post.message.author.id, post.message.client_id.clone()?))
}

/// What the database knows of a batch's posts.
#[derive(Default)]
pub(super) struct Known {
    members: HashSet<(ChatId, UserId)>,
    heads: HashMap<ChatId, Seq>,
    /// Written before, as they are now.
    messages: HashMap<ClientKey, Message>,
}

/// Asks for those of the posts' authors who are in the living chat that they post to, with the chat's head, and
/// for what they posted there before with the same client's id.
pub(super) fn question(posts: &[Post]) -> SelectStatement {
    let asked: HashSet<(ChatId, UserId, Option<String>)> = posts
        .iter()
        .map(|post| (post.chat_id, post.message.author.id, post.message.client_id.clone()))
        .collect();
    let asked_for = |number: &'static str| Expr::col(("asked", number));
    let member = |column: member::Column| Expr::col((member::Entity, column));
    let own = |column: message::Column| Expr::col((message::Entity, column));
    Query::select()
        .columns([(member::Entity, member::Column::ChatId), (member::Entity, member::Column::UserId)])
        .column((chat::Entity, chat::Column::HeadSeq))
        .column((message::Entity, message::Column::Id))
        .from_values(asked, "asked")
        .inner_join(
            member::Entity,
            member(member::Column::ChatId)
                .eq(asked_for("column1"))
                .and(member(member::Column::UserId).eq(asked_for("column2"))),
        )
        .inner_join(
            chat::Entity,
            Expr::col((chat::Entity, chat::Column::Id))
                .eq(asked_for("column1"))
                .and(Expr::col((chat::Entity, chat::Column::DeletedAt)).is_null()),
        )
        .left_join(
            message::Entity,
            own(message::Column::ChatId)
                .eq(asked_for("column1"))
                .and(own(message::Column::AuthorId).eq(asked_for("column2")))
                .and(own(message::Column::ClientId).eq(asked_for("column3"))),
        )
        .take()
}

/// A row of the answer to `question`: an author who may post, and what they posted before with this client's id.
pub(super) struct Found {
    pub(super) chat_id: ChatId,
    pub(super) user_id: UserId,
    pub(super) head: Seq,
    pub(super) repeated: Option<MessageId>,
}

impl TryFrom<QueryResult> for Found {
    type Error = DbErr;

    fn try_from(row: QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            chat_id: row.try_get_by_index(0)?,
            user_id: row.try_get_by_index(1)?,
            head: row.try_get_by_index(2)?,
            repeated: row.try_get_by_index(3)?,
        })
    }
}

impl Known {
    /// From the answer to `question`.
    pub(super) async fn of(inner: &Inner, answer: Vec<Found>) -> StoreResult<Self> {
        let mut known = Self::default();
        let mut repeated: Vec<MessageId> = Vec::new();
        for found in answer {
            known.members.insert((found.chat_id, found.user_id));
            known.heads.insert(found.chat_id, found.head);
            repeated.extend(found.repeated);
        }
        if !repeated.is_empty() {
            let query = messages::views().filter(message::Column::Id.is_in(repeated));
            // They are long since committed, so that any connection sees them.
            for message in messages::read(&inner.reader, query).await? {
                let Some(client_id) = message.body.client_id.clone() else { continue };
                known.messages.insert((message.body.chat_id, message.body.user_id, client_id), message);
            }
        }
        Ok(known)
    }
}

/// What is to become of a batch.
pub(super) struct Plan {
    /// What to tell the posts' senders once it is done, in order.
    pub(super) outcomes: Vec<Posted>,
    /// To be run in this order, in the transaction that asked.
    pub(super) statements: Vec<Statement>,
    /// What is to be announced after the commit, in order.
    pub(super) changes: Vec<Committed>,
}

impl Plan {
    pub(super) fn new(backend: DbBackend, posts: &[Post], mut known: Known) -> StoreResult<Self> {
        let placeholders: Vec<Vec<NewMessage>> = posts.iter().map(placeholders).collect();
        let mut outcomes = Vec::with_capacity(posts.len());
        let mut writing = Writing::default();
        for (post, placeholders) in posts.iter().zip(&placeholders) {
            if !known.members.contains(&(post.chat_id, post.message.author.id)) {
                outcomes.push(Posted::NotMember);
                continue;
            }
            let key = client_key(post);
            if let Some(message) = key.as_ref().and_then(|key| known.messages.get(key)) {
                outcomes.push(Posted::Duplicate(message.clone()));
                continue;
            }
            let head = known.heads.entry(post.chat_id).or_default();
            let message = writing.write(post, placeholders, head)?;
            // Another post of this very batch may repeat it.
            known.messages.extend(key.map(|key| (key, message.clone())));
            outcomes.push(Posted::New(message));
        }
        let (statements, changes) = writing.finish(backend)?;
        Ok(Self { outcomes, statements, changes })
    }
}

/// The rows of a batch as they come together.
#[derive(Default)]
struct Writing<'a> {
    takes: BTreeMap<ChatId, Take>,
    placed: Vec<Placed<'a>>,
    runs: Vec<run::ActiveModel>,
    shown: Vec<(Message, Timestamp)>,
}

impl<'a> Writing<'a> {
    /// Gives a post, and the replies that it asks for, the next places after `head`.
    fn write(
        &mut self,
        post: &'a Post,
        placeholders: &'a [NewMessage],
        head: &mut Seq,
    ) -> StoreResult<Message> {
        let question = self.place(post.chat_id, &post.message, head);
        let message = question.view(None);
        self.shown.push((message.clone(), post.message.created_at));
        for (reply, draft) in post.replies.iter().zip(placeholders) {
            let answer = self.place(post.chat_id, draft, head);
            let run = runs::unwritten(reply.run_id, post.message.author.id, post.message.id);
            let answer = answer.view(Some(run.clone()));
            self.runs.push(run::ActiveModel {
                settings: Set(asked_settings(&reply.asked)?),
                instruction: Set(reply.asked.instruction.clone()),
                ..runs::queued(&answer, &run, draft.created_at)?
            });
            self.shown.push((answer, draft.created_at));
        }
        Ok(message)
    }

    fn place(&mut self, chat_id: ChatId, message: &'a NewMessage, head: &mut Seq) -> Placed<'a> {
        *head = head.next();
        let take = self.takes.entry(chat_id).or_insert(Take { chat_id, count: 0, latest: None });
        take.count += 1;
        take.latest = Some((message.id, message.created_at));
        let placed = Placed { chat_id, seq: *head, message };
        self.placed.push(placed);
        placed
    }

    fn finish(self, backend: DbBackend) -> StoreResult<(Vec<Statement>, Vec<Committed>)> {
        if self.placed.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let takes: Vec<Take> = self.takes.into_values().collect();
        let mut statements =
            vec![backend.build(&events::taking(&takes)), messages::insertion(&self.placed)?.build(backend)];
        if !self.runs.is_empty() {
            statements.push(run::Entity::insert_many(self.runs).build(backend));
        }
        let changes: Vec<(Committed, Timestamp)> = self
            .shown
            .into_iter()
            .map(|(message, at)| {
                let (chat_id, seq) = (message.body.chat_id, message.seq);
                (Committed { chat_id, seq, event: Event::Posted(message) }, at)
            })
            .collect();
        statements.push(events::insertion(changes.iter().map(|(change, at)| (change, *at))).build(backend));
        Ok((statements, changes.into_iter().map(|(change, _)| change).collect()))
    }
}

impl Tx {
    /// Posts a reply that an agent's message asks for, on behalf of the person who began it with `origin`.
    pub async fn append_reply(
        &self,
        chat: ChatId,
        question: MessageId,
        reply: &NewReply,
        on_behalf: Origin,
        at: Timestamp,
    ) -> StoreResult<Message> {
        let draft = placeholder(question, reply, at);
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: Some((draft.id, at)) }).await?;
        let placed = Placed { chat_id: chat, seq, message: &draft };
        messages::insertion(&[placed])?.exec_without_returning(&self.database).await?;
        let run = runs::unwritten(reply.run_id, on_behalf.asked_by, question);
        let message = placed.view(Some(run.clone()));
        let row = run::ActiveModel {
            origin_id: Set(Some(on_behalf.message_id)),
            ..runs::queued(&message, &run, at)?
        };
        run::Entity::insert(row).exec_without_returning(&self.database).await?;
        self.append(chat, seq, Event::Posted(message.clone()), at).await?;
        Ok(message)
    }
}

fn asked_settings(asked: &Asked) -> StoreResult<Option<serde_json::Value>> {
    to_json((asked.settings != ModelSettings::default()).then_some(&asked.settings))
}

fn placeholders(post: &Post) -> Vec<NewMessage> {
    let NewMessage { id, created_at, .. } = post.message;
    post.replies.iter().map(|reply| placeholder(id, reply, created_at)).collect()
}

/// An agent's reply before its first word.
fn placeholder(question: MessageId, reply: &NewReply, created_at: Timestamp) -> NewMessage {
    NewMessage {
        id: reply.message_id,
        kind: MessageKind::Text,
        author: reply.agent.clone(),
        is_bot: true,
        content: String::new(),
        status: MessageStatus::Queued,
        reply_to: Some(question),
        client_id: None,
        data: None,
        created_at,
    }
}
