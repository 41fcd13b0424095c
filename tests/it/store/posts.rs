//! Posting: numbers, repeats, order, and who is kept out.

use std::time::Duration;

use gemini_coop::ids::Seq;
use gemini_coop::protocol::{Event, MessageStatus};
use gemini_coop::store::rows::{Committed, NewMessage, Post, Posted, Window};

use crate::store::support::{Bench, post, seqs, text};

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_holes_under_64_posters_and_equal_the_log() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let chat = bench.group(&[&ada, &ben]).await;
    let mut posters = Vec::new();
    for number in 0..64 {
        let store = bench.store.clone();
        let author = if number % 2 == 0 { ada.clone() } else { ben.clone() };
        posters.push(tokio::spawn(async move {
            let mut posted = Vec::new();
            for _ in 0..5 {
                match store.post(post(chat, &author, "hello")).await.unwrap() {
                    Posted::New(message) => posted.push((message.seq, message)),
                    other => panic!("not posted: {other:?}"),
                }
            }
            posted
        }));
    }
    let mut acknowledged = Vec::new();
    for poster in posters {
        acknowledged.extend(poster.await.unwrap());
    }
    acknowledged.sort_by_key(|(seq, _)| *seq);
    let log = bench.log(chat).await;
    assert_eq!(seqs(&log), (1..=321).collect::<Vec<_>>());
    let logged: Vec<_> =
        log.into_iter().skip(1).map(|(seq, event)| (seq, event.message().unwrap().clone())).collect();
    assert_eq!(acknowledged, logged);
    assert_eq!(bench.store.head(chat).await.unwrap(), Some(Seq(321)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_posts_once_under_20_concurrent_sends() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let mut sends = Vec::new();
    for _ in 0..20 {
        let message = NewMessage { client_id: Some("one".into()), ..text(&ada, "once") };
        let sent = bench.store.post(Post { chat_id: chat, message, replies: Vec::new() });
        sends.push(tokio::spawn(sent));
    }
    let (mut new, mut seen) = (0, Vec::new());
    for send in sends {
        match send.await.unwrap().unwrap() {
            Posted::New(message) => {
                new += 1;
                seen.push(message);
            }
            Posted::Duplicate(message) => seen.push(message),
            Posted::NotMember => panic!("ada is a member"),
        }
    }
    assert_eq!(new, 1);
    assert!(seen.iter().all(|message| *message == seen[0]));
    assert_eq!(bench.store.head(chat).await.unwrap(), Some(Seq(2)));
    let again = NewMessage { client_id: Some("one".into()), ..text(&ada, "other words") };
    let answer = bench.store.post(Post { chat_id: chat, message: again, replies: Vec::new() }).await.unwrap();
    assert!(matches!(answer, Posted::Duplicate(message) if message == seen[0]));
}

#[tokio::test]
async fn the_lane_keeps_the_order_in_which_posts_are_handed_in() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let waiting: Vec<_> =
        (0..300).map(|number| bench.store.post(post(chat, &ada, &number.to_string()))).collect();
    for (number, posted) in waiting.into_iter().enumerate() {
        let Posted::New(message) = posted.await.unwrap() else { panic!("not posted") };
        assert_eq!((message.seq, message.body.content), (Seq(number as i64 + 2), number.to_string()));
    }
}

