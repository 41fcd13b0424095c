//! Opening, nonsense and closing.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::Client;
use crate::support::server::TestServer;

#[tokio::test]
async fn the_first_frame_is_hello() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let socket = ada.socket().await;
    assert_eq!(socket.hello["user"]["username"], "ada");
    assert_eq!(socket.hello["protocol"], "coop.v1");
    assert_eq!(socket.hello["heartbeat_s"], 30);
    assert!(socket.hello["connection_id"].is_string());
}

#[tokio::test]
async fn bad_credentials_are_refused_before_the_upgrade() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    assert_eq!(nobody.try_socket(&[]).await.err(), Some(401));
    for query in ["?token=nonsense", "?ticket=nonsense", "?token="] {
        assert_eq!(nobody.socket_at(&format!("/ws{query}")).await.err(), Some(401), "{query}");
    }
}

#[tokio::test]
async fn a_token_in_the_url_serves_scripts() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let token = ada.token.clone().unwrap();
    let socket = ada.socket_at(&format!("/ws?token={token}")).await.unwrap();
    assert_eq!(socket.hello["user"]["username"], "ada");
}

#[tokio::test]
async fn a_ticket_opens_one_socket_and_no_second() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let ticket = ada.post("/api/auth/ws-ticket", json!({})).await.expect(200);
    let path = format!("/ws?ticket={}", ticket["ticket"].as_str().unwrap());
    assert_eq!(ada.socket_at(&path).await.unwrap().hello["user"]["username"], "ada");
    assert_eq!(ada.socket_at(&path).await.err(), Some(401));
}

#[tokio::test]
async fn a_foreign_page_cannot_open_a_socket() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    for origin in
        ["http://evil.example", "null", "http://127.0.0.1:1", &format!("{}.evil.example", server.base)]
    {
        assert_eq!(ada.try_socket(&[("origin", origin)]).await.err(), Some(403), "{origin}");
    }
    assert!(ada.try_socket(&[("origin", &server.base)]).await.is_ok());
}

#[tokio::test]
async fn nonsense_is_answered_and_ends_nothing() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    let deep = "[".repeat(100_000);
    for text in
        ["", "hi", "[]", "{}", "{\"type\":1}", "{\"type\":\"dance\"}", "null", &deep, "{\"type\":\"join\"}"]
    {
        socket.send_raw(Message::text(text)).await;
        assert_eq!(socket.wait("error").await["code"], "bad_request");
    }
    socket.send_raw(Message::binary(vec![0_u8, 1, 2])).await;
    assert_eq!(socket.wait("error").await["code"], "bad_request");
    socket.send(json!({"type": "dance", "ref": "r1"})).await;
    assert_eq!(socket.answer("r1").await["type"], "error");
    socket.send(json!({"type": "ping", "ref": "r2", "future": {"field": 1}})).await;
    assert_eq!(socket.answer("r2").await, json!({"type": "pong", "ref": "r2"}));
    socket.send(json!({"type": "ping", "ref": "r".repeat(65)})).await;
    assert_eq!(socket.wait("error").await["code"], "validation_failed");
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_the_socket_with_its_code() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    socket.send_raw(Message::text("x".repeat(256 * 1024 + 1))).await;
    assert_eq!(socket.closed().await.1, Some(4413));
}

#[tokio::test]
async fn a_person_holds_twenty_sockets_and_no_more() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(ada.socket().await);
    }
    assert_eq!(ada.try_socket(&[]).await.err(), Some(429));
    drop(sockets.pop());
    // The place is free once the server has seen the end of the dropped one.
    while ada.try_socket(&[]).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_flooding_socket_is_slowed_and_then_closed() {
    let server = TestServer::with(&["--frames-per-second=1", "--frames-burst=5"]).await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    for _ in 0..6 {
        socket.send(json!({"type": "ping"})).await;
    }
    let refusal = socket.wait("error").await;
    assert_eq!(refusal["code"], "rate_limited");
    assert!(refusal["retry_after"].as_u64().unwrap() >= 1);
    for _ in 0..1_100 {
        socket.send(json!({"type": "ping"})).await;
    }
    assert_eq!(socket.closed().await.1, Some(4429));
}

#[tokio::test]
async fn an_ordered_shutdown_says_so_and_closes_with_a_frame() {
    let mut server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    server.begin_shutdown();
    let closing = socket.wait("server_closing").await;
    assert!(closing["reconnect_after_ms"].as_u64().is_some());
    assert_eq!(socket.closed().await.1, Some(1012));
    server.stop().await;
}
