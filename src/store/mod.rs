//! The database: SeaORM over SQLite or PostgreSQL.
//!
//! Returns protocol resources or small plain structs, never entities and never HTTP types. Knows no
//! rules. Whoever commits a durable change announces it, in commit order: nobody can forget to.

pub mod error;
pub mod rows;

use std::time::Duration;

use crate::store::error::StoreResult;

use crate::ids::{ChatId, MessageId, RunId, Seq, SessionId, Timestamp, UserId};
use crate::protocol::{
    ChatListItem, Event, Member, MemberRole, Message, Queue, ReadReceipt, Revision, ServerRole, Session,
    User, UserRef,
};
use crate::store::rows::*;

/// The database, for reading and for single statements.
pub struct Store;

/// A write transaction; dropping it rolls back.
pub struct Tx;

#[expect(unused_variables, clippy::todo, clippy::unused_async, reason = "contract only")]
impl Store {
    /// Opens, checks durability settings and migrates. `on_commit` hears every durable change after its
    /// commit, in commit order per chat as far as the database allows (always on SQLite).
    pub async fn connect(
        config: &crate::config::database::DatabaseConfig,
    ) -> Result<Self, error::ConnectError> {
        todo!()
    }
    pub fn on_commit(&self, announce: impl Fn(Committed) + Send + Sync + 'static) {
        todo!()
    }
    pub async fn ping(&self) -> StoreResult<()> {
        todo!()
    }
    pub async fn begin(&self) -> StoreResult<Tx> {
        todo!()
    }
    pub async fn close(&self) {
        todo!()
    }
    /// "sqlite" or "postgresql"
    pub fn engine(&self) -> &'static str {
        todo!()
    }

    // users
    pub async fn account(&self, id: UserId) -> StoreResult<Option<Account>> {
        todo!()
    }
    /// By username or email, without regard to case.
    pub async fn account_by_login(&self, login: &str) -> StoreResult<Option<Account>> {
        todo!()
    }
    /// Living (not deleted, not disabled) people and agents by username, without regard to case.
    pub async fn users_by_names(&self, names: &[String]) -> StoreResult<Vec<User>> {
        todo!()
    }
    /// Prefix of username or display name, people only, not disabled or deleted; case-insensitive.
    pub async fn search_users(&self, query: &str, limit: u32) -> StoreResult<Vec<User>> {
        todo!()
    }
    pub async fn has_admin(&self) -> StoreResult<bool> {
        todo!()
    }
    // sessions
    pub async fn session(&self, id: SessionId) -> StoreResult<Option<SessionAccount>> {
        todo!()
    }
    /// Newest first; `current` is left false.
    pub async fn sessions(&self, user: UserId) -> StoreResult<Vec<Session>> {
        todo!()
    }
    /// Deletes expired sessions, tickets, refresh tokens, idempotency keys older than 24 h, events older than `events_before`.
    pub async fn prune(&self, now: Timestamp, events_before: Timestamp) -> StoreResult<()> {
        todo!()
    }
    // chats
    /// A living chat and one's membership, in one query. `None`: no such chat, deleted, or not a member.
    pub async fn chat(&self, chat: ChatId, user: UserId) -> StoreResult<Option<(ChatRow, Membership)>> {
        todo!()
    }
    /// Newest activity first; two or three queries in all, whatever the number. `limit`, `before` (head time + id cursor) decided by implementer.
    pub async fn chats(&self, user: UserId, offset: u64, limit: u64) -> StoreResult<Vec<ChatListItem>> {
        todo!()
    }
    pub async fn chat_ids(&self, user: UserId) -> StoreResult<Vec<ChatId>> {
        todo!()
    }
    pub async fn private_chat(&self, a: UserId, b: UserId) -> StoreResult<Option<ChatId>> {
        todo!()
    }
    pub async fn head(&self, chat: ChatId) -> StoreResult<Option<Seq>> {
        todo!()
    }
    // members
    /// Owner first, then admins, then members, by joining time.
    pub async fn members(&self, chat: ChatId) -> StoreResult<Vec<Member>> {
        todo!()
    }
    pub async fn member_ids(&self, chat: ChatId) -> StoreResult<Vec<UserId>> {
        todo!()
    }
    /// The chat's agents.
    pub async fn agents(&self, chat: ChatId) -> StoreResult<Vec<UserRef>> {
        todo!()
    }
    // receipts
    /// Forward only, never past the head; the position after, and whether it moved. `None`: not a member.
    pub async fn mark_read(
        &self,
        chat: ChatId,
        user: UserId,
        seq: Seq,
        now: Timestamp,
    ) -> StoreResult<Option<(Seq, bool)>> {
        todo!()
    }
    pub async fn receipts(&self, chat: ChatId) -> StoreResult<Vec<ReadReceipt>> {
        todo!()
    }
    // messages
    /// Puts a post into the chat's lane now, in the order of calls; the future resolves once it is on disk
    /// (group commit, announced before resolving). Dropping the future cancels nothing.
    pub fn post(&self, post: Post) -> impl Future<Output = StoreResult<Posted>> + Send + 'static {
        async { todo!() }
    }
    pub async fn message(&self, chat: ChatId, id: MessageId) -> StoreResult<Option<Message>> {
        todo!()
    }
    pub async fn message_by_client_id(
        &self,
        chat: ChatId,
        user: UserId,
        client_id: &str,
    ) -> StoreResult<Option<Message>> {
        todo!()
    }
    pub async fn page(&self, chat: ChatId, window: Window, limit: u32) -> StoreResult<MessagePage> {
        todo!()
    }
    pub async fn revisions(&self, message: MessageId) -> StoreResult<Vec<Revision>> {
        todo!()
    }
    /// Ordinary, settled, not deleted, not failed, not empty messages before `seq`: the latest `limit`, oldest first.
    pub async fn history(&self, chat: ChatId, before: Seq, limit: u32) -> StoreResult<Vec<HistoryMessage>> {
        todo!()
    }
    /// The log after `after`: messages as they are now, so that an earlier or deleted text never comes back.
    pub async fn replay(&self, chat: ChatId, after: Seq, limit: u32) -> StoreResult<Replay> {
        todo!()
    }
    // runs
    pub async fn run_of(&self, chat: ChatId, message: MessageId) -> StoreResult<Option<RunRow>> {
        todo!()
    }
    pub async fn queue(&self, chat: ChatId) -> StoreResult<Queue> {
        todo!()
    }
    pub async fn chats_with_queued_runs(&self) -> StoreResult<Vec<ChatId>> {
        todo!()
    }
    /// Takes the chat's oldest queued run if fewer than `at_once` are running: placeholder → streaming (Event::Updated), epoch + 1, lease by the database's clock.
    pub async fn claim_run(
        &self,
        chat: ChatId,
        node: &str,
        at_once: u32,
        lease: Duration,
    ) -> StoreResult<Option<ClaimedRun>> {
        todo!()
    }
    /// Stores the text so far and renews the lease; false when the run is no longer ours. No event, no seq.
    pub async fn checkpoint(&self, lease: Lease, content: &str, renew: Duration) -> StoreResult<bool> {
        todo!()
    }
    /// Renews without text.
    pub async fn renew(&self, lease: Lease, renew: Duration) -> StoreResult<bool> {
        todo!()
    }
    /// Ends a run of ours (Event::Settled); `None` when it is no longer ours.
    pub async fn settle(&self, lease: Lease, outcome: Outcome) -> StoreResult<Option<Message>> {
        todo!()
    }
    /// Ends a run that is still queued (Event::Settled); `None` when it is not queued (any more).
    pub async fn settle_queued(&self, run: RunId, outcome: Outcome) -> StoreResult<Option<Message>> {
        todo!()
    }
    /// Ends as interrupted every run whose lease has ended by the database's clock, and, on SQLite, every
    /// running run not of `node` (one process only). Returns the chats touched.
    pub async fn interrupt_abandoned(&self, node: &str, outcome: Outcome) -> StoreResult<Vec<ChatId>> {
        todo!()
    }
}

