//! People, agents and what proves a log-in.

use std::time::Duration;

use gemini_coop::ids::{ChatId, SessionId, Timestamp, UserId};
use gemini_coop::protocol::{ServerRole, UserKind};
use gemini_coop::store::rows::{NewSession, NewUser, Refresh, Taken};

use crate::store::support::{Bench, NOON, new_group, new_user};

const LATER: Timestamp = Timestamp(NOON.0 + 1_000);
/// Forgives nothing: no token was used after it.
const NEVER: Timestamp = Timestamp(i64::MAX);

impl Bench {
    async fn session(&self, user: UserId) -> SessionId {
        let id = SessionId::new();
        let expires_at = NOON.plus(Duration::from_secs(3_600));
        let session = NewSession { id, user_id: user, user_agent: None, created_at: NOON, expires_at };
        let tx = self.store.begin().await.unwrap();
        tx.insert_session(session).await.unwrap();
        tx.commit().await.unwrap();
        id
    }
}

#[tokio::test]
async fn a_name_or_email_is_taken_however_it_is_written() {
    let bench = Bench::new().await;
    bench.person("Ada").await;
    let tx = bench.store.begin().await.unwrap();
    let same_name = NewUser { email: None, ..new_user("aDA", UserKind::Agent) };
    assert_eq!(tx.insert_user(same_name).await.unwrap(), Err(Taken::Username));
    let same_email = NewUser { email: Some("ADA@Example.org".into()), ..new_user("eve", UserKind::Person) };
    assert_eq!(tx.insert_user(same_email).await.unwrap(), Err(Taken::Email));
    // A refusal does not end the transaction.
    tx.insert_user(new_user("ben", UserKind::Person)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    for login in ["ADA", "ada@example.ORG"] {
        let account = bench.store.account_by_login(login).await.unwrap().unwrap();
        assert_eq!(account.user.username, "Ada");
    }
    let found = bench.store.users_by_names(&["ADA".into(), "Ben".into(), "nobody".into()]).await.unwrap();
    assert_eq!(found.len(), 2);
}

#[tokio::test]
async fn an_email_of_somebody_else_is_refused_on_change_too() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    bench.person("ben").await;
    let tx = bench.store.begin().await.unwrap();
    let taken = tx.update_profile(ada.id, None, Some("BEN@example.org".into())).await.unwrap();
    assert_eq!(taken.unwrap_err(), Taken::Email);
    drop(tx);
    let tx = bench.store.begin().await.unwrap();
    let changed = tx.update_profile(ada.id, Some("Ada L.".into()), Some("A@b.org".into())).await.unwrap();
    let changed = changed.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((changed.user.display_name.as_str(), changed.email.as_deref()), ("Ada L.", Some("a@b.org")));
}

#[tokio::test]
async fn a_deleted_account_keeps_its_row_and_its_name_stays_taken() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let tx = bench.store.begin().await.unwrap();
    let nobody = tx.anonymise(ada.id, LATER).await.unwrap();
    tx.commit().await.unwrap();
    assert!(nobody.username.starts_with("deleted-"));
    let account = bench.store.account(ada.id).await.unwrap().unwrap();
    assert_eq!((account.email, account.password_hash, account.deleted_at), (None, None, Some(LATER)));
    assert!(bench.store.account_by_login("ada").await.unwrap().is_none());
    let tx = bench.store.begin().await.unwrap();
    assert_eq!(tx.insert_user(new_user("ADA", UserKind::Person)).await.unwrap(), Err(Taken::Username));
}