#[tokio::test]
async fn a_rollback_leaves_no_hole() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let tx = bench.store.begin().await.unwrap();
    tx.append_message(chat, text(&ada, "never"), Event::Posted).await.unwrap();
    drop(tx);
    bench.say(chat, &ada, "said").await;
    assert_eq!(seqs(&bench.log(chat).await), [1, 2]);
    let announced: Vec<_> = bench.announced.lock().unwrap().iter().map(|change| change.seq.0).collect();
    assert_eq!(announced, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_announced_in_order() {
    // Every other announcement dawdles, so that the next one would overtake it if it could.
    let dawdle = |change: &Committed| {
        if change.seq.0 % 2 == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let bench = Bench::heard_by(dawdle).await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let mut writers = Vec::new();
    for number in 0..40 {
        let (store, ada) = (bench.store.clone(), ada.clone());
        // On PostgreSQL only posts keep the order: see `Inner::turn`.
        let by_hand = bench.is_sqlite() && number % 2 == 0;
        writers.push(tokio::spawn(async move {
            if by_hand {
                let tx = store.begin().await.unwrap();
                tx.append_message(chat, text(&ada, "by hand"), Event::Posted).await.unwrap();
                tx.commit().await.unwrap();
            } else {
                store.post(post(chat, &ada, "by lane")).await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let announced: Vec<_> = bench.announced.lock().unwrap().iter().map(|change| change.seq.0).collect();
    assert_eq!(announced, (1..=41).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_neither_change_nor_announcement_along() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    drop(bench.store.post(post(chat, &ada, "said all the same")));
    // The lane is in order: when this one is there, so is the other.
    bench.say(chat, &ada, "after it").await;
    assert_eq!(bench.announced.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn one_bad_post_does_not_fail_its_neighbours() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let taken = bench.store.page(chat, Window::Latest, 1).await.unwrap().messages[0].id;
    let bad = NewMessage { id: taken, ..text(&ada, "with another's id") };
    let posts = [
        bench.store.post(post(chat, &ada, "first")),
        bench.store.post(Post { chat_id: chat, message: bad, replies: Vec::new() }),
        bench.store.post(post(chat, &ada, "last")),
    ];
    let mut results = Vec::new();
    for posted in posts {
        results.push(posted.await);
    }
    assert!(matches!(&results[0], Ok(Posted::New(message)) if message.seq == Seq(2)));
    assert!(results[1].is_err());
    assert!(matches!(&results[2], Ok(Posted::New(message)) if message.seq == Seq(3)));
    assert_eq!(seqs(&bench.log(chat).await), [1, 2, 3]);
}

#[tokio::test]
async fn a_removed_author_is_not_a_member() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    let chat = bench.group(&[&ada, &ben]).await;
    bench.say(chat, &ben, "still here").await;
    let tx = bench.store.begin().await.unwrap();
    assert!(tx.delete_member(chat, ben.id).await.unwrap());
    tx.commit().await.unwrap();
    let refused = bench.store.post(post(chat, &ben, "not any more")).await.unwrap();
    assert!(matches!(refused, Posted::NotMember));
    assert_eq!(bench.store.head(chat).await.unwrap(), Some(Seq(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_posts_after_the_number_of_their_removal() {
    let bench = Bench::new().await;
    let (ada, ben) = (bench.person("ada").await, bench.person("ben").await);
    for _ in 0..10 {
        let chat = bench.group(&[&ada, &ben]).await;
        let (store, author) = (bench.store.clone(), ben.clone());
        let talker = tokio::spawn(async move {
            let mut last = Seq::ZERO;
            while let Posted::New(message) = store.post(post(chat, &author, "me")).await.unwrap() {
                last = message.seq;
            }
            last
        });
        let tx = bench.store.begin().await.unwrap();
        tx.lock_chat(chat).await.unwrap().unwrap();
        tx.delete_member(chat, ben.id).await.unwrap();
        let removed = tx.append_message(chat, text(&ada, "ben was removed"), Event::Posted).await.unwrap();
        tx.commit().await.unwrap();
        assert!(talker.await.unwrap() < removed.seq);
    }
}

#[tokio::test]
async fn a_question_brings_its_placeholder_with_the_next_number() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (question, reply) = bench.ask(chat, &ada, &gem).await;
    let answer = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!((question.seq, answer.seq), (Seq(2), Seq(3)));
    assert_eq!(answer.body.status, MessageStatus::Queued);
    assert_eq!(answer.body.reply_to, Some(question.id));
    assert_eq!(answer.body.run.as_ref().unwrap().question_id, question.id);
    let announced = bench.announced.lock().unwrap().last().unwrap().event.clone();
    assert_eq!(announced, Event::Posted(answer));
}

#[tokio::test]
async fn pages_tell_what_lies_beyond() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    for number in 2..=10 {
        bench.say(chat, &ada, &number.to_string()).await;
    }
    for (window, limit, expected, older, newer) in [
        (Window::Latest, 3, vec![8, 9, 10], true, false),
        (Window::Latest, 50, (1..=10).collect(), false, false),
        (Window::Before(Seq(4)), 2, vec![2, 3], true, true),
        (Window::Before(Seq(3)), 50, vec![1, 2], false, true),
        (Window::Before(Seq(11)), 1, vec![10], true, false),
        (Window::After(Seq(7)), 2, vec![8, 9], true, true),
        (Window::After(Seq(0)), 1, vec![1], false, true),
        (Window::After(Seq(10)), 5, vec![], true, false),
        (Window::Around(Seq(5)), 4, vec![3, 4, 5, 6], true, true),
        (Window::Around(Seq(10)), 4, vec![8, 9, 10], true, false),
    ] {
        let page = bench.store.page(chat, window, limit).await.unwrap();
        let seqs: Vec<_> = page.messages.iter().map(|message| message.seq.0).collect();
        assert_eq!((seqs, page.has_older, page.has_newer), (expected, older, newer), "{window:?} {limit}");
    }
}
