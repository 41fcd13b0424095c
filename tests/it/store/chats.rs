//! Chats, members, read positions and the list.

use gemini_coop::ids::{ChatId, Seq, Timestamp, UserId};
use gemini_coop::protocol::{ChatKind, Event, MemberRole, UserRef};
use gemini_coop::store::Store;
use gemini_coop::store::rows::{NewChat, NewMessage, Post, Posted};

use crate::store::support::{Bench, NOON, created, new_group, post, text};

async fn private_chat(store: &Store, a: &UserRef, b: &UserRef) -> Result<ChatId, ChatId> {
    let chat = NewChat { kind: ChatKind::Private, name: None, pair: Some((a.id, b.id)), ..new_group(a.id) };
    let id = chat.id;
    let tx = store.begin().await.unwrap();
    tx.insert_chat(chat).await.unwrap()?;
    for member in [a, b] {
        tx.insert_member(id, member.id, MemberRole::Member, NOON, Seq::ZERO).await.unwrap();
    }
    tx.append_message(id, created(a), Event::Posted).await.unwrap();
    tx.commit().await.unwrap();
    Ok(id)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_have_one_private_chat_however_many_make_it_at_once() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let mut makers = Vec::new();
    for number in 0..10 {
        let store = bench.store.clone();
        let pair = if number % 2 == 0 { (ada.clone(), ben.clone()) } else { (ben.clone(), ada.clone()) };
        makers.push(tokio::spawn(async move { private_chat(&store, &pair.0, &pair.1).await }));
    }
    let (mut made, mut ids) = (0, Vec::new());
    for maker in makers {
        let result = maker.await.unwrap();
        made += usize::from(result.is_ok());
        ids.push(result.unwrap_or_else(|existing| existing));
    }
    ids.dedup();
    assert_eq!((made, ids.len()), (1, 1));
    assert_eq!(bench.store.private_chat(ben.id, ada.id).await.unwrap(), Some(ids[0]));
    let tx = bench.store.begin().await.unwrap();
    tx.delete_chat(ids[0], NOON).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.store.private_chat(ada.id, ben.id).await.unwrap(), None);
    assert_ne!(private_chat(&bench.store, &ada, &ben).await.unwrap(), ids[0]);
}

#[tokio::test]
async fn the_list_shows_activity_last_message_peer_and_unread() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let room = bench.group(&[&ada, &ben]).await;
    let pair = private_chat(&bench.store, &ada, &ben).await.unwrap();
    let gone = bench.group(&[&ada]).await;
    let long = "ü".repeat(300);
    for number in 0..3 {
        let at = Timestamp(NOON.0 + 1 + number);
        let message = NewMessage { created_at: at, ..text(&ben, &long) };
        bench.store.post(Post { chat_id: room, message, replies: Vec::new() }).await.unwrap();
    }
    bench.say(room, &ada, "my own does not count").await;
    let tx = bench.store.begin().await.unwrap();
    tx.delete_chat(gone, NOON).await.unwrap();
    let first = tx.edit_message(room, bench_message(&bench, room, 2).await, "x", NOON).await.unwrap();
    tx.delete_message(room, first.unwrap().id, NOON).await.unwrap();
    tx.commit().await.unwrap();
    bench
        .store
        .post(Post {
            chat_id: room,
            message: NewMessage { created_at: Timestamp(NOON.0 + 9), ..text(&ben, &long) },
            replies: Vec::new(),
        })
        .await
        .unwrap();

    let list = bench.store.chats(ada.id, 0, 10).await.unwrap();
    let ids: Vec<_> = list.iter().map(|item| item.chat.id).collect();
    assert_eq!(ids, [room, pair]);
    assert_eq!((list[0].unread_count, list[1].unread_count), (3, 0));
    let last = list[0].last_message.as_ref().unwrap();
    assert_eq!(last.content, "ü".repeat(200));
    assert_eq!((last.username.as_str(), last.seq), ("ben", Seq(8)));
    assert_eq!(list[0].last_message_time, Some(Timestamp(NOON.0 + 9)));
    assert_eq!((list[0].chat.head_seq, list[0].chat.my_role), (Seq(8), MemberRole::Owner));
    assert_eq!((list[0].peer.as_ref(), list[1].peer.as_ref()), (None, Some(&ben)));
    assert_eq!(bench.store.chats(ada.id, 1, 10).await.unwrap(), list[1..]);
    assert_eq!(bench.store.chats(ben.id, 0, 10).await.unwrap()[0].unread_count, 1);
    let mut mine = bench.store.chat_ids(ada.id).await.unwrap();
    mine.sort_unstable();
    let mut living = vec![room, pair];
    living.sort_unstable();
    assert_eq!(mine, living);
    assert_eq!(bench.store.begin().await.unwrap().count_chats(ada.id).await.unwrap(), 2);
    assert!(bench.store.chat(gone, ada.id).await.unwrap().is_none());
    assert!(bench.store.chat(room, UserId::new()).await.unwrap().is_none());
    let refused = bench.store.post(post(gone, &ada, "too late")).await.unwrap();
    assert!(matches!(refused, Posted::NotMember));
}

