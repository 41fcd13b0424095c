//! Backups made while people talk, and the way back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use serde_json::json;

use crate::support::server::TestServer;

#[track_caller]
fn refused(output: &Output, sentence: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains(sentence), "{output:?}");
}

#[tokio::test]
async fn a_backup_made_while_people_talk_is_the_log_up_to_some_moment_and_who_saw_more_begins_afresh() {
    let mut server = TestServer::on_sqlite(&["--messages-burst=1000"]).await;
    let ada = server.person("ada").await;
    let chat = ada.group(&[]).await;
    let link = ada.post(&format!("/api/chats/{chat}/invite-links"), json!({})).await.expect(201);
    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("backup");
    let made = async { server.command(&["backup", backup.to_str().unwrap()]).await };
    let talk = async {
        let mut said = Vec::new();
        for n in 0..200 {
            said.push(ada.say(&chat, &format!("message {n}")).await);
        }
        said
    };
    let (made, _) = tokio::join!(made, talk);
    assert!(made.status.success(), "{made:?}");
    for file in ["gemini-coop.db", "jwt_secret"] {
        let rights = fs::metadata(backup.join(file)).unwrap().permissions().mode();
        assert_eq!(rights & 0o077, 0, "{file}");
    }
    assert_eq!(fs::read_dir(&backup).unwrap().count(), 2, "no log and no draft is left beside them");
    let before = ada.history(&chat).await;
    let seen = before.last().unwrap()["seq"].as_i64().unwrap();

    server.lose_data().await;
    let restored = server.command(&["restore", backup.to_str().unwrap()]).await;
    assert!(restored.status.success(), "{restored:?}");
    server.restart().await;
    ada.at(&server.base).get("/api/chats").await.refused("unauthenticated");
    let ada = server.log_in("ada").await;
    let after = ada.history(&chat).await;
    assert_eq!(after, before[..after.len()], "it is the beginning of what was");
    let code = link["code"].as_str().unwrap();
    ada.get(&format!("/api/invite-links/{code}")).await.expect(200);

    // One who heard everything, one who heard what the backup has: new messages have other numbers than lost ones.
    let fresh = ada.say(&chat, "after the loss").await["seq"].as_i64().unwrap();
    assert!(fresh > seen);
    for last in [seen, after.last().unwrap()["seq"].as_i64().unwrap()] {
        let joined = ada.socket().await.join_after(&chat, last).await;
        assert_eq!((&joined["reset"], &joined["head_seq"]), (&json!(true), &json!(fresh)));
    }
    let joined = ada.socket().await.join_after(&chat, fresh).await;
    assert_eq!(joined["reset"], json!(false));
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_a_damaged_one_is_not_restored() {
    let mut server = TestServer::on_sqlite(&[]).await;
    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("backup");
    let path = backup.to_str().unwrap();
    refused(&server.command(&["restore", path]).await, "there is no ");
    assert!(server.command(&["backup", path]).await.status.success());
    refused(&server.command(&["backup", path]).await, "exists");
    refused(&server.command(&["restore", path]).await, "is there already");

    let file = backup.join("gemini-coop.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 4_096..middle + 4_096].fill(0x5a);
    fs::write(&file, bytes).unwrap();
    server.lose_data().await;
    refused(&server.command(&["restore", path]).await, "damaged");
    assert_eq!(fs::read_dir(server.data_dir()).unwrap().count(), 0, "nothing is left of it");
}

#[tokio::test]
async fn postgresql_is_left_to_its_own_tools() {
    let server = TestServer::on_sqlite(&[]).await;
    for command in ["backup", "restore"] {
        let url = "--database-url=postgres://coop@127.0.0.1:1/coop";
        let output = server.command(&[command, "nowhere", url]).await;
        refused(&output, "pg_dump");
    }
}
