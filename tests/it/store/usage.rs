//! Calls, budgets and sums: reserved before, settled after, and equal whichever way they are added.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use gemini_coop::budget::{Allowance, Period, Unit};
use gemini_coop::ids::{CallId, ChatId, Day, MessageId, Timestamp, UserId};
use gemini_coop::llm;
use gemini_coop::llm::prices::Prices;
use gemini_coop::protocol::{Call, CallStatus, Grouping, MessageStatus, Usage, UserRef};
use gemini_coop::store::Store;
use gemini_coop::store::rows::{Bound, ClaimedRun, EndedCall, NewCall, Opened, Outcome, Subject};

use crate::store::support::{Bench, NOON, retry_by_somebody};

const LEASE: Duration = Duration::from_secs(600);
const RESERVED: i64 = 1_000;

fn today() -> Day {
    Day::of(NOON)
}

fn bound(subject: Subject, unit: Unit, amount: i64) -> Bound {
    let allowance = Allowance { period: Period::Day, unit, amount };
    Bound { subject, allowance, begins: today(), renews: today().plus(1) }
}

fn new_call(run: &ClaimedRun) -> NewCall {
    NewCall {
        id: CallId::new(),
        agent_id: run.agent.id,
        provider: "test".into(),
        model: "gemini-3.5-flash".into(),
        tokens: RESERVED,
        microusd: 9 * RESERVED,
        at: NOON,
    }
}

fn ended(id: CallId, total: u32, cost: Option<i64>) -> EndedCall {
    EndedCall {
        id,
        provider: "test".into(),
        model: "gemini-3.5-flash".into(),
        status: CallStatus::Success,
        usage: Usage { total_tokens: Some(total), cost_microusd: cost, ..Usage::default() },
        first_chunk_ms: Some(3),
        duration_ms: 7,
        at: NOON,
    }
}

fn outcome(calls: Vec<EndedCall>) -> Outcome {
    let usage = calls.iter().map(|call| call.usage).reduce(Usage::plus);
    Outcome { content: Some("done".into()), usage, calls, ..Outcome::of(MessageStatus::Complete) }
}

async fn spent(store: &Store, subject: Subject, unit: Unit) -> i64 {
    store.spent(subject, unit, today().plus(-40), today().plus(40)).await.unwrap()
}

