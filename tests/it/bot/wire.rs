//! What several replies at once cost: on the wire what is promised, and in the database a write a second each.

use std::cell::Cell;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use standin::script::{Script, numbered_text};

use crate::support::client::Socket;
use crate::support::server::TestServer;

const AGENTS: [&str; 3] = ["gem", "poet", "reviewer"];
const CHUNKS: usize = 200;

/// Everything up to the end of the last reply.
async fn all_replies(socket: &mut Socket) -> Vec<Value> {
    let left = Cell::new(AGENTS.len());
    let is_last_end = |frame: &Value| {
        left.set(left.get() - usize::from(frame["is_complete"] == true));
        left.get() == 0
    };
    socket.until("the end of the last reply", is_last_end).await
}

/// Empties SQLite's log, so that it holds what is written from now on.
async fn empty_log(server: &TestServer) {
    let tables = server.tables().await;
    let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
    // Not while somebody reads.
    while tables.query_one_raw(checkpoint.clone()).await.unwrap().unwrap().try_get_by_index::<i32>(0) != Ok(0)
    {
        tokio::task::yield_now().await;
    }
    tables.close().await.unwrap();
}

/// The transactions in SQLite's log. A page of it has a header of 24 bytes: of a transaction's last one the second
/// word is not zero, and of those of before the log began anew words 3 and 4 are not those of the log.
fn transactions(server: &TestServer) -> usize {
    let log = std::fs::read(server.data_dir().join("gemini-coop.db-wal")).unwrap();
    let (header, pages) = log.split_at(32);
    let page = u32::from_be_bytes(header[8..12].try_into().unwrap()) as usize;
    let is_last = |page: &&[u8]| page[8..16] == header[16..24] && page[4..8] != [0; 4];
    pages.chunks_exact(24 + page).filter(is_last).count()
}

#[tokio::test]
async fn three_agents_who_write_at_once_cost_each_viewer_and_the_database_no_more_than_is_promised() {
    let server = TestServer::on_sqlite(&["--replies-per-room=3"]).await;
    let (script, gate) = Script::chunks(CHUNKS, Duration::from_millis(20)).gated();
    server.standin.play(script);
    let people = [server.person("ada").await, server.person("ben").await, server.person("cleo").await];
    let [ada, ben, cleo] = &people;
    let chat = ada.group(&[ben, cleo]).await;
    for agent in &AGENTS[1..] {
        ada.post(&format!("/api/chats/{chat}/invite"), json!({"username": agent})).await.expect(201);
    }
    let mut sockets = Vec::new();
    for person in &people {
        let mut socket = person.socket().await;
        socket.join(&chat).await;
        sockets.push(socket);
    }
    sockets[0].say(&chat, "@gem @poet @reviewer, count!").await;
    server.standin.wait_for_requests(AGENTS.len()).await;
    empty_log(&server).await;
    let began = Instant::now();
    gate.open();
    let seen = join_all(sockets.iter_mut().map(all_replies)).await;
    let took = began.elapsed().as_secs_f64();

    let text = numbered_text(CHUNKS);
    for frames in &seen {
        let is_end = |frame: &&Value| frame["is_complete"] == true;
        let first_end = frames.iter().position(|frame| is_end(&frame)).unwrap();
        for end in frames.iter().filter(is_end) {
            let of_it: Vec<_> =
                frames.iter().filter(|frame| frame["message_id"] == end["message_id"]).collect();
            let is_chunk = |frame: &&Value| frame["is_complete"] == false;
            let chunks: Vec<_> = of_it.iter().copied().filter(is_chunk).collect();
            let is_first = |frame: &Value| *frame == *chunks[0];
            assert!(frames.iter().position(is_first).unwrap() < first_end, "they write at once");
            let told: String = chunks.iter().map(|chunk| chunk["chunk"].as_str().unwrap()).collect();
            assert_eq!((&told, &end["full_response"]), (&text, &json!(text)), "only new text, and all of it");
            let count = chunks.len() as f64;
            assert!(count <= 20.0 * took + 2.0, "{count} chunks in {took} s");
            // A frame's own header takes up to four bytes.
            let bytes = of_it.iter().map(|frame| frame.to_string().len() + 4).sum::<usize>() as f64;
            let promised = 2.1 * text.len() as f64 + 200.0 * count + 2_000.0;
            assert!(bytes <= promised, "{bytes} bytes in {count} chunks, {promised} were promised");
        }
    }
    let written = transactions(&server);
    // One a second each, and their ends.
    let most = AGENTS.len() as f64 * (took.ceil() + 1.0);
    assert!(written >= 2 * AGENTS.len(), "the log was read wrongly: {written}");
    assert!(written as f64 <= most, "{written} transactions in {took} s");
}
