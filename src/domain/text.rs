//! What text may be: lengths, forbidden characters, and whether it asks the bot. Pure.

use crate::config::limits::Limits;
use crate::domain::error::{Error, Result};
use crate::protocol::{ChatKind, LONGEST_MODEL_NAME, ModelSettings, Thinking, UserRef};

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
    line("name", name)
}

/// A prompt's title, likewise.
pub fn title(title: &str) -> Result<String> {
    line("title", title)
}

fn line(field: &str, name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > CHAT_NAME_CHARS {
        return Err(Error::invalid(field, format!("must have 1 to {CHAT_NAME_CHARS} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must be one line without control characters"));
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

/// What an agent is told by whoever made it, or by a room's owner: bounded, without NUL.
pub fn instruction(field: &str, text: &str, limits: &Limits) -> Result<()> {
    if text.len() > limits.instruction_bytes {
        return Err(Error::TooLarge("the instruction is too long"));
    }
    if text.contains('\0') {
        return Err(Error::invalid(field, "must not contain the NUL character"));
    }
    Ok(())
}

/// What no model could take of this, and why. Whether there is such a model, and what it makes of the rest, is known
/// when it is asked.
pub fn unacceptable(settings: &ModelSettings) -> Option<(&'static str, &'static str)> {
    let ModelSettings { model, temperature, top_p, max_tokens, thinking } = settings;
    let is_name = |name: &String| {
        let is_whole = !name.is_empty() && !name.starts_with('/') && !name.ends_with('/');
        is_whole && name.len() <= LONGEST_MODEL_NAME && name.chars().all(|c| c.is_ascii_graphic())
    };
    let is_thought = |thinking: &Thinking| match thinking {
        Thinking::Budget(tokens) => i32::try_from(*tokens).is_ok(),
        Thinking::Level(_) => true,
    };
    // A number that is none lies in no range.
    let fields = [
        (model.as_ref().is_none_or(is_name), "model", "must be the name of a model"),
        (temperature.is_none_or(|it| (0.0..=2.0).contains(&it)), "temperature", "must be 0 to 2"),
        (top_p.is_none_or(|it| it > 0.0 && it <= 1.0), "top_p", "must be above 0 and at most 1"),
        (*max_tokens != Some(0), "max_tokens", "must be at least 1"),
        (thinking.as_ref().is_none_or(is_thought), "thinking", "is more than any model thinks"),
    ];
    fields.into_iter().find(|(is_fine, ..)| !is_fine).map(|(_, field, complaint)| (field, complaint))
}

/// A model's settings, as one field of what somebody sets.
pub fn model_settings(field: &str, settings: &ModelSettings) -> Result<()> {
    match unacceptable(settings) {
        Some((which, complaint)) => Err(Error::invalid(field, format!("{which} {complaint}"))),
        None => Ok(()),
    }
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
    /// Each once, in the order of their names.
    Agents(Vec<&'a UserRef>),
}

/// Reads `/bot …`, mentions, or an AI chat's plain message. `agents` are those in the chat, the first one answers `/bot`.
pub fn addressed<'a>(kind: ChatKind, text: &str, agents: &'a [UserRef]) -> Addressed<'a> {
    if let Some(question) = command(text) {
        return match agents.first() {
            None => Addressed::NoAgent,
            Some(_) if question.is_empty() => Addressed::NoQuestion,
            Some(agent) => Addressed::Agents(vec![agent]),
        };
    }
    let mentioned = mentioned(text, agents);
    match agents.first() {
        _ if !mentioned.is_empty() => Addressed::Agents(mentioned),
        Some(agent) if kind == ChatKind::Ai => Addressed::Agents(vec![agent]),
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

/// The agents that a text mentions, each once, in the order of their names.
pub fn mentioned<'a>(text: &str, agents: &'a [UserRef]) -> Vec<&'a UserRef> {
    let mut mentioned: Vec<&UserRef> = Vec::new();
    for name in mentions(text) {
        let agent = agents.iter().find(|agent| agent.username.eq_ignore_ascii_case(name));
        mentioned.extend(agent.filter(|agent| !mentioned.contains(agent)));
    }
    mentioned
}

#[cfg(test)]
mod tests {
    use super::{Addressed, addressed, chat_name, content, question, unacceptable};
    use crate::ids::UserId;
    use crate::protocol::{ChatKind, ModelSettings, Thinking, UserRef};

    #[test]
    fn the_bot_answers_to_its_command_and_its_name_only() {
        let agents = [UserRef { id: UserId::new(), username: "gem".into(), display_name: "Gemini".into() }];
        let asks = |kind, text: &str| addressed(kind, text, &agents) == Addressed::Agents(vec![&agents[0]]);
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
    fn each_agent_that_is_mentioned_is_asked_once() {
        let agent =
            |name: &str| UserRef { id: UserId::new(), username: name.into(), display_name: name.into() };
        let agents = [agent("gem"), agent("poet"), agent("reviewer")];
        let asked = |text: &str| match addressed(ChatKind::Group, text, &agents) {
            Addressed::Agents(asked) => asked.into_iter().map(|agent| agent.username.as_str()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(asked("@reviewer @poet @Reviewer what now, @nobody?"), ["reviewer", "poet"]);
        assert_eq!(asked("/bot what would @poet say?"), ["gem"]);
        assert!(asked("nothing").is_empty());
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

    #[test]
    fn what_no_model_could_take_is_named() {
        let named = |settings: ModelSettings| unacceptable(&settings).map(|(field, _)| field);
        let none = ModelSettings::default;
        assert_eq!(named(none()), None);
        let long = "m".repeat(129);
        for (model, fine) in [
            ("gemini/flash", true),
            ("flash", true),
            ("local/maker/model:7b", true),
            ("", false),
            ("/flash", false),
            ("gemini/", false),
            ("two words", false),
            ("a\0", false),
            (&long, false),
        ] {
            let found = named(ModelSettings { model: Some(model.into()), ..none() });
            assert_eq!(found, (!fine).then_some("model"), "{model:?}");
        }
        for (temperature, fine) in [(0.0, true), (2.0, true), (2.1, false), (-0.1, false), (f64::NAN, false)]
        {
            let found = named(ModelSettings { temperature: Some(temperature), ..none() });
            assert_eq!(found, (!fine).then_some("temperature"), "{temperature}");
        }
        for (top_p, fine) in [(0.0, false), (0.5, true), (1.0, true), (1.1, false), (f64::NAN, false)] {
            let found = named(ModelSettings { top_p: Some(top_p), ..none() });
            assert_eq!(found, (!fine).then_some("top_p"), "{top_p}");
        }
        assert_eq!(named(ModelSettings { max_tokens: Some(0), ..none() }), Some("max_tokens"));
        let thinking = |tokens| ModelSettings { thinking: Some(Thinking::Budget(tokens)), ..none() };
        assert_eq!((named(thinking(0)), named(thinking(u32::MAX))), (None, Some("thinking")));
    }
}
