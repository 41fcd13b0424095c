//! Coming in by a link, and every way in which a link is none.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gemini_coop::domain::users;
use gemini_coop::ids::Timestamp;
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::support::client::{Answer, Client};
use crate::support::server::TestServer;

impl Client {
    /// Makes a link into a chat; its code.
    async fn link(&self, chat: &str, wish: Value) -> String {
        let link = self.post(&format!("/api/chats/{chat}/invite-links"), wish).await.expect(201);
        link["code"].as_str().unwrap().to_owned()
    }

    /// The chat's links, as this person sees them.
    async fn links(&self, chat: &str) -> Vec<Value> {
        let links = self.get(&format!("/api/chats/{chat}/invite-links")).await.expect(200);
        links.as_array().unwrap().clone()
    }

    /// The codes of the chat's links, as this person sees them.
    async fn codes(&self, chat: &str) -> Vec<String> {
        self.links(chat).await.iter().map(|link| link["code"].as_str().unwrap().to_owned()).collect()
    }

    async fn revoke(&self, chat: &str, code: &str) -> Answer {
        self.delete(&format!("/api/chats/{chat}/invite-links/{}", id_of(code))).await
    }

    async fn preview(&self, code: &str) -> Answer {
        self.get(&format!("/api/invite-links/{code}")).await
    }

    async fn accept(&self, code: &str) -> Answer {
        self.post(&format!("/api/invite-links/{code}/accept"), json!({})).await
    }
}

fn id_of(code: &str) -> uuid::Uuid {
    uuid::Uuid::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(code).unwrap()[..16]).unwrap()
}

fn time(value: &Value) -> i64 {
    serde_json::from_value::<Timestamp>(value.clone()).unwrap().0
}

#[tokio::test]
async fn whoever_opens_a_link_is_in_and_everybody_hears_of_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    ada.say(&chat, "before ben").await;
    let code = ada.link(&chat, json!({})).await;
    let (mut at_ada, mut at_ben, mut other) = (ada.socket().await, ben.socket().await, ben.socket().await);
    at_ada.join(&chat).await;

    let joined = ben.accept(&code).await.expect(201);
    assert_eq!(joined, ben.get(&format!("/api/chats/{chat}")).await.expect(200));
    assert_eq!((&joined["my_role"], &joined["last_read_seq"]), (&json!("member"), &json!(2)));
    for socket in [&mut at_ben, &mut other] {
        assert_eq!(socket.wait("chat_invite").await["chat"], joined);
    }
    let added = at_ada.wait("participant_added").await;
    let named = |who: &Client| json!({"id": who.id, "username": who.name, "display_name": who.name});
    let (ada_ref, ben_ref) = (named(&ada), named(&ben));
    assert_eq!((&added["by"], &added["user"]["id"]), (&ada_ref, &ben_ref["id"]));
    let message = &added["message"];
    assert_eq!((&message["kind"], &message["user_id"]), (&json!("system"), &ben_ref["id"]));
    assert_eq!(message["content"], "ben joined by ada's link");
    assert_eq!(
        message["data"],
        json!({"type": "member_joined", "user": ben_ref, "invited_by": ada_ref}),
        "{added:#}"
    );

    assert!(ben.history(&chat).await.iter().any(|message| message["content"] == "before ben"));
    assert_eq!(ben.get("/api/chats").await.expect(200)[0]["unread_count"], 0);
    at_ben.join(&chat).await;
    ada.say(&chat, "welcome").await;
    assert_eq!(at_ben.wait("message").await["content"], "welcome");
}

#[tokio::test]
async fn a_link_shows_where_it_leads_to_whoever_has_it() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let wish = json!({"expires_in_s": 90, "max_uses": 3});
    let made = ben.post(&format!("/api/chats/{chat}/invite-links"), wish).await.expect(201);
    let ben_ref = json!({"id": ben.id, "username": "ben", "display_name": "ben"});
    let expected = json!({
        "id": made["id"], "chat_id": chat, "code": made["code"], "created_by": ben_ref,
        "created_at": made["created_at"], "expires_at": made["expires_at"], "max_uses": 3, "uses": 0,
    });
    assert_eq!(made, expected);
    assert_eq!(time(&made["expires_at"]) - time(&made["created_at"]), 90_000);
    // Shown again, with the same code.
    assert_eq!(ben.links(&chat).await, std::slice::from_ref(&made));

    let code = made["code"].as_str().unwrap();
    // Ada, ben and the bot.
    let expected = json!({
        "chat_name": "Plans", "invited_by": ben_ref, "member_count": 3, "expires_at": made["expires_at"],
    });
    assert_eq!(Client::anonymous(&server.base).preview(code).await.expect(200), expected);
    Client::anonymous(&server.base).accept(code).await.refused("unauthenticated");
}

