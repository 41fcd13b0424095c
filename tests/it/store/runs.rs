//! Runs: in order, a few at once, and never written by two.

use std::sync::Arc;
use std::time::Duration;

use gemini_coop::ids::{MessageId, RunId, Seq};
use gemini_coop::protocol::{Event, MessageStatus, Reason, RunState, Usage};
use gemini_coop::store::Store;
use gemini_coop::store::rows::{Asked, Lease, NewReply, Outcome, PassedOn};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

use crate::store::support::{Bench, NOON, seqs};

const LEASE: Duration = Duration::from_secs(30);

fn done(content: &str) -> Outcome {
    Outcome {
        content: Some(content.into()),
        model: Some("gemini".into()),
        usage: Some(Usage { total_tokens: Some(7), ..Usage::default() }),
        ..Outcome::of(MessageStatus::Complete)
    }
}

fn interrupted() -> Outcome {
    Outcome {
        reason: Some(Reason::Restarted),
        detail: Some("the server was restarted".into()),
        ..Outcome::of(MessageStatus::Interrupted)
    }
}

#[tokio::test]
async fn a_run_goes_from_question_to_settled_reply() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (question, reply) = bench.ask(chat, &ada, &gem).await;
    let (_, second) = bench.ask(chat, &ada, &gem).await;
    let queue = bench.store.queue(chat, 2).await.unwrap();
    let waiting: Vec<_> = queue.waiting.iter().map(|entry| (entry.message_id, entry.position)).collect();
    assert_eq!(waiting, [(reply.message_id, 1), (second.message_id, 2)]);
    assert_eq!(bench.store.chats_with_queued_runs().await.unwrap(), [chat]);

    let run = bench.store.claim_run(chat, "node", 2, LEASE).await.unwrap().unwrap();
    assert_eq!(
        (run.message_id, run.question_id, run.question_seq),
        (reply.message_id, question.id, question.seq)
    );
    assert_eq!((&run.asked_by, &run.agent), (&ada, &gem));
    assert_eq!(bench.store.queue(chat, 2).await.unwrap().running.len(), 1);
    assert!(bench.store.checkpoint(run.lease, "half", LEASE).await.unwrap());
    assert!(bench.store.renew(run.lease, LEASE).await.unwrap());
    let half = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!((half.body.content.as_str(), half.body.status), ("half", MessageStatus::Streaming));

    let whole = bench.store.settle(run.lease, done("whole")).await.unwrap().unwrap();
    assert_eq!((whole.body.content.as_str(), whole.body.updated_seq), ("whole", Seq(7)));
    let told = whole.body.run.as_ref().unwrap();
    assert_eq!((told.model.as_deref(), told.usage.unwrap().total_tokens), (Some("gemini"), Some(7)));
    assert!(bench.store.settle(run.lease, done("twice")).await.unwrap().is_none());
    assert!(!bench.store.checkpoint(run.lease, "late", LEASE).await.unwrap());
    let row = bench.store.run_of(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!((row.state, row.asked_by), (RunState::Done, ada.id));

    let stopped = Outcome { status: MessageStatus::Stopped, content: None, ..done("") };
    assert!(bench.store.settle_queued(run.lease.run_id, stopped.clone()).await.unwrap().is_none());
    let never = bench.store.settle_queued(second.run_id, stopped).await.unwrap().unwrap();
    assert_eq!(never.body.status, MessageStatus::Stopped);
    assert!(bench.store.claim_run(chat, "node", 2, LEASE).await.unwrap().is_none());
    let log = bench.log(chat).await;
    assert_eq!(seqs(&log), (1..=8).collect::<Vec<_>>());
    assert_eq!(log[6].1, Event::Settled(whole));
    assert_eq!(bench.announced.lock().unwrap().last().unwrap().event, Event::Settled(never));
    let history = bench.store.history(chat, Seq(100), 10).await.unwrap();
    let said: Vec<_> = history.iter().map(|message| (message.content.as_str(), message.is_bot)).collect();
    assert_eq!(said, [("/bot hello", false), ("whole", true), ("/bot hello", false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_at_the_same_moment_never_exceed_what_may_run_at_once() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    for _ in 0..6 {
        bench.ask(chat, &ada, &gem).await;
    }
    let mut nodes = vec![bench.store.clone()];
    if !bench.is_sqlite() {
        nodes.push(Arc::new(Store::connect(&bench.config).await.unwrap()));
    }
    let mut claims = Vec::new();
    for number in 0..20 {
        let node = nodes[number % nodes.len()].clone();
        claims.push(tokio::spawn(async move { node.claim_run(chat, "node", 2, LEASE).await.unwrap() }));
    }
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(claim.await.unwrap().map(|run| run.message_id));
    }
    let queue = bench.store.queue(chat, 2).await.unwrap();
    let running: Vec<_> = queue.running.iter().map(|entry| entry.message_id).collect();
    claimed.sort_unstable();
    assert_eq!((claimed, queue.waiting.len()), (running, 4));
}

#[tokio::test]
async fn a_writer_whose_lease_has_ended_is_fenced_off() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (_, reply) = bench.ask(chat, &ada, &gem).await;
    let run = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    assert!(bench.store.checkpoint(run.lease, "so far", Duration::ZERO).await.unwrap());
    // The database's clock has to pass the end of the lease, which is now.
    let mut chats = Vec::new();
    while chats.is_empty() {
        chats = bench.store.interrupt_abandoned("node", &[], interrupted()).await.unwrap();
    }
    assert_eq!(chats, [chat]);
    assert!(!bench.store.checkpoint(run.lease, "from the dead", LEASE).await.unwrap());
    assert!(!bench.store.renew(run.lease, LEASE).await.unwrap());
    assert!(bench.store.settle(run.lease, done("from the dead")).await.unwrap().is_none());
    let kept = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!((kept.body.content.as_str(), kept.body.status), ("so far", MessageStatus::Interrupted));
    assert_eq!(kept.body.run.unwrap().reason, Some(Reason::Restarted));
    assert!(bench.store.interrupt_abandoned("node", &[], interrupted()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_with_a_lease_is_left_alone_unless_its_process_is_known_to_be_dead() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    bench.ask(chat, &ada, &gem).await;
    bench.store.claim_run(chat, "earlier", 1, LEASE).await.unwrap().unwrap();
    assert!(bench.store.interrupt_abandoned("earlier", &[], interrupted()).await.unwrap().is_empty());
    let ended = bench.store.interrupt_abandoned("later", &[], interrupted()).await.unwrap();
    // SQLite is for one process: a run of another node's is one of a process that is gone.
    assert_eq!(!ended.is_empty(), bench.is_sqlite());
}

#[tokio::test]
async fn a_writer_that_lives_keeps_its_run_although_the_database_was_away_for_longer_than_the_lease() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let mut leases = Vec::new();
    for _ in 0..2 {
        bench.ask(chat, &ada, &gem).await;
        leases.push(bench.store.claim_run(chat, "node", 2, Duration::ZERO).await.unwrap().unwrap().lease);
    }
    // The one that nobody writes is ended as soon as the database's clock has passed its lease.
    let writing = [leases[0].run_id];
    while bench.store.interrupt_abandoned("node", &writing, interrupted()).await.unwrap().is_empty() {}
    assert!(bench.store.checkpoint(leases[0], "still here", LEASE).await.unwrap());
    assert!(!bench.store.checkpoint(leases[1], "from the dead", LEASE).await.unwrap());
}

#[tokio::test]
async fn a_reply_deleted_while_it_is_written_stays_deleted() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (_, reply) = bench.ask(chat, &ada, &gem).await;
    let run = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    let tx = bench.store.begin().await.unwrap();
    let gone = tx.delete_message(chat, reply.message_id, NOON).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(gone.body.status, MessageStatus::Stopped);
    assert!(!bench.store.checkpoint(run.lease, "back again", LEASE).await.unwrap());
    assert!(bench.store.settle(run.lease, done("back again")).await.unwrap().is_none());
    assert_eq!(bench.store.message(chat, reply.message_id).await.unwrap(), Some(gone));
    assert!(bench.store.queue(chat, 2).await.unwrap().running.is_empty());
}

#[tokio::test]
async fn a_checkpoint_and_the_end_of_its_chat_do_not_wait_for_each_other() {
    let bench = Bench::new().await;
    if bench.is_sqlite() {
        // One writer at a time: nobody waits for anybody's row.
        return;
    }
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (_, reply) = bench.ask(chat, &ada, &gem).await;
    bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    // A checkpoint in slow motion: the run first, the message second.
    let checkpoint = bench.raw().await.begin().await.unwrap();
    checkpoint.execute_unprepared("UPDATE runs SET epoch = epoch").await.unwrap();
    let tx = bench.store.begin().await.unwrap();
    let mut deletion = std::pin::pin!(async {
        tx.delete_chat(chat, NOON).await?;
        tx.commit().await
    });
    tokio::time::timeout(Duration::from_millis(300), &mut deletion).await.expect_err("the run is held");
    checkpoint.execute_unprepared("UPDATE messages SET content = 'so far'").await.unwrap();
    checkpoint.commit().await.unwrap();
    deletion.await.unwrap();
    let gone = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!(gone.body.status, MessageStatus::Interrupted);
}

#[tokio::test]
async fn a_run_that_is_handed_back_is_the_next_again_and_its_first_writer_is_fenced_off() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let (_, reply) = bench.ask(chat, &ada, &gem).await;
    bench.ask(chat, &ada, &gem).await;
    let run = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    assert!(bench.store.hand_back(chat, run.lease).await.unwrap());
    assert!(!bench.store.hand_back(chat, run.lease).await.unwrap());
    assert!(bench.store.settle(run.lease, done("from the dead")).await.unwrap().is_none());
    let waiting = bench.store.message(chat, reply.message_id).await.unwrap().unwrap();
    assert_eq!((waiting.body.content.as_str(), waiting.body.status), ("", MessageStatus::Queued));
    let again = bench.store.claim_run(chat, "other", 1, LEASE).await.unwrap().unwrap();
    assert_eq!(again.message_id, reply.message_id);
    let log = bench.log(chat).await;
    assert_eq!(seqs(&log), (1..=log.len() as i64).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_a_reply_asks_of_another_agent_is_asked_with_its_end_or_not_at_all() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let (gem, poet) = (bench.agent("gem").await, bench.agent("poet").await);
    let chat = bench.group(&[&ada, &gem, &poet]).await;
    bench.ask(chat, &ada, &gem).await;
    let run = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    let next = || {
        let (run_id, message_id) = (RunId::new(), MessageId::new());
        NewReply { run_id, message_id, agent: poet.clone(), asked: Asked::default() }
    };
    let asks = |replies: Vec<NewReply>| Outcome {
        passed_on: Some(PassedOn { replies, at_most: 2, at: NOON }),
        ..done("@poet, what do you say?")
    };
    let lost = Lease { epoch: run.lease.epoch - 1, ..run.lease };
    assert!(bench.store.settle(lost, asks(vec![next()])).await.unwrap().is_none());
    assert!(bench.store.chats_with_queued_runs().await.unwrap().is_empty());
    // From the moment that the reply has ended, whatever becomes of the process that wrote it.
    let replies = [next(), next(), next()];
    let reply = bench.store.settle(run.lease, asks(replies.to_vec())).await.unwrap().unwrap();
    assert_eq!(bench.store.chats_with_queued_runs().await.unwrap(), [chat]);
    let log = bench.log(chat).await;
    assert_eq!(seqs(&log), (1..=log.len() as i64).collect::<Vec<_>>());
    let asked: Vec<_> = log.iter().filter(|(seq, _)| *seq > reply.body.updated_seq).collect();
    assert_eq!(asked.len(), 2, "as many as there may be");
    for ((_, event), next) in asked.into_iter().zip(&replies) {
        let message = event.message().unwrap();
        assert_eq!((message.id, message.body.reply_to), (next.message_id, Some(reply.id)));
        assert_eq!(message.body.run.as_ref().map(|run| run.asked_by), Some(ada.id));
    }
    // They go back to the same question, which has had its number.
    let run = bench.store.claim_run(chat, "node", 1, LEASE).await.unwrap().unwrap();
    assert_eq!((run.message_id, run.question_id), (replies[0].message_id, reply.id));
    bench.store.settle(run.lease, asks(vec![next()])).await.unwrap().unwrap();
    assert_eq!(bench.log(chat).await.last().unwrap().1.message().unwrap().id, run.message_id);
}
