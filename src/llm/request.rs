//! What a language model is asked: an instruction and a conversation, as plain text.
//!
//! Knows no provider; what the settings leave open comes from the configuration.

use crate::protocol::ModelSettings;

/// One question with all that comes before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The instruction the conversation stands under; empty for none.
    pub system: String,
    /// Oldest first; the last one is the user's.
    pub turns: Vec<Turn>,
    pub settings: ModelSettings,
}

impl Request {
    /// More tokens than it will have.
    pub fn estimated_tokens(&self) -> u32 {
        let parts = self.turns.iter().flat_map(|turn| &turn.parts).map(|part| estimated_tokens(part));
        parts.fold(estimated_tokens(&self.system), u32::saturating_add)
    }
}

/// More tokens than a text will have: one for two bytes. Most languages take three to five bytes a token, and a
/// provider's own count would cost a request.
pub fn estimated_tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(2)).unwrap_or(u32::MAX)
}

/// What one side said at a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub role: Role,
    /// Texts that follow each other without anything between.
    pub parts: Vec<String>,
}

/// The two voices a model tells apart: itself and everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    User,
    Model,
}

/// Brings a conversation into the order providers ask for; `None` if no user turn stands at the end.
///
/// Drops empty parts, empty turns and leading model turns, and joins neighbours of one role: some models refuse
/// each of these with a 400.
pub fn normalise(turns: Vec<Turn>) -> Option<Vec<Turn>> {
    let mut ordered: Vec<Turn> = Vec::with_capacity(turns.len());
    for Turn { role, mut parts } in turns {
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            continue;
        }
        match ordered.last_mut() {
            None if role == Role::Model => {}
            Some(last) if last.role == role => last.parts.append(&mut parts),
            _ => ordered.push(Turn { role, parts }),
        }
    }
    ordered.last().is_some_and(|last| last.role == Role::User).then_some(ordered)
}

#[cfg(test)]
mod tests {
    use super::{Role, Turn, normalise};

    fn turn(role: Role, parts: &[&str]) -> Turn {
        Turn { role, parts: parts.iter().map(|part| (*part).to_owned()).collect() }
    }

    #[test]
    fn neighbours_of_one_role_become_one_turn_and_empty_text_goes() {
        let turns = vec![
            turn(Role::Model, &["I speak first"]),
            turn(Role::User, &["", "one"]),
            turn(Role::Model, &[""]),
            turn(Role::User, &["two", "three"]),
            turn(Role::Model, &["yes"]),
            turn(Role::User, &["four"]),
        ];
        let expected = vec![
            turn(Role::User, &["one", "two", "three"]),
            turn(Role::Model, &["yes"]),
            turn(Role::User, &["four"]),
        ];
        assert_eq!(normalise(turns), Some(expected));
    }

    #[test]
    fn a_conversation_has_to_end_with_a_user() {
        assert_eq!(normalise(vec![]), None);
        assert_eq!(normalise(vec![turn(Role::User, &[""])]), None);
        assert_eq!(normalise(vec![turn(Role::User, &["a"]), turn(Role::Model, &["b"])]), None);
    }
}
