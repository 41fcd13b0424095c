//! What the question itself wants of its reply: settings, an instruction, or that it goes on where it broke off. Pure.

use crate::bot::prompt::Spoken;
use crate::ids::Timestamp;
use crate::llm::request::{Request, Role, Turn};
use crate::store::rows::{Asked, ClaimedRun};

/// The models refuse a conversation that ends with their own words, so somebody has to ask them to go on.
const GO_ON: &str = "Your last reply broke off. Go on exactly where it ends, in the middle of the sentence or word if it \
                     stops there: repeat nothing, and say nothing about having been interrupted.";

/// The request as whoever asked wants it, as far as the room heeds it; that goes before the agent and the room.
pub(super) fn as_wanted(mut request: Request, asked: Asked, run: &ClaimedRun, now: Timestamp) -> Request {
    let Asked { settings, instruction } = asked;
    request.settings = settings.or(request.settings);
    if let Some(instruction) = instruction {
        request.system = [request.system, instruction].join("\n\n");
    }
    if !run.text.is_empty() {
        request.turns.push(Turn { role: Role::Model, parts: vec![run.text.clone()] });
        let asker =
            Spoken { from: run.asked_by.username.as_str().into(), at: now, agent: false, text: GO_ON.into() };
        request.turns.push(Turn { role: Role::User, parts: vec![asker.encoded()] });
    }
    request
}
