//! S5, S6: the same on the socket: every frame that a client may send.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::security::cast::About::{Own, OwnReply, TheirReply, Theirs};
use crate::security::cast::{About, Cast, EVERYBODY, Scene, Who};
use crate::support::client::Client;
use crate::support::server::TestServer;

/// What everybody gets for a frame: the answer's type, an error's code, `silence`, or `401` where no socket opens.
struct Row {
    kind: &'static str,
    about: About,
    /// Further fields.
    with: &'static str,
    /// In the order of `EVERYBODY`.
    expected: [&'static str; 7],
}

const fn row(
    kind: &'static str,
    about: About,
    with: &'static str,
    [owner, admin, member, others]: [&'static str; 4],
) -> Row {
    Row { kind, about, with, expected: [owner, admin, member, others, others, "401", others] }
}

// Columns:              owner, admin, member, and alike ex-member, stranger and server's administrator
const ROWS: &[Row] = &[
    row("join", Theirs, "{}", ["joined", "joined", "joined", "not_found"]),
    row("join", Theirs, r#"{"after": 0}"#, ["joined", "joined", "joined", "not_found"]),
    // To give up what one does not hold is no right, and tells nothing.
    row("leave", Theirs, "{}", ["ack"; 4]),
    row("message", Theirs, r#"{"content": "hello"}"#, ["ack", "ack", "ack", "not_found"]),
    row("typing", Theirs, "{}", ["silence", "silence", "silence", "not_found"]),
    row("read", Theirs, r#"{"last_read_seq": 1}"#, ["ack", "ack", "ack", "not_found"]),
    row("stop", OwnReply, r#"{"message_id": "{message_id}"}"#, ["ack", "ack", "ack", "not_found"]),
    row("stop", TheirReply, r#"{"message_id": "{message_id}"}"#, ["ack", "ack", "forbidden", "not_found"]),
    row("retry", OwnReply, r#"{"message_id": "{message_id}"}"#, ["ack", "ack", "ack", "not_found"]),
    row("retry", TheirReply, r#"{"message_id": "{message_id}"}"#, ["ack", "ack", "forbidden", "not_found"]),
    row("ping", Own, "{}", ["pong"; 4]),
];

#[tokio::test]
async fn s05_every_frame_of_a_client_has_a_row_and_every_row_a_frame() {
    let server = TestServer::start().await;
    let api = Client::anonymous(&server.base).get("/api/openapi.json").await.expect(200);
    let described: BTreeSet<&str> = kinds(&api, "Command").collect();
    assert_eq!(ROWS.iter().map(|row| row.kind).collect::<BTreeSet<_>>(), described);
}

#[tokio::test]
async fn s05_what_a_socket_asks_of_a_chat_is_for_its_members_and_as_their_role_goes() {
    let cast = Cast::gather().await;
    for row in ROWS {
        let refusals = ["401", "not_found", "forbidden"];
        let (refused, allowed): (Vec<_>, Vec<_>) =
            EVERYBODY.iter().zip(row.expected).partition(|(_, answer)| refusals.contains(answer));
        let scene = scene(&cast, row).await;
        let before = scene.state().await;
        for (who, expected) in refused {
            try_it(&cast, &scene, row, *who, expected).await;
        }
        assert_eq!(scene.state().await, before, "`{}` by whom it was refused to changed something", row.kind);
        for (who, expected) in allowed {
            try_it(&cast, &self::scene(&cast, row).await, row, *who, expected).await;
        }
    }
}

/// The `type`s of a schema that is one of several frames. A frame that is a struct of its own is composed with its
/// `type`.
pub(super) fn kinds<'a>(api: &'a Value, schema: &str) -> impl Iterator<Item = &'a str> {
    let variants = api["components"]["schemas"][schema]["oneOf"].as_array().expect("one of several frames");
    variants.iter().map(|variant| {
        let parts = variant["allOf"].as_array().map_or(std::slice::from_ref(variant), Vec::as_slice);
        let kind = parts.iter().find_map(|part| part["properties"]["type"]["enum"][0].as_str());
        kind.unwrap_or_else(|| panic!("a frame without a type: {variant:#}"))
    })
}

async fn scene(cast: &Cast, row: &Row) -> Scene {
    let furnished = matches!(row.about, OwnReply | TheirReply);
    let scene = if furnished { cast.furnished().await } else { cast.scene().await };
    scene.without(cast.client(Who::ExMember)).await
}

async fn try_it(cast: &Cast, scene: &Scene, row: &Row, who: Who, expected: &str) {
    let mut frame: Value = serde_json::from_str(&cast.fill(row.with, scene, who, row.about)).unwrap();
    frame["type"] = json!(row.kind);
    frame["ref"] = json!("asked");
    if row.kind != "ping" {
        frame["chat_id"] = json!(scene.chat);
    }
    let mut socket = match cast.client(who).try_socket(&[]).await {
        Ok(socket) => socket,
        Err(status) => {
            assert_eq!(status.to_string(), expected, "a socket for {who:?}");
            return;
        }
    };
    socket.send(frame).await;
    // An `ack` comes when the message is on the disk, which may be after a pong.
    let heard = match expected {
        "silence" => socket.settle().await,
        _ => socket.until("the answer", |frame| frame["ref"] == "asked").await,
    };
    let answer = heard.iter().find(|frame| frame["ref"] == "asked");
    let word = answer.map_or("silence", |answer| match answer["type"].as_str().unwrap() {
        "error" => answer["code"].as_str().unwrap(),
        kind => kind,
    });
    let Row { kind, about, .. } = row;
    assert_eq!(word, expected, "`{kind}` ({about:?}) by {who:?}: {heard:#?}");
    if !who.is_in() {
        let told = heard.iter().any(|frame| frame.to_string().contains(&scene.said));
        assert!(!told, "`{kind}` tells {who:?} what was said: {heard:#?}");
    }
}