#[tokio::test]
async fn a_link_that_asks_for_nothing_lives_a_week_and_has_no_last_use() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let request = ada.raw(Method::POST, &format!("/api/chats/{chat}/invite-links"));
    let made = ada.send(request).await.expect(201);
    assert_eq!(time(&made["expires_at"]) - time(&made["created_at"]), 7 * 24 * 3_600_000);
    assert_eq!(made.get("max_uses"), None);
    for name in ["ben", "cleo"] {
        server.person(name).await.accept(made["code"].as_str().unwrap()).await.expect(201);
    }
    assert_eq!(ada.links(&chat).await[0]["uses"], 2);
}

#[tokio::test]
async fn wishes_out_of_bounds_are_refused_by_name() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let links = format!("/api/chats/{}/invite-links", ada.group(&[]).await);
    for (field, value) in [
        ("expires_in_s", json!(59)),
        ("expires_in_s", json!(30 * 24 * 3600 + 1)),
        ("expires_in_s", json!(u64::MAX)),
        ("max_uses", json!(0)),
        ("max_uses", json!(1_001)),
    ] {
        let refusal = ada.post(&links, json!({field: value})).await.refused("validation_failed");
        assert_eq!(refusal["errors"][0]["field"], field, "{value}");
    }
    for (field, value) in [("expires_in_s", json!(-1)), ("max_uses", json!("2")), ("max_uses", json!(1.5))] {
        ada.post(&links, json!({field: value})).await.refused("validation_failed");
    }
    for wish in [
        json!({"expires_in_s": 60, "max_uses": 1}),
        json!({"expires_in_s": 30 * 24 * 3600, "max_uses": 1_000}),
        json!({"expires_in_s": null, "max_uses": null}),
    ] {
        ada.post(&links, wish).await.expect(201);
    }
}

#[tokio::test]
async fn every_member_makes_links_and_sees_and_revokes_their_own_and_the_owner_and_admins_all() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (cleo, dora) = (server.person("cleo").await, server.person("dora").await);
    let chat = ada.group(&[&ben, &cleo, &dora]).await;
    ada.patch(&format!("/api/chats/{chat}/participants/{}", ben.id), json!({"role": "admin"}))
        .await
        .expect(200);
    let mut codes = Vec::new();
    for person in [&ada, &ben, &cleo, &dora] {
        codes.insert(0, person.link(&chat, json!({})).await);
    }
    let [of_dora, of_cleo, of_ben, of_ada] = codes.as_slice() else { panic!("four links") };
    assert_eq!(ada.codes(&chat).await, codes, "newest first");
    assert_eq!(ben.codes(&chat).await, codes);
    assert_eq!(cleo.codes(&chat).await, std::slice::from_ref(of_cleo));

    // What cleo does not see is not there.
    for code in [of_ada, of_ben, of_dora] {
        cleo.revoke(&chat, code).await.refused("not_found");
    }
    cleo.revoke(&chat, of_cleo).await.expect(204);
    cleo.revoke(&chat, of_cleo).await.refused("not_found");
    ben.revoke(&chat, of_ada).await.expect(204);
    let elsewhere = ada.group(&[]).await;
    ada.revoke(&elsewhere, of_dora).await.refused("not_found");
    ada.revoke(&chat, of_dora).await.expect(204);
    assert_eq!(ada.codes(&chat).await, std::slice::from_ref(of_ben));
}

#[tokio::test]
async fn private_and_ai_chats_have_no_links() {
    let server = TestServer::start().await;
    let (ada, _ben) = (server.person("ada").await, server.person("ben").await);
    for chat in [json!({"kind": "private", "participant_usernames": ["ben"]}), json!({"kind": "ai"})] {
        let chat = ada.post("/api/chats", chat).await.expect(201)["id"].as_str().unwrap().to_owned();
        ada.post(&format!("/api/chats/{chat}/invite-links"), json!({})).await.refused("forbidden");
        assert!(ada.links(&chat).await.is_empty());
    }
}

