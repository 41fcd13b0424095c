//! `/api/usage` and its like: who sees whose calls, by pages, by days and as CSV; and who sets which budget.

use serde_json::{Value, json};
use standin::script::Script;

use crate::bot::usage::all;
use crate::support::client::Client;
use crate::support::server::TestServer;

/// Ada, an administrator of the server, and Ben, who are in a room together; Ben has another one. Each has asked.
struct Scene {
    server: TestServer,
    ada: Client,
    ben: Client,
    shared: String,
    bens: String,
}

async fn scene(flags: &[&str]) -> Scene {
    let server = TestServer::with(flags).await;
    server.standin.play(Script::text("hello", 5));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let administrator = gemini_coop::protocol::ServerRole::Admin;
    gemini_coop::domain::users::set_role(&server.context(), "ada", administrator).await.unwrap();
    let (shared, bens) = (ada.group(&[&ben]).await, ben.group(&[]).await);
    let mut socket = ben.socket().await;
    for (asker, chat, times) in [(&ada, &shared, 1), (&ben, &shared, 2), (&ben, &bens, 3)] {
        socket.join(chat).await;
        for _ in 0..times {
            asker.say(chat, "/bot hi").await;
            socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
        }
    }
    Scene { server, ada, ben, shared, bens }
}

async fn total(client: &Client, path: &str) -> i64 {
    let sums = client.get(&format!("{path}/stats?by=total")).await.expect(200);
    sums[0]["calls"].as_i64().unwrap()
}

#[tokio::test]
async fn one_sees_ones_own_calls_a_rooms_members_the_rooms_and_administrators_all() {
    let Scene { server: _server, ada, ben, shared, bens } = scene(&[]).await;
    assert_eq!((total(&ada, "/api/usage").await, total(&ben, "/api/usage").await), (1, 5));
    let room = format!("/api/chats/{shared}/usage");
    assert_eq!((total(&ada, &room).await, total(&ben, &room).await), (3, 3));
    assert_eq!(total(&ada, "/api/admin/usage").await, 6);
    ada.get(&format!("/api/chats/{bens}/usage/stats")).await.refused("not_found");
    ben.get("/api/admin/usage/history").await.refused("forbidden");
    let mine = all(&ben, "/api/usage/history?limit=2").await;
    assert_eq!(mine.len(), 5);
    assert!(mine.iter().all(|call| call["asked_by"] == ben.id.as_str() && call["username"] == "ben"));
    let latest_first = mine.windows(2).all(|pair| pair[0]["id"].as_str() > pair[1]["id"].as_str());
    assert!(latest_first, "{mine:#?}");
    let by_person = all(&ada, &format!("{room}/stats?by=person&limit=1")).await;
    let calls: Vec<_> = by_person.iter().map(|sum| (sum["username"].clone(), sum["calls"].clone())).collect();
    assert_eq!(calls, [(json!("ben"), json!(2)), (json!("ada"), json!(1))]);
    let by_room = all(&ben, "/api/usage/stats?by=room").await;
    assert_eq!(by_room[0]["chat_id"], bens.as_str());
}

#[tokio::test]
async fn calls_are_looked_at_by_days_and_a_range_that_ends_before_it_begins_is_refused() {
    let Scene { server: _server, ben, .. } = scene(&[]).await;
    let today = ben.get("/api/usage/stats").await.expect(200)[0]["day"].as_str().unwrap().to_owned();
    for (range, lines) in [
        (format!("from={today}&to={today}"), 5),
        (format!("from={today}"), 5),
        ("to=2020-01-01".to_owned(), 0),
        ("from=2020-01-01&to=2020-12-31".to_owned(), 0),
        ("from=2020-01-01".to_owned(), 5),
    ] {
        assert_eq!(all(&ben, &format!("/api/usage/history?{range}&limit=4")).await.len(), lines, "{range}");
    }
    for wrong in ["from=2026-02-01&to=2026-01-01", "from=yesterday", "limit=0", "limit=201", "by=weather"] {
        ben.get(&format!("/api/usage/stats?{wrong}")).await.refused("validation_failed");
    }
}

