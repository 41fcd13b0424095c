//! Everybody who may ask something of a chat, and chats for them to ask it of.

use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::{PASSWORD, TestServer};

/// What somebody is to the chat that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Owner,
    Admin,
    Member,
    /// Was a member, and has been removed.
    ExMember,
    Stranger,
    Anonymous,
    /// Administers the server, and is not in the chat.
    ServerAdmin,
}

/// In the order of the tables' columns.
pub(super) const EVERYBODY: [Who; 7] =
    [Who::Owner, Who::Admin, Who::Member, Who::ExMember, Who::Stranger, Who::Anonymous, Who::ServerAdmin];

/// Everybody's name.
pub(super) const NAMES: [&str; 8] = ["ada", "ben", "cleo", "dan", "eve", "root", "fred", "greta"];

impl Who {
    pub(super) fn is_in(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Member)
    }
}

/// Whose thing in the chat is asked about. Where somebody has none, it is another participant's all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// What the person who asks did: their message, link, session, membership.
    Own,
    /// The same of another participant, an ordinary member.
    Theirs,
    /// A reply that the person who asks had asked for.
    OwnReply,
    /// A reply that another participant had asked for.
    TheirReply,
}

/// The people, on a server without a key for the bot: its replies fail at once, and can be retried.
pub(super) struct Cast {
    pub(super) server: TestServer,
    people: Vec<Client>,
    /// The participant on whom is acted.
    pub(super) fred: Client,
    /// Somebody to be invited.
    greta: Client,
}

impl Cast {
    pub(super) async fn gather() -> Self {
        let server = TestServer::with(&[
            "--gemini-api-key=",
            "--metrics-token=for-the-operator-alone",
            "--messages-per-second=1000000",
            "--messages-burst=1000000",
            "--questions-per-minute=1000000",
        ])
        .await;
        let people = join_all(NAMES.map(|name| server.person(name))).await;
        let [ada, ben, cleo, dan, eve, root, fred, greta] =
            <[Client; 8]>::try_from(people).unwrap_or_else(|_| panic!("eight names"));
        let administrator = gemini_coop::protocol::ServerRole::Admin;
        gemini_coop::domain::users::set_role(&server.context(), "root", administrator).await.unwrap();
        let nobody = Client::anonymous(&server.base);
        Self { people: vec![ada, ben, cleo, dan, eve, nobody, root], server, fred, greta }
    }

    pub(super) fn client(&self, who: Who) -> &Client {
        &self.people[who as usize]
    }

    /// The person, logged in again where what was tried has ended their session.
    pub(super) async fn fresh(&mut self, who: Who) -> &Client {
        let client = &self.people[who as usize];
        if who != Who::Anonymous && client.get("/api/auth/me").await.status == 401 {
            self.people[who as usize] = self.server.log_in(&client.name).await;
        }
        &self.people[who as usize]
    }

    /// A new group of its owner, an admin, a member, Fred, and one who was removed; each has said something.
    pub(super) async fn scene(&self) -> Scene {
        let [owner, admin, member, dan] =
            [Who::Owner, Who::Admin, Who::Member, Who::ExMember].map(|who| self.client(who));
        let chat = owner.group(&[admin, member, dan, &self.fred]).await;
        let promotion = format!("/api/chats/{chat}/participants/{}", admin.id);
        owner.patch(&promotion, json!({"role": "admin"})).await.expect(200);
        let said = format!("for the members of {chat}");
        let mut scene = Scene { chat, said, owner: owner.clone(), things: HashMap::new() };
        let participants = [owner, admin, member, dan, &self.fred];
        let said = scene.said.clone();
        for (person, message) in
            participants.iter().zip(join_all(participants.map(|person| person.say(&scene.chat, &said))).await)
        {
            scene.keep(person, "message", &message["id"]);
        }
        scene
    }

    /// The same, with a reply that failed for each who is there, and a link that each has made.
    pub(super) async fn furnished(&self) -> Scene {
        let mut scene = self.scene().await;
        let participants =
            [self.client(Who::Owner), self.client(Who::Admin), self.client(Who::Member), &self.fred];
        let chat = &scene.chat;
        let made = participants.map(|person| async move {
            let path = |rest| format!("/api/chats/{chat}/{rest}");
            let asked = person.post(&path("bot"), json!({"content": "are you there?"})).await.expect(200);
            let link = person.post(&path("invite-links"), json!({})).await.expect(201);
            (asked["message"].clone(), link)
        });
        for (person, (reply, link)) in participants.iter().zip(join_all(made).await) {
            scene.keep(person, "reply", &reply["id"]);
            scene.keep(person, "run", &reply["run"]["id"]);
            scene.keep(person, "link", &link["id"]);
            scene.keep(person, "code", &link["code"]);
        }
        scene
    }

    /// A row's text with the scene's ids in the places of `{chat_id}` and the like.
    pub(super) fn fill(&self, text: &str, scene: &Scene, who: Who, about: About) -> String {
        let whose = match (about, who) {
            (About::Own | About::OwnReply, who) if who != Who::Anonymous => self.client(who),
            _ => &self.fred,
        };
        let thing =
            |kind| scene.thing(&whose.id, kind).or(scene.thing(&self.fred.id, kind)).unwrap_or("nothing");
        let message = if matches!(about, About::OwnReply | About::TheirReply) { "reply" } else { "message" };
        text.replace("{chat_id}", &scene.chat)
            .replace("{message_id}", thing(message))
            .replace("{run_id}", thing("run"))
            .replace("{link_id}", thing("link"))
            .replace("{code}", scene.thing(&self.fred.id, "code").unwrap_or("nothing"))
            .replace("{user_id}", &whose.id)
            .replace("{fred}", &self.fred.id)
            .replace("{guest}", &self.greta.name)
            .replace("{password}", PASSWORD)
            .replace("{somebody}", &format!("p{}", &uuid::Uuid::new_v4().simple().to_string()[..12]))
    }
}

/// A chat, and what is in it.
pub(super) struct Scene {
    pub(super) chat: String,
    /// What was said there and nowhere else.
    pub(super) said: String,
    owner: Client,
    /// Ids by who made it and what it is.
    things: HashMap<(String, &'static str), String>,
}

impl Scene {
    fn keep(&mut self, person: &Client, kind: &'static str, thing: &Value) {
        self.things.insert((person.id.clone(), kind), thing.as_str().unwrap().to_owned());
    }

    fn thing(&self, person: &str, kind: &'static str) -> Option<&str> {
        self.things.get(&(person.to_owned(), kind)).map(String::as_str)
    }

    /// Ends the ex-member's membership; what they made stays.
    pub(super) async fn without(self, dan: &Client) -> Self {
        let path = format!("/api/chats/{}/participants/{}", self.chat, dan.id);
        self.owner.delete(&path).await.expect(204);
        self
    }

    /// All that somebody could have changed: the chat with the number of its last change, who is in it, how far each
    /// has read, and its links.
    pub(super) async fn state(&self) -> Vec<Value> {
        let paths = ["", "/participants", "/read-receipts", "/invite-links"];
        join_all(paths.map(|path| async move {
            self.owner.get(&format!("/api/chats/{}{path}", self.chat)).await.expect(200)
        }))
        .await
    }
}
