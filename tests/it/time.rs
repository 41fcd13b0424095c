//! What only passing time does, with the rules' clock in the test's hand.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gemini_coop::app;
use gemini_coop::config::Config;
use gemini_coop::domain::chats::{self, Created, NewChat};
use gemini_coop::domain::error::Error;
use gemini_coop::domain::links::{self, Accepted, NewLink};
use gemini_coop::domain::users::{self, NewPerson};
use gemini_coop::domain::{Actor, Clock, Context};
use gemini_coop::ids::{ChatId, SessionId, Timestamp};
use gemini_coop::protocol::{ChatKind, ServerRole};
use gemini_coop::store::Store;
use tempfile::TempDir;

use crate::support::database::TestDatabase;
use crate::support::server::PASSWORD;

const SOMEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The rules on a database of their own, at a moment that stands still until it is moved.
struct Moment {
    cx: Context,
    now: Arc<AtomicI64>,
    // Dropped after the store: where its data lives.
    _data: TempDir,
    _database: TestDatabase,
}

impl Moment {
    async fn with(flags: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let database = TestDatabase::create().await;
        let mut arguments = vec!["gemini-coop".to_owned(), format!("--data-dir={}", data.path().display())];
        arguments.extend(database.url().map(|url| format!("--database-url={url}")));
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let config = Config::try_parse_from(arguments).unwrap();
        let store = Store::connect(&config.database).await.unwrap();
        let now = Arc::new(AtomicI64::new(1_763_726_400_000));
        let hand = Arc::clone(&now);
        let cx = Context {
            clock: Clock::from_fn(move || Timestamp(hand.load(Ordering::SeqCst))),
            ..app::context(&config, store, &"n0bFz3cTj1m0cWqkQ0yqf8r5Jt2vYx9LhPzKdSgRwAe".into()).unwrap()
        };
        Self { cx, now, _data: data, _database: database }
    }

    fn pass(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, Ordering::SeqCst);
    }

    async fn person(&self, name: &str) -> Actor {
        let email = format!("{name}@example.org");
        let new = NewPerson { username: name.into(), email, password: PASSWORD.into(), display_name: None };
        let me = users::add(&self.cx, new, ServerRole::Member).await.unwrap();
        Actor {
            user: me.user,
            email: me.email,
            role: me.role,
            session_id: SessionId::new(),
            expires_at: Timestamp(i64::MAX),
            from: None,
        }
    }

    async fn group(&self, owner: &Actor) -> ChatId {
        let (kind, name) = (ChatKind::Group, Some("Plans".into()));
        let new = NewChat { kind, name, participant_usernames: vec![], idempotency_key: None };
        match chats::create(&self.cx, owner, new).await.unwrap() {
            Created::New(chat) => chat.id,
            Created::Existing(chat) => panic!("{chat:?} was there"),
        }
    }
}

#[tokio::test]
async fn a_link_works_until_its_time_is_over_and_no_moment_longer() {
    let moment = Moment::with(&["--links-per-chat=1"]).await;
    let cx = &moment.cx;
    let (ada, ben, cleo) =
        (moment.person("ada").await, moment.person("ben").await, moment.person("cleo").await);
    let chat = moment.group(&ada).await;
    let minute = NewLink { life: Some(Duration::from_secs(60)), max_uses: None };
    let code = links::create(cx, &ada, chat, minute).await.unwrap().code;

    moment.pass(59_999);
    links::preview(cx, SOMEWHERE, &code).await.unwrap();
    assert_eq!(links::list(cx, &ada, chat).await.unwrap().len(), 1);
    assert!(matches!(links::create(cx, &ada, chat, minute).await, Err(Error::Conflict(_))));
    assert!(matches!(links::accept(cx, &ben, SOMEWHERE, &code).await, Ok(Accepted::Joined(_))));

    moment.pass(1);
    assert!(matches!(links::preview(cx, SOMEWHERE, &code).await, Err(Error::NotFound(_))));
    assert!(matches!(links::accept(cx, &cleo, SOMEWHERE, &code).await, Err(Error::NotFound(_))));
    assert!(links::list(cx, &ada, chat).await.unwrap().is_empty());
    // The answer was lost, perhaps, and ben asks again.
    assert!(matches!(links::accept(cx, &ben, SOMEWHERE, &code).await, Ok(Accepted::Already(_))));
    let next = links::create(cx, &ada, chat, minute).await.unwrap().code;

    cx.store.prune(cx.clock.now(), Timestamp(0)).await.unwrap();
    assert!(matches!(links::accept(cx, &ben, SOMEWHERE, &code).await, Err(Error::NotFound(_))));
    links::preview(cx, SOMEWHERE, &next).await.unwrap();
}
