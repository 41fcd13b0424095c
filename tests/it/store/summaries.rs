//! Summaries go with the messages that they tell of.

use gemini_coop::ids::{Seq, SummaryId};
use gemini_coop::store::rows::{Summarised, Summary};

use crate::store::support::{Bench, NOON};

fn summary(up_to: Seq) -> Summary {
    let of = Summarised { id: SummaryId::new(), up_to_seq: up_to };
    Summary { of, content: format!("up to {up_to}") }
}

#[tokio::test]
async fn a_change_withdraws_each_summary_that_tells_of_the_message_and_no_other() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let mut said = Vec::new();
    for number in 0..6 {
        said.push(bench.say(chat, &ada, &format!("line {number}")).await);
    }
    let head = said[5].seq;
    for place in [1, 3, 5] {
        assert!(bench.store.keep_summary(chat, summary(said[place].seq), head, NOON).await.unwrap());
    }
    let latest =
        async |before| bench.store.summary(chat, before).await.unwrap().map(|summary| summary.of.up_to_seq);
    assert_eq!(latest(Seq(i64::MAX)).await, Some(said[5].seq));
    assert_eq!(latest(said[5].seq).await, Some(said[3].seq));
    let tx = bench.store.begin().await.unwrap();
    tx.edit_message(chat, said[4].id, "another", NOON).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(latest(Seq(i64::MAX)).await, Some(said[3].seq));
    let tx = bench.store.begin().await.unwrap();
    tx.delete_message(chat, said[2].id, NOON).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(latest(Seq(i64::MAX)).await, Some(said[1].seq));
}

#[tokio::test]
async fn a_summary_of_what_was_changed_meanwhile_is_not_kept() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let secret = bench.say(chat, &ada, "a secret").await;
    let last = bench.say(chat, &ada, "and more").await;
    let as_of = last.seq;
    let tx = bench.store.begin().await.unwrap();
    tx.delete_message(chat, secret.id, NOON).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert!(!bench.store.keep_summary(chat, summary(last.seq), as_of, NOON).await.unwrap());
    // What was changed before it was read, or is said afterwards, is no hindrance.
    let as_of = bench.store.head(chat).await.unwrap().unwrap();
    bench.say(chat, &ada, "later").await;
    assert!(bench.store.keep_summary(chat, summary(last.seq), as_of, NOON).await.unwrap());
    assert!(!bench.store.keep_summary(chat, summary(secret.seq), as_of, NOON).await.unwrap());
}