#[expect(unused_variables, clippy::todo, clippy::unused_async, reason = "contract only")]
impl Tx {
    /// Commits, then announces what was appended.
    pub async fn commit(self) -> StoreResult<()> {
        todo!()
    }

    // users and sessions
    pub async fn insert_user(&self, user: NewUser) -> StoreResult<Result<User, Taken>> {
        todo!()
    }
    pub async fn update_profile(
        &self,
        id: UserId,
        display_name: Option<String>,
        email: Option<String>,
    ) -> StoreResult<Result<Account, Taken>> {
        todo!()
    }
    pub async fn set_password(&self, id: UserId, hash: String) -> StoreResult<()> {
        todo!()
    }
    pub async fn set_role(&self, id: UserId, role: ServerRole) -> StoreResult<()> {
        todo!()
    }
    pub async fn set_disabled(&self, id: UserId, at: Option<Timestamp>) -> StoreResult<()> {
        todo!()
    }
    /// Keeps the row: no email, no password, display name and username of nobody in particular; the old username stays taken (by hash).
    pub async fn anonymise(&self, id: UserId, at: Timestamp) -> StoreResult<User> {
        todo!()
    }
    /// Same as the store's, inside the transaction, with the row locked against a second administrator by setup.
    pub async fn has_admin_locked(&self) -> StoreResult<bool> {
        todo!()
    }
    pub async fn account(&self, id: UserId) -> StoreResult<Option<Account>> {
        todo!()
    }
    pub async fn insert_session(&self, session: NewSession) -> StoreResult<()> {
        todo!()
    }
    /// Ends one; false when it is not this user's or gone.
    pub async fn delete_session(&self, user: UserId, session: SessionId) -> StoreResult<bool> {
        todo!()
    }
    /// Ends all but `except`; the ids of those ended.
    pub async fn delete_sessions(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> StoreResult<Vec<SessionId>> {
        todo!()
    }
    /// `hash`: SHA-256 of the token.
    pub async fn insert_refresh(
        &self,
        hash: [u8; 32],
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        todo!()
    }
    pub async fn use_refresh(&self, hash: [u8; 32], now: Timestamp) -> StoreResult<Refresh> {
        todo!()
    }
    pub async fn insert_ticket(
        &self,
        hash: [u8; 32],
        session: SessionId,
        expires_at: Timestamp,
    ) -> StoreResult<()> {
        todo!()
    }
    /// One use: deleted by this very call.
    pub async fn use_ticket(&self, hash: [u8; 32], now: Timestamp) -> StoreResult<Option<SessionAccount>> {
        todo!()
    }

    // chats and members
    /// Locks the chat's row against every other change of the chat until the end of the transaction.
    pub async fn lock_chat(&self, chat: ChatId) -> StoreResult<Option<ChatRow>> {
        todo!()
    }
    pub async fn membership(&self, chat: ChatId, user: UserId) -> StoreResult<Option<Membership>> {
        todo!()
    }
    pub async fn members(&self, chat: ChatId) -> StoreResult<Vec<Member>> {
        todo!()
    }
    pub async fn count_chats(&self, user: UserId) -> StoreResult<u64> {
        todo!()
    }
    /// Err(existing) when a living private chat of the pair exists (also when it came to be at the same moment).
    pub async fn insert_chat(&self, chat: NewChat) -> StoreResult<Result<(), ChatId>> {
        todo!()
    }
    /// The chat made with this key by this user in the last 24 h.
    pub async fn idempotent_chat(
        &self,
        user: UserId,
        key: &str,
        now: Timestamp,
    ) -> StoreResult<Option<ChatId>> {
        todo!()
    }
    /// Err(existing): the key was used at the same moment.
    pub async fn remember_chat(
        &self,
        user: UserId,
        key: &str,
        chat: ChatId,
        now: Timestamp,
    ) -> StoreResult<Result<(), ChatId>> {
        todo!()
    }
    pub async fn rename_chat(&self, chat: ChatId, name: &str) -> StoreResult<()> {
        todo!()
    }
    /// A private chat that one of the two has left: the pair may begin a new one.
    pub async fn free_pair(&self, chat: ChatId) -> StoreResult<()> {
        todo!()
    }
    pub async fn set_owner(&self, chat: ChatId, owner: UserId) -> StoreResult<()> {
        todo!()
    }
    /// Soft: the row stays for its last event; members are removed, runs not done are ended, the pair is freed.
    pub async fn delete_chat(&self, chat: ChatId, at: Timestamp) -> StoreResult<()> {
        todo!()
    }
    pub async fn insert_member(
        &self,
        chat: ChatId,
        user: UserId,
        role: MemberRole,
        joined_at: Timestamp,
        last_read: Seq,
    ) -> StoreResult<()> {
        todo!()
    }
    pub async fn delete_member(&self, chat: ChatId, user: UserId) -> StoreResult<bool> {
        todo!()
    }
    pub async fn set_member_role(&self, chat: ChatId, user: UserId, role: MemberRole) -> StoreResult<()> {
        todo!()
    }

    // events: each takes the chat's next seq, writes the event's row, and is announced at commit
    /// The only function in which a message's row comes into being (the lane uses it too).
    /// `event` makes the event of the message: `Event::Posted`, or a participant's with this system message.
    pub async fn append_message(
        &self,
        chat: ChatId,
        message: NewMessage,
        event: impl FnOnce(Message) -> Event + Send,
    ) -> StoreResult<Message> {
        todo!()
    }
    /// Keeps the earlier text as a revision. `None`: no such message of this chat, or deleted.
    pub async fn edit_message(
        &self,
        chat: ChatId,
        message: MessageId,
        content: &str,
        at: Timestamp,
    ) -> StoreResult<Option<Message>> {
        todo!()
    }
    /// Purges text and revisions; the tombstone keeps the place.
    pub async fn delete_message(
        &self,
        chat: ChatId,
        message: MessageId,
        at: Timestamp,
    ) -> StoreResult<Option<Message>> {
        todo!()
    }
    pub async fn append_chat_deleted(&self, chat: ChatId, by: UserRef) -> StoreResult<Seq> {
        todo!()
    }
    pub async fn message(&self, chat: ChatId, message: MessageId) -> StoreResult<Option<Message>> {
        todo!()
    }
}