#[tokio::test]
async fn a_chat_has_so_many_links_and_no_more_until_one_is_revoked() {
    let server = TestServer::with(&["--links-per-chat=2"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let links = format!("/api/chats/{chat}/invite-links");
    let first = ada.link(&chat, json!({"max_uses": 1})).await;
    let second = ben.link(&chat, json!({})).await;
    ada.post(&links, json!({})).await.refused("conflict");
    ben.revoke(&chat, &second).await.expect(204);
    ada.post(&links, json!({})).await.expect(201);
    ada.post(&links, json!({})).await.refused("conflict");
    server.person("cleo").await.accept(&first).await.expect(201);
    ada.post(&links, json!({})).await.expect(201);
    let elsewhere = ada.group(&[]).await;
    ada.link(&elsewhere, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_accept_at_once_as_many_come_in_as_the_link_has_uses() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({"max_uses": 7})).await;
    let names = (0..20).map(|n| format!("guest{n}")).collect::<Vec<_>>();
    let guests = futures_util::future::join_all(names.iter().map(|name| server.person(name))).await;
    let answers = guests.into_iter().map(|guest| {
        let code = code.clone();
        tokio::spawn(async move { guest.accept(&code).await })
    });
    let answers = futures_util::future::join_all(answers).await;
    let mut statuses = answers.into_iter().map(|answer| answer.unwrap().status.as_u16()).collect::<Vec<_>>();
    statuses.sort_unstable();
    assert_eq!(statuses, [[201].repeat(7), [404].repeat(13)].concat());
    let members = ada.get(&format!("/api/chats/{chat}/participants")).await.expect(200);
    assert_eq!(members.as_array().unwrap().len(), 2 + 7, "ada, the bot, and those who came");
    let joined = ada.history(&chat).await;
    let joined = joined.iter().filter(|message| message["data"]["type"] == "member_joined").count();
    assert_eq!(joined, 7);
    assert!(ada.links(&chat).await.is_empty());
}

#[tokio::test]
async fn whoever_is_in_already_is_told_so_and_uses_nothing_up() {
    let server = TestServer::start().await;
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({"max_uses": 2})).await;
    assert_eq!(ada.accept(&code).await.expect(200)["my_role"], "owner");
    let joined = ben.accept(&code).await.expect(201);
    assert_eq!(ben.accept(&code).await.expect(200), joined);
    assert_eq!(ada.links(&chat).await[0]["uses"], 1);
    cleo.accept(&code).await.expect(201);
    // The answer to the last use was lost, perhaps.
    assert_eq!(cleo.accept(&code).await.expect(200)["id"], chat.as_str());
    let history = ada.history(&chat).await;
    assert_eq!(history.iter().filter(|message| message["data"]["type"] == "member_joined").count(), 2);
}

#[tokio::test]
async fn a_code_that_opens_nothing_says_not_why() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let (cleo, dora) = (server.person("cleo").await, server.person("dora").await);
    let chat = ada.group(&[&ben, &cleo, &dora]).await;
    let live = ada.link(&chat, json!({})).await;
    let revoked = ada.link(&chat, json!({})).await;
    ada.revoke(&chat, &revoked).await.expect(204);
    let used_up = ada.link(&chat, json!({"max_uses": 1})).await;
    server.person("guest").await.accept(&used_up).await.expect(201);
    let expired = ada.link(&chat, json!({"max_uses": 77})).await;
    let past = "UPDATE invite_links SET expires_at = 1 WHERE max_uses = 77";
    server.tables().await.execute_unprepared(past).await.unwrap();
    let (by_removed, by_gone) = (ben.link(&chat, json!({})).await, cleo.link(&chat, json!({})).await);
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    cleo.post(&format!("/api/chats/{chat}/leave"), json!({})).await.expect(204);
    let by_disabled = dora.link(&chat, json!({})).await;
    users::disable(&server.context(), "dora").await.unwrap();
    let deleted = ada.group(&[]).await;
    let into_deleted = ada.link(&deleted, json!({})).await;
    ada.delete(&format!("/api/chats/{deleted}")).await.expect(204);

    let made_up = BASE64_URL_SAFE_NO_PAD.encode([[7; 16], [9; 16]].concat());
    let forged = format!("{}{}", &live[..22], &revoked[22..]);
    let longer = format!("{live}AA");
    let (padded, id) = (format!("{live}="), id_of(&live).to_string());
    let endless = "x".repeat(8_000);
    let malformed = ["x", "%FF", "%00", &live[..42], &longer, &padded, &id, &endless];
    let dead =
        [&made_up, &forged, &revoked, &used_up, &expired, &by_removed, &by_gone, &by_disabled, &into_deleted];
    let (eve, nobody) = (server.person("eve").await, Client::anonymous(&server.base));
    eve.preview(&live).await.expect(200);
    for code in dead.into_iter().map(String::as_str).chain(malformed) {
        for answer in [nobody.preview(code).await, eve.accept(code).await] {
            assert_eq!(answer.status, 404, "{code}");
            let mut refusal = answer.refused("not_found");
            refusal["request_id"].take();
            let expected = json!({
                "type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found",
                "detail": "there is no such invite link", "request_id": null,
            });
            assert_eq!(refusal, expected, "{code}");
        }
    }
    assert_eq!(eve.get("/api/chats").await.expect(200), json!([]));
    eve.accept(&live).await.expect(201);
}

