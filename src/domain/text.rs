//! What text may be: lengths, forbidden characters, and whether it asks the bot. Pure.

use crate::domain::error::{Error, Result};
use crate::protocol::{ChatKind, UserRef};

/// The longest name of a chat, in characters.
pub const CHAT_NAME_CHARS: usize = 100;
/// The longest id that a client may give a write of its own, in characters.
pub const CLIENT_ID_CHARS: usize = 64;

/// A message's text: not blank, without NUL (PostgreSQL cannot store it), at most `max_bytes`. Kept byte for byte.
pub fn content(text: &str, max_bytes: usize) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid("content", "must not be empty"));
    }
    if text.len() > max_bytes {
        return Err(Error::TooLarge("the message is too long"));
    }
    if text.contains('\0') {
        return Err(Error::invalid("content", "must not contain the NUL character"));
    }
    Ok(())
}

/// A chat's name, trimmed: one line, 1 to 100 characters.
pub fn chat_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > CHAT_NAME_CHARS {
        return Err(Error::invalid("name", format!("must have 1 to {CHAT_NAME_CHARS} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "must be one line without control characters"));
    }
    Ok(name.to_owned())
}

/// A client's own id of a write, so that repeating it does nothing twice.
pub fn client_id(field: &str, id: &str) -> Result<()> {
    if id.is_empty() || id.chars().count() > CLIENT_ID_CHARS || id.contains('\0') {
        return Err(Error::invalid(field, format!("must have 1 to {CLIENT_ID_CHARS} characters")));
    }
    Ok(())
}

/// Whether a text could ask an agent, judged without knowing the agents: the cheap test of the hot path.
pub fn may_ask(kind: ChatKind, text: &str) -> bool {
    kind == ChatKind::Ai || command(text).is_some() || text.contains('@')
}

/// What a text asks, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressed<'a> {
    Nobody,
    /// `/bot` where no agent takes part.
    NoAgent,
    /// `/bot` with nothing behind it.
    NoQuestion,
    Agent(&'a UserRef),
}

/// Reads `/bot …`, a mention, or an AI chat's plain message. `agents` are those in the chat, the first one answers `/bot`.
pub fn addressed<'a>(kind: ChatKind, text: &str, agents: &'a [UserRef]) -> Addressed<'a> {
    if let Some(question) = command(text) {
        return match agents.first() {
            None => Addressed::NoAgent,
            Some(_) if question.is_empty() => Addressed::NoQuestion,
            Some(agent) => Addressed::Agent(agent),
        };
    }
    if let Some(agent) = mentioned(text, agents) {
        return Addressed::Agent(agent);
    }
    match agents.first() {
        Some(agent) if kind == ChatKind::Ai => Addressed::Agent(agent),
        _ => Addressed::Nobody,
    }
}

/// The question of a text: `/bot` itself is not part of it.
pub fn question(text: &str) -> &str {
    command(text).unwrap_or(text)
}

fn command(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix("/bot")?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

/// The names that a text mentions, `@` and a username anywhere in it; whether there is such a user is not known here.
pub fn mentions(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.match_indices('@').filter_map(move |(at, _)| {
        // `mail@gem` is an address, not a mention.
        if text[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || is_name(before)) {
            return None;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        // A sentence's own full stop is not part of the name.
        let name = rest[..end].trim_end_matches(['.', '-', '_']);
        (!name.is_empty()).then_some(name)
    })
}

fn mentioned<'a>(text: &str, agents: &'a [UserRef]) -> Option<&'a UserRef> {
    mentions(text).find_map(|name| agents.iter().find(|agent| agent.username.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::{Addressed, addressed, chat_name, content, question};
    use crate::ids::UserId;
    use crate::protocol::{ChatKind, UserRef};

    #[test]
    fn the_bot_answers_to_its_command_and_its_name_only() {
        let agents = [UserRef { id: UserId::new(), username: "gem".into(), display_name: "Gemini".into() }];
        let asks = |kind, text: &str| addressed(kind, text, &agents) == Addressed::Agent(&agents[0]);
        for text in ["/bot hi", "  /bot\nhi", "@gem hi", "hi @GEM.", "(@gem)", "so, @gem, what?", "@gem"] {
            assert!(asks(ChatKind::Group, text), "{text:?}");
        }
        for text in ["/both hi", "hi", "say /bot hi", "mail@gem", "@gems", "@gem.ini", "gem", "x_@gem"] {
            assert!(!asks(ChatKind::Group, text), "{text:?}");
        }
        assert!(asks(ChatKind::Ai, "hi"));
        assert_eq!(addressed(ChatKind::Group, "/bot  ", &agents), Addressed::NoQuestion);
        assert_eq!(addressed(ChatKind::Group, "/bot hi", &[]), Addressed::NoAgent);
    }

    #[test]
    fn the_question_is_the_text_without_the_command() {
        assert_eq!(question("/bot  what is\n this? "), "what is\n this?");
        assert_eq!(question("@gem what?"), "@gem what?");
    }

    #[test]
    fn text_is_bounded_and_without_nul() {
        assert!(content("a", 4).is_ok());
        assert!(content("äöü", 4).is_err());
        assert!(content(" \n ", 4).is_err());
        assert!(content("a\0", 4).is_err());
        assert_eq!(chat_name(" Plans ").unwrap(), "Plans");
        assert!(chat_name("a\nb").is_err());
    }
}
