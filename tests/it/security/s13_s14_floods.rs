//! S13, S14: what is too much, too deep or broken ends with an answer, and at worst with the socket that sent it.

use reqwest::Method;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::client::Client;
use crate::support::server::TestServer;

#[tokio::test]
async fn s13_a_frame_in_pieces_is_bounded_as_a_whole() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let mut socket = ada.socket().await;
    let piece = |kind| Message::Frame(Frame::message(vec![b' '; 1024], OpCode::Data(kind), false));
    socket.send_raw(piece(Data::Text)).await;
    // The server may have closed before the last of them is on its way.
    for _ in 0..256 {
        if !socket.try_send(piece(Data::Continue)).await {
            break;
        }
    }
    assert_eq!(socket.closed().await.1, Some(4413));
    ada.socket().await.settle().await;
}

#[tokio::test]
async fn s13_a_body_that_is_too_deep_or_no_text_is_refused_in_a_sentence() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let path = format!("/api/chats/{chat}/messages");
    let deep = format!("{{\"content\": \"hello\", \"more\": {}", "[".repeat(100_000));
    let bodies: [(&[u8], u16); 6] = [
        (deep.as_bytes(), 400),
        (br#"{"content": "\ud800"}"#, 400),
        (b"{\"content\": \"\xff\xfe\"}", 400),
        (br#"{"content": "a\u0000b"}"#, 422),
        (br#"{"content": {"a": 1}}"#, 422),
        (br#"[1, 2]"#, 422),
    ];
    for (body, status) in bodies {
        let request = ada.raw(Method::POST, &path).header("content-type", "application/json");
        let answer = ada.send(request.body(body.to_vec())).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(answer.status.as_u16(), status, "{shown}: {:#}", answer.body);
    }
    // Odd, and text all the same.
    let marks = format!("a{}", "\u{0301}".repeat(10_000));
    for text in ["\u{202e}turned", marks.as_str()] {
        assert_eq!(ada.say(&chat, text).await["content"], text);
    }
}

#[tokio::test]
async fn s14_a_flood_of_control_frames_ends_its_socket_and_no_other() {
    let server = TestServer::with(&["--frames-per-second=1", "--frames-burst=5"]).await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let mut beside = ada.socket().await;
    for flood in [Message::Ping(vec![1].into()), Message::Pong(vec![1].into()), Message::binary(vec![1_u8])] {
        let mut socket = eve.socket().await;
        for _ in 0..1_100 {
            if !socket.try_send(flood.clone()).await {
                break;
            }
        }
        // What was on its way when the server closed may cost the frame that says why.
        let code = socket.closed().await.1;
        assert!(matches!(code, Some(4429) | None), "{flood:?}: {code:?}");
    }
    assert!(beside.settle().await.is_empty());
}

#[tokio::test]
async fn s14_a_person_who_opens_socket_after_socket_keeps_nobody_else_out() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let many = futures_util::future::join_all((0..60).map(|_| eve.try_socket(&[]))).await;
    assert_eq!(many.iter().filter(|socket| socket.is_ok()).count(), 20);
    let refused = |status| many.iter().filter(|socket| socket.as_ref().err() == Some(&status)).count();
    assert_eq!(refused(429), 40);
    ada.socket().await.settle().await;
    Client::anonymous(&server.base).get("/ready").await.expect(200);
}
