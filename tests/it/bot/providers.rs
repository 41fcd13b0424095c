//! Several providers in one server: chosen by name, each in its own words, standing in for each other.

use gemini_coop::bot::outcome::Ending;
use serde_json::{Value, json};
use standin::script::{ErrorForm, Script};
use standin::server::{Standin, WRONG_KEY};
use tempfile::TempDir;

use super::{follow, placeholder, usage};
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

const KEY: &str = "sk-key-of-the-local-one";

/// A server with a second provider, `local`, which speaks OpenAI's language.
struct Two {
    server: TestServer,
    local: Standin,
    ada: Client,
    chat: String,
    socket: Socket,
    _file: TempDir,
}

impl Two {
    async fn with(key: &str, flags: &[&str]) -> Self {
        let local = Standin::start().await;
        let file = tempfile::tempdir().unwrap();
        let path = file.path().join("providers.json");
        let provider = json!({
            "name": "local",
            "kind": "openai",
            "base_url": format!("{}/openai/v1", local.base_url()),
            "key": key,
            "model": "stand-in",
            "models": ["not-listed"],
            "embedding_model": "text-embedding-3-small",
            "max_output_tokens": 500,
        });
        std::fs::write(&path, json!({"providers": [provider]}).to_string()).unwrap();
        let path = format!("--providers-file={}", path.display());
        let mut all = vec![path.as_str(), "--gemini-model=gemini-3.5-flash", "--gemini-retries=0"];
        all.extend(flags);
        let server = TestServer::with(&all).await;
        let ada = server.person("ada").await;
        let chat = ada.group(&[]).await;
        let mut socket = ada.socket().await;
        socket.join(&chat).await;
        Self { server, local, ada, chat, socket, _file: file }
    }

    /// Asks, and the reply's id and last frame.
    async fn ask(&mut self) -> (String, Value) {
        self.socket.say(&self.chat, "/bot hello").await;
        let reply = placeholder(&mut self.socket).await["message_id"].clone();
        let last = follow(&mut self.socket, &reply, 0).await.1;
        (reply.as_str().unwrap().to_owned(), last)
    }

    /// Provider and status of each call, the first first.
    async fn books(&self) -> Vec<(String, String)> {
        let calls = usage::all(&self.ada, "/api/usage/history").await;
        let word = |call: &Value, field: &str| call[field].as_str().unwrap().to_owned();
        calls.iter().rev().map(|call| (word(call, "provider"), word(call, "status"))).collect()
    }
}