async fn bench_message(bench: &Bench, chat: ChatId, seq: i64) -> gemini_coop::ids::MessageId {
    let window = gemini_coop::store::rows::Window::After(Seq(seq - 1));
    bench.store.page(chat, window, 1).await.unwrap().messages[0].id
}

#[tokio::test]
async fn unread_is_counted_to_a_hundred() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let chat = bench.group(&[&ada, &ben]).await;
    let posts: Vec<_> = (0..120).map(|_| bench.store.post(post(chat, &ben, "hey"))).collect();
    for posted in posts {
        posted.await.unwrap();
    }
    assert_eq!(bench.store.chats(ada.id, 0, 1).await.unwrap()[0].unread_count, 100);
    bench.store.mark_read(chat, ada.id, Seq(100), NOON).await.unwrap();
    assert_eq!(bench.store.chats(ada.id, 0, 1).await.unwrap()[0].unread_count, 21);
}

#[tokio::test]
async fn a_read_position_moves_forward_only_and_never_past_the_head() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let chat = bench.group(&[&ada, &ben]).await;
    bench.say(chat, &ben, "hey").await;
    for (asked, expected) in [(1, (1, true)), (99, (2, true)), (1, (2, false)), (2, (2, false))] {
        let (seq, moved) = bench.store.mark_read(chat, ada.id, Seq(asked), NOON).await.unwrap().unwrap();
        assert_eq!((seq.0, moved), expected, "{asked}");
    }
    assert_eq!(bench.store.mark_read(chat, UserId::new(), Seq(1), NOON).await.unwrap(), None);
    let receipts = bench.store.receipts(chat).await.unwrap();
    let read: Vec<_> = receipts.iter().map(|r| (r.username.as_str(), r.last_read_seq.0, r.read_at)).collect();
    assert_eq!(read, [("ada", 2, Some(NOON)), ("ben", 0, None)]);
}

#[tokio::test]
async fn members_stand_by_role_and_joining_time() {
    let bench = Bench::new().await;
    let (ada, ben, cleo, gem) = (
        bench.person("ada").await,
        bench.person("ben").await,
        bench.person("cleo").await,
        bench.agent("gem").await,
    );
    let chat = bench.group(&[&cleo]).await;
    let tx = bench.store.begin().await.unwrap();
    for (member, role, joined) in
        [(&ben, MemberRole::Member, 3), (&ada, MemberRole::Admin, 4), (&gem, MemberRole::Member, 2)]
    {
        let joined_at = Timestamp(NOON.0 + joined);
        tx.insert_member(chat, member.id, role, joined_at, Seq::ZERO).await.unwrap();
    }
    assert_eq!(tx.membership(chat, ada.id).await.unwrap().unwrap().role, MemberRole::Admin);
    tx.commit().await.unwrap();
    let members = bench.store.members(chat).await.unwrap();
    let names: Vec<_> = members.iter().map(|member| member.username.as_str()).collect();
    assert_eq!(names, ["cleo", "ada", "gem", "ben"]);
    assert!(members[2].is_bot);
    assert_eq!(bench.store.agents(chat).await.unwrap(), [gem]);
    assert_eq!(bench.store.member_ids(chat).await.unwrap().len(), 4);
}
