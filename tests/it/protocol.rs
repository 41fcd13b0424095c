//! The wire, word for word: a frame that changes its shape changes a snapshot here.

use gemini_coop::ids::{ChatId, ConnectionId, MessageId, RunId, Seq, Timestamp, UserId};
use gemini_coop::protocol::resource::MessageBody;
use gemini_coop::protocol::{
    ClientFrame, ErrorCode, Event, Me, MemberRole, Message, MessageKind, MessageStatus, Notice, NotifyLevel,
    Queue, QueueEntry, Reason, ReplyRun, RoomSettings, ServerFrame, ServerRole, Signal, SystemData, Usage,
    User, UserKind, UserRef,
};
use insta::assert_json_snapshot;
use serde_json::json;
use uuid::Uuid;

fn user(n: u128, name: &str) -> User {
    User {
        id: UserId(Uuid::from_u128(n)),
        kind: UserKind::Person,
        username: name.into(),
        display_name: name.to_uppercase(),
        created_at: Timestamp(1_763_700_000_000),
    }
}

fn reference(n: u128, name: &str) -> UserRef {
    user(n, name).as_ref()
}

fn chat() -> ChatId {
    ChatId(Uuid::from_u128(100))
}

fn message() -> Message {
    Message {
        id: MessageId(Uuid::from_u128(200)),
        seq: Seq(7),
        body: MessageBody {
            chat_id: chat(),
            updated_seq: Seq(7),
            kind: MessageKind::Text,
            user_id: UserId(Uuid::from_u128(1)),
            username: "ada".into(),
            display_name: "ADA".into(),
            content: "hello".into(),
            is_bot: false,
            status: MessageStatus::Complete,
            reply_to: None,
            client_id: Some("c-1".into()),
            edited_at: None,
            deleted_at: None,
            created_at: Timestamp(1_763_700_000_000),
            data: None,
            run: None,
        },
    }
}

fn reply() -> Message {
    let mut reply = message();
    reply.body.is_bot = true;
    reply.body.client_id = None;
    reply.body.status = MessageStatus::Failed;
    reply.body.run = Some(ReplyRun {
        id: RunId(Uuid::from_u128(300)),
        asked_by: UserId(Uuid::from_u128(1)),
        question_id: MessageId(Uuid::from_u128(201)),
        model: Some("gemini-3.5-flash".into()),
        fallback_from: Some("gemini/gemini-3.8-flash".into()),
        reason: Some(Reason::Timeout),
        detail: Some("The model took too long. Ask again.".into()),
        budget: None,
        usage: Some(Usage { prompt_tokens: Some(10), total_tokens: Some(12), ..Usage::default() }),
        stopped_by: None,
        retried_by: None,
        continues: false,
    });
    reply
}

fn system() -> Message {
    let mut system = message();
    system.body.kind = MessageKind::System;
    system.body.data = Some(SystemData::MemberAdded { user: reference(2, "ben"), by: reference(1, "ada") });
    system
}

#[test]
fn durable_frames_have_their_shape() {
    let by = reference(1, "ada");
    let events = [
        Event::Posted(message()),
        Event::Updated(message()),
        Event::Deleted(message()),
        Event::Settled(reply()),
        Event::ParticipantAdded { user: user(2, "ben"), by: by.clone(), message: system() },
        Event::ParticipantRemoved { user: user(2, "ben"), by: by.clone(), message: system() },
        Event::ParticipantRole {
            user: user(2, "ben"),
            role: MemberRole::Admin,
            by: by.clone(),
            message: system(),
        },
        Event::ChatUpdated {
            name: Some("Plans".into()),
            owner_id: None,
            settings: RoomSettings::default(),
            by: by.clone(),
            message: system(),
        },
        Event::ChatDeleted { by },
    ];
    let live: Vec<_> = events.iter().map(|event| ServerFrame::live(chat(), Seq(9), event.clone())).collect();
    assert_json_snapshot!("live", live);
    assert_json_snapshot!(
        "settled_on_catch_up",
        ServerFrame::replayed(chat(), Seq(9), Event::Settled(reply()))
    );
}

