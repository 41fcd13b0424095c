//! S10, S11, S12: guessing at passwords tells nothing, costs the server little, and is slowed down.

use std::time::{Duration, Instant};

use gemini_coop::protocol::AuditAction;
use reqwest::Method;
use serde_json::json;

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

/// How long a refused log-in takes.
async fn refused(client: &Client, name: &str) -> Duration {
    let login = json!({"username": name, "password": "wrong horse battery"});
    let began = Instant::now();
    client.post("/api/auth/login", login).await.refused("unauthenticated");
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Bounds as wide as a machine with other work needs, and far from the hundredfold that a look-up alone is quicker.
#[tokio::test]
async fn s10_an_unknown_name_takes_as_long_as_a_wrong_password() {
    let server = TestServer::start().await;
    let nobody = Client::anonymous(&server.base);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for person in ["ada", "ben", "cleo", "dora", "emil"] {
        server.person(person).await;
        // As many as nobody is slowed down for.
        for n in 0..4 {
            known.push(refused(&nobody, person).await);
            unknown.push(refused(&nobody, &format!("{person}-{n}")).await);
        }
    }
    let ratio = median(unknown).as_secs_f64() / median(known).as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "an unknown name takes {ratio:.2} of the time of a wrong password");
}

#[tokio::test]
async fn s11_what_cannot_be_a_password_is_refused_before_it_is_hashed() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    let nobody = Client::anonymous(&server.base);
    let too_long = "x".repeat(200_000);
    for password in ["", "1234567", &too_long] {
        let login = json!({"username": "ada", "password": password});
        nobody.post("/api/auth/login", login).await.refused("unauthenticated");
        let change = json!({"current_password": password, "new_password": PASSWORD});
        ada.post("/api/auth/password", change).await.refused("validation_failed");
        let change = json!({"current_password": PASSWORD, "new_password": password});
        ada.post("/api/auth/password", change).await.refused("validation_failed");
    }
    // Each attempt that was worth hashing has its line.
    let lines = server.context().store.audit(None, 100).await.unwrap();
    let tried = [AuditAction::LogInFailed, AuditAction::PasswordRefused];
    assert!(lines.iter().all(|line| !tried.contains(&line.action)), "{lines:#?}");
    let login = json!({"username": "ada", "password": "x".repeat(300_000)});
    nobody.post("/api/auth/login", login).await.refused("too_large");
}

#[tokio::test]
async fn s12_an_address_that_one_writes_oneself_helps_no_guesser() {
    let server = TestServer::start().await;
    server.person("ada").await;
    let nobody = Client::anonymous(&server.base);
    let wrong = json!({"username": "ada", "password": "wrong horse battery"});
    let guess = |n: u8| {
        let request = nobody.raw(Method::POST, "/api/auth/login").json(&wrong);
        nobody.send(
            request.header("x-forwarded-for", format!("192.0.2.{n}")).header("forwarded", "for=192.0.2.77"),
        )
    };
    for n in 0..5 {
        guess(n).await.refused("unauthenticated");
    }
    guess(6).await.refused("rate_limited");
}

#[tokio::test]
async fn s12_behind_a_proxy_each_guesser_counts_for_themselves() {
    let server = TestServer::with(&["--trusted-proxies=127.0.0.1"]).await;
    server.person("ada").await;
    let nobody = Client::anonymous(&server.base);
    let guess = |from: &str, password: &str| {
        let login = json!({"username": "ada", "password": password});
        let request = nobody.raw(Method::POST, "/api/auth/login").json(&login);
        nobody.send(request.header("x-forwarded-for", from))
    };
    for _ in 0..5 {
        guess("198.51.100.1, 192.0.2.1", "wrong horse battery").await.refused("unauthenticated");
    }
    guess("198.51.100.2, 192.0.2.1", PASSWORD).await.refused("rate_limited");
    guess("192.0.2.2", PASSWORD).await.expect(200);
}