#[tokio::test]
async fn search_finds_living_people_by_the_beginning_of_either_name() {
    let bench = Bench::new().await;
    let (ada, _adam) = (bench.person("ada").await, bench.person("adam").await);
    let (gone, _gem) = (bench.person("adele").await, bench.agent("adagent").await);
    let tx = bench.store.begin().await.unwrap();
    tx.set_disabled(gone.id, Some(NOON)).await.unwrap();
    tx.update_profile(ada.id, Some("Émile_100%".into()), None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    for (query, expected) in [
        ("AD", vec!["ada", "adam"]),
        ("émile_100%", vec!["ada"]),
        ("ÉMI", vec!["ada"]),
        ("a_a", vec![]),
        ("%", vec![]),
        ("da", vec![]),
    ] {
        let found = bench.store.search_users(query, 10).await.unwrap();
        let names: Vec<_> = found.iter().map(|user| user.username.as_str()).collect();
        assert_eq!(names, expected, "{query}");
    }
    assert_eq!(bench.store.search_users("ad", 1).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_setups_at_once_one_makes_the_administrator() {
    let bench = Bench::new().await;
    let mut setups = Vec::new();
    for number in 0..8 {
        let store = bench.store.clone();
        setups.push(tokio::spawn(async move {
            let tx = store.begin().await.unwrap();
            if tx.has_admin_locked().await.unwrap() {
                return false;
            }
            let admin =
                NewUser { role: ServerRole::Admin, ..new_user(&format!("admin{number}"), UserKind::Person) };
            tx.insert_user(admin).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            true
        }));
    }
    let mut made = 0;
    for setup in setups {
        made += usize::from(setup.await.unwrap());
    }
    assert_eq!(made, 1);
    assert!(bench.store.has_admin().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_fresh_once() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let session = bench.session(ada.id).await;
    let tx = bench.store.begin().await.unwrap();
    tx.insert_refresh([7; 32], session, NOON).await.unwrap();
    tx.commit().await.unwrap();
    let mut uses = Vec::new();
    for _ in 0..8 {
        let store = bench.store.clone();
        uses.push(tokio::spawn(async move {
            let tx = store.begin().await.unwrap();
            let used = tx.use_refresh([7; 32], LATER, NEVER).await.unwrap();
            tx.commit().await.unwrap();
            used
        }));
    }
    let mut fresh = 0;
    for used in uses {
        match used.await.unwrap() {
            Refresh::Fresh(found) => {
                assert_eq!((found.session_id, found.account.user.id), (session, ada.id));
                fresh += 1;
            }
            Refresh::Reused { session_id, user_id } => assert_eq!((session_id, user_id), (session, ada.id)),
            Refresh::Unknown => panic!("it is known"),
        }
    }
    assert_eq!(fresh, 1);
    let tx = bench.store.begin().await.unwrap();
    assert!(matches!(tx.use_refresh([8; 32], LATER, NEVER).await.unwrap(), Refresh::Unknown));
    drop(tx);
    assert_eq!(bench.store.sessions(ada.id).await.unwrap()[0].last_used_at, LATER);
}

#[tokio::test]
async fn a_used_refresh_token_stands_for_a_lost_answer_until_a_newer_one_is_used_or_time_has_passed() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let session = bench.session(ada.id).await;
    let tx = bench.store.begin().await.unwrap();
    tx.insert_refresh([1; 32], session, NOON).await.unwrap();
    let second = Duration::from_secs(1);
    let use_at = async |token: u8, moment: Timestamp| {
        tx.use_refresh([token; 32], moment, moment.minus(second * 30)).await.unwrap()
    };
    assert!(matches!(use_at(1, LATER).await, Refresh::Fresh(_)));
    assert!(matches!(use_at(1, LATER.plus(second * 30)).await, Refresh::Fresh(_)));
    assert!(matches!(use_at(1, LATER.plus(second * 31)).await, Refresh::Reused { .. }));
    tx.insert_refresh([2; 32], session, LATER).await.unwrap();
    tx.insert_refresh([3; 32], session, LATER).await.unwrap();
    assert!(matches!(use_at(2, LATER.plus(second)).await, Refresh::Fresh(_)));
    assert!(matches!(use_at(1, LATER.plus(second * 2)).await, Refresh::Reused { .. }));
    // A second one that the forgiveness handed out dies with the use of its sister.
    assert!(matches!(use_at(3, LATER.plus(second * 60)).await, Refresh::Reused { .. }));
}

#[tokio::test]
async fn a_ticket_works_once_and_in_time() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let session = bench.session(ada.id).await;
    let tx = bench.store.begin().await.unwrap();
    tx.insert_ticket([1; 32], session, LATER).await.unwrap();
    tx.insert_ticket([2; 32], session, NOON).await.unwrap();
    assert_eq!(tx.use_ticket([1; 32], NOON).await.unwrap().unwrap().session_id, session);
    assert!(tx.use_ticket([1; 32], NOON).await.unwrap().is_none());
    assert!(tx.use_ticket([2; 32], NOON).await.unwrap().is_none());
    tx.commit().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM tickets").await, 0);
}

#[tokio::test]
async fn ending_a_session_ends_all_that_proves_it() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let (first, second, third) =
        (bench.session(ada.id).await, bench.session(ada.id).await, bench.session(ada.id).await);
    let tx = bench.store.begin().await.unwrap();
    tx.insert_refresh([1; 32], first, NOON).await.unwrap();
    tx.insert_ticket([1; 32], first, LATER).await.unwrap();
    assert!(!tx.delete_session(ben.id, first).await.unwrap());
    assert!(tx.delete_session(ada.id, first).await.unwrap());
    assert!(matches!(tx.use_refresh([1; 32], NOON, NEVER).await.unwrap(), Refresh::Unknown));
    assert_eq!(tx.delete_sessions(ada.id, Some(third)).await.unwrap(), [second]);
    tx.commit().await.unwrap();
    let left = bench.store.sessions(ada.id).await.unwrap();
    assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [third]);
    bench.store.prune(NOON.plus(Duration::from_secs(3_600)), NOON).await.unwrap();
    assert!(bench.store.session(third).await.unwrap().is_none());
}

#[tokio::test]
async fn a_key_names_the_chat_it_made_for_a_day() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chats = [new_group(ada.id), new_group(ada.id)];
    let [first, second] = [chats[0].id, chats[1].id];
    let tx = bench.store.begin().await.unwrap();
    for chat in chats {
        tx.insert_chat(chat).await.unwrap().unwrap();
    }
    assert_eq!(tx.idempotent_chat(ada.id, "key", NOON).await.unwrap(), None::<ChatId>);
    assert_eq!(tx.remember_chat(ada.id, "key", first, NOON).await.unwrap(), Ok(()));
    assert_eq!(tx.remember_chat(ada.id, "key", second, NOON).await.unwrap(), Err(first));
    assert_eq!(tx.idempotent_chat(ada.id, "key", LATER).await.unwrap(), Some(first));
    let next_day = NOON.plus(Duration::from_secs(24 * 3_600));
    assert_eq!(tx.idempotent_chat(ada.id, "key", next_day).await.unwrap(), None);
    assert_eq!(tx.remember_chat(ada.id, "key", second, next_day).await.unwrap(), Ok(()));
}
