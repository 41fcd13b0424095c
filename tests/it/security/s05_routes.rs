//! S5, S6: whatever is asked of a chat is for those who are in it, and as far as their role goes: every route.
//!
//! The rows are held against the API's description: a route without a row fails, and so does a row without a route.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::security::cast::About::{Own, OwnReply, TheirReply, Theirs};
use crate::security::cast::{About, Cast, EVERYBODY, Scene, Who};
use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;

/// What everybody gets for a request. `with` is its body, or for GET its query; ids are filled in.
struct Row {
    operation: &'static str,
    about: About,
    with: &'static str,
    /// Statuses in the order of `EVERYBODY`.
    expected: [u16; 7],
}

const fn row(operation: &'static str, about: About, with: &'static str, expected: [u16; 7]) -> Row {
    Row { operation, about, with, expected }
}

/// To members alike; to others there is no such chat.
const fn members(status: u16) -> [u16; 7] {
    [status, status, status, 404, 404, 401, 404]
}

/// To everybody who is logged in.
const fn people(status: u16) -> [u16; 7] {
    [status, status, status, status, status, 401, status]
}

/// To administrators of the server.
const ADMINISTRATORS: [u16; 7] = [403, 403, 403, 403, 403, 401, 200];

// Columns:                       owner, admin, member, ex-member, stranger, anonymous, server's administrator
const CHATS: &[Row] = &[
    row("GET /api/chats", Theirs, "", people(200)),
    row("POST /api/chats", Theirs, r#"{"name": "Mine"}"#, people(201)),
    row("GET /api/chats/{chat_id}", Theirs, "", members(200)),
    row("PATCH /api/chats/{chat_id}", Theirs, r#"{"name": "Mine"}"#, [200, 200, 403, 404, 404, 401, 404]),
    row(
        "PATCH /api/chats/{chat_id}",
        Theirs,
        r#"{"settings": {"manners": "always", "instruction": "Obey me."}}"#,
        [200, 200, 403, 404, 404, 401, 404],
    ),
    row("PATCH /api/chats/{chat_id}", Theirs, "{}", members(200)),
    row("DELETE /api/chats/{chat_id}", Theirs, "{}", [204, 403, 403, 404, 404, 401, 404]),
    row("PATCH /api/chats/{chat_id}/me", Theirs, r#"{"notify": "none"}"#, members(200)),
    row("PATCH /api/chats/{chat_id}/me", Theirs, "{}", members(200)),
    row("POST /api/chats/{chat_id}/branch", Theirs, r#"{"message_id": "{message_id}"}"#, members(201)),
    row("POST /api/chats/{chat_id}/invite", Theirs, r#"{"username": "{guest}"}"#, members(201)),
    row("GET /api/chats/{chat_id}/participants", Theirs, "", members(200)),
    row(
        "PATCH /api/chats/{chat_id}/participants/{user_id}",
        Theirs,
        r#"{"role": "admin"}"#,
        [200, 403, 403, 404, 404, 401, 404],
    ),
    row(
        "PATCH /api/chats/{chat_id}/participants/{user_id}",
        Theirs,
        r#"{"role": "owner"}"#,
        [200, 403, 403, 404, 404, 401, 404],
    ),
    row(
        "PATCH /api/chats/{chat_id}/participants/{user_id}",
        Own,
        r#"{"role": "member"}"#,
        [409, 403, 403, 404, 404, 401, 404],
    ),
    row(
        "DELETE /api/chats/{chat_id}/participants/{user_id}",
        Theirs,
        "{}",
        [204, 204, 403, 404, 404, 401, 404],
    ),
    row("DELETE /api/chats/{chat_id}/participants/{user_id}", Own, "{}", members(409)),
    row("POST /api/chats/{chat_id}/leave", Theirs, r#"{"new_owner_id": "{fred}"}"#, members(204)),
    row("POST /api/chats/{chat_id}/invite-links", Theirs, "{}", members(201)),
    row("GET /api/chats/{chat_id}/invite-links", Theirs, "", members(200)),
    row("DELETE /api/chats/{chat_id}/invite-links/{link_id}", Own, "{}", members(204)),
    row(
        "DELETE /api/chats/{chat_id}/invite-links/{link_id}",
        Theirs,
        "{}",
        [204, 204, 404, 404, 404, 401, 404],
    ),
    // Whoever has the code may: it is what a link is for.
    row("GET /api/invite-links/{code}", Theirs, "", [200; 7]),
    row("POST /api/invite-links/{code}/accept", Theirs, "{}", [200, 200, 200, 201, 201, 401, 201]),
];

// Columns:                       owner, admin, member, ex-member, stranger, anonymous, server's administrator
const MESSAGES: &[Row] = &[
    row("GET /api/chats/{chat_id}/messages", Theirs, "", members(200)),
    row("POST /api/chats/{chat_id}/messages", Theirs, r#"{"content": "hello"}"#, members(201)),
    row("GET /api/chats/{chat_id}/messages/{message_id}", Theirs, "", members(200)),
    row("GET /api/chats/{chat_id}/messages/{message_id}", Own, "", members(200)),
    row(
        "PATCH /api/chats/{chat_id}/messages/{message_id}",
        Own,
        r#"{"content": "else"}"#,
        [200, 200, 200, 404, 404, 401, 404],
    ),
    row(
        "PATCH /api/chats/{chat_id}/messages/{message_id}",
        Theirs,
        r#"{"content": "else"}"#,
        [403, 403, 403, 404, 404, 401, 404],
    ),
    row("DELETE /api/chats/{chat_id}/messages/{message_id}", Own, "{}", members(204)),
    row(
        "DELETE /api/chats/{chat_id}/messages/{message_id}",
        Theirs,
        "{}",
        [204, 204, 403, 404, 404, 401, 404],
    ),
    row("GET /api/chats/{chat_id}/messages/{message_id}/revisions", Theirs, "", members(200)),
    row("POST /api/chats/{chat_id}/mark-read", Theirs, "{}", members(200)),
    row("GET /api/chats/{chat_id}/read-receipts", Theirs, "", members(200)),
];

// Columns:                       owner, admin, member, ex-member, stranger, anonymous, server's administrator
const REPLIES: &[Row] = &[
    row("POST /api/chats/{chat_id}/messages/{message_id}/retry", OwnReply, "{}", members(200)),
    row(
        "POST /api/chats/{chat_id}/messages/{message_id}/retry",
        TheirReply,
        "{}",
        [200, 200, 403, 404, 404, 401, 404],
    ),
    // It said nothing: whoever may have it go on is told that there is nothing to go on from.
    row("POST /api/chats/{chat_id}/messages/{message_id}/continue", OwnReply, "{}", members(409)),
    row(
        "POST /api/chats/{chat_id}/messages/{message_id}/continue",
        TheirReply,
        "{}",
        [409, 409, 403, 404, 404, 401, 404],
    ),
    row("GET /api/chats/{chat_id}/messages/{message_id}/versions", TheirReply, "", members(200)),
    row("GET /api/chats/{chat_id}/messages/{message_id}/context", TheirReply, "", members(200)),
    row("GET /api/chats/{chat_id}/messages/{message_id}/context", Theirs, "", members(404)),
    row("GET /api/chats/{chat_id}/queue", Theirs, "", members(200)),
    row("PUT /api/chats/{chat_id}/queue", Theirs, r#"{"at_once": 1}"#, [200, 200, 403, 404, 404, 401, 404]),
    row("POST /api/chats/{chat_id}/bot", Theirs, r#"{"content": "are you there?"}"#, members(200)),
    row(
        "POST /api/bot/runs",
        Theirs,
        r#"{"chat_id": "{chat_id}", "content": "are you there?"}"#,
        members(202),
    ),
    // Without a key there is nobody to tell it.
    row("POST /api/chats/{chat_id}/catch-up", Theirs, "{}", members(503)),
    row("GET /api/bot/runs/{run_id}", TheirReply, "", members(200)),
    row("DELETE /api/bot/runs/{run_id}", OwnReply, "{}", members(204)),
    row("DELETE /api/bot/runs/{run_id}", TheirReply, "{}", [204, 204, 403, 404, 404, 401, 404]),
    row("GET /api/chats/{chat_id}/usage/stats", Theirs, "?by=person", members(200)),
    row("GET /api/chats/{chat_id}/usage/history", Theirs, "", members(200)),
    row("GET /api/chats/{chat_id}/budget", Theirs, "", members(200)),
    row(
        "PUT /api/chats/{chat_id}/budget",
        Theirs,
        r#"{"budgets": [{"period": "day", "unit": "tokens", "amount": 1}]}"#,
        [200, 200, 403, 404, 404, 401, 404],
    ),
];

// Columns:                       owner, admin, member, ex-member, stranger, anonymous, server's administrator
const ACCOUNTS: &[Row] = &[
    row("GET /health", Theirs, "", [200; 7]),
    row("GET /ready", Theirs, "", [200; 7]),
    // For whoever has the operator's token; a person's is another one, whoever they are.
    row("GET /metrics", Theirs, "", [401; 7]),
    row("GET /api/limits", Theirs, "", [200; 7]),
    row(
        "POST /api/setup",
        Theirs,
        r#"{"token": "guess", "username": "{somebody}", "email": "{somebody}@example.org", "password": "{password}"}"#,
        [403; 7],
    ),
    row(
        "POST /api/auth/register",
        Theirs,
        r#"{"username": "{somebody}", "email": "{somebody}@example.org", "password": "{password}", "role": "admin"}"#,
        [201; 7],
    ),
    row("POST /api/auth/login", Theirs, r#"{"username": "fred", "password": "{password}"}"#, [200; 7]),
    // By the cookie alone, which nobody here has: nothing comes of it, whoever one is.
    row("POST /api/auth/refresh", Theirs, "{}", [204; 7]),
    row("GET /api/auth/me", Theirs, "", people(200)),
    row("PATCH /api/auth/me", Theirs, r#"{"display_name": "Somebody", "role": "admin"}"#, people(200)),
    row("GET /api/users/search", Theirs, "?query=fred", people(200)),
    row("POST /api/auth/ws-ticket", Theirs, "{}", people(200)),
    row("GET /api/auth/sessions", Theirs, "", people(200)),
    row("DELETE /api/auth/sessions/{session_id}", Theirs, "{}", people(404)),
    row("DELETE /api/auth/sessions/{session_id}", Own, "{}", people(204)),
    row(
        "POST /api/auth/password",
        Theirs,
        r#"{"current_password": "{password}", "new_password": "{password}"}"#,
        people(204),
    ),
    row("GET /api/agents", Theirs, "", people(200)),
    row("POST /api/agents", Theirs, r#"{"username": "{somebody}"}"#, people(201)),
    // Each tries Fred's agent and his prompt, which everybody finds.
    row("GET /api/agents/{agent_id}", Theirs, "", people(200)),
    row("PATCH /api/agents/{agent_id}", Theirs, r#"{"instruction": "Obey me."}"#, ADMINISTRATORS),
    row("PATCH /api/prompts/{prompt_id}", Theirs, r#"{"content": "Obey me."}"#, people(403)),
    row("DELETE /api/prompts/{prompt_id}", Theirs, "{}", people(403)),
    row("GET /api/prompts", Theirs, "", people(200)),
    row("POST /api/prompts", Theirs, r#"{"title": "Mine", "content": "Be brief."}"#, people(201)),
    row("DELETE /api/agents/{agent_id}", Theirs, "{}", [403, 403, 403, 403, 403, 401, 204]),
    row("GET /api/models", Theirs, "", people(200)),
    // The server of these tests has no key.
    row("POST /api/embeddings", Theirs, r#"{"input": ["a text"]}"#, people(503)),
    row("GET /api/usage/stats", Theirs, "", people(200)),
    row("GET /api/usage/history", Theirs, "", people(200)),
    row("GET /api/usage/budget", Theirs, "", people(200)),
    row("GET /api/admin/audit", Theirs, "", ADMINISTRATORS),
    row("GET /api/admin/usage/stats", Theirs, "?by=room", ADMINISTRATORS),
    row("GET /api/admin/usage/history", Theirs, "", ADMINISTRATORS),
    row("GET /api/admin/budget", Theirs, "", ADMINISTRATORS),
    row("PUT /api/admin/budget", Theirs, r#"{"budgets": []}"#, ADMINISTRATORS),
    row("GET /api/admin/users/{user_id}/budget", Theirs, "", ADMINISTRATORS),
    row("PUT /api/admin/users/{user_id}/budget", Theirs, r#"{"budgets": []}"#, ADMINISTRATORS),
    row("POST /api/auth/logout", Theirs, "{}", people(204)),
    row("POST /api/auth/logout-all", Theirs, "{}", people(204)),
    // The last one: nobody is left afterwards.
    row("DELETE /api/auth/me", Theirs, r#"{"password": "{password}"}"#, people(204)),
];

#[tokio::test]
async fn s05_every_route_has_a_row_and_every_row_a_route() {
    let server = TestServer::start().await;
    let api = Client::anonymous(&server.base).get("/api/openapi.json").await.expect(200);
    let described: BTreeSet<String> = api["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let judged: BTreeSet<String> = [CHATS, MESSAGES, REPLIES, ACCOUNTS]
        .into_iter()
        .flatten()
        .map(|row| row.operation.to_owned())
        .collect();
    assert_eq!(judged, described);
}

#[tokio::test]
async fn s05_what_is_asked_of_a_chat_is_for_its_members_and_as_their_role_goes() {
    is_as_expected(CHATS).await;
}

#[tokio::test]
async fn s05_what_is_asked_of_a_message_is_for_members_of_its_chat_and_as_their_role_goes() {
    is_as_expected(MESSAGES).await;
}

#[tokio::test]
async fn s05_what_is_asked_of_the_bot_is_for_members_of_the_chat_and_as_their_role_goes() {
    is_as_expected(REPLIES).await;
}

#[tokio::test]
async fn s05_what_is_asked_of_an_account_is_for_whose_it_is() {
    let mut cast = Cast::gather().await;
    let elsewhere = cast.fred.get("/api/auth/sessions").await.expect(200)[0]["id"].clone();
    let agent = json!({"username": "freds-agent", "visibility": "shared"});
    let agent = cast.fred.post("/api/agents", agent).await.expect(201)["id"].clone();
    let prompt = json!({"title": "Fred's", "content": "Be kind.", "visibility": "shared"});
    let prompt = cast.fred.post("/api/prompts", prompt).await.expect(201)["id"].clone();
    for row in ACCOUNTS {
        for (who, expected) in EVERYBODY.into_iter().zip(row.expected) {
            let client = cast.fresh(who).await.clone();
            let session = match (row.about, who) {
                (Own, who) if who != Who::Anonymous => {
                    let sessions = client.get("/api/auth/sessions").await.expect(200);
                    sessions.as_array().unwrap().iter().find(|it| it["current"] == true).unwrap()["id"]
                        .clone()
                }
                _ => elsewhere.clone(),
            };
            let operation = row
                .operation
                .replace("{session_id}", session.as_str().unwrap())
                .replace("{agent_id}", agent.as_str().unwrap())
                .replace("{prompt_id}", prompt.as_str().unwrap())
                .replace("{user_id}", &cast.fred.id);
            let password = crate::support::server::PASSWORD;
            let somebody = format!("p{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
            let with = row.with.replace("{password}", password).replace("{somebody}", &somebody);
            let answer = ask(&client, &operation, &with).await;
            assert_eq!(answer.status.as_u16(), expected, "{} by {who:?}: {:#}", row.operation, answer.body);
            // Nobody becomes more than they are by saying so.
            if matches!(row.operation, "POST /api/auth/register" | "PATCH /api/auth/me") && expected < 300 {
                let role = if who == Who::ServerAdmin && row.operation.starts_with("PATCH") {
                    "admin"
                } else {
                    "member"
                };
                assert_eq!(answer.body["role"], role, "{} by {who:?}", row.operation);
            }
        }
    }
    assert_eq!(cast.fred.get("/api/auth/me").await.status, 200, "nobody ended Fred's session");
}

async fn is_as_expected(rows: &[Row]) {
    let cast = Cast::gather().await;
    for row in rows {
        // What only reads is tried by all in one scene, as it must not change anything whoever asks.
        let reads = row.operation.starts_with("GET ");
        let (harmless, allowed): (Vec<_>, Vec<_>) =
            EVERYBODY.iter().zip(row.expected).partition(|(_, status)| reads || *status >= 400);
        let scene = scene(&cast, row).await;
        let before = scene.state().await;
        for (who, expected) in harmless {
            try_it(&cast, &scene, row, *who, expected).await;
        }
        assert_eq!(scene.state().await, before, "{} changed what it must not change", row.operation);
        for (who, expected) in allowed {
            let scene = self::scene(&cast, row).await;
            try_it(&cast, &scene, row, *who, expected).await;
        }
    }
}

async fn scene(cast: &Cast, row: &Row) -> Scene {
    let furnished = row.operation.contains("invite-links") || matches!(row.about, OwnReply | TheirReply);
    let scene = if furnished { cast.furnished().await } else { cast.scene().await };
    scene.without(cast.client(Who::ExMember)).await
}

async fn try_it(cast: &Cast, scene: &Scene, row: &Row, who: Who, expected: u16) {
    let fill = |text| cast.fill(text, scene, who, row.about);
    let answer = ask(cast.client(who), &fill(row.operation), &fill(row.with)).await;
    let Row { operation, about, .. } = row;
    assert_eq!(answer.status.as_u16(), expected, "{operation} ({about:?}) by {who:?}: {:#}", answer.body);
    if !who.is_in() {
        let body = answer.body.to_string();
        assert!(!body.contains(&scene.said), "{operation} tells {who:?} what was said: {body}");
        let by_code = operation.contains("{code}");
        assert!(by_code || !body.contains(&scene.chat), "{operation} tells {who:?} of the chat: {body}");
    }
}

async fn ask(client: &Client, operation: &str, with: &str) -> Answer {
    let (method, path) = operation.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    if method == Method::GET {
        return client.get(&format!("{path}{with}")).await;
    }
    let body: Value = serde_json::from_str(with).unwrap();
    client.request(method, path, Some(body)).await
}
