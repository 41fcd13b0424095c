//! Everything that is bounded, in one place. `/api/limits` shows it.

use clap::builder::{RangedI64ValueParser, RangedU64ValueParser};
use clap::{Args, Command, FromArgMatches};
use serde::Serialize;
use utoipa::ToSchema;

use crate::budget::DefaultBudget;

/// The server's limits; a benchmark raises them openly.
#[derive(Args, Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Sockets a person may hold
    #[arg(long, env = "MAX_SOCKETS_PER_PERSON", default_value_t = 20, value_name = "N", value_parser = number())]
    pub sockets_per_person: u32,
    /// Chats a socket may join
    #[arg(long, env = "MAX_CHATS_PER_SOCKET", default_value_t = 200, value_name = "N", value_parser = number())]
    pub chats_per_socket: u32,
    /// Messages a person may post, a second
    #[arg(long, env = "MESSAGES_PER_SECOND", default_value_t = 10, value_name = "N", value_parser = number())]
    pub messages_per_second: u32,
    /// Messages a person may post at once after a pause
    #[arg(long, env = "MESSAGES_BURST", default_value_t = 50, value_name = "N", value_parser = number())]
    pub messages_burst: u32,
    /// Other frames a socket may send, a second
    #[arg(long, env = "FRAMES_PER_SECOND", default_value_t = 50, value_name = "N", value_parser = number())]
    pub frames_per_second: u32,
    /// Other frames a socket may send at once after a pause
    #[arg(long, env = "FRAMES_BURST", default_value_t = 200, value_name = "N", value_parser = number())]
    pub frames_burst: u32,
    /// Bytes of an inbound frame or request body
    #[arg(long, env = "MAX_FRAME_BYTES", default_value_t = 256 * 1024, value_name = "BYTES", value_parser = size())]
    pub frame_bytes: usize,
    /// Bytes of a person's message
    #[arg(long, env = "MAX_MESSAGE_BYTES", default_value_t = 32 * 1024, value_name = "BYTES", value_parser = size())]
    pub message_bytes: usize,
    /// Bytes of a bot's reply; longer ones are cut, and told so
    #[arg(long, env = "MAX_REPLY_BYTES", default_value_t = 256 * 1024, value_name = "BYTES", value_parser = size())]
    pub reply_bytes: usize,
    /// Participants of a chat
    #[arg(long, env = "MAX_PARTICIPANTS", default_value_t = 10_000, value_name = "N", value_parser = number())]
    pub participants_per_chat: u32,
    /// Chats of a person
    #[arg(long, env = "MAX_CHATS_PER_PERSON", default_value_t = 5_000, value_name = "N", value_parser = number())]
    pub chats_per_person: u32,
    /// Invite links of a chat that may work at the same time
    #[arg(long, env = "MAX_INVITE_LINKS", default_value_t = 20, value_name = "N", value_parser = number())]
    pub links_per_chat: u32,
    /// Connections to the whole server
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = 20_000, value_name = "N", value_parser = size())]
    pub connections: usize,
    /// Passwords hashed at once
    #[arg(long, env = "HASHES_AT_ONCE", default_value_t = 2, value_name = "N", value_parser = size())]
    pub hashes_at_once: usize,
    /// Passwords waiting to be hashed; more are refused with `rate_limited`
    #[arg(long, env = "HASHES_WAITING", default_value_t = 200, value_name = "N")]
    pub hashes_waiting: usize,
    /// Replies written at once in a room; further ones wait in order
    #[arg(long, env = "REPLIES_PER_ROOM", default_value_t = 2, value_name = "N", value_parser = number())]
    pub replies_per_room: u32,
    /// Replies written at once on this server
    #[arg(long, env = "REPLIES_AT_ONCE", default_value_t = 64, value_name = "N", value_parser = size())]
    pub replies_at_once: usize,
    /// Questions to the bot a person may ask, a minute; retries count
    #[arg(long, env = "QUESTIONS_PER_MINUTE", default_value_t = 20, value_name = "N", value_parser = number())]
    pub questions_per_minute: u32,
    /// What may be spent, for every person, every room and the server, where nothing else is set: a list such as
    /// `person day 200000 tokens, room month 5 usd, server month 50 usd`
    // Not for strangers: those whom they bound see them.
    #[arg(long, env = "BUDGETS", value_delimiter = ',', value_name = "LIST")]
    #[serde(skip)]
    pub budgets: Vec<DefaultBudget>,
    /// Texts that are made into vectors at once
    #[arg(long, env = "MAX_EMBEDDING_TEXTS", default_value_t = 100, value_name = "N", value_parser = size())]
    pub embedding_texts: usize,
    /// Tokens of what an agent is shown, by an estimate of two bytes each: instructions, the newest messages that fit,
    /// and the question, which is never cut
    #[arg(long, env = "CONTEXT_TOKENS", default_value_t = 20_000, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub context_tokens: u32,
    /// Replies that agents may ask of each other because of one message of a person's
    #[arg(long, env = "AGENT_HOPS", default_value_t = 3, value_name = "N")]
    pub agent_hops: u32,
    /// Seconds for which an agent takes what the same person says next for an answer, where a room wants so
    #[arg(long, env = "FOLLOW_SECONDS", default_value_t = 300, value_name = "SECONDS", value_parser = number())]
    pub follow_seconds: u32,
    /// Agents that a person may have made
    #[arg(long, env = "MAX_AGENTS_PER_PERSON", default_value_t = 50, value_name = "N", value_parser = number())]
    pub agents_per_person: u32,
    /// Prompts that a person may keep
    #[arg(long, env = "MAX_PROMPTS_PER_PERSON", default_value_t = 200, value_name = "N", value_parser = number())]
    pub prompts_per_person: u32,
    /// Bytes of the instruction of an agent or a room
    #[arg(long, env = "MAX_INSTRUCTION_BYTES", default_value_t = 4 * 1024, value_name = "BYTES", value_parser = size())]
    pub instruction_bytes: usize,
    /// Messages that are copied into a branch of a chat
    #[arg(long, env = "BRANCH_MESSAGES", default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub branch_messages: u32,
    /// Frames a room keeps ready for slow sockets; further back they are served from the log
    #[arg(long, env = "ROOM_RING", default_value_t = 128, value_name = "N", value_parser = size())]
    pub room_ring: usize,
    /// Durable events sent on catch-up; beyond, the client is told to start afresh
    #[arg(long, env = "REPLAY_EVENTS", default_value_t = 1_000, value_name = "N", value_parser = number())]
    pub replay_events: u32,
    /// Days for which the audit log is kept
    #[arg(long, env = "AUDIT_DAYS", default_value_t = 365, value_name = "N", value_parser = number())]
    pub audit_days: u32,
}

impl Default for Limits {
    fn default() -> Self {
        // Only this type's own defaults are read, not the environment: they stand in one place.
        let command =
            Self::augment_args(Command::new("limits")).mut_args(|arg| arg.env(None::<&'static str>));
        let matches = command.get_matches_from(["limits"]);
        Self::from_arg_matches(&matches).expect("the defaults are valid")
    }
}

// Nothing could ever happen under a limit of zero.
fn number() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

fn size() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}
