//! What replies use and cost: in the books to the micro-dollar, and within the budgets.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use standin::script::Script;

use super::{follow, half_a_reply, placeholder};
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

/// A model with a price: 1.50, 0.15 and 9.00 dollars a million.
pub(crate) const PRICED: &str = "--gemini-model=gemini-3.5-flash";

/// Asks, and the reply's last frame.
async fn answered(socket: &mut Socket, chat: &str, question: &str) -> Value {
    socket.say(chat, question).await;
    let reply = placeholder(socket).await;
    follow(socket, &reply["message_id"], 0).await.1
}

/// All lines of a list, by pages.
pub(crate) async fn all(client: &Client, path: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = client.get(&path).await;
        let link = answer.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        next = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
        lines.extend(answer.expect(200).as_array().unwrap().clone());
    }
    lines
}

async fn sent(socket: &mut Socket, kind: &str, chat: &str, message: &Value) -> Value {
    socket.send(json!({"type": kind, "chat_id": chat, "message_id": message, "ref": kind})).await;
    socket.answer(kind).await
}

#[tokio::test]
async fn members_see_what_a_reply_used_and_cost() {
    let server = TestServer::with(&[PRICED]).await;
    server.standin.play(Script::text("four words are these", 5));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let usage = answered(&mut socket, &chat, "/bot count").await["usage"].clone();
    let tokens = |name: &str| usage[name].as_i64().unwrap_or(0);
    let (prompt, reply) = (tokens("prompt_tokens"), tokens("reply_tokens") + tokens("thought_tokens"));
    assert!(prompt > 0 && reply > 0, "{usage}");
    // 1.5 and 9 micro-dollars a token, rounded up.
    assert_eq!(tokens("cost_microusd"), (prompt * 15 + reply * 90 + 9) / 10, "{usage}");
    assert!(usage["unpriced"].is_null());
    let calls = all(&ada, &format!("/api/chats/{chat}/usage/history")).await;
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    for name in ["prompt_tokens", "reply_tokens", "total_tokens", "cost_microusd"] {
        assert_eq!(call[name], usage[name], "{name}");
    }
    assert_eq!(
        (&call["provider"], &call["model"], &call["status"], &call["username"]),
        (&json!("gemini"), &json!("gemini-3.5-flash"), &json!("success"), &json!("ada"))
    );
    assert!(call["first_chunk_ms"].as_u64() <= call["duration_ms"].as_u64());
}

#[tokio::test]
async fn a_model_without_a_known_price_is_unpriced_and_never_free() {
    let server = TestServer::with(&["--gemini-model=gemini-2.0-flash"]).await;
    server.standin.play(Script::text("hello", 5));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let usage = answered(&mut socket, &chat, "/bot hi").await["usage"].clone();
    assert_eq!((&usage["unpriced"], &usage["cost_microusd"]), (&json!(true), &Value::Null));
    let sums = all(&ada, "/api/usage/stats?by=model").await;
    assert_eq!((&sums[0]["model"], &sums[0]["unpriced_calls"]), (&json!("gemini-2.0-flash"), &json!(1)));
    assert_eq!(sums[0]["total_tokens"], usage["total_tokens"]);
}

#[tokio::test]
async fn the_operators_table_of_prices_takes_the_place_of_the_one_inside() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("prices.json");
    let price = json!({"input": 1_000_000, "cached": 0, "output": 100_000_000});
    let table = json!({"models": [{"names": ["gemini-2.0-flash"], "prices": [price]}]});
    std::fs::write(&file, table.to_string()).unwrap();
    let flag = format!("--prices-file={}", file.display());
    let server = TestServer::with(&["--gemini-model=gemini-2.0-flash", &flag]).await;
    server.standin.play(Script::text("hello", 5));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let usage = answered(&mut socket, &chat, "/bot hi").await["usage"].clone();
    let tokens = |name: &str| usage[name].as_i64().unwrap_or(0);
    let made = tokens("reply_tokens") + tokens("thought_tokens");
    assert_eq!(tokens("cost_microusd"), tokens("prompt_tokens") + 100 * made, "{usage}");
}

async fn end_of_a_reply(socket: &mut Socket) -> Value {
    let has_ended = |frame: &Value| matches!(frame["status"].as_str(), Some("complete" | "failed"));
    socket
        .wait_for("the end of a reply", |frame| {
            let is_on_catch_up = frame["type"] == "message_updated" && frame["is_bot"] == true;
            frame["is_complete"] == true || (is_on_catch_up && has_ended(frame))
        })
        .await
}

