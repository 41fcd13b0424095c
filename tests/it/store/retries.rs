//! Replies that are written once more: in their place, by one run at a time, and nothing of before is lost.

use std::sync::Arc;
use std::time::Duration;

use gemini_coop::ids::{ChatId, MessageId, Seq};
use gemini_coop::protocol::{Event, Message, MessageStatus, Reason, RunState, Usage, UserRef};
use gemini_coop::store::Store;
use gemini_coop::store::rows::{ClaimedRun, Outcome};

use crate::store::support::{Bench, NOON, retry_by_somebody, seqs};

const LEASE: Duration = Duration::from_secs(30);

fn failed(content: &str) -> Outcome {
    Outcome {
        content: Some(content.into()),
        reason: Some(Reason::Timeout),
        detail: Some("The model took too long.".into()),
        model: Some("gemini".into()),
        usage: Some(Usage { total_tokens: Some(7), ..Usage::default() }),
        ..Outcome::of(MessageStatus::Failed)
    }
}

/// A room in which a reply has failed.
struct Room {
    bench: Bench,
    chat: ChatId,
    ada: UserRef,
    gem: UserRef,
    reply: MessageId,
    former: ClaimedRun,
}

impl Room {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
        let chat = bench.group(&[&ada, &gem]).await;
        let reply = bench.ask(chat, &ada, &gem).await.1.message_id;
        let former = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
        bench.store.settle(former.lease, failed("half")).await.unwrap().unwrap();
        Self { bench, chat, ada, gem, reply, former }
    }

    async fn retry(&self) -> Option<Message> {
        retry(&self.bench.store, self.chat, self.reply).await
    }

    async fn claim(&self) -> Option<ClaimedRun> {
        self.bench.store.claim_run(self.chat, "node", 1, LEASE).await.unwrap()
    }

    async fn shown(&self) -> Message {
        self.bench.store.message(self.chat, self.reply).await.unwrap().unwrap()
    }

    async fn revisions(&self) -> Vec<String> {
        let revisions = self.bench.store.revisions(self.reply).await.unwrap();
        revisions.into_iter().map(|revision| revision.content).collect()
    }
}

async fn retry(store: &Store, chat: ChatId, reply: MessageId) -> Option<Message> {
    let tx = store.begin().await.unwrap();
    let retried = tx.retry_reply(chat, reply, retry_by_somebody()).await.unwrap();
    if retried.is_some() {
        tx.commit().await.unwrap();
    }
    retried
}

