//! S23, S36, S37: what the server decides nobody sends: authors, kinds, numbers, times, statements.

use reqwest::Method;
use serde_json::json;

use crate::support::server::TestServer;

#[tokio::test]
async fn s23_s36_fields_that_the_server_decides_are_not_believed() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let chat = ada.group(&[&eve]).await;
    let forged = json!({
        "content": "ben left", "kind": "system", "is_bot": true, "user_id": ada.id, "username": "gem", "seq": 1,
        "updated_seq": 9_000, "created_at": "2001-01-01T00:00:00.000Z", "status": "streaming", "id": ada.id,
        "data": {"type": "member_left", "user": {"id": ada.id, "username": "ada"}},
        "run": {"id": ada.id, "asked_by": ada.id, "question_id": ada.id},
    });
    let by_rest = eve.post(&format!("/api/chats/{chat}/messages"), forged.clone()).await.expect(201);
    let mut at_eve = eve.socket().await;
    at_eve.join(&chat).await;
    let mut frame = forged.clone();
    for (field, value) in [("type", json!("message")), ("chat_id", json!(chat)), ("ref", json!("forged"))] {
        frame[field] = value;
    }
    at_eve.send(frame).await;
    assert_eq!(at_eve.answer("forged").await["type"], "ack");
    let by_frame = at_eve.wait("message").await;
    for (message, seq) in [(by_rest, 2), (by_frame, 3)] {
        for (field, value) in [
            ("kind", json!("text")),
            ("is_bot", json!(false)),
            ("user_id", json!(eve.id)),
            ("username", json!("eve")),
            ("status", json!("complete")),
            ("seq", json!(seq)),
        ] {
            assert_eq!(message[field], value, "{field}: {message:#}");
        }
        assert!(message.get("data").is_none() && message.get("run").is_none(), "{message:#}");
        assert!(message["created_at"].as_str().unwrap() > "2020", "{message:#}");
        assert!(message["id"] != ada.id.as_str(), "{message:#}");
    }
}

#[tokio::test]
async fn s36_no_text_is_a_part_of_a_statement() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let chat = ada.group(&[]).await;
    ada.say(&chat, "for ada alone").await;
    let found = |query: &str| {
        let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let eve = eve.clone();
        async move { eve.get(&format!("/api/users/search?query={query}")).await.expect(200) }
    };
    assert_eq!(found("ad").await[0]["username"], "ada");
    for nothing in ["%%", "__", "%da", "a%a", "' OR '1'='1", "ada' --", "ad\\%", "\" OR 1=1 --", "ad*"] {
        assert_eq!(found(nothing).await, json!([]), "{nothing}");
    }
    for name in ["' OR '1'='1' --", "ada'--", "ada\" --", "x' UNION SELECT 1--"] {
        let login = json!({"username": name, "password": "' OR '1'='1"});
        eve.post("/api/auth/login", login).await.refused("unauthenticated");
        let own = eve.post("/api/chats", json!({"name": name})).await.expect(201);
        assert_eq!(own["name"], name);
        let invite = format!("/api/chats/{}/invite", own["id"].as_str().unwrap());
        eve.post(&invite, json!({"username": name})).await.refused("not_found");
    }
}

#[tokio::test]
async fn s36_numbers_beyond_all_bounds_are_refused_and_break_nothing() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let path = format!("/api/chats/{chat}");
    for number in
        ["9223372036854775808", "-9223372036854775809", "1e400", "99999999999999999999999", "0x10", "NaN"]
    {
        for query in ["before", "after", "around", "limit"] {
            let answer = ada.get(&format!("{path}/messages?{query}={number}")).await;
            assert_eq!(answer.status, 422, "{query}={number}: {:#}", answer.body);
        }
        let request =
            ada.raw(Method::POST, &format!("{path}/mark-read")).header("content-type", "application/json");
        let answer = ada.send(request.body(format!("{{\"seq\": {number}}}"))).await;
        assert!(answer.status.is_client_error(), "{number}: {:#}", answer.body);
    }
    for number in [i64::MAX, i64::MIN, -1] {
        for query in ["before", "after", "around"] {
            let answer = ada.get(&format!("{path}/messages?{query}={number}")).await;
            assert!(!answer.status.is_server_error(), "{query}={number}: {:#}", answer.body);
        }
        let answer = ada.post(&format!("{path}/mark-read"), json!({"seq": number})).await;
        assert!(!answer.status.is_server_error(), "{number}: {:#}", answer.body);
        let mut socket = ada.socket().await;
        let joined = socket.join_after(&chat, number).await;
        assert!(joined["code"] != "internal", "{joined:#}");
    }
}

#[tokio::test]
async fn s37_a_key_is_its_senders_own_and_tells_nobody_of_anothers_message() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let chat = ada.group(&[&eve]).await;
    let path = format!("/api/chats/{chat}/messages");
    let first = ada.post(&path, json!({"content": "ada's", "client_id": "k-1"})).await.expect(201);
    let theirs = eve.post(&path, json!({"content": "eve's", "client_id": "k-1"})).await.expect(201);
    assert_eq!((&theirs["content"], &theirs["username"]), (&json!("eve's"), &json!("eve")));
    assert_eq!(ada.post(&path, json!({"content": "else", "client_id": "k-1"})).await.expect(200), first);

    let with_key = |client: &crate::support::client::Client, key: &str| {
        let request = client.raw(Method::POST, "/api/chats").header("idempotency-key", key);
        let (client, request) = (client.clone(), request.json(&json!({"name": client.name})));
        async move { client.send(request).await }
    };
    let adas = with_key(&ada, "k-2").await.expect(201);
    let eves = with_key(&eve, "k-2").await.expect(201);
    assert!(adas["id"] != eves["id"] && eves["name"] == "eve", "{eves:#}");

    for key in ["", &"k".repeat(65), &"k".repeat(100_000)] {
        let post = json!({"content": "hello", "client_id": key});
        ada.post(&path, post).await.refused("validation_failed");
    }
    with_key(&ada, &"k".repeat(65)).await.refused("validation_failed");
}
