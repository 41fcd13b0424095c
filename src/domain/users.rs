//! People: registering, profiles, finding each other, going away; and what the operator does to accounts.

use std::net::IpAddr;

use unicode_normalization::UnicodeNormalization as _;

use crate::bus::Envelope;
use crate::domain::agents::BOT_NAME;
use crate::domain::audit::{By, Deed, record};
use crate::domain::auth::passwords::{self, PASSWORD_BYTES};
use crate::domain::auth::sessions::{announce_ended, confirm};
use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, members};
use crate::ids::{Timestamp, UserId};
use crate::protocol::{AuditAction, Me, Notice, ServerRole, Signal, User, UserKind};
use crate::store::Tx;
use crate::store::rows::{Account, NewUser, Taken};

const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
const DISPLAY_NAME_CHARS: usize = 64;
const EMAIL_BYTES: usize = 254;
/// Shorter queries would list everybody.
const QUERY_CHARS: usize = 2;

/// A person to be, as they say it themselves.
pub struct NewPerson {
    pub username: String,
    pub email: String,
    pub password: String,
    /// The username if not given.
    pub display_name: Option<String>,
}

/// What somebody changes about themselves.
#[derive(Default)]
pub struct ProfileChange {
    pub display_name: Option<String>,
    /// Needs the current password: whoever has the email has the account.
    pub email: Option<String>,
    pub current_password: Option<String>,
}

/// Makes an ordinary person. `code` is the invitation where one is needed.
///
/// # Errors
/// `Forbidden` when registration is not open to them, `Invalid`, `Conflict` when a name is taken.
pub async fn register(cx: &Context, from: IpAddr, code: Option<&str>, new: NewPerson) -> Result<Me> {
    cx.auth.admit(cx, from, code)?;
    let person = prepare(cx, new, ServerRole::Member).await?;
    let by = By::Newcomer(person.id, from);
    create(cx, by, person).await
}

/// Makes a person, by the operator's hand.
pub async fn add(cx: &Context, new: NewPerson, role: ServerRole) -> Result<Me> {
    let person = prepare(cx, new, role).await?;
    create(cx, By::Operator, person).await
}

async fn create(cx: &Context, by: By<'_>, person: NewUser) -> Result<Me> {
    let tx = cx.store.begin().await?;
    let me = insert(&tx, person).await?;
    record(cx, &tx, by, Deed::to(me.user.id, AuditAction::AccountCreated)).await?;
    tx.commit().await?;
    Ok(me)
}

/// Writes a person's row, unless one of the names is taken.
pub(in crate::domain) async fn insert(tx: &Tx, person: NewUser) -> Result<Me> {
    let (email, role) = (person.email.clone().unwrap_or_default(), person.role);
    let user = tx.insert_user(person).await?.map_err(taken)?;
    Ok(Me { user, email, role })
}

/// Checks a person to be and hashes the password. All complaints come at once, and before the work.
pub(in crate::domain) async fn prepare(cx: &Context, new: NewPerson, role: ServerRole) -> Result<NewUser> {
    let mut complaints = Vec::new();
    let mut keep = |result: Result<String>| match result {
        Ok(text) => text,
        Err(Error::Invalid(errors)) => {
            complaints.extend(errors);
            String::new()
        }
        Err(_) => String::new(),
    };
    let username = keep(username(&new.username));
    let display_name = match &new.display_name {
        None => username.clone(),
        Some(name) => keep(display_name(name)),
    };
    let email = keep(email(&new.email));
    keep(password("password", &new.password).map(|()| String::new()));
    if !complaints.is_empty() {
        return Err(Error::Invalid(complaints));
    }
    Ok(NewUser {
        id: UserId::new(),
        kind: UserKind::Person,
        username,
        display_name,
        email: Some(email),
        password_hash: Some(cx.auth.hash(&new.password).await?),
        role,
        created_at: cx.clock.now(),
    })
}

pub(in crate::domain) fn taken(taken: Taken) -> Error {
    match taken {
        Taken::Username => Error::Taken("username"),
        Taken::Email => Error::Taken("email"),
    }
}

/// Changes one's profile, and shows it in one's chats.
pub async fn change(cx: &Context, actor: &Actor, change: ProfileChange) -> Result<Me> {
    let name = change.display_name.as_deref().map(display_name).transpose()?;
    let new_email = change.email.as_deref().map(email).transpose()?;
    if new_email.is_some() {
        let current = change.current_password.as_deref().unwrap_or_default();
        confirm(cx, actor, "current_password", current).await?;
    }
    let emails = new_email.is_some();
    let tx = cx.store.begin().await?;
    let account = tx.update_profile(actor.user.id, name, new_email).await?.map_err(taken)?;
    if emails {
        record(cx, &tx, By::Actor(actor), Deed::to(actor.user.id, AuditAction::EmailChanged)).await?;
    }
    tx.commit().await?;
    let Account { user, email, role, .. } = account;
    if user != actor.user {
        show(cx, &user).await?;
    }
    Ok(Me { user, email: email.unwrap_or_default(), role })
}

