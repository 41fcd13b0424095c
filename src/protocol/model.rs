//! Which models there are, how one is asked to answer, and what others make of texts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::usage::Usage;

/// The longest name of a model, in bytes: one that is asked for, and one that a provider tells.
pub const LONGEST_MODEL_NAME: usize = 128;

/// A model and how it is to answer. What is not set is left to the next who may decide: after a request its room,
/// then the agent, the server, and in the end the model itself.
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

// Numbers that came as JSON are never NaN.
impl Eq for ModelSettings {}

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

/// Every model that can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelList {
    /// The model that answers where none is chosen.
    pub default: String,
    /// The models that are asked, in this order, where the chosen one is overloaded, at its limit or out of order.
    pub fallbacks: Vec<String>,
    pub providers: Vec<Provider>,
}

/// A provider with its models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    pub name: String,
    /// Whether it told its models; otherwise these are those that the server's configuration names.
    pub is_listed: bool,
    /// The model that makes vectors of texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding_model: Option<String>,
    /// The provider's default first.
    pub models: Vec<Model>,
}

/// A model, and which of the settings it heeds: the others are not sent to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `provider/name`.
    pub name: String,
    pub temperature: bool,
    pub top_p: bool,
    /// From the least; empty where its thinking has none.
    pub thinking_levels: Vec<ThinkingLevel>,
    /// Whether its thinking can be limited in tokens.
    pub thinking_budget: bool,
    /// Most tokens of a reply that this server allows.
    pub max_tokens: u32,
    /// Absent where nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<ModelPrice>,
    /// It has failed several times in a row and is not asked for a while.
    pub is_resting: bool,
}

/// Texts as vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Embeddings {
    /// `provider/name`.
    pub model: String,
    /// One for each text, in their order.
    pub embeddings: Vec<Vec<f32>>,
    pub usage: Usage,
}

/// What a million tokens cost today, in millionths of a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelPrice {
    pub input: u32,
    /// Of the prompt's, those that the provider had kept.
    pub cached: u32,
    /// Thinking included.
    pub output: u32,
}
