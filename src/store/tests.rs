//! What only an insider can see or provoke: the statements and their plans, and a disk that is full.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use tempfile::TempDir;

use crate::ids::{ChatId, LinkId, MessageId, RunId, Seq, SummaryId, Timestamp, UserId};
use crate::protocol::{
    ChatKind, Event, MemberRole, MessageKind, MessageStatus, ModelSettings, NotifyLevel, RoomSettings,
    ServerRole, UserKind, UserRef, Visibility,
};
use crate::store::Store;
use crate::store::connect::{Place, open_sqlite};
use crate::store::error::StoreError;
use crate::store::held::Opening;
use crate::store::rows::{
    Asked, ClaimedRun, LinkRow, NewAgent, NewChat, NewMessage, NewReply, NewUser, Outcome, PassedOn, Post,
    Posted, Replay, Retry, Saw, Summarised, Summary, Window,
};

const NOON: Timestamp = Timestamp(1_763_726_400_000);

/// A store on SQLite whose statements are noted down.
struct Watched {
    store: Store,
    statements: Arc<Mutex<Vec<Statement>>>,
    directory: TempDir,
}

impl Watched {
    /// Posts by the pool, as on PostgreSQL: the connection that is held for them cannot be watched, and runs the same.
    async fn new() -> Self {
        Self::with(|_| None).await
    }

    /// Posts by a connection with these settings, if any.
    async fn with(posts: impl FnOnce(Opening) -> Option<Opening>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut inner = open_sqlite(&directory.path().join("rooms.db"), false, Place::Server).await.unwrap();
        inner.posting = inner.posting.and_then(posts);
        let statements = Arc::new(Mutex::new(Vec::new()));
        for database in [&mut inner.writer, &mut inner.reader] {
            let statements = statements.clone();
            database.set_metric_callback(move |info| {
                statements.lock().unwrap().push(info.statement.clone());
            });
        }
        Self { store: Store::over(inner), statements, directory }
    }

    fn writer(&self) -> &DatabaseConnection {
        &self.store.inner.writer
    }

    async fn user(&self, username: &str, kind: UserKind) -> UserRef {
        let new = NewUser {
            id: UserId::new(),
            kind,
            username: username.into(),
            display_name: username.into(),
            email: None,
            password_hash: None,
            role: ServerRole::Member,
            created_at: NOON,
        };
        let tx = self.store.begin().await.unwrap();
        let user = tx.insert_user(new).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        user.as_ref()
    }