/// Shows how somebody is called now, in their chats and to themselves.
pub(in crate::domain) async fn show(cx: &Context, user: &User) -> Result<()> {
    for chat_id in cx.store.chat_ids(user.id).await? {
        // Oneself hears it below, once, in whatever chats one's sockets are.
        let signal = Signal::UserUpdated(user.clone());
        cx.bus.publish(&Envelope::Signal { chat_id, signal, except: Some(user.id) });
    }
    cx.bus.publish(&Envelope::Notice { user_id: user.id, notice: Notice::UserUpdated(user.clone()) });
    Ok(())
}

/// Deletes one's account: leaves every chat, ends every session, keeps an anonymous row behind what was said.
///
/// # Errors
/// `Invalid` when the password is wrong, `RateLimited` after failures.
pub async fn delete(cx: &Context, actor: &Actor, password: &str) -> Result<()> {
    confirm(cx, actor, "password", password).await?;
    members::leave_all(cx, actor).await?;
    let tx = cx.store.begin().await?;
    tx.anonymise(actor.user.id, cx.clock.now()).await?;
    let ended = tx.delete_sessions(actor.user.id, None).await?;
    record(cx, &tx, By::Actor(actor), Deed::to(actor.user.id, AuditAction::AccountDeleted)).await?;
    tx.commit().await?;
    announce_ended(cx, actor.user.id, ended);
    // Somebody may have invited them in between; from now on nobody can.
    members::leave_all(cx, actor).await
}

/// People whose username or display name begins with `query`; never by email.
pub async fn search(cx: &Context, _: &Actor, query: &str, limit: u32) -> Result<Vec<User>> {
    let query = query.trim();
    if query.chars().count() < QUERY_CHARS || query.contains('\0') {
        return Err(Error::invalid("query", format!("must have at least {QUERY_CHARS} characters")));
    }
    if query.chars().count() > DISPLAY_NAME_CHARS {
        return Ok(Vec::new());
    }
    Ok(cx.store.search_users(query, limit).await?)
}

/// Makes a person an administrator, or an ordinary one again.
pub async fn set_role(cx: &Context, username: &str, role: ServerRole) -> Result<User> {
    let user = person(cx, username).await?.user;
    let tx = cx.store.begin().await?;
    tx.set_role(user.id, role).await?;
    let deed = Deed::to(user.id, AuditAction::ServerRoleChanged).with(<&str>::from(role));
    record(cx, &tx, By::Operator, deed).await?;
    tx.commit().await?;
    Ok(user)
}

/// Gives a person a new password and ends their sessions.
pub async fn reset_password(cx: &Context, username: &str, new: &str) -> Result<User> {
    password("password", new)?;
    let user = person(cx, username).await?.user;
    let hash = cx.auth.hash(new).await?;
    let tx = cx.store.begin().await?;
    tx.set_password(user.id, hash).await?;
    let ended = tx.delete_sessions(user.id, None).await?;
    record(cx, &tx, By::Operator, Deed::to(user.id, AuditAction::PasswordReset)).await?;
    tx.commit().await?;
    announce_ended(cx, user.id, ended);
    Ok(user)
}

/// Keeps a person out and ends their sessions; what they said stays.
pub async fn disable(cx: &Context, username: &str) -> Result<User> {
    set_disabled(cx, username, Some(cx.clock.now())).await
}

/// Lets a person in again.
pub async fn enable(cx: &Context, username: &str) -> Result<User> {
    set_disabled(cx, username, None).await
}

async fn set_disabled(cx: &Context, username: &str, at: Option<Timestamp>) -> Result<User> {
    let user = person(cx, username).await?.user;
    let tx = cx.store.begin().await?;
    tx.set_disabled(user.id, at).await?;
    let ended = tx.delete_sessions(user.id, None).await?;
    let action = if at.is_some() { AuditAction::AccountDisabled } else { AuditAction::AccountEnabled };
    record(cx, &tx, By::Operator, Deed::to(user.id, action)).await?;
    tx.commit().await?;
    announce_ended(cx, user.id, ended);
    Ok(user)
}

async fn person(cx: &Context, username: &str) -> Result<Account> {
    cx.store
        .account_by_login(username)
        .await?
        .filter(|account| account.user.kind == UserKind::Person && account.deleted_at.is_none())
        .ok_or(Error::NotFound("person"))
}

/// Letters, digits, `_ . -`; unique and never changed, so that a name says who it is.
pub(in crate::domain) fn username(name: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let valid = USERNAME_CHARS.contains(&name.len())
        && name.chars().all(allowed)
        && edge(name.chars().next())
        && edge(name.chars().next_back());
    if !valid {
        return Err(Error::invalid(
            "username",
            "must have 3 to 32 letters (a-z), digits, dots, hyphens or underscores, and begin and end with a letter or digit",
        ));
    }
    // It becomes the display name where none is given.
    not_the_bots("username", name)?;
    Ok(name.to_owned())
}