#[test]
fn ephemeral_frames_have_their_shape() {
    let entry = QueueEntry {
        message_id: MessageId(Uuid::from_u128(200)),
        run_id: RunId(Uuid::from_u128(300)),
        asked_by: UserId(Uuid::from_u128(1)),
        position: 1,
    };
    let signals = [
        Signal::Chunk {
            message_id: MessageId(Uuid::from_u128(200)),
            run_id: RunId(Uuid::from_u128(300)),
            index: 3,
            chunk: "more".into(),
        },
        Signal::Queue(Queue { running: vec![entry], waiting: vec![], at_once: 2 }),
        Signal::UserJoined(reference(2, "ben")),
        Signal::UserLeft(reference(2, "ben")),
        Signal::Typing(reference(2, "ben")),
        Signal::Read { user_id: UserId(Uuid::from_u128(2)), last_read_seq: Seq(7) },
        Signal::UserUpdated(user(2, "ben")),
    ];
    let frames: Vec<_> = signals.into_iter().map(|signal| ServerFrame::signal(chat(), signal)).collect();
    assert_json_snapshot!("signals", frames);
}

#[test]
fn notices_to_one_person_have_their_shape() {
    let of_chat =
        |preview, mention| Notice::ChatActivity { chat_id: chat(), head_seq: Seq(9), preview, mention };
    let notices = [
        of_chat(Some(Box::new(reply().preview())), true),
        of_chat(Some(Box::new(system().preview())), false),
        of_chat(None, false),
        Notice::ChatPreferences { chat_id: chat(), notify: NotifyLevel::Mentions },
    ];
    assert_json_snapshot!("notices", notices.map(ServerFrame::notice));
}

#[test]
fn the_end_of_a_run_that_is_told_after_a_retry_shows_no_end() {
    let mut retried = reply();
    retried.body.status = MessageStatus::Streaming;
    let frame = ServerFrame::live(chat(), Seq(9), Event::Settled(retried));
    assert!(matches!(frame, ServerFrame::MessageUpdated { .. }), "{frame:?}");
}

#[test]
fn answers_have_their_shape() {
    let frames = [
        ServerFrame::Hello {
            connection_id: ConnectionId(Uuid::from_u128(400)),
            user: Me { user: user(1, "ada"), email: "ada@example.org".into(), role: ServerRole::Member },
            protocol: "coop.v1".into(),
            heartbeat_s: 30,
        },
        ServerFrame::Ack {
            reference: Some("r".into()),
            message_id: Some(MessageId(Uuid::from_u128(200))),
            seq: Some(Seq(7)),
            duplicate: Some(true),
        },
        ServerFrame::Ack { reference: None, message_id: None, seq: None, duplicate: None },
        ServerFrame::Error {
            reference: None,
            code: ErrorCode::RateLimited,
            detail: "too many requests, try again later".into(),
            chat_id: Some(chat()),
            retry_after: Some(3),
        },
        ServerFrame::Heads { chats: [(chat(), Seq(7))].into() },
        ServerFrame::Resync { chat_id: chat(), after: Seq(7) },
        ServerFrame::ServerClosing { reconnect_after_ms: 1_500 },
    ];
    assert_json_snapshot!("answers", frames);
}

#[test]
fn every_client_frame_of_the_contract_is_understood() {
    let (chat, message) = (Uuid::from_u128(100), Uuid::from_u128(200));
    let frames = [
        json!({"type": "join", "chat_id": chat, "after": 3, "ref": "a"}),
        json!({"type": "join", "chat_id": chat}),
        json!({"type": "leave", "chat_id": chat}),
        json!({"type": "message", "chat_id": chat, "content": "hi", "client_id": "c", "reply_to": message}),
        json!({"type": "typing", "chat_id": chat}),
        json!({"type": "read", "chat_id": chat, "last_read_seq": 3}),
        json!({"type": "stop", "chat_id": chat, "message_id": message}),
        json!({"type": "retry", "chat_id": chat, "message_id": message}),
        json!({"type": "ping", "unknown": true}),
    ];
    for frame in frames {
        serde_json::from_value::<ClientFrame>(frame.clone())
            .unwrap_or_else(|error| panic!("{frame}: {error}"));
    }
}