    async fn room(&self, kind: ChatKind, members: &[&UserRef]) -> ChatId {
        let id = ChatId::new();
        let owner_id = members[0].id;
        let tx = self.store.begin().await.unwrap();
        let name = Some("Room".into());
        let chat = NewChat { id, kind, name, owner_id, pair: None, created_at: NOON };
        tx.insert_chat(chat).await.unwrap().unwrap();
        for member in members {
            tx.insert_member(id, member.id, MemberRole::Member, NOON, Seq::ZERO).await.unwrap();
        }
        tx.append_message(id, text(members[0], "hello"), Event::Posted).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

fn text(author: &UserRef, content: &str) -> NewMessage {
    NewMessage {
        id: MessageId::new(),
        kind: MessageKind::Text,
        author: author.clone(),
        is_bot: false,
        content: content.into(),
        status: MessageStatus::Complete,
        reply_to: None,
        client_id: None,
        data: None,
        created_at: NOON,
    }
}

fn link(chat_id: ChatId, creator: &UserRef) -> LinkRow {
    let (created_at, expires_at) = (NOON, NOON.plus(Duration::from_secs(60)));
    let created_by = creator.clone();
    LinkRow { id: LinkId::new(), chat_id, created_by, created_at, expires_at, max_uses: Some(1), uses: 0 }
}

fn done() -> Outcome {
    Outcome { content: Some("answer".into()), ..Outcome::of(MessageStatus::Complete) }
}

/// What is asked and kept because of agents, once.
async fn talk_to_agents(store: &Store, chat: ChatId, ada: &UserRef, run: &ClaimedRun) {
    let of = Summarised { id: SummaryId::new(), up_to_seq: Seq(1) };
    let summary = Summary { of, content: "They greeted each other.".into() };
    assert!(store.keep_summary(chat, summary, Seq(99), NOON).await.unwrap());
    store.summary(chat, Seq(9)).await.unwrap().unwrap();
    store.history_between(chat, Seq(1), Seq(9), 20).await.unwrap();
    let saw = Saw { messages: vec![Seq(1), Seq(2)], summary: Some(of), settings: ModelSettings::default() };
    store.keep_context(run.lease.run_id, saw, "Be brief.").await.unwrap();
    store.kept_context(chat, run.message_id).await.unwrap().unwrap();
    store.settings(chat).await.unwrap();
    store.answered_since(chat, ada.id, NOON).await.unwrap().unwrap();
    store.people_named(chat, &["ada", "ben"]).await.unwrap();
    let tx = store.begin().await.unwrap();
    tx.set_settings(chat, &RoomSettings::default()).await.unwrap();
    let agent = run.agent.clone();
    let asked = Asked::default();
    let reply = NewReply { run_id: RunId::new(), message_id: MessageId::new(), agent, asked };
    let asking = tx.message(chat, run.message_id).await.unwrap().unwrap();
    let passed_on = PassedOn { replies: vec![reply.clone(), reply], at_most: 1, at: NOON };
    tx.pass_on(run.lease.run_id, &asking, &passed_on).await.unwrap();
    let of_agent = NewAgent {
        user_id: run.agent.id,
        description: String::new(),
        instruction: String::new(),
        settings: ModelSettings::default(),
        avatar: None,
        visibility: Visibility::Shared,
        created_by: Some(ada.id),
    };
    tx.insert_agent(of_agent).await.unwrap();
    assert_eq!(tx.count_agents(ada.id).await.unwrap(), 1);
    tx.agent(run.agent.id).await.unwrap().unwrap();
    tx.count_prompts(ada.id).await.unwrap();
    tx.commit().await.unwrap();
    store.instructed(run.agent.id).await.unwrap();
    assert_eq!(store.agents_found_by(ada.id, 0, 50).await.unwrap().len(), 1);
    store.prompts_found_by(ada.id, 0, 50).await.unwrap();
}

/// Everything that a room does, once.
async fn live_in_a_room(watched: &Watched) {
    let store = &watched.store;
    let (ada, gem) =
        (watched.user("ada", UserKind::Person).await, watched.user("gem", UserKind::Agent).await);
    let chat = watched.room(ChatKind::Private, &[&ada, &gem]).await;
    let reply =
        NewReply { run_id: RunId::new(), message_id: MessageId::new(), agent: gem, asked: Asked::default() };
    let message = NewMessage { client_id: Some("one".into()), ..text(&ada, "question") };
    let post = Post { chat_id: chat, message: message.clone(), replies: vec![reply.clone()] };
    store.post(post.clone()).await.unwrap();
    store.post(post).await.unwrap();
    store.message_by_client_id(chat, ada.id, "one").await.unwrap().unwrap();
    let lease = Duration::from_secs(9);
    let run = store.claim_run(chat, "node", 1, lease).await.unwrap().unwrap();
    store.queue(chat, 2).await.unwrap();
    store.chats_with_queued_runs().await.unwrap();
    store.run_of(chat, reply.message_id).await.unwrap();
    store.run(reply.run_id).await.unwrap().unwrap();
    store.reply_to(chat, message.id).await.unwrap().unwrap();
    store.checkpoint(run.lease, "ans", lease).await.unwrap();
    store.interrupt_abandoned("node", &[], done()).await.unwrap();
    store.settle(run.lease, done()).await.unwrap();
    let retry = Retry { run_id: RunId::new(), by: ada.clone(), continues: false, at: NOON };
    let tx = store.begin().await.unwrap();
    tx.retry_reply(chat, reply.message_id, retry).await.unwrap().unwrap();
    tx.set_replies_at_once(chat, Some(1)).await.unwrap();
    tx.commit().await.unwrap();
    store.versions(chat, reply.message_id).await.unwrap().unwrap();
    let retry = store.claim_run(chat, "node", 1, lease).await.unwrap().unwrap();
    store.settle(retry.lease, done()).await.unwrap();
    store.history(chat, Seq(9), 20).await.unwrap();
    talk_to_agents(store, chat, &ada, &retry).await;
    for window in [Window::Latest, Window::Before(Seq(2)), Window::After(Seq(2)), Window::Around(Seq(2))] {
        store.page(chat, window, 50).await.unwrap();
    }
    assert!(matches!(store.replay(chat, Seq(0), 100).await.unwrap(), Replay::Events { .. }));
    store.head(chat).await.unwrap();
    store.mark_read(chat, ada.id, Seq(2), NOON).await.unwrap();
    store.receipts(chat).await.unwrap();
    store.set_notify(chat, ada.id, NotifyLevel::None).await.unwrap();
    store.members(chat).await.unwrap();
    store.member_ids(chat).await.unwrap();
    store.agents(chat).await.unwrap();
    store.chat(chat, ada.id).await.unwrap().unwrap();
    store.chats(ada.id, 0, 50).await.unwrap();
    store.chat_ids(ada.id).await.unwrap();
    let tx = store.begin().await.unwrap();
    let link = link(chat, &ada);
    tx.count_links(chat, NOON).await.unwrap();
    tx.insert_link(&link).await.unwrap();
    tx.commit().await.unwrap();
    store.link(link.id).await.unwrap().unwrap();
    store.link_preview(link.id, NOON).await.unwrap().unwrap();
    store.links(chat, None, NOON).await.unwrap();
    store.links(chat, Some(ada.id), NOON).await.unwrap();
    let tx = store.begin().await.unwrap();
    assert!(tx.use_link(link.id, NOON).await.unwrap());
    assert!(tx.delete_link(chat, link.id, Some(ada.id)).await.unwrap());
    tx.count_members(chat).await.unwrap();
    tx.count_chats(ada.id).await.unwrap();
    tx.edit_message(chat, run.question_id, "changed", NOON).await.unwrap().unwrap();
    tx.delete_message(chat, reply.message_id, NOON).await.unwrap().unwrap();
    tx.delete_member(chat, ada.id).await.unwrap();
    tx.delete_chat(chat, NOON).await.unwrap();
    tx.append_chat_deleted(chat, ada).await.unwrap();
    tx.commit().await.unwrap();
    store.prune(NOON, NOON).await.unwrap();
}

#[tokio::test]
async fn no_query_of_a_room_reads_a_whole_table() {
    let watched = Watched::new().await;
    live_in_a_room(&watched).await;
    let statements = std::mem::take(&mut *watched.statements.lock().unwrap());
    assert!(statements.len() > 60, "only {} statements were seen", statements.len());
    for statement in statements {
        let mut explain = statement.clone();
        explain.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
        for step in watched.writer().query_all_raw(explain).await.unwrap() {
            let step: String = step.try_get("", "detail").unwrap();
            let whole = [
                "messages",
                "events",
                "members",
                "runs",
                "chats",
                "invite_links",
                "agents",
                "prompts",
                "summaries",
            ]
            .iter()
            // Without quotes and alias the table's name stands behind the verb.
            .any(|table| step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} ")));
            assert!(!whole, "{step}: {}", statement.sql);
        }
    }
}

#[tokio::test]
async fn the_list_of_chats_takes_three_queries_however_long_it_is() {
    let watched = Watched::new().await;
    let (ada, ben) =
        (watched.user("ada", UserKind::Person).await, watched.user("ben", UserKind::Person).await);
    for _ in 0..10 {
        watched.room(ChatKind::Private, &[&ada, &ben]).await;
        watched.room(ChatKind::Group, &[&ada, &ben]).await;
    }
    watched.statements.lock().unwrap().clear();
    assert_eq!(watched.store.chats(ada.id, 0, 50).await.unwrap().len(), 20);
    assert_eq!(watched.statements.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn posts_that_wait_together_share_their_statements() {
    let watched = Watched::new().await;
    let ada = watched.user("ada", UserKind::Person).await;
    let chats = [watched.room(ChatKind::Group, &[&ada]).await, watched.room(ChatKind::Group, &[&ada]).await];
    watched.statements.lock().unwrap().clear();
    // Nobody writes before all of them wait: the test's thread is the only one.
    let posts: Vec<_> = (0..100)
        .map(|number| {
            let message = text(&ada, "hello");
            watched.store.post(Post { chat_id: chats[number % 2], message, replies: Vec::new() })
        })
        .collect();
    for posted in posts {
        assert!(matches!(posted.await.unwrap(), Posted::New(_)));
    }
    // The chats, who is a member, the numbers, the messages, the events.
    assert_eq!(watched.statements.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_everything_works_again_afterwards() {
    let watched = Watched::with(|mut posts| {
        posts.pragmas.push(("max_page_count", "1"));
        Some(posts)
    })
    .await;
    let ada = watched.user("ada", UserKind::Person).await;
    let chat = watched.room(ChatKind::Group, &[&ada]).await;
    let post = || {
        let message = text(&ada, &"x".repeat(30_000));
        watched.store.post(Post { chat_id: chat, message, replies: Vec::new() })
    };
    // Enough for some posts, and for those after them.
    for _ in 0..8 {
        let tx = watched.store.begin().await.unwrap();
        tx.append_message(chat, text(&ada, &"x".repeat(30_000)), Event::Posted).await.unwrap();
        tx.commit().await.unwrap();
    }
    let free = |seqs: &str| format!("UPDATE messages SET content = '' WHERE seq IN ({seqs})");
    watched.writer().execute_unprepared(&free("2, 3, 4, 5")).await.unwrap();
    let mut written = Vec::new();
    let full = loop {
        match post().await {
            Ok(Posted::New(message)) => written.push(message),
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        assert!(written.len() < 100, "the disk is never full");
    };
    assert!(matches!(full, StoreError::Unavailable(_)), "{full}");
    assert!(!written.is_empty());
    watched.store.ping().await.unwrap();
    let kept = watched.store.page(chat, Window::After(Seq(9)), 100).await.unwrap();
    assert_eq!(kept.messages, written);
    watched.writer().execute_unprepared(&free("6, 7, 8, 9")).await.unwrap();
    let Posted::New(next) = post().await.unwrap() else { panic!("not posted") };
    assert_eq!(next.seq, Seq(written.len() as i64 + 10));
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_by_itself_takes_no_later_one_along() {
    let watched = Watched::new().await;
    let ada = watched.user("ada", UserKind::Person).await;
    let chat = watched.room(ChatKind::Group, &[&ada]).await;
    // As on a full disk: SQLite has rolled back, and the driver's own attempt is refused.
    let ended = watched.store.begin().await.unwrap();
    ended.database.execute_unprepared("ROLLBACK").await.unwrap();
    drop(ended);
    drop(watched.store.begin().await.unwrap());
    let posted =
        watched.store.post(Post { chat_id: chat, message: text(&ada, "kept"), replies: Vec::new() }).await;
    let Ok(Posted::New(message)) = posted else { panic!("{posted:?}") };
    let page = watched.store.page(chat, Window::After(Seq(1)), 10).await.unwrap();
    assert_eq!(page.messages, [message], "acknowledged, so others can read it");
}

#[tokio::test]
async fn a_writer_outside_makes_posts_unavailable_and_never_lost_or_doubled() {
    let watched =
        Watched::with(|posts| Some(Opening { busy_timeout: Duration::from_millis(20), ..posts })).await;
    let ada = watched.user("ada", UserKind::Person).await;
    let chat = watched.room(ChatKind::Group, &[&ada]).await;
    let path = watched.directory.path().join("rooms.db");
    let outside = sea_orm::Database::connect(format!("sqlite://{}", path.display())).await.unwrap();
    let post =
        || watched.store.post(Post { chat_id: chat, message: text(&ada, "hello"), replies: Vec::new() });
    outside.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    assert!(matches!(post().await, Err(StoreError::Unavailable(_))));
    assert_eq!(watched.store.head(chat).await.unwrap(), Some(Seq(1)));
    outside.execute_unprepared("ROLLBACK").await.unwrap();
    assert!(matches!(post().await, Ok(Posted::New(message)) if message.seq == Seq(2)));
}

#[tokio::test]
async fn sqlite_runs_with_wal_full_synchrony_and_foreign_keys() {
    let watched = Watched::with(Some).await;
    let posts = watched.store.inner.posting.clone().unwrap().open().unwrap();
    for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5_000)] {
        let statement = Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {pragma}"));
        let row = watched.writer().query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i32>(0).unwrap(), expected, "{pragma}");
        let for_posts: i32 = posts.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        assert_eq!(for_posts, expected, "{pragma} for posts");
    }
    let refused = watched.store.inner.reader.execute_unprepared("DELETE FROM users").await.unwrap_err();
    assert!(matches!(StoreError::from(refused), StoreError::Unavailable(_)), "readers cannot write");
}
