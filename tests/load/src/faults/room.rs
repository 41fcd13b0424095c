//! I8: what a client held before an action, and the frames of that action, make what a client sees who comes afterwards.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use standin::script::Script;
use standin::server::Standin;

use crate::client::{Person, register};
use crate::faults::bench::Bench;
use crate::faults::finding::Finding;
use crate::frame::{Frame, is_settled};
use crate::server::Server;
use crate::socket::{Socket, within};

/// What a client holds of a room.
#[derive(Clone, Debug, Default, PartialEq)]
struct Room {
    name: String,
    owner: String,
    head: i64,
    /// By id: number, last change, text, status, whether deleted.
    messages: BTreeMap<String, (i64, i64, String, String, bool)>,
    /// Name and role.
    members: BTreeSet<(String, String)>,
}

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let standin = Standin::start().await;
    standin.play(Script::text("an answer in a few words", 6));
    let server = Server::start(&bench.settings("room")?.gemini(standin.base_url())).await?;
    let people = register(&server.base(), 3).await?;
    let [ada, ben, cleo] = people.as_slice() else { anyhow::bail!("three people") };
    let chat = ada.group(&people[1..2]).await?;
    let mut held = Room::fetch(ada, &chat).await?;
    let mut socket = ada.connect().await?;
    socket.join(&chat).await?;
    let path = format!("/api/chats/{chat}");
    let mut finding = Finding::new(0, "actions");
    let said =
        ben.request(Method::POST, &format!("{path}/messages"), Some(json!({"content": "first"}))).await?;
    let first = format!("{path}/messages/{}", said["id"].as_str().context("an id")?);
    let asked = |words: &str| Some(json!({"content": words}));
    let ben_there = format!("{path}/participants/{}", ben.id);
    let cleo_there = format!("{path}/participants/{}", cleo.id);
    let actions = [
        ("post", ben, Method::POST, format!("{path}/messages"), asked("second")),
        ("edit", ben, Method::PATCH, first.clone(), asked("first, but better")),
        ("delete", ben, Method::DELETE, first, None),
        ("rename", ada, Method::PATCH, path.clone(), Some(json!({"name": "Other plans"}))),
        ("invite", ada, Method::POST, format!("{path}/invite"), Some(json!({"username": cleo.name}))),
        ("role", ada, Method::PATCH, cleo_there, Some(json!({"role": "admin"}))),
        ("ask", ben, Method::POST, format!("{path}/messages"), asked("/bot why?")),
        ("read", ben, Method::POST, format!("{path}/mark-read"), Some(json!({}))),
        ("leave", cleo, Method::POST, format!("{path}/leave"), Some(json!({}))),
        ("remove", ada, Method::DELETE, ben_there, None),
    ];
    for (name, actor, method, path, body) in actions {
        actor.request(method, &path, body).await.with_context(|| name.to_owned())?;
        let fresh = Room::settled(ada, &chat).await?;
        for frame in heard(&mut socket, fresh.head, held.head).await? {
            held.apply(&frame)?;
        }
        finding.trials += 1;
        finding.require(held == fresh, || format!("{name}: held {held:?}, fresh {fresh:?}"));
        held = fresh;
    }
    Ok(finding)
}

/// The frames up to the head.
async fn heard(socket: &mut Socket, head: i64, mut seq: i64) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    within("the action's frames", async {
        while seq < head {
            let frame = socket.next().await?;
            seq = frame.event_seq().unwrap_or(seq);
            frames.push(frame);
        }
        Ok(frames)
    })
    .await?
}

impl Room {
    async fn settled(person: &Person, chat: &str) -> Result<Self> {
        within("every reply to settle", async {
            loop {
                let room = Self::fetch(person, chat).await?;
                // Nothing may have happened between the questions that make one picture.
                let is_whole = person.head(chat).await? == room.head;
                if is_whole && room.messages.values().all(|message| is_settled(&message.3)) {
                    return Ok(room);
                }
            }
        })
        .await?
    }

    async fn fetch(person: &Person, chat: &str) -> Result<Self> {
        let path = format!("/api/chats/{chat}");
        let get = |path: String| async move { person.request(Method::GET, &path, None).await };
        let (about, members) = (get(path.clone()).await?, get(format!("{path}/participants")).await?);
        let messages = get(format!("{path}/messages?after=0&limit=200")).await?;
        let mut room = Self { head: about["head_seq"].as_i64().context("a head")?, ..Self::default() };
        room.name = word(&about["name"]);
        room.owner = word(&about["owner_id"]);
        for member in members.as_array().context("a list of members")? {
            room.members.insert((word(&member["user_id"]), word(&member["role"])));
        }
        for message in messages.as_array().context("a page")? {
            room.put(message, &message["id"], &message["seq"], &message["updated_seq"]);
        }
        Ok(room)
    }

    fn put(&mut self, message: &Value, id: &Value, seq: &Value, updated: &Value) {
        let (seq, updated) = (seq.as_i64().unwrap_or(0), updated.as_i64().unwrap_or(0));
        let entry = (
            seq,
            updated,
            word(&message["content"]),
            word(&message["status"]),
            message["deleted_at"].is_string(),
        );
        self.messages.insert(word(id), entry);
    }

    fn apply(&mut self, frame: &Frame) -> Result<()> {
        let value: Value = serde_json::from_str(&frame.text)?;
        self.head = frame.event_seq().unwrap_or(self.head);
        let of = |user: &Value| word(&user["id"]);
        match frame.kind.as_str() {
            "message" => self.put(&value, &value["message_id"], &value["seq"], &value["updated_seq"]),
            "message_updated" | "message_deleted" => {
                self.put(&value, &value["message_id"], &value["message_seq"], &value["updated_seq"]);
            }
            "bot_stream" if frame.is_complete => {
                let reply = self.messages.get_mut(&word(&value["message_id"])).context("an unknown reply")?;
                (reply.1, reply.2, reply.3) =
                    (self.head, word(&value["full_response"]), word(&value["status"]));
            }
            "participant_added" => {
                self.members.insert((of(&value["user"]), "member".into()));
            }
            "participant_removed" => self.members.retain(|(id, _)| *id != of(&value["user"])),
            "participant_role" => {
                self.members.retain(|(id, _)| *id != of(&value["user"]));
                self.members.insert((of(&value["user"]), word(&value["role"])));
            }
            "chat_updated" => (self.name, self.owner) = (word(&value["name"]), word(&value["owner_id"])),
            _ => {}
        }
        let own = &value["message"];
        if own.is_object() {
            self.put(own, &own["id"], &own["seq"], &own["updated_seq"]);
        }
        Ok(())
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