#[tokio::test]
async fn whoever_accepts_csv_gets_it_whole_and_without_formulas() {
    let Scene { server, ben, .. } = scene(&[]).await;
    let tables = server.tables().await;
    sea_orm::ConnectionTrait::execute_unprepared(&tables, "UPDATE calls SET model = '=1+2,\"x\"'")
        .await
        .unwrap();
    let csv = async |path: &str| {
        let request = ben.raw(reqwest::Method::GET, path).header("accept", "text/csv");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        answer.text().await.unwrap()
    };
    let history = csv("/api/usage/history").await;
    let lines: Vec<_> = history.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[0].starts_with("at,id,chat_id,message_id,run_id,asked_by,username,"), "{}", lines[0]);
    assert!(lines[1..].iter().all(|line| line.contains(r#","'=1+2,""x""",success,"#)), "{history}");
    let sums = csv("/api/usage/stats?by=model&limit=1").await;
    assert!(sums.contains("\r\n,\"'=1+2,\"\"x\"\"\",,,,5,"), "{sums}");
}

fn tokens(period: &str, amount: i64) -> Value {
    json!({"period": period, "unit": "tokens", "amount": amount})
}

#[tokio::test]
async fn administrators_set_budgets_of_people_and_the_server_and_owners_their_rooms() {
    let flags = ["--budgets=person day 1000000 tokens,room month 5 usd"];
    let Scene { server: _server, ada, ben, shared, bens } = scene(&flags).await;
    let put = async |client: &Client, path: &str, budgets: Value| {
        client.request(reqwest::Method::PUT, path, Some(json!({"budgets": budgets}))).await
    };
    let mine = ben.get("/api/usage/budget").await.expect(200);
    let spent = mine[0]["spent"].as_i64().unwrap();
    assert!(spent > 0);
    assert_eq!((&mine[0]["amount"], &mine[0]["set"]), (&json!(1_000_000), &json!(false)));
    assert!(mine[0]["renews_at"].as_str().unwrap().ends_with("T00:00:00.000Z"));

    let bens_budget = format!("/api/admin/users/{}/budget", ben.id);
    put(&ben, &bens_budget, json!([tokens("day", 1)])).await.refused("forbidden");
    let set = put(&ada, &bens_budget, json!([tokens("day", spent), tokens("month", 9)])).await.expect(200);
    assert_eq!(set.as_array().unwrap().len(), 2);
    assert_eq!(ben.get("/api/usage/budget").await.expect(200), set);
    let mut socket = ben.socket().await;
    socket.join(&bens).await;
    ben.say(&bens, "/bot more").await;
    let last = socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert_eq!(last["reason"], "budget");
    assert!(last["detail"].as_str().unwrap().starts_with("ben's budget for today"), "{last}");
    assert!(last["usage"].is_null());
    put(&ada, &bens_budget, json!([])).await.expect(200);

    let room = format!("/api/chats/{shared}/budget");
    put(&ben, &room, json!([tokens("day", 1)])).await.refused("forbidden");
    let dollars = json!({"period": "month", "unit": "microusd", "amount": 6_000_000});
    let set = put(&ada, &room, json!([tokens("day", 0), dollars])).await.expect(200);
    let amounts: Vec<_> =
        set.as_array().unwrap().iter().map(|it| (it["amount"].clone(), it["set"].clone())).collect();
    // Nobody gives a room more than the server does.
    assert_eq!(amounts, [(json!(0), json!(true)), (json!(5_000_000), json!(false))]);
    assert_eq!(ben.get(&room).await.expect(200), set);

    put(&ada, "/api/admin/budget", json!([tokens("month", 0)])).await.expect(200);
    ben.say(&bens, "/bot more").await;
    let last = socket.wait_for("the end", |frame| frame["is_complete"] == true).await;
    assert!(last["detail"].as_str().unwrap().starts_with("The server's budget for this month"), "{last}");

    let nobody = format!("/api/admin/users/{}/budget", uuid::Uuid::now_v7());
    put(&ada, &nobody, json!([])).await.refused("not_found");
    for wrong in [json!([tokens("day", -1)]), json!([tokens("day", 1), tokens("day", 2)]), json!("much")] {
        put(&ada, "/api/admin/budget", wrong).await.refused("validation_failed");
    }
}