#[tokio::test]
async fn of_twenty_who_ask_at_once_on_a_budget_for_three_three_are_answered() {
    let budget_in_tokens = 35_000;
    let flags = [
        PRICED,
        "--gemini-max-output-tokens=10000",
        "--replies-per-room=20",
        &format!("--budgets=room day {budget_in_tokens} tokens"),
    ];
    let server = TestServer::with(&flags).await;
    let (script, gate) = Script::chunks(3, Duration::ZERO).gated();
    server.standin.play(script);
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    join_all((0..20).map(|number| [&ada, &ben][number % 2].say(&chat, "/bot count"))).await;
    let mut refused = Vec::new();
    while refused.len() < 17 {
        refused.push(end_of_a_reply(&mut socket).await);
    }
    for last in &refused {
        // As it happened, or as the log has it: of so many at once, one may be heard before the one that it follows.
        let how = if last["type"] == "bot_stream" { last } else { &last["run"] };
        assert_eq!((&last["status"], &how["reason"]), (&json!("failed"), &json!("budget")), "{last}");
        let sentence = how["detail"].as_str().unwrap();
        assert!(sentence.starts_with("This room's budget for today has no room"), "{sentence}");
        let (budget, used) = (&how["budget"], how["budget"]["used"].as_i64().unwrap());
        assert_eq!(
            (&budget["scope"], &budget["limit"]),
            (&json!("room"), &json!(budget_in_tokens)),
            "{budget}"
        );
        // The three that are being written have taken theirs.
        assert!((20_000..=budget_in_tokens).contains(&used), "{budget}");
        assert!(sentence.contains(" renews on ") && sentence.ends_with(" at 00:00 UTC."), "{sentence}");
    }
    let held = ada.get(&format!("/api/chats/{chat}/budget")).await.expect(200);
    let held = held[0]["spent"].as_i64().unwrap();
    assert!((30_000..=budget_in_tokens).contains(&held), "{held}");
    gate.open();
    for _ in 0..3 {
        let last = end_of_a_reply(&mut socket).await;
        assert_eq!(last["status"], "complete", "{last}");
    }
    // The questions are there all the same, and what was not used can be spent.
    let questions = ada.history(&chat).await;
    assert_eq!(questions.iter().filter(|message| message["content"] == "/bot count").count(), 20);
    assert_eq!(server.standin.requests().len(), 3);
    let spent = ada.get(&format!("/api/chats/{chat}/budget")).await.expect(200)[0]["spent"].clone();
    let sums = all(&ada, &format!("/api/chats/{chat}/usage/stats?by=total")).await;
    assert_eq!((&sums[0]["calls"], &sums[0]["total_tokens"]), (&json!(3), &spent));
    assert!(spent.as_i64().unwrap() < 10_000);
    assert_eq!(sent(&mut socket, "retry", &chat, &refused[0]["message_id"]).await["type"], "ack");
    assert_eq!(follow(&mut socket, &refused[0]["message_id"], 0).await.1["status"], "complete");
}

#[tokio::test]
async fn a_restart_frees_what_was_reserved() {
    let mut server =
        TestServer::with(&[PRICED, "--shutdown-grace=0", "--budgets=person day 12000 tokens"]).await;
    let (script, gate) = Script::chunks(10, Duration::ZERO).gated();
    server.standin.play(script);
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    half_a_reply(&mut socket, &chat, &gate).await;
    drop(socket);
    server.restart().await;
    let ada = ada.at(&server.base);
    let calls = all(&ada, "/api/usage/history").await;
    assert_eq!(calls[0]["status"], "stopped", "{calls:#?}");
    let spent = ada.get("/api/usage/budget").await.expect(200)[0]["spent"].clone();
    assert_eq!(spent, calls[0]["total_tokens"]);
}

#[tokio::test]
async fn one_question_too_many_in_a_minute_is_refused_and_says_when_to_come_back() {
    let server = TestServer::with(&["--questions-per-minute=2"]).await;
    server.standin.play(Script::text("hello", 5));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let messages = format!("/api/chats/{chat}/messages");
    let first = json!({"content": "/bot one", "client_id": "one"});
    let one = ada.post(&messages, first.clone()).await.expect(201);
    let reply = placeholder(&mut socket).await["message_id"].clone();
    follow(&mut socket, &reply, 0).await;
    ada.say(&chat, "/bot two").await;
    let third = ada.post(&messages, json!({"content": "/bot three"})).await;
    let wait = third.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(third.refused("rate_limited")["retry_after"], wait);
    let asked = json!({"type": "message", "chat_id": chat, "content": "@gem four", "ref": "four"});
    socket.send(asked).await;
    let refusal = socket.answer("four").await;
    assert_eq!((&refusal["code"], refusal["retry_after"].is_u64()), (&json!("rate_limited"), true));
    // Talking is free, and what was asked was asked.
    ada.say(&chat, "never mind").await;
    assert_eq!(ada.post(&messages, first).await.expect(200)["id"], one["id"]);
    let limits = ada.get("/api/limits").await.expect(200);
    assert_eq!(limits["questions_per_minute"], 2);
}

