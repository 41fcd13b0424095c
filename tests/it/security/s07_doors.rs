//! S7: one way to log in, whatever the door: REST and socket believe and refuse the same.

use gemini_coop::domain::users;
use serde_json::json;

use crate::support::client::Client;
use crate::support::server::TestServer;

/// Whether a token opens each door: REST, the socket's header, the socket's address, a ticket for the socket.
async fn opens(client: &Client) -> [bool; 4] {
    let token = client.token.clone().unwrap();
    let ticket = client.post("/api/auth/ws-ticket", json!({})).await;
    let by_ticket = match ticket.body["ticket"].as_str() {
        Some(ticket) => client.socket_at(&format!("/ws?ticket={ticket}")).await.is_ok(),
        None => false,
    };
    [
        client.get("/api/auth/me").await.status == 200,
        client.try_socket(&[]).await.is_ok(),
        client.socket_at(&format!("/ws?token={token}")).await.is_ok(),
        by_ticket,
    ]
}

#[tokio::test]
async fn s07_every_door_believes_and_refuses_the_same() {
    let server = TestServer::start().await;
    let ada = server.person("ada").await;
    assert_eq!(opens(&ada).await, [true; 4]);

    let token = ada.token.clone().unwrap();
    let (head, rest) = token.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let elsewhere = TestServer::start().await.person("ada").await.token.unwrap();
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for forged in [
        "nonsense",
        &format!("{head}.{claims}."),
        &format!("{unsigned}.{claims}."),
        &format!("{unsigned}.{claims}.{signature}"),
        &format!("{head}.{}.{signature}", claims.chars().rev().collect::<String>()),
        &elsewhere,
    ] {
        assert_eq!(opens(&ada.with_token(forged)).await, [false; 4], "{forged}");
    }

    users::disable(&server.context(), "ada").await.unwrap();
    assert_eq!(opens(&ada).await, [false; 4], "of somebody who is kept out");
    users::enable(&server.context(), "ada").await.unwrap();
    assert_eq!(opens(&ada).await, [false; 4], "of a session from before");
    let again = server.log_in("ada").await;
    assert_eq!(opens(&again).await, [true; 4]);
    again.post("/api/auth/logout", json!({})).await.expect(204);
    assert_eq!(opens(&again).await, [false; 4], "of a session that has ended");
}
