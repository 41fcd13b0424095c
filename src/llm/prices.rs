//! What a call costs: tokens and a dated table in, micro-dollars out. Pure but for reading the operator's table.
//!
//! A call's price is rounded up to the next micro-dollar once, and everything else adds these whole numbers: sums
//! by message, person, room and server are equal to the micro-dollar. A model that the table does not know is
//! unpriced, which is not the same as free.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::ids::Day;
use crate::llm::delta::Usage;
use crate::protocol::ModelPrice;

/// The table of this version, for whom no file of their own is given.
const BUILT_IN: &str = include_str!("prices.json");
/// Prices are for so many tokens.
const MILLION: i128 = 1_000_000;

/// The prices of models, by their names.
#[derive(Clone, Debug)]
pub struct Prices {
    models: HashMap<String, Vec<Price>>,
    aliases: HashMap<String, String>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    #[error("PRICES_FILE {path} cannot be read")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the table of prices is not as it should be: {0}")]
    Malformed(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Table {
    models: Vec<Priced>,
    /// Names that stand for another model; the price of that one is only expected, not paid.
    #[serde(default)]
    aliases: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Priced {
    names: Vec<String>,
    /// In the order of their ends; the one without an end is the last.
    prices: Vec<Price>,
}

/// A model's price, in micro-dollars for a million tokens.
#[derive(Clone, Debug, Deserialize)]
struct Price {
    /// The last day on which it holds.
    until: Option<Day>,
    #[serde(flatten)]
    rate: Rate,
    long: Option<Long>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Rate {
    input: u32,
    cached: u32,
    /// Thinking included.
    output: u32,
}

/// Another rate for the whole call, thinking and reply too, where the prompt is long.
#[derive(Clone, Debug, Deserialize)]
struct Long {
    /// Tokens of the prompt.
    above: u32,
    #[serde(flatten)]
    rate: Rate,
}

impl Prices {
    /// The operator's table, or that of this version.
    pub fn load(file: Option<&Path>) -> Result<Self, PricesError> {
        let Some(path) = file else { return Self::parse(BUILT_IN) };
        let text = std::fs::read_to_string(path)
            .map_err(|source| PricesError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads a table.
    pub fn parse(json: &str) -> Result<Self, PricesError> {
        let Table { models, aliases } = serde_json::from_str(json)?;
        let models = models
            .into_iter()
            .flat_map(|Priced { names, prices }| names.into_iter().map(move |name| (name, prices.clone())))
            .collect();
        Ok(Self { models, aliases })
    }

    /// What a call cost, by the model that answered; `None` where the model has no price, or no tokens were told.
    pub fn cost(&self, model: &str, usage: &Usage, day: Day) -> Option<i64> {
        let prompt = i128::from(usage.prompt_tokens?) + i128::from(usage.tool_tokens.unwrap_or(0));
        let cached = i128::from(usage.cached_tokens.unwrap_or(0)).min(prompt);
        let told =
            i128::from(usage.reply_tokens.unwrap_or(0)) + i128::from(usage.thought_tokens.unwrap_or(0));
        // Some leave thinking out of the parts and count it in the total.
        let output = told.max(i128::from(usage.total_tokens.unwrap_or(0)) - prompt);
        let Rate { input, cached: from_cache, output: made } = self.rate(model, prompt, day)?;
        let exact = (prompt - cached) * i128::from(input)
            + cached * i128::from(from_cache)
            + output * i128::from(made);
        i64::try_from((exact + MILLION - 1) / MILLION).ok()
    }

    /// What a call will cost at most if it uses so many tokens; `None` where the model has no price.
    pub fn estimate(&self, model: &str, prompt_tokens: u32, output_tokens: u32, day: Day) -> Option<i64> {
        let model = self.aliases.get(model).map_or(model, String::as_str);
        let usage = Usage {
            prompt_tokens: Some(prompt_tokens),
            reply_tokens: Some(output_tokens),
            ..Usage::default()
        };
        self.cost(model, &usage, day)
    }

    /// The price of a model, or of the one that its name stands for, where the prompt is not long.
    pub fn of(&self, model: &str, day: Day) -> Option<ModelPrice> {
        let model = self.aliases.get(model).map_or(model, String::as_str);
        let Rate { input, cached, output } = self.rate(model, 0, day)?;
        Some(ModelPrice { input, cached, output })
    }

    fn rate(&self, model: &str, prompt: i128, day: Day) -> Option<Rate> {
        let price =
            self.models.get(model)?.iter().find(|price| price.until.is_none_or(|last| day <= last))?;
        let long = price.long.as_ref().filter(|long| prompt > i128::from(long.above));
        Some(long.map_or(price.rate, |long| long.rate))
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, Prices};
    use crate::ids::Day;
    use crate::llm::delta::Usage;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn used(prompt: u32, cached: u32, thought: u32, reply: u32) -> Usage {
        Usage {
            prompt_tokens: Some(prompt),
            cached_tokens: Some(cached),
            thought_tokens: Some(thought),
            reply_tokens: Some(reply),
            ..Usage::default()
        }
    }

    #[test]
    fn cached_tokens_have_their_price_thinking_is_output_and_a_call_is_rounded_up_once() {
        let prices = Prices::parse(BUILT_IN).unwrap();
        let today = day("2026-11-21");
        for (model, usage, cost) in [
            ("gemini-3.5-flash", used(1_000_000, 0, 0, 0), Some(1_500_000)),
            ("gemini-3.5-flash", used(1_000_000, 1_000_000, 0, 0), Some(150_000)),
            ("gemini-3.5-flash", used(0, 0, 400_000, 600_000), Some(9_000_000)),
            // 1 × 0.30 + 1 × 2.50 = 2.80
            ("gemini-3.5-flash-lite", used(1, 0, 0, 1), Some(3)),
            ("gemini-3.5-flash-lite", used(10, 0, 0, 0), Some(3)),
            ("gemini-3.5-flash-lite", used(0, 0, 0, 0), Some(0)),
            ("gemini-unheard-of", used(1, 0, 0, 1), None),
            ("gemini-flash-latest", used(1, 0, 0, 1), None),
            ("gemini-3.5-flash", Usage { reply_tokens: Some(1), ..Usage::default() }, None),
        ] {
            assert_eq!(prices.cost(model, &usage, today), cost, "{model} {usage:?}");
        }
        let total = Usage { total_tokens: Some(109), ..used(35, 0, 0, 12) };
        assert_eq!(prices.cost("gemini-3.5-flash-lite", &total, today), Some(196), "35 × 0.3 + 74 × 2.5");
    }

    #[test]
    fn a_long_prompt_raises_the_price_of_all_and_a_price_ends_with_its_last_day() {
        let prices = Prices::parse(BUILT_IN).unwrap();
        let cost = |model, usage, on| prices.cost(model, &usage, day(on)).unwrap();
        assert_eq!(cost("gemini-2.5-pro", used(200_000, 0, 0, 1_000), "2026-11-21"), 260_000);
        assert_eq!(cost("gemini-2.5-pro", used(200_001, 0, 0, 1_000), "2026-11-21"), 515_003);
        assert_eq!(cost("gemini-4-argon", used(1_000_000, 0, 0, 0), "2026-11-30"), 2_000_000);
        assert_eq!(cost("gemini-4-argon", used(1_000_000, 0, 0, 0), "2026-12-01"), 4_000_000);
    }

    #[test]
    fn what_is_expected_of_another_name_is_the_price_of_its_model() {
        let prices = Prices::parse(BUILT_IN).unwrap();
        let today = day("2026-11-21");
        assert_eq!(prices.estimate("gemini-flash-latest", 1_000, 1_000, today), Some(10_500));
        assert_eq!(prices.estimate("gemini-unheard-of", 1_000, 1_000, today), None);
        assert!(prices.aliases.values().all(|model| prices.models.contains_key(model)));
    }
}