/// How a question of the fifty ends.
const ENDS: [&str; 10] = [
    "ok",
    "ok",
    "empty-text",
    "error-event",
    "blocked-prompt",
    "max-tokens-without-text",
    "drop",
    "stopped",
    "500",
    "no-finish-reason",
];

#[tokio::test]
async fn after_fifty_replies_that_end_anyhow_all_sums_are_equal() {
    let flags = [PRICED, "--gemini-retries=1", "--questions-per-minute=1000", "--messages-burst=1000"];
    let server = TestServer::with(&flags).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let administrator = gemini_coop::protocol::ServerRole::Admin;
    gemini_coop::domain::users::set_role(&server.context(), "ada", administrator).await.unwrap();
    let chats = [ada.group(&[&ben]).await, ada.group(&[&ben]).await];
    let mut socket = ada.socket().await;
    for chat in &chats {
        socket.join(chat).await;
    }
    let mut runs = BTreeMap::new();
    for number in 0..50 {
        let (chat, asker) = (&chats[number % 3 % 2], [&ada, &ben][number % 2]);
        let end = ENDS[number % ENDS.len()];
        let (stopped, gate) = Script::chunks(10, Duration::ZERO).gated();
        server.standin.play(match (end, number) {
            // One overloaded minute is enough to wait for.
            (_, 1) => Script::synthetic("503-then-success"),
            ("stopped", _) => stopped,
            _ => Script::synthetic(end),
        });
        asker.say(chat, "/bot hi").await;
        let reply = placeholder(&mut socket).await["message_id"].clone();
        if end == "stopped" {
            gate.release(2);
            socket.wait_for("a chunk", |frame| frame["message_id"] == reply && frame["index"] == 0).await;
            assert_eq!(sent(&mut socket, "stop", chat, &reply).await["type"], "ack");
        }
        let ended = |frame: &Value| frame["is_complete"] == true && frame["message_id"] == reply;
        let last = socket.wait_for("the end", ended).await;
        let shown = format!("/api/chats/{chat}/messages/{}", reply.as_str().unwrap());
        let run = ada.get(&shown).await.expect(200)["run"].clone();
        assert_eq!(run["usage"], last["usage"]);
        runs.insert(run["id"].as_str().unwrap().to_owned(), run);
        if last["status"] == "failed" {
            server.standin.play(Script::synthetic("ok"));
            assert_eq!(sent(&mut socket, "retry", chat, &reply).await["type"], "ack");
            socket.wait_for("the end", ended).await;
            let run = ada.get(&shown).await.expect(200)["run"].clone();
            runs.insert(run["id"].as_str().unwrap().to_owned(), run);
        }
    }
    let calls = all(&ada, "/api/admin/usage/history?limit=7").await;
    assert_eq!(calls.len(), server.standin.requests().len(), "each call is in the books");
    let sum = |calls: &[&Value], name: &str| calls.iter().filter_map(|call| call[name].as_i64()).sum::<i64>();
    for (run, told) in &runs {
        let usage = &told["usage"];
        let of_it: Vec<_> = calls.iter().filter(|call| call["run_id"] == run.as_str()).collect();
        assert!(!of_it.is_empty(), "{run}");
        for name in ["total_tokens", "cost_microusd"] {
            assert_eq!(usage[name].as_i64().unwrap_or(0), sum(&of_it, name), "{name} of {run}: {usage}");
        }
        let unpriced = of_it.iter().any(|call| call["unpriced"] == true);
        assert_eq!(usage["unpriced"] == true, unpriced, "{usage}: {of_it:#?}");
    }
    let everything: Vec<_> = calls.iter().collect();
    let statuses: Vec<_> = calls.iter().map(|call| call["status"].as_str().unwrap()).collect();
    for status in ["success", "error", "stopped"] {
        assert!(statuses.contains(&status), "{status}");
    }
    let ways = [
        vec!["/api/admin/usage/stats?by=total".to_owned()],
        vec!["/api/admin/usage/stats?by=person&limit=1".to_owned()],
        vec!["/api/admin/usage/stats?by=model".to_owned()],
        vec!["/api/admin/usage/stats".to_owned()],
        chats.iter().map(|chat| format!("/api/chats/{chat}/usage/stats?by=person")).collect(),
    ];
    for way in ways {
        let mut sums = Vec::new();
        for path in &way {
            sums.extend(all(&ada, path).await);
        }
        let sums: Vec<_> = sums.iter().collect();
        for name in ["total_tokens", "prompt_tokens", "cost_microusd"] {
            assert_eq!(sum(&sums, name), sum(&everything, name), "{name} by {way:?}");
        }
        assert_eq!(sum(&sums, "calls"), calls.len() as i64);
    }
    let mine = [&ada, &ben].map(|person| all(person, "/api/usage/stats?by=total"));
    let mine = join_all(mine).await.concat();
    assert_eq!(sum(&mine.iter().collect::<Vec<_>>(), "cost_microusd"), sum(&everything, "cost_microusd"));
}
