//! S4, S8: who hears what: every frame that the server may send has its audience, and nobody else hears it.
//!
//! The rows are held against the schema: a frame without a row fails.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::json;

use crate::security::cast::{Cast, EVERYBODY, NAMES, Who};
use crate::security::s05_frames::kinds;
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

/// Who may hear a frame of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    /// Whoever holds the socket: an answer, or about the socket itself.
    Oneself,
    /// Those who are in the chat and have joined it.
    Room,
    /// Those who are in the chat, joined or not; of its end, those who were.
    Members,
}

const ROWS: &[(&str, Audience)] = &[
    ("hello", Audience::Oneself),
    ("ack", Audience::Oneself),
    ("pong", Audience::Oneself),
    ("error", Audience::Oneself),
    ("joined", Audience::Oneself),
    ("heads", Audience::Oneself),
    ("resync", Audience::Oneself),
    ("server_closing", Audience::Oneself),
    ("message", Audience::Room),
    ("message_updated", Audience::Room),
    ("message_deleted", Audience::Room),
    ("bot_stream", Audience::Room),
    ("bot_queue", Audience::Room),
    ("user_joined", Audience::Room),
    ("user_left", Audience::Room),
    ("participant_added", Audience::Room),
    ("participant_role", Audience::Room),
    ("chat_updated", Audience::Room),
    ("typing", Audience::Room),
    ("read", Audience::Room),
    ("participant_removed", Audience::Members),
    ("chat_deleted", Audience::Members),
    ("chat_activity", Audience::Members),
    ("chat_created", Audience::Members),
    ("chat_invite", Audience::Members),
    ("chat_preferences", Audience::Members),
    ("user_updated", Audience::Room),
];

#[tokio::test]
async fn s08_every_frame_of_the_server_has_an_audience_and_every_row_a_frame() {
    let server = TestServer::start().await;
    let api = Client::anonymous(&server.base).get("/api/openapi.json").await.expect(200);
    let described: BTreeSet<&str> = kinds(&api, "ServerFrame").collect();
    assert_eq!(ROWS.iter().map(|(kind, _)| *kind).collect::<BTreeSet<_>>(), described);
}

#[tokio::test]
async fn s04_s08_nobody_hears_of_a_chat_that_they_are_not_in_and_nobodys_email_is_told() {
    let cast = Cast::gather().await;
    let listeners = EVERYBODY.into_iter().filter(|who| *who != Who::Anonymous);
    let mut sockets: BTreeMap<&str, (Who, Socket)> = BTreeMap::new();
    for who in listeners {
        sockets.insert(&cast.client(who).name, (who, cast.client(who).socket().await));
    }
    let scene = cast.furnished().await;
    let chat = scene.chat.clone();
    // All try to join while the later ex-member still may. The admin stays outside the room, in the chat.
    for (who, socket) in sockets.values_mut() {
        if *who != Who::Admin {
            socket.join(&chat).await;
        }
    }
    scene.without(cast.client(Who::ExMember)).await;
    everything_happens(&cast, &chat, &mut sockets).await;
    let mut heard = BTreeSet::new();
    for (name, (who, socket)) in &mut sockets {
        let frames = socket.settle().await;
        let mut is_out = matches!(who, Who::Stranger | Who::ServerAdmin);
        for frame in &frames {
            let kind = frame["type"].as_str().unwrap();
            let (_, audience) = ROWS.iter().find(|(row, _)| *row == kind).expect("every frame has a row");
            let told = format!("{name}, {who:?}: {frame:#}");
            assert!(!is_out || !frame.to_string().contains(&chat), "{told}");
            assert!(*who != Who::Admin || *audience != Audience::Room, "not in the room: {told}");
            let others = NAMES.iter().filter(|other| *other != name);
            for email in others.map(|other| format!("{other}@example.org")) {
                assert!(!frame.to_string().contains(&email), "{told}");
            }
            is_out |= *who == Who::ExMember && kind == "participant_removed";
        }
        assert_eq!(is_out, !who.is_in(), "{name} was told of the removal");
        heard.extend(frames.iter().map(|frame| frame["type"].as_str().unwrap().to_owned()));
    }
    // News of a chat come at most once a second: they may be on their way.
    let seldom = |kind: &str| kind == "chat_activity";
    let all = ROWS.iter().filter(|(kind, audience)| *audience != Audience::Oneself && !seldom(kind));
    let unheard: Vec<_> = all.map(|(kind, _)| *kind).filter(|kind| !heard.contains(*kind)).collect();
    assert!(unheard.is_empty(), "what was done here brings no {unheard:?}");
}

/// Every kind of change in the chat after the removal, its end included.
async fn everything_happens(cast: &Cast, chat: &str, sockets: &mut BTreeMap<&str, (Who, Socket)>) {
    let (owner, member) = (cast.client(Who::Owner), cast.client(Who::Member));
    let path = |rest: &str| format!("/api/chats/{chat}{rest}");
    let made = owner.post("/api/chats", json!({"name": "Another"})).await.expect(201);
    let message = member.say(chat, "said after the removal").await;
    let of_message = path(&format!("/messages/{}", message["id"].as_str().unwrap()));
    member.patch(&of_message, json!({"content": "changed after the removal"})).await.expect(200);
    member.delete(&of_message).await.expect(204);
    let mut watching = owner.socket().await;
    watching.join(chat).await;
    member.say(chat, "/bot after the removal").await;
    watching.wait_for("the reply's end", |frame| frame["is_complete"] == true).await;
    drop(watching);
    let (_, at_member) = sockets.get_mut("cleo").unwrap();
    at_member.send(json!({"type": "typing", "chat_id": chat})).await;
    at_member.send(json!({"type": "read", "chat_id": chat, "last_read_seq": 3, "ref": "read"})).await;
    at_member.answer("read").await;
    owner.post(&path("/invite"), json!({"username": "greta"})).await.expect(201);
    let fred = path(&format!("/participants/{}", cast.fred.id));
    owner.patch(&fred, json!({"role": "admin"})).await.expect(200);
    owner.delete(&fred).await.expect(204);
    owner.patch(&path(""), json!({"name": "Renamed after the removal"})).await.expect(200);
    owner.patch(&path("/me"), json!({"notify": "none"})).await.expect(200);
    member.patch("/api/auth/me", json!({"display_name": "Cleo again"})).await.expect(200);
    owner.request(Method::DELETE, &path(""), Some(json!({}))).await.expect(204);
    owner.delete(&format!("/api/chats/{}", made["id"].as_str().unwrap())).await.expect(204);
}