#[tokio::test]
async fn a_retried_reply_begins_anew_in_its_place_and_what_was_there_is_kept() {
    let room = Room::new().await;
    let former = room.shown().await;
    let later = room.bench.say(room.chat, &room.ada, "well?").await;
    let retried = room.retry().await.unwrap();
    assert_eq!(room.shown().await, retried);
    let run = retried.body.run.clone().unwrap();
    assert_ne!(run.id, room.former.lease.run_id);
    let mut expected = former.clone();
    expected.body.updated_seq = later.seq.next();
    expected.body.content.clear();
    expected.body.status = MessageStatus::Queued;
    let expected_run = expected.body.run.as_mut().unwrap();
    expected_run.id = run.id;
    (expected_run.model, expected_run.reason, expected_run.detail, expected_run.usage) =
        (None, None, None, None);
    expected_run.retried_by = Some(retry_by_somebody().by);
    assert_eq!(retried, expected);
    assert_eq!(room.revisions().await, ["half"]);
    assert_eq!(room.bench.announced.lock().unwrap().last().unwrap().event, Event::Updated(retried.clone()));
    // The former run and the text of then are found by the same number.
    let pairs = "SELECT COUNT(*) FROM runs JOIN revisions ON revisions.message_id = runs.message_id \
                 AND revisions.seq = runs.replaced_seq WHERE runs.reason = 'timeout' AND content = 'half'";
    assert_eq!(room.bench.count(pairs).await, 1);

    let claimed = room.claim().await.unwrap();
    assert_eq!((claimed.lease.run_id, claimed.message_id), (run.id, room.reply));
    assert_eq!((claimed.question_id, &claimed.asked_by), (room.former.question_id, &room.ada));
    assert!(room.bench.store.checkpoint(claimed.lease, "new", LEASE).await.unwrap());
    let whole = Outcome { status: MessageStatus::Complete, reason: None, detail: None, ..failed("new text") };
    let settled = room.bench.store.settle(claimed.lease, whole).await.unwrap().unwrap();
    assert_eq!((settled.seq, settled.body.content.as_str()), (former.seq, "new text"));
    let log = room.bench.log(room.chat).await;
    assert_eq!(seqs(&log), (1..=log.len() as i64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_writer_of_before_writes_nothing_into_the_retry() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let reply = bench.ask(chat, &ada, &gem).await.1.message_id;
    let paused = bench.store.claim_run(chat, "node", 1, Duration::ZERO).await.unwrap().unwrap();
    assert!(bench.store.checkpoint(paused.lease, "old", Duration::ZERO).await.unwrap());
    // It counts as dead as soon as the database's clock has passed its lease, and wakes up later.
    let restarted = Outcome { content: None, status: MessageStatus::Interrupted, ..failed("") };
    while bench.store.interrupt_abandoned("node", &[], restarted.clone()).await.unwrap().is_empty() {}
    let writes_nothing = async || {
        assert!(!bench.store.checkpoint(paused.lease, "older", LEASE).await.unwrap());
        assert!(!bench.store.renew(paused.lease, LEASE).await.unwrap());
        assert!(!bench.store.hand_back(chat, paused.lease).await.unwrap());
        assert!(bench.store.settle(paused.lease, failed("older")).await.unwrap().is_none());
        assert!(bench.store.settle_queued(paused.lease.run_id, failed("older")).await.unwrap().is_none());
    };
    let retried = retry(&bench.store, chat, reply).await.unwrap();
    writes_nothing().await;
    assert_eq!(bench.store.message(chat, reply).await.unwrap(), Some(retried));
    let run = bench.store.claim_run(chat, "other", 1, LEASE).await.unwrap().unwrap();
    assert!(bench.store.checkpoint(run.lease, "new", LEASE).await.unwrap());
    writes_nothing().await;
    let shown = bench.store.message(chat, reply).await.unwrap().unwrap();
    assert_eq!((shown.body.content.as_str(), shown.body.status), ("new", MessageStatus::Streaming));
    assert!(bench.store.settle(run.lease, failed("new text")).await.unwrap().is_some());
    assert_eq!(bench.store.revisions(reply).await.unwrap()[0].content, "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_at_the_same_moment_make_one_run() {
    let room = Room::new().await;
    let mut nodes = vec![room.bench.store.clone()];
    if !room.bench.is_sqlite() {
        nodes.push(Arc::new(Store::connect(&room.bench.config).await.unwrap()));
    }
    let (chat, reply) = (room.chat, room.reply);
    let retries: Vec<_> = (0..20)
        .map(|number| {
            let node = nodes[number % nodes.len()].clone();
            tokio::spawn(async move { retry(&node, chat, reply).await })
        })
        .collect();
    let mut made = Vec::new();
    for retry in retries {
        made.extend(retry.await.unwrap());
    }
    assert_eq!(made, [room.shown().await]);
    assert_eq!(room.revisions().await, ["half"]);
    assert!(room.claim().await.is_some());
    assert!(room.claim().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_meets_the_end_of_the_former_run_comes_after_it_or_changes_nothing() {
    let room = Room::new().await;
    for round in 0..20 {
        let reply = room.bench.ask(room.chat, &room.ada, &room.gem).await.1.message_id;
        let run = room.claim().await.unwrap();
        let text = format!("text {round}");
        let (chat, nodes) = (room.chat, (room.bench.store.clone(), room.bench.store.clone()));
        let ended = tokio::spawn({
            let text = text.clone();
            async move { nodes.0.settle(run.lease, failed(&text)).await.unwrap() }
        });
        let retried = tokio::spawn(async move { retry(&nodes.1, chat, reply).await });
        let (ended, retried) = (ended.await.unwrap().unwrap(), retried.await.unwrap());
        let shown = room.bench.store.message(chat, reply).await.unwrap().unwrap();
        let kept = room.bench.store.revisions(reply).await.unwrap();
        match retried {
            Some(retried) => {
                assert_eq!((retried.body.updated_seq, &shown), (ended.body.updated_seq.next(), &retried));
                assert_eq!(kept[0].content, text);
                let run = room.claim().await.unwrap();
                room.bench.store.settle(run.lease, failed("done")).await.unwrap().unwrap();
            }
            None => assert_eq!((&shown, kept.len()), (&ended, 0)),
        }
    }
}

#[tokio::test]
async fn a_retry_waits_behind_those_that_wait_already_and_counts_as_any_run() {
    let room = Room::new().await;
    let waiting = room.bench.ask(room.chat, &room.ada, &room.gem).await.1.message_id;
    let retried = room.retry().await.unwrap();
    let later = room.bench.ask(room.chat, &room.ada, &room.gem).await.1.message_id;
    let queue = room.bench.store.queue(room.chat, 2).await.unwrap();
    let places: Vec<_> = queue.waiting.iter().map(|entry| (entry.message_id, entry.position)).collect();
    assert_eq!(places, [(waiting, 1), (room.reply, 2), (later, 3)]);
    assert_eq!(queue.waiting[1].run_id, retried.body.run.unwrap().id);
    for expected in [waiting, room.reply, later] {
        let run = room.claim().await.unwrap();
        assert_eq!(run.message_id, expected);
        assert!(room.claim().await.is_none(), "one at once");
        room.bench.store.settle(run.lease, failed("done")).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_retry_can_be_stopped_retried_and_deleted_and_leaves_no_text_behind() {
    let room = Room::new().await;
    let first = room.retry().await.unwrap().body.run.unwrap().id;
    let run = room.bench.store.run_of(room.chat, room.reply).await.unwrap().unwrap();
    assert_eq!((run.id, run.state), (first, RunState::Queued));
    let stopped = Outcome { content: None, status: MessageStatus::Stopped, ..failed("") };
    assert!(room.bench.store.settle_queued(first, stopped).await.unwrap().is_some());
    // It had no text yet, which is nothing to keep.
    let second = room.retry().await.unwrap().body.run.unwrap().id;
    assert_eq!((room.revisions().await, second == first), (vec!["half".to_owned()], false));
    let claimed = room.claim().await.unwrap();
    assert!(room.bench.store.checkpoint(claimed.lease, "new", LEASE).await.unwrap());
    let tx = room.bench.store.begin().await.unwrap();
    tx.delete_message(room.chat, room.reply, NOON).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert!(room.bench.store.settle(claimed.lease, failed("back again")).await.unwrap().is_none());
    assert!(room.retry().await.is_none());
    assert_eq!((room.shown().await.body.content, room.revisions().await.len()), (String::new(), 0));
    assert_eq!(room.bench.store.run_of(room.chat, room.reply).await.unwrap().unwrap().state, RunState::Done);
}

#[tokio::test]
async fn the_log_from_before_a_retry_shows_the_reply_as_it_is_now() {
    let room = Room::new().await;
    let retried = room.retry().await.unwrap();
    let log = room.bench.log(room.chat).await;
    let shown: Vec<_> = log.iter().filter(|(seq, _)| *seq >= retried.seq).collect();
    assert_eq!(shown.last().unwrap().0, retried.body.updated_seq);
    assert!(shown.len() == 4, "posted, claimed, settled, retried");
    assert!(shown.iter().all(|(_, event)| event.message() == Some(&retried)));
    assert_eq!(room.bench.store.head(room.chat).await.unwrap(), Some(Seq(6)));
}
