//! What clients see: resources, events, frames, errors and close codes.
//!
//! One set of types serves REST, the socket, the event log's views and the API description. Rows are
//! separate and stay in `store`; this floor knows no database, no HTTP and no socket library.

pub mod agent;
pub mod audit;
pub mod close;
pub mod error;
pub mod event;
pub mod frame;
pub mod model;
pub mod reply;
pub mod resource;
pub mod usage;

pub use agent::{
    Agent, ContextMessage, ContextSummary, Manners, Overrides, Prompt, ReplyContext, RoomSettings, Visibility,
};
pub use audit::{AuditAction, AuditEntry};
pub use close::CloseCode;
pub use error::{ErrorCode, FieldError, Problem};
pub use event::{Event, Notice, Queue, QueueEntry, Signal, StreamSnapshot};
pub use frame::{ClientFrame, Command, Joined, ServerFrame};
pub use model::{
    Embeddings, LONGEST_MODEL_NAME, Model, ModelList, ModelPrice, ModelSettings, Provider, Thinking,
    ThinkingLevel,
};
pub use reply::{BotRun, CatchUp, CatchUpLink, RunState, Version};
pub use resource::{
    Chat, ChatKind, ChatListItem, InviteLink, InvitePreview, Me, Member, MemberRole, Message, MessageKind,
    MessageStatus, NotifyLevel, Preview, ReadReceipt, Reason, ReplyRun, Revision, ServerRole, Session,
    SystemData, User, UserKind, UserRef,
};
pub use usage::{Budget, Call, CallStatus, Grouping, OverBudget, Usage, UsageSum};

/// The version of the wire contract, said in `hello`.
pub const VERSION: &str = "coop.v1";
