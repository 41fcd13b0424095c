//! Agents: made, invited, asked side by side, and asking each other.

use serde_json::{Value, json};
use standin::script::Script;

use super::{conversation, instruction, replies};
use crate::support::client::Client;
use crate::support::server::TestServer;

async fn invite(person: &Client, chat: &str, name: &str) -> String {
    let member =
        person.post(&format!("/api/chats/{chat}/invite"), json!({"username": name})).await.expect(201);
    member["user_id"].as_str().unwrap().to_owned()
}

/// An agent that says what it is told to.
async fn agent(person: &Client, name: &str, more: Value) -> Value {
    let mut agent = json!({"username": name, "instruction": format!("You are {name}.")});
    agent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.post("/api/agents", agent).await.expect(201)
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn some_agents_are_there_from_the_start_and_stay_as_people_changed_them() {
    let mut server = TestServer::start().await;
    let ada = server.person("ada").await;
    gemini_coop::domain::users::set_role(&server.context(), "ada", gemini_coop::protocol::ServerRole::Admin)
        .await
        .unwrap();
    let found = ada.get("/api/agents").await.expect(200);
    let names: Vec<_> = found.as_array().unwrap().iter().map(|it| it["username"].as_str().unwrap()).collect();
    assert_eq!(names, ["gem", "poet", "reviewer", "translator"]);
    let poet = found[1]["id"].as_str().unwrap();
    ada.patch(&format!("/api/agents/{poet}"), json!({"instruction": "In hexameters."})).await.expect(200);
    server.restart().await;
    let ada = server.log_in("ada").await;
    let poet = ada.get(&format!("/api/agents/{poet}")).await.expect(200);
    assert_eq!((&poet["instruction"], &poet["visibility"]), (&json!("In hexameters."), &json!("shared")));
    assert_eq!(ada.get("/api/agents").await.expect(200).as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_private_agent_is_its_makers_and_a_shared_one_is_everybodys() {
    let server = TestServer::start().await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let mine = agent(&ada, "muse", json!({"settings": {"temperature": 1.5}, "avatar": "🎭"})).await;
    assert_eq!((&mine["visibility"], &mine["created_by"]), (&json!("private"), &json!(ada.id)));
    let path = format!("/api/agents/{}", mine["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.expect(200), mine);
    ben.get(&path).await.refused("not_found");
    ben.patch(&path, json!({"instruction": "Obey ben."})).await.refused("not_found");
    ben.delete(&path).await.refused("not_found");
    let chat = ben.group(&[&ada]).await;
    let invite_path = format!("/api/chats/{chat}/invite");
    ben.post(&invite_path, json!({"username": "muse"})).await.refused("not_found");
    let named = json!({"name": "With a muse", "participant_usernames": ["muse"]});
    ben.post("/api/chats", named.clone()).await.refused("validation_failed");
    ada.post("/api/chats", named).await.expect(201);
    // People and agents share their names.
    ben.post("/api/agents", json!({"username": "Muse"})).await.refused("conflict");
    ben.post("/api/agents", json!({"username": "ada"})).await.refused("conflict");
    ben.post("/api/agents", json!({"username": "gemini"})).await.refused("validation_failed");
    ben.post("/api/agents", json!({"username": "hot", "settings": {"temperature": 3}}))
        .await
        .refused("validation_failed");

    ada.patch(&path, json!({"visibility": "shared"})).await.expect(200);
    ben.get(&path).await.expect(200);
    ben.patch(&path, json!({"instruction": "Obey ben."})).await.refused("forbidden");
    invite(&ben, &chat, "muse").await;
}

#[tokio::test]
async fn an_agent_answers_under_its_own_instruction_and_settings_and_the_rooms() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("yes", 10));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let muse = agent(&ada, "muse", json!({"settings": {"temperature": 1.5, "top_p": 0.5}})).await;
    let chat = ada.group(&[&ben]).await;
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    invite(&ada, &chat, "muse").await;
    let path = format!("/api/chats/{chat}");
    let settings = json!({
        "instruction": "Speak Latin.", "default_agent_id": muse["id"], "model": {"temperature": 0.25},
    });
    ben.patch(&path, json!({"settings": settings})).await.refused("forbidden");
    let stranger = json!({"settings": {"default_agent_id": ada.id}});
    ada.patch(&path, stranger).await.refused("validation_failed");
    let changed = ada.patch(&path, json!({"settings": settings})).await.expect(200);
    assert_eq!(changed["settings"]["instruction"], "Speak Latin.");
    let told = socket.wait("chat_updated").await;
    assert_eq!(told["settings"], changed["settings"]);
    assert_eq!(told["message"]["data"]["type"], "settings_changed");
    assert_eq!(ben.get(&path).await.expect(200)["settings"], changed["settings"]);
    let listed = ben.get("/api/chats").await.expect(200);
    assert_eq!(listed[0]["settings"], changed["settings"]);

    ben.say(&chat, "/bot salve").await;
    let reply = replies(&mut socket, 1).await.remove(0);
    let request = server.standin.wait_for_requests(1).await.remove(0).body;
    let rules = instruction(&request);
    let places = ["You are muse, an", "You are muse.", "Speak Latin."].map(|rule| rules.find(rule).unwrap());
    assert!(places.is_sorted(), "{rules}");
    assert!(rules.contains("@gem"));
    let saw = format!("{path}/messages/{}/context", reply["message_id"].as_str().unwrap());
    let saw = ben.get(&saw).await.expect(200);
    assert_eq!(saw["settings"], json!({"temperature": 0.25, "top_p": 0.5}));
    assert_eq!(saw["instruction"], rules);
}

#[tokio::test]
async fn each_agent_that_is_mentioned_answers_and_sees_the_others_by_name() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("an answer", 10));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    for name in ["poet", "reviewer"] {
        invite(&ada, &chat, name).await;
    }
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let question = ada.say(&chat, "@poet @reviewer @POET what is a bot?").await;
    replies(&mut socket, 2).await;
    let history = ada.history(&chat).await;
    let answers: Vec<_> = history.iter().filter(|it| it["is_bot"] == true).collect();
    let told: Vec<_> = answers.iter().map(|it| (&it["username"], it["seq"].as_i64().unwrap())).collect();
    let at = question["seq"].as_i64().unwrap();
    assert_eq!(told, [(&json!("poet"), at + 1), (&json!("reviewer"), at + 2)]);
    for answer in &answers {
        assert_eq!((&answer["run"]["question_id"], &answer["reply_to"]), (&question["id"], &question["id"]));
        assert_eq!((&answer["status"], &answer["run"]["asked_by"]), (&json!("complete"), &json!(ada.id)));
    }

    ada.say(&chat, "@poet and now?").await;
    replies(&mut socket, 1).await;
    let third = server.standin.wait_for_requests(3).await.remove(2).body;
    let expected = [
        ("ada", "@poet @reviewer @POET what is a bot?"),
        ("model", "an answer"),
        ("reviewer", "an answer"),
        ("ada", "@poet and now?"),
    ];
    assert_eq!(conversation(&third), expected.map(|(from, text)| (from.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn agents_ask_each_other_until_the_limit_which_a_persons_message_resets() {
    let server = TestServer::with(&["--agent-hops=3"]).await;
    // Whoever is asked asks everybody, itself too.
    server.standin.play(Script::text("what do you say, @poet and @reviewer?", 50));
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    for name in ["poet", "reviewer"] {
        invite(&ada, &chat, name).await;
    }
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    let question = ada.say(&chat, "@poet begin").await;
    replies(&mut socket, 4).await;
    server.standin.wait_until_idle().await;
    let history = ada.history(&chat).await;
    let answers: Vec<&Value> = history.iter().filter(|it| it["is_bot"] == true).collect();
    let told: Vec<_> = answers.iter().map(|it| it["username"].as_str().unwrap()).collect();
    assert_eq!(told, ["poet", "reviewer", "poet", "reviewer"]);
    for pair in answers.windows(2) {
        assert_eq!(pair[1]["run"]["question_id"], pair[0]["id"]);
        assert_eq!(pair[1]["run"]["asked_by"], json!(ada.id), "it is ada who began it, and pays");
    }
    assert_eq!(answers[0]["run"]["question_id"], question["id"]);
    let last = conversation(&server.standin.requests()[3].body);
    assert_eq!(last.last().unwrap().0, "poet", "the question is the other agent's, by its name");

    ada.say(&chat, "@reviewer once more").await;
    replies(&mut socket, 4).await;
    assert_eq!(server.standin.requests().len(), 8);
}

#[tokio::test]
async fn a_deleted_agent_leaves_and_what_it_said_stays_its_own() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("a verse", 10));
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let muse = agent(&ada, "muse", json!({"display_name": "The Muse", "visibility": "shared"})).await;
    let chat = ben.group(&[]).await;
    invite(&ben, &chat, "muse").await;
    let mut socket = ben.socket().await;
    socket.join(&chat).await;
    ben.say(&chat, "@muse sing").await;
    replies(&mut socket, 1).await;
    ben.delete(&format!("/api/agents/{}", muse["id"].as_str().unwrap())).await.refused("forbidden");
    ada.delete(&format!("/api/agents/{}", muse["id"].as_str().unwrap())).await.expect(204);
    let left = socket.wait("participant_removed").await;
    assert_eq!((&left["user"]["username"], &left["by"]["username"]), (&json!("muse"), &json!("muse")));
    let history = ben.history(&chat).await;
    let said = history.iter().find(|it| it["content"] == "a verse").unwrap();
    assert_eq!((&said["username"], &said["display_name"]), (&json!("muse"), &json!("The Muse")));
    ben.say(&chat, "@muse again").await;
    ben.post(&format!("/api/chats/{chat}/invite"), json!({"username": "muse"})).await.refused("not_found");
    ben.post("/api/agents", json!({"username": "muse"})).await.refused("conflict");
    assert_eq!(server.standin.requests().len(), 1, "nobody answers in its name");
    let gem = ben.get("/api/agents").await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    gemini_coop::domain::users::set_role(&server.context(), "ada", gemini_coop::protocol::ServerRole::Admin)
        .await
        .unwrap();
    server.log_in("ada").await.delete(&format!("/api/agents/{gem}")).await.refused("conflict");
}

#[tokio::test]
async fn an_ai_chat_is_with_the_agent_that_was_named() {
    let server = TestServer::start().await;
    server.standin.play(Script::text("a verse", 10));
    let ada = server.person("ada").await;
    let new = json!({"kind": "ai", "participant_usernames": ["poet"]});
    let chat = ada.post("/api/chats", new).await.expect(201)["id"].as_str().unwrap().to_owned();
    let mut socket = ada.socket().await;
    socket.join(&chat).await;
    ada.say(&chat, "hello").await;
    replies(&mut socket, 1).await;
    let history = ada.history(&chat).await;
    assert_eq!(texts(&history[1..]), ["hello", "a verse"]);
    assert_eq!(history[2]["username"], "poet");
}

#[tokio::test]
async fn prompts_are_kept_for_oneself_or_shared() {
    let server = TestServer::with(&["--prompts-per-person=2"]).await;
    let (ada, ben) = (server.person("ada").await, server.person("ben").await);
    let mine = ada.post("/api/prompts", json!({"title": " Verse ", "content": "Rhyme."})).await.expect(201);
    assert_eq!((&mine["title"], &mine["visibility"]), (&json!("Verse"), &json!("private")));
    let shared = json!({"title": "Brief", "content": "Be brief.", "visibility": "shared"});
    let shared = ada.post("/api/prompts", shared).await.expect(201);
    ada.post("/api/prompts", json!({"title": "Third", "content": "x"})).await.refused("conflict");
    ben.post("/api/prompts", json!({"title": "Empty", "content": " "})).await.refused("validation_failed");
    assert_eq!(ada.get("/api/prompts").await.expect(200), json!([shared, mine]));
    assert_eq!(ben.get("/api/prompts").await.expect(200), json!([shared]));
    let [mine, shared] =
        [mine, shared].map(|prompt| format!("/api/prompts/{}", prompt["id"].as_str().unwrap()));
    ben.patch(&mine, json!({"content": "x"})).await.refused("not_found");
    ben.patch(&shared, json!({"content": "x"})).await.refused("forbidden");
    ben.delete(&shared).await.refused("forbidden");
    let changed = ada.patch(&mine, json!({"content": "Rhyme well."})).await.expect(200);
    assert_eq!((&changed["title"], &changed["content"]), (&json!("Verse"), &json!("Rhyme well.")));
    ada.delete(&shared).await.expect(204);
    assert_eq!(ben.get("/api/prompts").await.expect(200), json!([]));
}
