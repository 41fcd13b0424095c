//! The log: what somebody who was away gets to see.

use std::time::Duration;

use gemini_coop::ids::{MessageId, Seq, Timestamp};
use gemini_coop::protocol::{Event, MemberRole, MessageStatus, RoomSettings, SystemData};
use gemini_coop::store::rows::{NewMessage, Replay};

use crate::store::support::{Bench, NOON, created, seqs, text};

#[tokio::test]
async fn an_edited_or_deleted_text_never_comes_back() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let edited = bench.say(chat, &ada, "secret one").await;
    let deleted = bench.say(chat, &ada, "secret two").await;
    let tx = bench.store.begin().await.unwrap();
    let edit = tx.edit_message(chat, edited.id, "harmless", NOON).await.unwrap().unwrap();
    tx.edit_message(chat, deleted.id, "secret three", NOON).await.unwrap().unwrap();
    tx.delete_message(chat, deleted.id, NOON).await.unwrap().unwrap();
    assert!(tx.delete_message(chat, deleted.id, NOON).await.unwrap().is_none());
    assert!(tx.edit_message(chat, deleted.id, "again", NOON).await.unwrap().is_none());
    assert!(tx.edit_message(chat, MessageId::new(), "none", NOON).await.unwrap().is_none());
    tx.commit().await.unwrap();
    let log = bench.log(chat).await;
    assert_eq!(seqs(&log), [1, 2, 3, 4, 5, 6]);
    assert_eq!(log[1].1, Event::Posted(edit.clone()));
    assert_eq!(log[3].1, Event::Updated(edit));
    assert!(!format!("{log:?}").contains("secret"));
    let Event::Deleted(tombstone) = &log[5].1 else { panic!("not a deletion") };
    assert_eq!((tombstone.seq, tombstone.body.updated_seq), (Seq(3), Seq(6)));
    assert_eq!(tombstone.body.deleted_at, Some(NOON));
    assert_eq!(bench.count("SELECT count(*) FROM revisions").await, 1);
    let earlier = bench.store.revisions(edited.id).await.unwrap();
    assert_eq!(earlier[0].content, "secret one");
    let announced: Vec<_> =
        bench.announced.lock().unwrap().iter().map(|change| (change.seq, change.event.clone())).collect();
    assert_eq!(announced[3..], log[3..4].iter().chain(&announced[4..]).cloned().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_replay_is_bounded_and_says_whether_it_reached_the_head() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    for _ in 0..4 {
        bench.say(chat, &ada, "hello").await;
    }
    for (after, limit, expected, reached) in
        [(0, 3, vec![1, 2, 3], false), (3, 2, vec![4, 5], true), (5, 10, vec![], true)]
    {
        let answer = bench.store.replay(chat, Seq(after), limit).await.unwrap();
        let Replay::Events { events, complete } = answer else { panic!("gone") };
        assert_eq!((seqs(&events), complete), (expected, reached), "after {after}");
    }
    assert!(matches!(bench.store.replay(chat, Seq(6), 10).await.unwrap(), Replay::Gone));
}

#[tokio::test]
async fn a_cursor_before_the_kept_log_is_gone() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    bench.say(chat, &ada, "old").await;
    let late = NOON.plus(Duration::from_secs(60));
    let tx = bench.store.begin().await.unwrap();
    tx.append_message(chat, NewMessage { created_at: late, ..text(&ada, "new") }, Event::Posted)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    bench.store.prune(NOON, late).await.unwrap();
    for gone in [0, 1] {
        assert!(matches!(bench.store.replay(chat, Seq(gone), 10).await.unwrap(), Replay::Gone));
    }
    let Replay::Events { events, .. } = bench.store.replay(chat, Seq(2), 10).await.unwrap() else {
        panic!("gone")
    };
    assert_eq!(seqs(&events), [3]);
    bench.store.prune(NOON, Timestamp(late.0 + 1)).await.unwrap();
    assert!(matches!(bench.store.replay(chat, Seq(2), 10).await.unwrap(), Replay::Gone));
    let at_head = bench.store.replay(chat, Seq(3), 10).await.unwrap();
    assert!(matches!(at_head, Replay::Events { complete: true, .. }));
    assert_eq!(
        bench.store.page(chat, gemini_coop::store::rows::Window::Latest, 9).await.unwrap().messages.len(),
        3
    );
}

#[tokio::test]
async fn every_kind_of_event_is_replayed_as_it_was_announced() {
    let bench = Bench::new().await;
    let (ada, ben, gem) = (bench.person("ada").await, bench.person("ben").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let ben_user = bench.store.account(ben.id).await.unwrap().unwrap().user;
    let system = |data| NewMessage { data: Some(data), ..created(&ada) };
    let (user, by) = (ben.clone(), ada.clone());
    let tx = bench.store.begin().await.unwrap();
    tx.insert_member(chat, ben.id, MemberRole::Member, NOON, Seq::ZERO).await.unwrap();
    tx.append_message(
        chat,
        system(SystemData::MemberAdded { user: user.clone(), by: by.clone() }),
        |message| Event::ParticipantAdded { user: ben_user.clone(), by: by.clone(), message },
    )
    .await
    .unwrap();
    let role = MemberRole::Admin;
    tx.set_member_role(chat, ben.id, role).await.unwrap();
    tx.append_message(
        chat,
        system(SystemData::RoleChanged { user: user.clone(), role, by: by.clone() }),
        |message| Event::ParticipantRole { user: ben_user.clone(), role, by: by.clone(), message },
    )
    .await
    .unwrap();
    tx.delete_member(chat, ben.id).await.unwrap();
    tx.append_message(chat, system(SystemData::MemberRemoved { user, by: by.clone() }), |message| {
        Event::ParticipantRemoved { user: ben_user.clone(), by: by.clone(), message }
    })
    .await
    .unwrap();
    tx.rename_chat(chat, "Salon").await.unwrap();
    tx.append_message(
        chat,
        system(SystemData::ChatRenamed { name: "Salon".into(), by: by.clone() }),
        |message| Event::ChatUpdated {
            name: Some("Salon".into()),
            owner_id: Some(ada.id),
            settings: RoomSettings::default(),
            by: by.clone(),
            message,
        },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let (_, reply) = bench.ask(chat, &ada, &gem).await;
    let claimed = bench.store.claim_run(chat, "node", 1, Duration::from_secs(9)).await.unwrap().unwrap();
    assert_eq!(claimed.message_id, reply.message_id);
    let tx = bench.store.begin().await.unwrap();
    tx.delete_chat(chat, NOON).await.unwrap();
    assert_eq!(tx.append_chat_deleted(chat, ada.clone()).await.unwrap(), Seq(9));
    tx.commit().await.unwrap();

    let mut expected: Vec<_> =
        bench.announced.lock().unwrap().iter().map(|change| (change.seq, change.event.clone())).collect();
    // Messages are shown as they are now: the reply's posting looks like its end.
    let ended = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!(ended.body.status, MessageStatus::Interrupted);
    expected[6].1 = Event::Posted(ended.clone());
    expected[7].1 = Event::Updated(ended);
    assert_eq!(bench.log(chat).await, expected);
}
