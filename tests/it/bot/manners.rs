//! When a room's agents answer: never what is addressed to another person.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use standin::script::Script;

use super::{conversation, replies};
use crate::support::client::{Client, Socket};
use crate::support::server::TestServer;

/// A room of Ada's and Ben's with these manners, and somebody who watches it.
struct Room {
    server: TestServer,
    ada: Client,
    ben: Client,
    chat: String,
    socket: Socket,
}

impl Room {
    async fn with(manners: &str, flags: &[&str]) -> Self {
        let server = TestServer::with(flags).await;
        server.standin.play(Script::text("an answer", 10));
        let (ada, ben) = (server.person("ada").await, server.person("ben").await);
        let chat = ada.group(&[&ben]).await;
        let mut socket = ben.socket().await;
        socket.join(&chat).await;
        // Something was said before: what is known of the room then must not outlast the change.
        ada.say(&chat, "hello").await;
        let settings = json!({"settings": {"manners": manners}});
        ada.patch(&format!("/api/chats/{chat}"), settings).await.expect(200);
        Self { server, ada, ben, chat, socket }
    }

    /// Says it, and asserts that nobody or somebody answers.
    async fn says(&mut self, person: &Client, text: &str, answered: bool) -> Value {
        self.posts(person, json!({"content": text}), answered).await
    }

    async fn posts(&mut self, person: &Client, message: Value, answered: bool) -> Value {
        let path = format!("/api/chats/{}/messages", self.chat);
        let said = person.post(&path, message).await.expect(201);
        // The next number is the reply's, if there is one: it comes to be together with its question.
        let last = self.ada.history(&self.chat).await.pop().unwrap();
        assert_eq!(last["run"]["question_id"] == said["id"], answered, "{said:#}");
        if answered {
            replies(&mut self.socket, 1).await;
        }
        said
    }
}

#[tokio::test]
async fn on_mention_only_who_is_asked_answers() {
    let mut room = Room::with("on_mention", &[]).await;
    let (ada, ben) = (room.ada.clone(), room.ben.clone());
    room.says(&ada, "nobody in particular", false).await;
    let asked = room.says(&ada, "@gem and you?", true).await;
    room.says(&ada, "thank you", false).await;
    room.says(&ben, "@ada what do you think?", false).await;
    room.says(&ben, "@ada shall we ask @gem?", true).await;
    let last = ada.history(&room.chat).await.pop().unwrap();
    room.posts(&ben, json!({"content": "I see", "reply_to": last["id"]}), false).await;
    room.posts(&ben, json!({"content": "/bot and this?", "reply_to": asked["id"]}), true).await;
}

#[tokio::test]
async fn always_everything_is_answered_but_what_is_for_another_person() {
    let mut room = Room::with("always", &["--questions-per-minute=5"]).await;
    let (ada, ben) = (room.ada.clone(), room.ben.clone());
    let said = room.says(&ada, "how are you all?", true).await;
    room.says(&ada, "@ben how are you?", false).await;
    room.says(&ada, "@ben and @gem, how are you?", true).await;
    room.says(&ada, "mail me at ada@ben, or ask @nobody", true).await;
    room.says(&ada, "I, @ada, am talking to myself", true).await;
    room.posts(&ben, json!({"content": "fine, thanks", "reply_to": said["id"]}), false).await;
    room.posts(&ada, json!({"content": "to myself", "reply_to": said["id"]}), true).await;
    let answer = ada.history(&room.chat).await.pop().unwrap();
    room.posts(&ben, json!({"content": "to the bot", "reply_to": answer["id"]}), true).await;
    // More than agents may answer is still said.
    room.says(&ada, "one too many", false).await;
    let path = format!("/api/chats/{}/messages", room.chat);
    ada.post(&path, json!({"content": "/bot one too many"})).await.refused("rate_limited");
}

#[tokio::test]
async fn follow_goes_on_with_whoever_asked_for_a_while_and_with_nobody_else() {
    let mut room = Room::with("follow", &[]).await;
    let (ada, ben) = (room.ada.clone(), room.ben.clone());
    room.says(&ada, "nobody in particular", false).await;
    room.says(&ada, "/bot what is tea?", true).await;
    room.says(&ben, "I like tea", false).await;
    room.says(&ada, "and coffee?", true).await;
    room.says(&ada, "@ben and you?", false).await;
    room.says(&ada, "which one wakes me up?", true).await;
    let requests = room.server.standin.wait_for_requests(3).await;
    assert_eq!(conversation(&requests[2].body).last().unwrap().1, "which one wakes me up?");

    // Six minutes later.
    let tables = room.server.tables().await;
    tables.execute_unprepared("UPDATE events SET created_at = created_at - 360000").await.unwrap();
    tables.close().await.unwrap();
    room.says(&ada, "I go to bed", false).await;
}

#[tokio::test]
async fn follow_stays_with_the_agent_that_was_asked() {
    let mut room = Room::with("follow", &[]).await;
    let ada = room.ada.clone();
    let poet = json!({"username": "poet"});
    ada.post(&format!("/api/chats/{}/invite", room.chat), poet).await.expect(201);
    room.says(&ada, "@poet sing", true).await;
    room.says(&ada, "once more", true).await;
    assert_eq!(ada.history(&room.chat).await.pop().unwrap()["username"], "poet");
}