/// Asks and has it claimed.
async fn claimed(bench: &Bench, chat: ChatId, asker: &UserRef, agent: &UserRef) -> ClaimedRun {
    bench.ask(chat, asker, agent).await;
    bench.store.claim_run(chat, "node", u32::MAX, LEASE).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_at_once_on_a_budget_for_three_three_are_made() {
    let bench = Bench::new().await;
    let (ada, ben, gem) = (bench.person("ada").await, bench.person("ben").await, bench.agent("gem").await);
    let mut nodes = vec![Arc::clone(&bench.store)];
    if !bench.is_sqlite() {
        nodes.push(Arc::new(Store::connect(&bench.config).await.unwrap()));
    }
    let chats = [bench.group(&[&ada, &ben, &gem]).await, bench.group(&[&ada, &ben, &gem]).await];
    // What bounds them all is the person's, the room's or the server's, in tokens or in dollars.
    let mut spent_before = 0;
    for (subject, unit) in [
        (Subject::Person(ada.id), Unit::Tokens),
        (Subject::Room(chats[1]), Unit::Microusd),
        (Subject::Server, Unit::Tokens),
    ] {
        let each = if unit == Unit::Tokens { RESERVED } else { 9 * RESERVED };
        let before = spent(&bench.store, subject, unit).await;
        let bounds = [bound(subject, unit, before + 3 * each + each / 2)];
        let mut runs = Vec::new();
        for number in 0..20 {
            let chat = if matches!(subject, Subject::Room(_)) { chats[1] } else { chats[number % 2] };
            let asker = if matches!(subject, Subject::Person(_)) || number % 3 == 0 { &ada } else { &ben };
            runs.push(claimed(&bench, chat, asker, &gem).await);
        }
        let calls = runs.iter().enumerate().map(|(number, run)| {
            let (store, call) = (Arc::clone(&nodes[number % nodes.len()]), new_call(run));
            let (lease, id) = (run.lease, call.id);
            tokio::spawn(
                async move { (lease, id, store.open_call(lease, LEASE, call, &bounds).await.unwrap()) },
            )
        });
        let opened: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
        let made: Vec<_> = opened.iter().filter(|(.., opened)| *opened == Opened::Yes).collect();
        let refused = opened
            .iter()
            .filter(|(.., opened)| matches!(opened, Opened::Over(over) if over.bound == bounds[0]))
            .count();
        assert_eq!((made.len(), refused), (3, 17), "{subject:?}");
        assert_eq!(spent(&bench.store, subject, unit).await, before + 3 * each, "{subject:?}");
        // Settled for less, there is room again, exactly as much as was not used.
        for (lease, id, _) in made {
            let calls = vec![ended(*id, 10, Some(90))];
            assert!(bench.store.settle(*lease, outcome(calls)).await.unwrap().is_some());
        }
        let used = if unit == Unit::Tokens { 30 } else { 270 };
        assert_eq!(spent(&bench.store, subject, unit).await, before + used, "{subject:?}");
        spent_before += 30;
        for run in runs {
            bench.store.settle(run.lease, outcome(Vec::new())).await.unwrap();
        }
    }
    assert_eq!(spent(&bench.store, Subject::Server, Unit::Tokens).await, spent_before);
}

#[tokio::test]
async fn what_was_reserved_for_a_run_that_died_is_free_again_and_what_it_cost_is_kept() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let server = || spent(&bench.store, Subject::Server, Unit::Tokens);
    let lost = Outcome { status: MessageStatus::Interrupted, content: None, ..outcome(Vec::new()) };

    // By the sweep, and its writer comes back and says what it used.
    let run = claimed(&bench, chat, &ada, &gem).await;
    let call = new_call(&run);
    let id = call.id;
    bench.store.open_call(run.lease, Duration::ZERO, call, &[]).await.unwrap();
    assert_eq!(server().await, RESERVED);
    while bench.store.interrupt_abandoned("node", &[], lost.clone()).await.unwrap().is_empty() {}
    assert_eq!(server().await, 0);
    let days = (today(), today());
    let calls = bench.store.calls(Subject::Server, days, None, 10).await.unwrap();
    assert_eq!((calls[0].status, calls[0].usage.cost_microusd), (CallStatus::Error, None));
    assert!(calls[0].usage.unpriced);
    assert_eq!(bench.store.open_call(run.lease, LEASE, new_call(&run), &[]).await.unwrap(), Opened::Fenced);
    bench.store.end_calls(run.lease.run_id, &[ended(id, 10, Some(90))]).await.unwrap();
    assert_eq!(server().await, 10);
    let calls = bench.store.calls(Subject::Server, days, None, 10).await.unwrap();
    assert_eq!((calls.len(), calls[0].usage.cost_microusd), (1, Some(90)));

    // By the end of its chat.
    let run = claimed(&bench, chat, &ada, &gem).await;
    bench.store.open_call(run.lease, LEASE, new_call(&run), &[]).await.unwrap();
    assert_eq!(server().await, 10 + RESERVED);
    let tx = bench.store.begin().await.unwrap();
    tx.delete_chat(chat, NOON).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(server().await, 10);
}

#[tokio::test]
async fn a_call_counts_for_the_day_on_which_it_was_made_and_a_month_for_its_days() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let day = Duration::from_secs(24 * 3600);
    for (days, tokens) in [(0, 1), (1, 10), (10, 100)] {
        let at = NOON.plus(day * days);
        let run = claimed(&bench, chat, &ada, &gem).await;
        let call = NewCall { at, ..new_call(&run) };
        let end = EndedCall { at, ..ended(call.id, tokens, None) };
        bench.store.open_call(run.lease, LEASE, call, &[]).await.unwrap();
        bench.store.settle(run.lease, outcome(vec![end])).await.unwrap();
    }
    let first = Day::of(NOON);
    assert_eq!(first.to_string(), "2025-11-21");
    let spent = async |begins, renews| {
        bench.store.spent(Subject::Person(ada.id), Unit::Tokens, begins, renews).await.unwrap()
    };
    assert_eq!(spent(first, first.plus(1)).await, 1);
    assert_eq!(spent(first.month_begins(), first.next_month()).await, 11);
    assert_eq!(spent(first.next_month(), first.plus(30)).await, 100);
    let by_day =
        bench.store.usage(Subject::Server, (first, first.plus(30)), Grouping::Day, 0, 10).await.unwrap();
    let days: Vec<_> = by_day.iter().map(|sum| (sum.day.unwrap(), sum.total_tokens)).collect();
    assert_eq!(days, [(first.plus(10), 100), (first.plus(1), 10), (first, 1)]);
    assert_eq!(by_day.iter().map(|sum| sum.unpriced_calls).sum::<i64>(), 3);
}

/// Chance that is the same each time.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn of<'a, T>(&mut self, choice: &'a [T]) -> &'a T {
        &choice[self.roll(choice.len() as u64) as usize]
    }
}

