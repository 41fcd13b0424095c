//! What is known of models by their names: which settings they ignore or refuse. Pure.
//!
//! What is not known is sent, and the provider says what it thinks of it; but thinking, which most servers refuse
//! with an error where a model cannot do it, only where it is known.

use crate::config::providers::Protocol;
use crate::protocol::{ModelSettings, Thinking, ThinkingLevel};

use ThinkingLevel::{High, Low, Medium, Minimal};

const ALL_LEVELS: &[ThinkingLevel] = &[Minimal, Low, Medium, High];
const FROM_LOW: &[ThinkingLevel] = &[Low, Medium, High];

/// The settings that a model heeds, beside the most tokens, which all do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// `temperature` and `top_p`: models know both or none.
    pub sampling: bool,
    /// From the least; none where thinking has no levels.
    pub levels: &'static [ThinkingLevel],
    pub budget: bool,
}

impl Capabilities {
    /// What a model heeds, which is asked in this protocol.
    pub fn of(protocol: Protocol, model: &str) -> Self {
        // Some servers put the maker before the name.
        let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
        match name.strip_prefix("gemini-") {
            Some(of_gemini) => {
                let known = gemini(of_gemini);
                // OpenAI's protocol has no word for it.
                Self { budget: known.budget && protocol == Protocol::Gemini, ..known }
            }
            None => other(&name),
        }
    }

    /// The settings without those that the model ignores or refuses.
    pub fn heeded(self, settings: ModelSettings) -> ModelSettings {
        ModelSettings {
            temperature: settings.temperature.filter(|_| self.sampling),
            top_p: settings.top_p.filter(|_| self.sampling),
            thinking: settings.thinking.filter(|thinking| match thinking {
                Thinking::Level(level) => self.levels.contains(level),
                Thinking::Budget(_) => self.budget,
            }),
            ..settings
        }
    }
}

/// Whether it is one of OpenAI's own newer or older models, which have rules of their own.
pub fn is_openais_own(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let is_reasoning =
        name.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (name.starts_with("gpt-") && !name.starts_with("gpt-oss")) || is_reasoning
}

fn gemini(name: &str) -> Capabilities {
    let none = Capabilities { sampling: true, levels: &[], budget: false };
    let levels = |sampling, levels| Capabilities { sampling, levels, budget: false };
    if name.starts_with("1.") || name.starts_with("2.0") || name.contains("image") || name.contains("tts") {
        return none;
    }
    if name.starts_with("2.5") {
        return Capabilities { budget: true, ..none };
    }
    match name {
        // Temperature and top-p have had no effect since these.
        _ if name.starts_with("3.5-flash-lite") || name.starts_with("3.6") => levels(false, ALL_LEVELS),
        _ if name.starts_with("3.5") || name.starts_with("3.1-flash-lite") || name.starts_with("3-flash") => {
            levels(true, ALL_LEVELS)
        }
        _ if name.starts_with("3.1") || name.starts_with("3-") => levels(true, FROM_LOW),
        // Younger ones, and names such as `flash-latest` that stand for one of them.
        _ => levels(false, FROM_LOW),
    }
}

fn other(name: &str) -> Capabilities {
    if name.starts_with("gpt-5") && !name.contains("chat") {
        return Capabilities { sampling: false, levels: ALL_LEVELS, budget: false };
    }
    if is_openais_own(name) && name.starts_with('o') {
        return Capabilities { sampling: false, levels: FROM_LOW, budget: false };
    }
    let levels = if name.starts_with("gpt-oss") { FROM_LOW } else { &[] };
    Capabilities { sampling: true, levels, budget: false }
}

#[cfg(test)]
mod tests {
    use super::{ALL_LEVELS, Capabilities, FROM_LOW, is_openais_own};
    use crate::config::providers::Protocol::{Gemini, OpenAi};
    use crate::protocol::{ModelSettings, Thinking, ThinkingLevel};

    #[test]
    fn a_model_heeds_what_its_name_says() {
        for (protocol, model, sampling, levels, budget) in [
            (Gemini, "gemini-2.5-flash", true, &[][..], true),
            (OpenAi, "gemini-2.5-flash", true, &[], false),
            (Gemini, "gemini-2.0-flash", true, &[], false),
            (Gemini, "gemini-3.1-pro-preview", true, FROM_LOW, false),
            (Gemini, "gemini-3.5-flash", true, ALL_LEVELS, false),
            (Gemini, "gemini-3.6-flash", false, ALL_LEVELS, false),
            (Gemini, "gemini-3.8-flash", false, FROM_LOW, false),
            (Gemini, "gemini-4-argon", false, FROM_LOW, false),
            (Gemini, "gemini-flash-latest", false, FROM_LOW, false),
            (Gemini, "gemma-4-31b-it", true, &[], false),
            (OpenAi, "gpt-5.6-luna", false, ALL_LEVELS, false),
            (OpenAi, "openai/o4-mini", false, FROM_LOW, false),
            (OpenAi, "gpt-4.1", true, &[], false),
            (OpenAi, "gpt-oss:20b", true, FROM_LOW, false),
            (OpenAi, "qwen3", true, &[], false),
            (OpenAi, "olmo-3", true, &[], false),
        ] {
            let expected = Capabilities { sampling, levels, budget };
            assert_eq!(Capabilities::of(protocol, model), expected, "{model}");
        }
        assert!(is_openais_own("gpt-4.1") && is_openais_own("o3") && !is_openais_own("gpt-oss:20b"));
    }

    #[test]
    fn what_is_not_heeded_is_left_out() {
        let asked = |thinking| ModelSettings {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(100),
            thinking: Some(thinking),
            ..ModelSettings::default()
        };
        let level = asked(Thinking::Level(ThinkingLevel::Minimal));
        let heeded = Capabilities::of(Gemini, "gemini-3.8-flash").heeded(level.clone());
        assert_eq!(heeded, ModelSettings { max_tokens: Some(100), ..ModelSettings::default() });
        assert_eq!(Capabilities::of(Gemini, "gemini-3.5-flash").heeded(level.clone()), level);
        let budget = asked(Thinking::Budget(0));
        assert_eq!(Capabilities::of(Gemini, "gemini-2.5-flash").heeded(budget.clone()), budget);
        assert_eq!(Capabilities::of(Gemini, "gemini-2.5-flash").heeded(level).thinking, None);
    }
}