#[tokio::test]
async fn the_links_of_whoever_is_removed_stay_dead_when_they_come_back() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let code = ben.link(&chat, json!({})).await;
    ada.delete(&format!("/api/chats/{chat}/participants/{}", ben.id)).await.expect(204);
    assert!(ada.links(&chat).await.is_empty());
    ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": "ben"})).await.expect(201);
    server.person("cleo").await.accept(&code).await.refused("not_found");
    assert!(ben.links(&chat).await.is_empty());
}

#[tokio::test]
async fn a_disabled_persons_links_rest_until_they_are_let_in_again() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[&ben]).await;
    let code = ben.link(&chat, json!({})).await;
    let cleo = server.person("cleo").await;
    users::disable(&server.context(), "ben").await.unwrap();
    cleo.accept(&code).await.refused("not_found");
    users::enable(&server.context(), "ben").await.unwrap();
    cleo.accept(&code).await.expect(201);
}

#[tokio::test]
async fn somebody_who_was_removed_comes_back_by_a_link_that_nobody_revoked() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({})).await;
    let place = format!("/api/chats/{chat}/participants/{}", ben.id);
    ben.accept(&code).await.expect(201);
    ada.delete(&place).await.expect(204);
    ben.get(&format!("/api/chats/{chat}")).await.refused("not_found");
    assert_eq!(ben.accept(&code).await.expect(201)["my_role"], "member");
    assert_eq!(ada.links(&chat).await[0]["uses"], 2);
    ada.delete(&place).await.expect(204);
    ada.revoke(&chat, &code).await.expect(204);
    ben.accept(&code).await.refused("not_found");
}

#[tokio::test]
async fn a_link_opens_no_room_that_is_full() {
    let server = TestServer::with(&["--participants-per-chat=3"]).await;
    let (ada, ben, cleo) =
        (server.person("ada").await, server.person("ben").await, server.person("cleo").await);
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({"max_uses": 2})).await;
    ben.accept(&code).await.expect(201);
    cleo.accept(&code).await.refused("conflict");
    assert_eq!(ada.links(&chat).await[0]["uses"], 1, "nobody came in");
    ben.post(&format!("/api/chats/{chat}/leave"), json!({})).await.expect(204);
    cleo.accept(&code).await.expect(201);
}

#[tokio::test]
async fn a_link_brings_nobody_into_more_chats_than_they_may_be_in() {
    let server = TestServer::with(&["--chats-per-person=1"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({})).await;
    ben.group(&[]).await;
    ben.accept(&code).await.refused("conflict");
    assert_eq!(ada.links(&chat).await[0]["uses"], 0);
}

#[tokio::test]
async fn coming_in_costs_what_a_message_costs() {
    let server = TestServer::with(&["--messages-per-second=1", "--messages-burst=2"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let code = ada.link(&ada.group(&[]).await, json!({})).await;
    ben.accept(&code).await.expect(201);
    ben.accept(&code).await.expect(200);
    assert!(ben.accept(&code).await.refused("rate_limited")["retry_after"].is_u64());
    ada.accept(&code).await.expect(200);
}

#[tokio::test]
async fn an_address_that_tries_many_codes_waits_and_a_right_one_waits_too() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let code = ada.link(&ada.group(&[]).await, json!({})).await;
    let nobody = Client::anonymous(&server.base);
    for _ in 0..49 {
        nobody.preview("guess").await.refused("not_found");
        nobody.preview(&code).await.expect(200);
    }
    ben.accept("guess").await.refused("not_found");
    let answer = nobody.preview(&code).await;
    assert_eq!(answer.headers["retry-after"], "1");
    answer.refused("rate_limited");
    ben.accept(&code).await.refused("rate_limited");
}

#[tokio::test]
async fn a_link_works_after_a_restart() {
    let mut server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let chat = ada.group(&[]).await;
    let code = ada.link(&chat, json!({})).await;
    server.restart().await;
    assert_eq!(ada.at(&server.base).codes(&chat).await, std::slice::from_ref(&code));
    ben.at(&server.base).accept(&code).await.expect(201);
}