/// Runs as they come: some end well, some fail, some are stopped, retried, asked again, or lose their writer. A thousand, or as
/// many as `COOP_TEST_RUNS` says: the long form has five thousand.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_thousand_runs_all_ways_of_adding_up_agree_to_the_micro_dollar() {
    let bench = Bench::new().await;
    let runs = std::env::var("COOP_TEST_RUNS").map_or(1_000, |runs| runs.parse().expect("a number of runs"));
    let prices = Prices::load(None).unwrap();
    let gem = bench.agent("gem").await;
    let mut people = Vec::new();
    for name in ["ada", "ben", "cleo", "dan", "eve"] {
        people.push(bench.person(name).await);
    }
    let everybody: Vec<&UserRef> = people.iter().chain([&gem]).collect();
    let mut chats = Vec::new();
    for _ in 0..4 {
        chats.push(bench.group(&everybody).await);
    }
    let mut dice = Dice(2_026);
    let mut truth = BTreeMap::<(UserId, ChatId, MessageId), Sum>::new();
    let mut replies: Vec<(ChatId, MessageId)> = Vec::new();
    for round in 0..runs / 50 {
        let asked = (0..50).map(|_| (*dice.of(&chats), dice.of(&people).clone())).collect::<Vec<_>>();
        if round % 5 == 4 {
            // Fifty replies that have ended are written once more.
            let at = replies.len() - 50;
            for (chat, reply) in replies.drain(at..) {
                let tx = bench.store.begin().await.unwrap();
                tx.retry_reply(chat, reply, retry_by_somebody()).await.unwrap().unwrap();
                tx.commit().await.unwrap();
            }
        } else {
            join_all(asked.iter().map(|(chat, asker)| bench.ask(*chat, asker, &gem))).await;
        }
        for chat in &chats {
            while let Some(run) = bench.store.claim_run(*chat, "node", u32::MAX, LEASE).await.unwrap() {
                let calls = live(&bench, &prices, &run, &mut dice).await;
                let sum = truth.entry((run.asked_by.id, *chat, run.message_id)).or_default();
                calls.iter().for_each(|call| sum.add(&call.usage));
                replies.push((*chat, run.message_id));
            }
        }
    }
    let days = (today(), today().plus(2));
    let mut calls = Vec::new();
    loop {
        let before = calls.last().map(|call: &Call| call.id);
        let page = bench.store.calls(Subject::Server, days, before, 1_000).await.unwrap();
        if page.is_empty() {
            break;
        }
        calls.extend(page);
    }
    let mut found = BTreeMap::<(UserId, ChatId, MessageId), Sum>::new();
    for call in &calls {
        let (chat, message) = call.chat_id.zip(call.message_id).expect("each is for a reply");
        found.entry((call.asked_by, chat, message)).or_default().add(&call.usage);
    }
    truth.retain(|_, sum| sum.calls > 0);
    assert_eq!(found, truth, "by message");
    let total = truth.values().fold(Sum::default(), Sum::plus);
    assert!(total.unpriced > 20 && total.microusd > 1_000_000, "{total:?}");
    for (by, subjects) in [
        (Grouping::Person, people.iter().map(|it| Subject::Person(it.id)).collect::<Vec<_>>()),
        (Grouping::Room, chats.iter().map(|it| Subject::Room(*it)).collect()),
        (Grouping::Total, vec![Subject::Server]),
    ] {
        for subject in &subjects {
            let of_it = truth.iter().filter(|((user, chat, _), _)| match subject {
                Subject::Person(it) => it == user,
                Subject::Room(it) => it == chat,
                Subject::Server => true,
            });
            let expected = of_it.map(|(_, sum)| sum).fold(Sum::default(), Sum::plus);
            let sums = bench.store.usage(*subject, days, Grouping::Total, 0, 10).await.unwrap();
            assert_eq!(sums.iter().map(Sum::of).collect::<Vec<_>>(), [expected], "{subject:?}");
            let counters = [Unit::Tokens, Unit::Microusd].map(|unit| spent(&bench.store, *subject, unit));
            assert_eq!(join_all(counters).await, [expected.tokens, expected.microusd], "{subject:?}");
        }
        let groups = bench.store.usage(Subject::Server, days, by, 0, 100).await.unwrap();
        assert_eq!(groups.len(), subjects.len(), "{by:?}");
        assert_eq!(groups.iter().map(Sum::of).fold(Sum::default(), |a, b| a.plus(&b)), total, "{by:?}");
    }
    for by in [Grouping::Day, Grouping::Model] {
        let groups = bench.store.usage(Subject::Server, days, by, 0, 100).await.unwrap();
        assert!(groups.len() > 1, "{by:?}");
        for (day, sum) in groups.iter().filter_map(|sum| Some((sum.day?, sum))) {
            let counted = bench.store.spent(Subject::Server, Unit::Tokens, day, day.plus(1)).await.unwrap();
            assert_eq!(counted, sum.total_tokens, "{day}");
        }
        assert_eq!(groups.iter().map(Sum::of).fold(Sum::default(), |a, b| a.plus(&b)), total, "{by:?}");
    }
    assert_eq!(bench.count("SELECT COUNT(*) FROM calls WHERE held_tokens > 0 OR status IS NULL").await, 0);
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    calls: i64,
    tokens: i64,
    microusd: i64,
    unpriced: i64,
}