fn booked(calls: &[(&str, &str)]) -> Vec<(String, String)> {
    calls.iter().map(|(provider, status)| ((*provider).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test]
async fn two_providers_in_one_server_list_their_models_with_what_they_heed_and_cost() {
    let two = Two::with(KEY, &["--fallback-models=local/stand-in"]).await;
    let list = two.ada.get("/api/models").await.expect(200);
    assert_eq!(list["default"], "gemini/gemini-3.5-flash");
    assert_eq!(list["fallbacks"], json!(["local/stand-in"]));
    let [gemini, local] = list["providers"].as_array().unwrap().as_slice() else { panic!("{list}") };
    let model = |provider: &Value, name: &str| {
        let models = provider["models"].as_array().unwrap();
        models.iter().find(|model| model["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!((&gemini["is_listed"], &local["is_listed"]), (&json!(true), &json!(true)));
    let flash = model(gemini, "gemini/gemini-3.5-flash");
    assert_eq!(flash["price"], json!({"input": 1_500_000, "cached": 150_000, "output": 9_000_000}));
    assert_eq!(flash["thinking_levels"], json!(["minimal", "low", "medium", "high"]));
    assert_eq!((&flash["temperature"], &flash["is_resting"]), (&json!(true), &json!(false)));
    assert_eq!(gemini["models"][0]["name"], "gemini/gemini-3.5-flash", "the default is the first");
    let stand_in = model(local, "local/stand-in");
    assert_eq!((&stand_in["max_tokens"], &stand_in["price"]), (&json!(500), &Value::Null));
    assert_eq!(model(local, "local/gpt-5.6-luna")["temperature"], false);
    model(local, "local/not-listed");
    let embeds = |model: &Value| model["name"].as_str().unwrap().contains("embed");
    for provider in [gemini, local] {
        assert!(!provider["models"].as_array().unwrap().iter().any(embeds), "they do not chat");
    }
    let asked = two.local.requests().len();
    two.ada.get("/api/models").await.expect(200);
    assert_eq!(two.local.requests().len(), asked, "a list is believed for some minutes");
    Client::anonymous(&two.server.base).get("/api/models").await.refused("unauthenticated");
}

#[tokio::test]
async fn a_model_is_chosen_by_its_name_and_an_unknown_one_is_refused_in_a_clear_sentence() {
    let two = Two::with(KEY, &[]).await;
    let context = two.server.context();
    for (asked, chosen) in [
        (None, "gemini/gemini-3.5-flash"),
        (Some("gemini-3.6-flash"), "gemini/gemini-3.6-flash"),
        (Some("gemini/gemini-3.6-flash"), "gemini/gemini-3.6-flash"),
        (Some("local/qwen3"), "local/qwen3"),
        (Some("local/not-listed"), "local/not-listed"),
    ] {
        let choice = context.models.choose(asked).await.unwrap_or_else(|error| panic!("{asked:?}: {error}"));
        assert_eq!(choice.name(), chosen);
    }
    for unknown in
        ["local/unheard-of", "nobody/qwen3", "gemini/", "gemini-unheard-of", "local/text-embedding-3-small"]
    {
        let error = context.models.choose(Some(unknown)).await.err().expect(unknown);
        let sentence = Ending::of_error(&error).detail.unwrap();
        assert_eq!(sentence, format!("This server has no model {unknown:?}. Choose another one."));
    }
}

#[tokio::test]
async fn a_question_may_name_its_model_which_is_sent_the_settings_that_it_heeds_and_no_others() {
    let two = Two::with(KEY, &[]).await;
    let path = format!("/api/chats/{}/bot", two.chat);
    let ask = async |model: &str, thinking: Value| {
        let settings = json!({"temperature": 0.5, "top_p": 0.25, "max_tokens": 100});
        let mut body = json!({"content": "hello", "model": model, "thinking": thinking});
        body.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        two.ada.post(&path, body).await.expect(200)["message"].clone()
    };
    let (high, budget) = (json!({"level": "high"}), json!({"budget": 0}));

    let message = ask("local/gpt-5.6-luna", high.clone()).await;
    assert_eq!((&message["status"], &message["run"]["model"]), (&json!("complete"), &json!("gpt-5.6-luna")));
    let body = two.local.requests().last().unwrap().body.clone();
    assert_eq!((&body["reasoning_effort"], &body["max_completion_tokens"]), (&json!("high"), &json!(100)));
    assert_eq!(
        (&body["temperature"], &body["top_p"], &body["max_tokens"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );

    assert_eq!(ask("local/qwen3", high.clone()).await["status"], "complete");
    let body = two.local.requests().last().unwrap().body.clone();
    assert_eq!(
        (&body["temperature"], &body["top_p"], &body["max_tokens"]),
        (&json!(0.5), &json!(0.25), &json!(100))
    );
    assert_eq!(body["reasoning_effort"], Value::Null);

    let sampling = json!({"maxOutputTokens": 100, "temperature": 0.5, "topP": 0.25});
    let with = |thinking: Value| {
        let mut all = sampling.clone();
        all["thinkingConfig"] = thinking;
        all
    };
    for (model, thinking, sent) in [
        ("gemini/gemini-2.5-flash", &budget, with(json!({"thinkingBudget": 0}))),
        ("gemini/gemini-2.5-flash", &high, sampling.clone()),
        ("gemini/gemini-3.5-flash", &high, with(json!({"thinkingLevel": "HIGH"}))),
        ("gemini/gemini-3.5-flash", &budget, sampling.clone()),
        (
            "gemini/gemini-3.6-flash",
            &high,
            json!({"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "HIGH"}}),
        ),
    ] {
        assert_eq!(ask(model, thinking.clone()).await["status"], "complete", "{model}");
        let request = two.server.standin.requests().pop().unwrap();
        assert_eq!(request.body["generationConfig"], sent, "{model} {thinking}");
    }

    let message = ask("local/unheard-of", high).await;
    assert_eq!(
        (&message["status"], &message["run"]["reason"]),
        (&json!("failed"), &json!("provider_refused"))
    );
    assert_eq!(message["content"], "This server has no model \"local/unheard-of\". Choose another one.");
}

#[tokio::test]
async fn a_server_that_speaks_openais_language_answers_alone() {
    let mut two = Two::with(KEY, &["--gemini-api-key="]).await;
    two.local.play(Script::text("four words are these", 5));
    let (reply, last) = two.ask().await;
    assert_eq!(
        (&last["status"], &last["full_response"]),
        (&json!("complete"), &json!("four words are these"))
    );
    assert!(last["usage"]["total_tokens"].as_u64() > Some(0) && last["fallback_from"].is_null(), "{last}");
    assert_eq!(two.books().await, booked(&[("local", "success")]));
    let message = two.ada.get(&format!("/api/chats/{}/messages/{reply}", two.chat)).await.expect(200);
    assert_eq!(message["run"]["model"], "stand-in");
    let requests = two.local.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.path.as_str(), request.key.as_deref()), ("/openai/v1/chat/completions", Some(KEY)));
    assert_eq!((&request.body["model"], &request.body["max_tokens"]), (&json!("stand-in"), &json!(500)));
    assert_eq!(request.body["messages"][0]["role"], "system");
    assert!(two.server.standin.requests().is_empty());
}

#[tokio::test]
async fn another_model_stands_in_before_the_first_text_and_the_room_is_told() {
    let mut two =
        Two::with(KEY, &["--fallback-models=local/stand-in", "--gemini-first-byte-timeout=0.4"]).await;
    two.local.play(Script::text("I stand in.", 4));
    for (trouble, words, status) in [
        ("503", "is overloaded", "error"),
        ("429-daily", "is at its limit", "rate_limited"),
        ("hang-before-headers", "took too long", "timeout"),
    ] {
        two.server.standin.play(Script::synthetic(trouble));
        let (reply, last) = two.ask().await;
        assert_eq!(
            (&last["status"], &last["reason"]),
            (&json!("complete"), &Value::Null),
            "{trouble}: {last}"
        );
        assert_eq!(last["full_response"], "I stand in.");
        assert_eq!(
            (&last["model"], &last["fallback_from"]),
            (&json!("stand-in"), &json!("gemini/gemini-3.5-flash"))
        );
        let told = format!("gemini/gemini-3.5-flash {words}; local/stand-in was asked instead.");
        assert_eq!(last["detail"], told);
        let message = two.ada.get(&format!("/api/chats/{}/messages/{reply}", two.chat)).await.expect(200);
        let run = &message["run"];
        assert_eq!((&run["fallback_from"], &run["model"]), (&last["fallback_from"], &json!("stand-in")));
        let books = two.books().await;
        assert_eq!(books[books.len() - 2..], booked(&[("gemini", status), ("local", "success")]));
    }
}

#[tokio::test]
async fn nobody_stands_in_after_the_first_text_or_where_the_question_was_refused() {
    let mut two = Two::with(KEY, &["--fallback-models=local/stand-in"]).await;
    let begun = Script::text("Hello there", 5).error_after(1, ErrorForm::Event);
    for (script, reason) in
        [(begun, "provider_error"), (Script::synthetic("blocked-prompt"), "blocked_prompt")]
    {
        two.server.standin.play(script);
        let (_, last) = two.ask().await;
        assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!(reason)));
        assert!(last["fallback_from"].is_null());
    }
    assert!(two.local.requests().is_empty());
}

#[tokio::test]
async fn where_all_fail_the_room_is_told_of_both() {
    let mut two = Two::with(KEY, &["--fallback-models=local/stand-in"]).await;
    two.server.standin.play(Script::synthetic("503"));
    two.local.play(Script::synthetic("bad-key"));
    let (_, last) = two.ask().await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("provider_refused")), "{last}");
    let detail = last["detail"].as_str().unwrap();
    assert!(detail.starts_with("gemini/gemini-3.5-flash is overloaded;"), "{detail}");
    assert!(detail.contains("The provider refused the request"), "{detail}");
    assert_eq!(last["full_response"], detail);
}

#[tokio::test]
async fn a_model_that_fails_in_a_row_is_left_alone_until_one_question_finds_that_it_works() {
    let flags = ["--breaker-failures=2", "--breaker-pause=0.3", "--questions-per-minute=1000"];
    let mut two = Two::with(KEY, &flags).await;
    let is_resting = async |two: &Two| {
        let list = two.ada.get("/api/models").await.expect(200);
        list["providers"][0]["models"][0]["is_resting"] == true
    };
    two.server.standin.play(Script::synthetic("503"));
    for _ in 0..2 {
        assert!(!is_resting(&two).await);
        assert_eq!(two.ask().await.1["reason"], "provider_error");
    }
    // Asked at once it is refused here; where the machine was slow, the provider is tried, fails, and is left alone.
    let upstream = two.server.standin.requests().len();
    let (_, last) = two.ask().await;
    let tried = two.server.standin.requests().len() > upstream;
    let sentence = if tried { "overloaded" } else { "several times in a row" };
    assert!(last["detail"].as_str().unwrap().contains(sentence), "{last}");
    two.server.standin.play(Script::synthetic("ok"));
    while is_resting(&two).await {}
    assert_eq!(two.ask().await.1["status"], "complete");
    two.server.standin.play(Script::synthetic("503"));
    two.ask().await;
    assert!(!is_resting(&two).await, "it counts from the beginning");
}

#[tokio::test]
async fn a_key_appears_in_no_answer_even_if_the_provider_repeats_it() {
    let mut two = Two::with(WRONG_KEY, &["--gemini-api-key="]).await;
    let (reply, last) = two.ask().await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("provider_refused")));
    assert!(!last["detail"].as_str().unwrap().contains("GEMINI"), "{last}");
    let list = two.ada.get("/api/models").await.expect(200);
    assert_eq!(list["providers"][0]["is_listed"], false);
    let message = two.ada.get(&format!("/api/chats/{}/messages/{reply}", two.chat)).await.expect(200);
    let books = two.ada.get("/api/usage/history").await.expect(200);
    for answer in [last, list, message, books] {
        assert!(!answer.to_string().contains(WRONG_KEY), "{answer}");
    }
}

#[tokio::test]
async fn texts_become_vectors_which_are_in_the_books_and_within_budgets() {
    let two = Two::with(
        KEY,
        &["--embedding-texts=3", "--questions-per-minute=6", "--budgets=person day 300 tokens"],
    )
    .await;
    let embed = |body: Value| two.ada.post("/api/embeddings", body);
    let gemini = embed(json!({"input": ["one", "two", "one"]})).await.expect(200);
    assert_eq!(gemini["model"], "gemini/gemini-embedding-001");
    let vectors = gemini["embeddings"].as_array().unwrap();
    assert_eq!((vectors.len(), vectors[0].as_array().unwrap().len()), (3, 3072));
    assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1]);
    let local =
        embed(json!({"model": "local/text-embedding-3-small", "input": ["one", "two"]})).await.expect(200);
    let again = embed(json!({"model": "local/text-embedding-3-small", "input": ["two"]})).await.expect(200);
    assert_eq!(
        local["embeddings"][1], again["embeddings"][0],
        "in the order of the texts, whatever the provider's"
    );
    assert!(local["usage"]["prompt_tokens"].as_u64() > Some(0), "{local}");

    let long = "x".repeat(1_000);
    let refused = embed(json!({"input": [long]})).await.refused("rate_limited");
    assert!(refused["detail"].as_str().unwrap().starts_with("ada's budget for today"), "{refused}");
    for (body, field) in [
        (json!({"input": []}), "input"),
        (json!({"input": ["a", "b", "c", "d"]}), "input"),
        (json!({"input": [" "]}), "input"),
        (json!({"input": ["a"], "model": "local/qwen3"}), "model"),
    ] {
        let problem = embed(body).await.refused("validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let books = two.books().await;
    assert_eq!(books, booked(&[("gemini", "success"), ("local", "success"), ("local", "success")]));
    let calls = usage::all(&two.ada, "/api/usage/history").await;
    assert_eq!((&calls[0]["chat_id"], &calls[0]["model"]), (&Value::Null, &json!("text-embedding-3-small")));
    let rooms = usage::all(&two.ada, "/api/usage/stats?by=room").await;
    assert_eq!((&rooms[0]["calls"], &rooms[0]["chat_id"]), (&json!(3), &Value::Null));
    let budget = two.ada.get("/api/usage/budget").await.expect(200);
    assert!(budget[0]["spent"].as_i64().unwrap() < 10, "nothing is reserved any more: {budget}");
    embed(json!({"input": ["a"]})).await.expect(200);
    embed(json!({"input": ["a"]})).await.refused("rate_limited");
}

#[tokio::test]
async fn what_moderation_finds_harmful_is_not_asked_or_taken_back_and_the_room_is_told() {
    let mut two = Two::with(KEY, &["--moderation-model=local/judge", "--gemini-safety=high"]).await;
    two.server.standin.play(Script::text("this is forbidden", 5));
    two.socket.say(&two.chat, "/bot tell me what is forbidden").await;
    let reply = placeholder(&mut two.socket).await["message_id"].clone();
    let (_, last) = follow(&mut two.socket, &reply, 0).await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("blocked_prompt")));
    assert_eq!(last["full_response"], "The question was stopped by moderation (harassment).");
    assert!(two.server.standin.requests().is_empty(), "the model was not asked");
    let check = usage::all(&two.ada, "/api/usage/history").await.remove(0);
    for (field, value) in [
        ("provider", json!("local")),
        ("model", json!("judge")),
        ("status", json!("success")),
        ("message_id", reply.clone()),
        ("chat_id", json!(two.chat)),
        ("username", json!("ada")),
        ("cost_microusd", json!(0)),
        ("unpriced", Value::Null),
        ("total_tokens", Value::Null),
    ] {
        assert_eq!(check[field], value, "{field} of {check}");
    }
    assert!(check["duration_ms"].is_u64() && last["usage"].is_null(), "{check} {last}");

    let (_, last) = two.ask().await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("blocked_reply")));
    assert_eq!(last["full_response"], "The reply was taken back by moderation (harassment).");
    let requests = two.server.standin.requests();
    let settings = requests[0].body["safetySettings"].as_array().unwrap();
    assert_eq!(settings.len(), 4);
    assert!(settings.iter().all(|setting| setting["threshold"] == "BLOCK_ONLY_HIGH"), "{settings:?}");

    two.server.standin.play(Script::text("this is fine", 5));
    let (_, good) = two.ask().await;
    assert_eq!(good["status"], "complete");
    let judged = two.local.requests().iter().filter(|request| request.path.ends_with("/moderations")).count();
    assert_eq!(judged, 5, "each question and each reply");
    let (checked, asked) = (("local", "success"), ("gemini", "success"));
    let each = [checked, checked, asked, checked, checked, asked, checked];
    assert_eq!(two.books().await, booked(&each), "in the order in which they were made");
    let calls = usage::all(&two.ada, &format!("/api/chats/{}/usage/history", two.chat)).await;
    assert!(
        calls[..3].iter().all(|call| call["run_id"] == calls[0]["run_id"]),
        "they are of the reply's run"
    );
    assert_eq!(calls[1]["cost_microusd"], good["usage"]["cost_microusd"], "a check costs nothing");
}

#[tokio::test]
async fn where_moderation_does_not_answer_nothing_is_let_through() {
    let mut two = Two::with(WRONG_KEY, &["--moderation-model=local/judge"]).await;
    let (_, last) = two.ask().await;
    assert_eq!((&last["status"], &last["reason"]), (&json!("failed"), &json!("provider_error")), "{last}");
    assert!(last["detail"].as_str().unwrap().starts_with("Moderation does not answer"), "{last}");
    assert!(two.server.standin.requests().is_empty());
    let calls = usage::all(&two.ada, "/api/usage/history").await;
    assert_eq!((calls.len(), &calls[0]["model"], &calls[0]["status"]), (1, &json!("judge"), &json!("error")));
    assert_eq!((&calls[0]["cost_microusd"], &calls[0]["unpriced"]), (&json!(0), &Value::Null));
}
