//! What the model is shown: instructions, a summary of what is older, the newest messages that fit a budget of tokens,
//! and the question last. Pure.

use std::borrow::Cow;

use crate::bot::prompt::{self, Earlier, Instructions, Spoken};
use crate::domain::text;
use crate::ids::Seq;
use crate::llm::request::{Request, Role, Turn, estimated_tokens};
use crate::protocol::{ModelSettings, UserRef};
use crate::store::rows::{HistoryMessage, Saw, Summary};

/// All that could be shown.
pub struct Room<'a> {
    pub agent: &'a UserRef,
    /// The agents that take part beside it.
    pub others: &'a [UserRef],
    pub instructions: Instructions<'a>,
    pub summary: Option<&'a Summary>,
    /// Before the question, oldest first.
    pub history: &'a [HistoryMessage],
    /// Whether there is more before.
    pub has_older: bool,
    pub question: &'a HistoryMessage,
    pub settings: ModelSettings,
}

/// What is shown.
pub struct Shown {
    pub request: Request,
    pub saw: Saw,
    /// From here on messages are shown; what lies before is left to the summary.
    pub from: Option<Seq>,
}

/// Puts the request together: at most `budget` tokens by our estimate. Instructions and the question are always there,
/// whole, and take more than the budget only where they alone do. The agent's own replies are the model's turns,
/// whoever asked; everybody else's messages are the user's, each with its author.
pub fn build(room: &Room<'_>, budget: u32) -> Shown {
    let Room { agent, history, question, .. } = *room;
    let system = prompt::system(agent, room.others, room.instructions);
    let question_turn = turn(agent, question, text::question(&question.content));
    let fixed = estimated_tokens(&system).saturating_add(cost(&question_turn));
    let mut left = budget.saturating_sub(fixed);

    let turns: Vec<Turn> = history.iter().map(|message| turn(agent, message, &message.content)).collect();
    let all = turns.iter().map(cost).fold(0, u32::saturating_add);
    let summary = match room.summary {
        Some(summary) if room.has_older || all > left => {
            let earlier = Earlier { summary: Cow::Borrowed(&summary.content) };
            let told = Turn { role: Role::User, parts: vec![earlier.encoded()] };
            // Rather the newest messages themselves than much about the older ones.
            (cost(&told) <= left / 2).then_some((summary.of, told))
        }
        _ => None,
    };
    left -= summary.as_ref().map_or(0, |(_, told)| cost(told));

    let fitting = turns
        .iter()
        .rev()
        .take_while(|turn| {
            let fits = cost(turn) <= left;
            left -= if fits { cost(turn) } else { 0 };
            fits
        })
        .count();
    let mut first = turns.len() - fitting;
    if summary.is_none() {
        // No conversation begins with the model's turn.
        first += turns[first..].iter().take_while(|turn| turn.role == Role::Model).count();
    }

    let messages = history[first..].iter().chain([question]).map(|message| message.seq).collect();
    let (summarised, told) = summary.unzip();
    let shown = told.into_iter().chain(turns.into_iter().skip(first)).chain([question_turn]).collect();
    let settings = room.settings.clone();
    Shown {
        from: (first > 0 || room.has_older).then(|| history.get(first).unwrap_or(question).seq),
        saw: Saw { messages, summary: summarised, settings: settings.clone() },
        request: Request { system, turns: shown, settings },
    }
}

fn turn(agent: &UserRef, message: &HistoryMessage, text: &str) -> Turn {
    if message.author.id == agent.id {
        return Turn { role: Role::Model, parts: vec![text.to_owned()] };
    }
    let spoken = Spoken { text: Cow::Borrowed(text), ..prompt::spoken(message) };
    Turn { role: Role::User, parts: vec![spoken.encoded()] }
}

fn cost(turn: &Turn) -> u32 {
    turn.parts.iter().map(|part| estimated_tokens(part)).fold(0, u32::saturating_add)
}