impl Sum {
    fn add(&mut self, usage: &Usage) {
        self.calls += 1;
        self.tokens += i64::from(usage.total_tokens.unwrap_or(0));
        self.microusd += usage.cost_microusd.unwrap_or(0);
        self.unpriced += i64::from(usage.cost_microusd.is_none());
    }

    fn plus(self, other: &Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            tokens: self.tokens + other.tokens,
            microusd: self.microusd + other.microusd,
            unpriced: self.unpriced + other.unpriced,
        }
    }

    fn of(sum: &gemini_coop::protocol::UsageSum) -> Self {
        Self {
            calls: sum.calls,
            tokens: sum.total_tokens,
            microusd: sum.cost_microusd,
            unpriced: sum.unpriced_calls,
        }
    }
}

/// One run from its claim to its end; its calls as they are to be in the books.
async fn live(bench: &Bench, prices: &Prices, run: &ClaimedRun, dice: &mut Dice) -> Vec<EndedCall> {
    let mut calls = Vec::new();
    // Refused or never begun, it has none.
    let attempts = *dice.of(&[0, 1, 1, 1, 1, 1, 1, 2]);
    for _ in 0..attempts {
        let call =
            NewCall { at: NOON.plus(Duration::from_secs(24 * 3600) * dice.roll(3) as u32), ..new_call(run) };
        assert_eq!(bench.store.open_call(run.lease, LEASE, call.clone(), &[]).await.unwrap(), Opened::Yes);
        for _ in 0..*dice.of(&[0, 0, 0, 0, 1, 2]) {
            let refused = Usage { cost_microusd: Some(0), ..Usage::default() };
            calls.push(EndedCall { usage: refused, ..ended(CallId::new(), 0, None) });
        }
        calls.push(priced(prices, call.id, call.at, dice));
    }
    match dice.roll(8) {
        0 if attempts > 0 => {
            // The writer has gone; nobody knows what it used.
            let lost = outcome(Vec::new());
            assert!(bench.store.settle(run.lease, lost).await.unwrap().is_some());
            // It has not: it comes back late, or it never does.
            if dice.roll(2) == 0 {
                bench.store.end_calls(run.lease.run_id, &calls).await.unwrap();
                return calls;
            }
            let opened = calls
                .iter()
                .filter(|call| call.usage.cost_microusd != Some(0) || call.usage.total_tokens.is_some());
            opened.map(ended_without_words).collect()
        }
        _ => {
            let settled = bench.store.settle(run.lease, outcome(calls.clone())).await.unwrap().unwrap();
            let told = settled.body.run.unwrap().usage;
            assert_eq!(told, calls.iter().map(|call| call.usage).reduce(Usage::plus));
            calls
        }
    }
}

fn ended_without_words(call: &EndedCall) -> EndedCall {
    EndedCall { usage: Usage::default(), ..call.clone() }
}

/// A call that ended anyhow, with tokens and price as the bot would write them.
fn priced(prices: &Prices, id: CallId, at: Timestamp, dice: &mut Dice) -> EndedCall {
    let model =
        *dice.of(&["gemini-3.5-flash", "gemini-3.5-flash-lite", "gemini-2.5-pro", "gemini-unheard-of"]);
    let status =
        *dice.of(&[CallStatus::Success, CallStatus::Stopped, CallStatus::Error, CallStatus::Timeout]);
    // Stopped before its first word, it has told nothing.
    if dice.roll(6) == 0 {
        return EndedCall { status, model: model.into(), usage: Usage::default(), ..ended(id, 0, None) };
    }
    let prompt = dice.roll(250_000) as u32;
    let used = llm::delta::Usage {
        prompt_tokens: Some(prompt),
        cached_tokens: Some(dice.roll(u64::from(prompt) + 1) as u32),
        thought_tokens: Some(dice.roll(3_000) as u32),
        reply_tokens: Some(dice.roll(8_000) as u32),
        ..llm::delta::Usage::default()
    };
    let parts = [used.prompt_tokens, used.thought_tokens, used.reply_tokens];
    let usage = Usage {
        prompt_tokens: used.prompt_tokens,
        cached_tokens: used.cached_tokens,
        thought_tokens: used.thought_tokens,
        reply_tokens: used.reply_tokens,
        total_tokens: Some(parts.into_iter().flatten().sum()),
        cost_microusd: prices.cost(model, &used, Day::of(at)),
        unpriced: false,
    };
    EndedCall { at, status, model: model.into(), usage, ..ended(id, 0, None) }
}
