//! People put straight into the server's database: to register a thousand would take a minute of hashing passwords.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long their sessions and tickets live.
const LIFE_MS: i64 = 3_600_000;
/// The server may be writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who can open one socket.
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) ticket: String,
}

/// Opens the database of a server that may be running.
///
/// # Errors
/// When there is none.
pub(crate) fn open(database: &Path) -> Result<Connection> {
    let database = Connection::open(database)?;
    database.busy_timeout(PATIENCE)?;
    Ok(database)
}

/// Makes that many people, each with a session and a ticket.
///
/// # Errors
/// When the schema is another.
pub(crate) fn people(database: &mut Connection, count: usize) -> Result<Vec<Guest>> {
    let now = now_ms()?;
    let run: u32 = rand::random();
    let transaction = begin(database)?;
    let mut guests = Vec::with_capacity(count);
    for number in 0..count {
        let guest = Guest { name: format!("g{number}-{run:08x}"), ticket: Uuid::new_v4().to_string() };
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        transaction.prepare_cached(
            "INSERT INTO users (id, kind, username, username_key, display_name, display_key, role, created_at)
             VALUES (?1, 'person', ?2, ?2, ?2, ?2, 'member', ?3)",
        )?
        .execute((user.as_bytes(), &guest.name, now))?;
        transaction.prepare_cached(
            "INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at) VALUES (?, ?, ?3, ?3, ?4)",
        )?
        .execute((session.as_bytes(), user.as_bytes(), now, now + LIFE_MS))?;
        let digest: [u8; 32] = Sha256::digest(guest.ticket.as_bytes()).into();
        transaction
            .prepare_cached("INSERT INTO tickets (hash, session_id, expires_at) VALUES (?, ?, ?)")?
            .execute((digest, session.as_bytes(), now + LIFE_MS))?;
        guests.push(guest);
    }
    transaction.commit()?;
    Ok(guests)
}

/// Fills a chat with that many messages of its members, as if they had been posted one by one.
///
/// # Errors
/// When the schema is another.
pub(crate) fn messages(database: &mut Connection, chat: &str, count: usize) -> Result<()> {
    const CONTENT: &str =
        "A message of about the usual length, as people write to each other on an ordinary day.";
    let now = now_ms()?;
    let chat = Uuid::parse_str(chat)?;
    let transaction = begin(database)?;
    let head: i64 =
        transaction
            .query_row("SELECT head_seq FROM chats WHERE id = ?", [chat.as_bytes()], |row| row.get(0))?;
    let authors: Vec<[u8; 16]> = transaction
        .prepare(
            "SELECT user_id FROM members JOIN users ON users.id = user_id
             WHERE chat_id = ? AND kind = 'person' AND members.role <> 'owner'",
        )?
        .query_map([chat.as_bytes()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut message = transaction.prepare(
        "INSERT INTO messages
            (id, chat_id, seq, updated_seq, kind, author_id, is_bot, content, status, client_id, created_at)
         VALUES (?1, ?2, ?3, ?3, 'text', ?4, 0, ?5, 'complete', ?6, ?7)",
    )?;
    let mut event = transaction.prepare(
        "INSERT INTO events (chat_id, seq, kind, message_id, created_at) VALUES (?, ?, 'posted', ?, ?)",
    )?;
    let mut last = Uuid::nil();
    for (seq, author) in (head + 1..).zip(authors.iter().cycle()).take(count) {
        last = Uuid::now_v7();
        message.execute((last.as_bytes(), chat.as_bytes(), seq, author, CONTENT, seq.to_string(), now))?;
        event.execute((chat.as_bytes(), seq, last.as_bytes(), now))?;
    }
    drop((message, event));
    transaction.execute(
        "UPDATE chats SET head_seq = ?, last_message_id = ?, active_at = ? WHERE id = ?",
        (head + count as i64, last.as_bytes(), now, chat.as_bytes()),
    )?;
    Ok(transaction.commit()?)
}

/// A reader that turns writer half-way is refused by SQLite without waiting, if the server has written meanwhile.
fn begin(database: &mut Connection) -> Result<Transaction<'_>> {
    Ok(database.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

fn now_ms() -> Result<i64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis().try_into()?)
}
