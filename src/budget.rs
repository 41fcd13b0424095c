//! What may be spent on the bot: by whom, in what, and for how long.
//!
//! Pure words and numbers: the operator writes them, clients see them, and the rules count by them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Micro-dollars of a dollar.
const DOLLAR: i64 = 1_000_000;

/// Whose spending a budget bounds.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// What one person asks, wherever they ask it.
    Person,
    /// What is asked in one chat.
    Room,
    /// What is asked on the whole server.
    Server,
}

/// How long a budget lasts: a day or a month of the calendar, in UTC.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Period {
    Day,
    Month,
}

/// What is counted.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// All tokens: prompt, thinking and reply.
    Tokens,
    /// Millionths of a dollar. Calls of a model without a known price count nothing.
    Microusd,
}

/// A bound for one day or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Allowance {
    pub period: Period,
    pub unit: Unit,
    #[schema(minimum = 0)]
    pub amount: i64,
}

/// What holds for everybody, or every room, for whom nothing else was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultBudget {
    pub scope: Scope,
    pub allowance: Allowance,
}

impl FromStr for DefaultBudget {
    type Err = String;

    /// `person day 200000 tokens`, `server month 50 usd`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{text}' is not a budget such as 'person day 200000 tokens' or 'server month 50 usd'")
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let [scope, period, amount, unit] = words[..] else { return Err(wrong()) };
        let (unit, amount) = match unit {
            "tokens" => (Unit::Tokens, amount.parse().ok()),
            "usd" => (Unit::Microusd, dollars(amount)),
            _ => return Err(wrong()),
        };
        let amount = amount.filter(|amount: &i64| *amount >= 0).ok_or_else(wrong)?;
        let period = period.parse().map_err(|_| wrong())?;
        Ok(Self { scope: scope.parse().map_err(|_| wrong())?, allowance: Allowance { period, unit, amount } })
    }
}

/// Dollars with up to six digits behind the point, in micro-dollars. By digits: a float would not be exact.
fn dollars(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(DOLLAR)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::{Allowance, DefaultBudget, Period, Scope, Unit};

    #[test]
    fn a_budget_is_written_in_four_words() {
        for (text, scope, period, unit, amount) in [
            ("person day 200000 tokens", Scope::Person, Period::Day, Unit::Tokens, 200_000),
            (" server  month 50 usd ", Scope::Server, Period::Month, Unit::Microusd, 50_000_000),
            ("room day 0.075 usd", Scope::Room, Period::Day, Unit::Microusd, 75_000),
            ("room month 0 usd", Scope::Room, Period::Month, Unit::Microusd, 0),
        ] {
            let expected = DefaultBudget { scope, allowance: Allowance { period, unit, amount } };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for nonsense in [
            "",
            "person day",
            "person week 1 usd",
            "person day -1 tokens",
            "person day -1 usd",
            "person day 1.2345678 usd",
            "person day 1.+5 usd",
            "person day 99999999999999999 usd",
            "everybody day 1 usd",
            "person day 1 eur",
        ] {
            assert!(nonsense.parse::<DefaultBudget>().is_err(), "{nonsense}");
        }
    }
}
