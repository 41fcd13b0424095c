//! A store of one's own for each test, with ada and ben in it.

use std::sync::{Arc, Mutex};

use gemini_coop::config::database::DatabaseConfig;
use gemini_coop::ids::{ChatId, MessageId, RunId, Seq, Timestamp, UserId};
use gemini_coop::protocol::{
    ChatKind, Event, MemberRole, Message, MessageKind, MessageStatus, ServerRole, SystemData, User, UserKind,
    UserRef,
};
use gemini_coop::store::Store;
use gemini_coop::store::rows::{
    Asked, Committed, NewChat, NewMessage, NewReply, NewUser, Post, Posted, Replay, Retry,
};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use tempfile::TempDir;

use crate::support::database::TestDatabase;

pub(crate) const NOON: Timestamp = Timestamp(1_763_726_400_000);

const CLEO: UserId = UserId(uuid::Uuid::from_u128(0xc1e0));

/// A retry from the beginning.
pub(crate) fn retry_by_somebody() -> Retry {
    let by = UserRef { id: CLEO, username: "cleo".into(), display_name: "Cleo".into() };
    Retry { run_id: RunId::new(), by, continues: false, at: NOON }
}

/// A store on a database of its own, which is dropped with it.
pub(crate) struct Bench {
    pub(crate) store: Arc<Store>,
    pub(crate) config: DatabaseConfig,
    pub(crate) announced: Arc<Mutex<Vec<Committed>>>,
    // Dropped in this order: the store, then where its data lives.
    _directory: TempDir,
    _database: TestDatabase,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::heard_by(|_| {}).await
    }

    /// `listener` hears every change before it is noted down.
    pub(crate) async fn heard_by(listener: impl Fn(&Committed) + Send + Sync + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = TestDatabase::create().await;
        let config = DatabaseConfig {
            data_dir: directory.path().join("data"),
            database_url: database.url(),
            allow_weak_durability: false,
        };
        let store = Arc::new(Store::connect(&config).await.unwrap());
        let announced = Arc::new(Mutex::new(Vec::new()));
        let heard = announced.clone();
        store.on_commit(move |change| {
            listener(&change);
            heard.lock().unwrap().push(change);
        });
        Self { store, config, announced, _directory: directory, _database: database }
    }

    /// Whether the tests run on SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.store.engine() == "sqlite"
    }

    /// A connection past the store, to look at the tables.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        match &self.config.database_url {
            Some(url) => Database::connect(url).await.unwrap(),
            None => {
                let path = self.config.data_dir.join("gemini-coop.db");
                Database::connect(format!("sqlite://{}", path.display())).await.unwrap()
            }
        }
    }

    pub(crate) async fn person(&self, username: &str) -> UserRef {
        self.add(username, UserKind::Person).await.as_ref()
    }

    pub(crate) async fn agent(&self, username: &str) -> UserRef {
        self.add(username, UserKind::Agent).await.as_ref()
    }

    async fn add(&self, username: &str, kind: UserKind) -> User {
        let tx = self.store.begin().await.unwrap();
        let user = tx.insert_user(new_user(username, kind)).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        user
    }

    /// A group with these people, the first its owner; its first message says so with seq 1.
    pub(crate) async fn group(&self, members: &[&UserRef]) -> ChatId {
        let owner = members[0];
        let chat = new_group(owner.id);
        let id = chat.id;
        let tx = self.store.begin().await.unwrap();
        tx.insert_chat(chat).await.unwrap().unwrap();
        for member in members {
            let role = if member.id == owner.id { MemberRole::Owner } else { MemberRole::Member };
            tx.insert_member(id, member.id, role, NOON, Seq::ZERO).await.unwrap();
        }
        tx.append_message(id, created(owner), Event::Posted).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn say(&self, chat: ChatId, author: &UserRef, content: &str) -> Message {
        match self.store.post(post(chat, author, content)).await.unwrap() {
            Posted::New(message) => message,
            other => panic!("not posted: {other:?}"),
        }
    }

    /// A question with its placeholder.
    pub(crate) async fn ask(&self, chat: ChatId, author: &UserRef, agent: &UserRef) -> (Message, NewReply) {
        let reply = NewReply {
            run_id: RunId::new(),
            message_id: MessageId::new(),
            agent: agent.clone(),
            asked: Asked::default(),
        };
        let asked = Post { replies: vec![reply.clone()], ..post(chat, author, "/bot hello") };
        match self.store.post(asked).await.unwrap() {
            Posted::New(message) => (message, reply),
            other => panic!("not posted: {other:?}"),
        }
    }

    /// The whole log.
    pub(crate) async fn log(&self, chat: ChatId) -> Vec<(Seq, Event)> {
        let mut log: Vec<(Seq, Event)> = Vec::new();
        loop {
            let after = log.last().map_or(Seq::ZERO, |(seq, _)| *seq);
            match self.store.replay(chat, after, 5_000).await.unwrap() {
                Replay::Events { events, complete } => {
                    log.extend(events);
                    if complete {
                        return log;
                    }
                }
                Replay::Gone => panic!("the log is gone"),
            }
        }
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let database = self.raw().await;
        let statement = Statement::from_string(database.get_database_backend(), sql);
        database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

pub(crate) fn new_user(username: &str, kind: UserKind) -> NewUser {
    NewUser {
        id: UserId::new(),
        kind,
        username: username.into(),
        display_name: username.to_uppercase(),
        email: (kind == UserKind::Person).then(|| format!("{username}@example.org")),
        password_hash: None,
        role: ServerRole::Member,
        created_at: NOON,
    }
}

pub(crate) fn new_group(owner_id: UserId) -> NewChat {
    NewChat {
        id: ChatId::new(),
        kind: ChatKind::Group,
        name: Some("Room".into()),
        owner_id,
        pair: None,
        created_at: NOON,
    }
}

pub(crate) fn created(by: &UserRef) -> NewMessage {
    NewMessage {
        kind: MessageKind::System,
        data: Some(SystemData::ChatCreated { by: by.clone() }),
        ..text(by, "")
    }
}

pub(crate) fn text(author: &UserRef, content: &str) -> NewMessage {
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

pub(crate) fn post(chat_id: ChatId, author: &UserRef, content: &str) -> Post {
    Post { chat_id, message: text(author, content), replies: Vec::new() }
}

pub(crate) fn seqs(log: &[(Seq, Event)]) -> Vec<i64> {
    log.iter().map(|(seq, _)| seq.0).collect()
}