/// One line, trimmed. Brackets are left to programs that mark something beside a name; the rest would let a name
/// turn the text around it or hide.
pub(in crate::domain) fn display_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > DISPLAY_NAME_CHARS {
        return Err(Error::invalid(
            "display_name",
            format!("must have 1 to {DISPLAY_NAME_CHARS} characters"),
        ));
    }
    let forbidden = |c: char| {
        c.is_control()
            || matches!(c, '[' | ']' | '<' | '>' | '{' | '}')
            || matches!(c, '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    if name.chars().any(forbidden) {
        return Err(Error::invalid(
            "display_name",
            "must be one line without brackets and invisible characters",
        ));
    }
    not_the_bots("display_name", name)?;
    Ok(name.to_owned())
}

/// Refuses what reads as the bot's name: who bears it could put words into its mouth. Letters and digits alone are
/// compared, in whatever forms and case: signs around them, and such as nobody sees, make no other name.
fn not_the_bots(field: &str, name: &str) -> Result<()> {
    let letters = name.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    if letters.eq(BOT_NAME.to_lowercase().chars()) {
        return Err(Error::invalid(field, "is the bot's name"));
    }
    Ok(())
}

/// Something that looks like an address, in lower case; whether mail arrives there is not ours to say.
fn email(address: &str) -> Result<String> {
    let address = address.trim();
    let graphic = address.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ',' | ';'));
    let parts = address.split_once('@');
    let whole = parts.is_some_and(|(local, host)| {
        !local.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !host.starts_with('.')
            && !host.ends_with('.')
    });
    if address.len() > EMAIL_BYTES || !graphic || !whole {
        return Err(Error::invalid("email", "must be an email address"));
    }
    Ok(address.to_ascii_lowercase())
}

/// Checks a new password. `field` is what the complaint is about.
pub(in crate::domain) fn password(field: &str, password: &str) -> Result<()> {
    if passwords::is_possible(password) {
        return Ok(());
    }
    let (shortest, longest) = (PASSWORD_BYTES.start(), PASSWORD_BYTES.end());
    Err(Error::invalid(field, format!("must have {shortest} to {longest} bytes")))
}

#[cfg(test)]
mod tests {
    use super::{display_name, email, password, username};

    #[test]
    fn usernames_are_plain_and_begin_and_end_with_a_letter_or_digit() {
        for name in ["ada", "Ada.Lovelace-1815", "a_b", "007", &"a".repeat(32)] {
            assert!(username(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "ab",
            &"a".repeat(33),
            "_ada",
            "ada.",
            "-ad",
            "a da",
            " ada",
            "ada\n",
            "ädа",
            "аda",
            "a@b",
            "a\0b",
            "Gemini",
            "gem-ini",
        ] {
            assert!(username(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn display_names_cannot_break_out_of_their_line() {
        assert_eq!(display_name("  Ada Lovelace (she/her) ").unwrap(), "Ada Lovelace (she/her)");
        for name in ["Ada", "Žofie", "小川", "👩‍💻", &"ä".repeat(64)] {
            assert!(display_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "   ",
            &"ä".repeat(65),
            "Ada\nBen",
            "Ada\u{2028}Ben",
            "[system]",
            "<b>",
            "{x}",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            "\u{feff}",
            "a\u{7f}b",
            "a\0b",
        ] {
            assert!(display_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_display_name_cannot_read_as_the_bots() {
        for name in [
            "Gemini",
            " gEMINI ",
            "Gem ini",
            "G.e.m.i.n.i",
            "Gem\u{ad}ini",
            "Ｇｅｍｉｎｉ",
            "𝐆𝐞𝐦𝐢𝐧𝐢",
            "✨ Gemini ✨",
        ] {
            assert!(display_name(name).is_err(), "{name:?}");
        }
        for name in ["Gem", "Gemini's friend", "Geminiani", "Gemini 2"] {
            assert!(display_name(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn emails_look_like_addresses() {
        for address in ["ada@example.org", " ada+coop@example.org ", "ada@localhost", "o'neil@x.ie"] {
            assert!(email(address).is_ok(), "{address}");
        }
        for address in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c.org",
            "Ada <ada@c.org>",
            "ada@c.org,ben@c.org",
            "ada@.org",
            "ada@c.",
            "ädа@c.org",
            "a\n@c.org",
            &format!("{}@example.org", "a".repeat(250)),
        ] {
            assert!(email(address).is_err(), "{address:?}");
        }
    }

    #[test]
    fn passwords_are_bounded_in_bytes() {
        for good in ["12345678", "ääää", &"x".repeat(1024)] {
            assert!(password("password", good).is_ok());
        }
        for bad in ["", "1234567", "äää", &"x".repeat(1025)] {
            assert!(password("password", bad).is_err());
        }
    }
}
