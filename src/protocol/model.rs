//! How a model is asked to answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A model and how it is to answer. What is not set is left to the next who may decide: the room, the server, and
/// in the end the model itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelSettings {
    /// `provider/name`, as `GET /api/models` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Above 0 and up to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Most tokens of a reply, thinking included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Thinking>,
}

impl ModelSettings {
    /// These, and `otherwise` what is not set here.
    pub fn or(self, otherwise: Self) -> Self {
        Self {
            model: self.model.or(otherwise.model),
            temperature: self.temperature.or(otherwise.temperature),
            top_p: self.top_p.or(otherwise.top_p),
            max_tokens: self.max_tokens.or(otherwise.max_tokens),
            thinking: self.thinking.or(otherwise.thinking),
        }
    }
}

/// How long a model thinks before it answers. Most models know one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Thinking {
    Level(ThinkingLevel),
    /// At most so many tokens; 0 for none.
    Budget(u32),
}

/// How hard a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingLevel {
    Minimal,
    Low,
    Medium,
    High,
}
