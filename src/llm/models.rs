//! All models of all providers: found by name, listed, and asked with what they heed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use tokio::sync::Mutex;

use crate::config::llm::LlmConfig;
use crate::config::providers::{Protocol, ProviderConfig};
use crate::llm::breaker::{Breakers, Permit};
use crate::llm::capabilities::Capabilities;
use crate::llm::delta::{Delta, DeltaStream, Usage};
use crate::llm::error::{LlmError, SetupError};
use crate::llm::failure;
use crate::llm::gemini::Gemini;
use crate::llm::openai::OpenAi;
use crate::llm::request::Request;
use crate::protocol::{LONGEST_MODEL_NAME, ModelSettings};

/// How long a provider's list is believed.
const LISTED_FOR: Duration = Duration::from_secs(600);
/// After so long a list that could not be had is asked for again.
const UNLISTED_FOR: Duration = Duration::from_secs(30);

/// Every model that can be asked.
pub struct Models {
    /// At least one.
    providers: Vec<Arc<Provider>>,
    fallbacks: Vec<Choice>,
    /// Judges questions and replies.
    moderation: Option<Choice>,
    breakers: Arc<Breakers>,
}

struct Provider {
    config: ProviderConfig,
    client: Client,
    listed: Mutex<Option<Listing>>,
}

enum Client {
    Gemini(Gemini),
    OpenAi(OpenAi),
}

/// A list, or that there was none, and until when it holds.
struct Listing {
    models: Option<Vec<Listed>>,
    until: Instant,
}

/// A model as its provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub chats: bool,
    pub embeds: bool,
}

/// A model of a provider.
#[derive(Clone)]
pub struct Choice {
    provider: Arc<Provider>,
    model: String,
}

/// What a text was found harmful for.
pub struct Harm {
    /// As the provider names them.
    pub categories: Vec<String>,
}

/// What moderation says of a text.
pub struct Verdict {
    /// What is harmful in it, if anything.
    pub harm: Option<Harm>,
    /// The model that judged, and what that took, as far as they were told.
    pub model: Option<String>,
    pub usage: Option<Usage>,
}

/// Texts as vectors, in their order.
pub struct Vectors {
    pub vectors: Vec<Vec<f32>>,
    /// As far as it was told.
    pub usage: Option<Usage>,
}

/// A provider with the models that are known of it.
pub struct Catalogue {
    pub provider: String,
    pub protocol: Protocol,
    pub default: Choice,
    pub embedding_model: Option<String>,
    /// Those that chat, the default one first.
    pub models: Vec<Choice>,
    /// Whether the provider was reached; otherwise these are those of the configuration.
    pub is_listed: bool,
}

impl Models {
    /// Sets up the clients; asks nothing.
    pub fn new(config: &LlmConfig, providers: Vec<ProviderConfig>) -> Result<Models, SetupError> {
        let providers = providers.into_iter().map(|config| {
            let wrong = |model: &&str| failure::name(model) != *model;
            if let Some(model) = config.configured().chain(config.embedding_model.as_deref()).find(wrong) {
                return Err(SetupError::Model { provider: config.name.clone(), model: model.to_owned() });
            }
            let client = match config.protocol {
                Protocol::Gemini => Client::Gemini(Gemini::new(&config)?),
                Protocol::OpenAi => Client::OpenAi(OpenAi::new(&config)?),
            };
            Ok(Arc::new(Provider { config, client, listed: Mutex::default() }))
        });
        let breakers = Breakers::new(config.breaker_failures, config.breaker_pause);
        let mut models = Models {
            providers: providers.collect::<Result<_, SetupError>>()?,
            fallbacks: Vec::new(),
            moderation: None,
            breakers,
        };
        let named = config.fallback_models.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
        models.fallbacks = named
            .map(|name| models.find(name).ok_or_else(|| SetupError::Fallback { model: name.to_owned() }))
            .collect::<Result<_, _>>()?;
        if let Some(name) = &config.moderation_model {
            let judge = models.find(name).filter(|it| matches!(it.provider.client, Client::OpenAi(_)));
            let judge = judge.ok_or_else(|| SetupError::Moderation { model: name.clone() })?;
            models.moderation = Some(judge);
        }
        Ok(models)
    }

    /// The model that answers where none is chosen.
    pub fn default_choice(&self) -> Choice {
        Provider::default_choice(&self.providers[0])
    }

    /// The model of this name, `provider/name` or a bare name of the first provider's; the default one without a
    /// name. A provider that cannot be asked for its list is believed to have it.
    pub async fn choose(&self, asked: Option<&str>) -> Result<Choice, LlmError> {
        let Some(name) = asked else { return Ok(self.default_choice()) };
        let unknown = || LlmError::UnknownModel { model: name.chars().take(200).collect() };
        let choice = self.find(name).ok_or_else(unknown)?;
        if choice.provider.config.configured().any(|known| known == choice.model) {
            return Ok(choice);
        }
        match choice.provider.list().await {
            Some(listed) if !listed.iter().any(|it| it.chats && it.name == choice.model) => Err(unknown()),
            Some(_) | None => Ok(choice),
        }
    }

    /// The embedding model of this name; the first provider's that has one without a name.
    pub async fn choose_for_embeddings(&self, asked: Option<&str>) -> Result<Choice, LlmError> {
        let Some(name) = asked else {
            let of = |provider: &Arc<Provider>| {
                let model = provider.config.embedding_model.clone()?;
                Some(Choice { provider: Arc::clone(provider), model })
            };
            let unknown = || LlmError::UnknownModel { model: "for embeddings".into() };
            return self.providers.iter().find_map(of).ok_or_else(unknown);
        };
        let unknown = || LlmError::UnknownModel { model: name.chars().take(200).collect() };
        let choice = self.find(name).ok_or_else(unknown)?;
        if choice.provider.config.embedding_model.as_ref() == Some(&choice.model) {
            return Ok(choice);
        }
        let listed = choice.provider.list().await.unwrap_or_default();
        if listed.iter().any(|it| it.embeds && it.name == choice.model) { Ok(choice) } else { Err(unknown()) }
    }

    /// Makes a vector of each text.
    pub async fn embed(&self, choice: &Choice, texts: Vec<String>) -> Result<Vectors, LlmError> {
        match &choice.provider.client {
            Client::Gemini(gemini) => gemini.embed(&choice.model, texts).await,
            Client::OpenAi(openai) => openai.embed(&choice.model, texts).await,
        }
    }

    /// The model that judges questions and replies, where the operator wants them judged.
    pub fn judge(&self) -> Option<&Choice> {
        self.moderation.as_ref()
    }

    /// What this model finds harmful in a text.
    pub async fn moderate(&self, judge: &Choice, text: &str) -> Result<Verdict, LlmError> {
        match &judge.provider.client {
            Client::OpenAi(openai) => openai.moderate(&judge.model, text).await,
            // Never a judge: `new` refuses it.
            Client::Gemini(_) => Err(LlmError::UnknownModel { model: judge.name() }),
        }
    }

    /// This model and those that are asked in its place where it fails, in this order.
    pub fn candidates(&self, first: Choice) -> Vec<Choice> {
        let mut all = vec![first];
        for fallback in &self.fallbacks {
            if !all.iter().any(|known| known.name() == fallback.name()) {
                all.push(fallback.clone());
            }
        }
        all
    }

    /// The names of the models that are asked where the chosen one fails.
    pub fn fallbacks(&self) -> impl Iterator<Item = String> {
        self.fallbacks.iter().map(Choice::name)
    }

    /// Asks a model with the settings that it heeds, unless it is left alone at this moment.
    pub fn ask(
        &self,
        choice: &Choice,
        request: Request,
        longest_pause: Duration,
    ) -> Result<DeltaStream, LlmError> {
        let permit = self.breakers.admit(&choice.name(), Instant::now()).ok_or(LlmError::Resting)?;
        let request = Request { settings: choice.capabilities().heeded(request.settings), ..request };
        let deltas = match &choice.provider.client {
            Client::Gemini(gemini) => gemini.stream(&choice.model, request, longest_pause),
            Client::OpenAi(openai) => openai.stream(&choice.model, request, longest_pause),
        };
        Ok(watched(deltas, permit))
    }

    /// Whether a model is left alone at this moment, because it has failed several times in a row.
    pub fn rests(&self, choice: &Choice) -> bool {
        self.breakers.rests(&choice.name(), Instant::now())
    }

    /// Every provider with its models, as far as they are known.
    pub async fn catalogues(&self) -> Vec<Catalogue> {
        join_all(self.providers.iter().map(Provider::catalogue)).await
    }

    fn find(&self, name: &str) -> Option<Choice> {
        let choice = |provider: &Arc<Provider>, model: &str| {
            let is_name = !model.is_empty() && model.len() <= LONGEST_MODEL_NAME;
            is_name.then(|| Choice { provider: Arc::clone(provider), model: model.to_owned() })
        };
        let first = &self.providers[0];
        match name.split_once('/') {
            None => choice(first, name),
            Some((of, model)) => match self.providers.iter().find(|it| it.config.name == of) {
                Some(provider) => choice(provider, model),
                // A name with a maker before it, as some servers have them.
                None => choice(first, name).filter(|_| first.config.configured().any(|known| known == name)),
            },
        }
    }
}

/// Tells the breaker how it went: a whole reply is good, as is a clear no, and trouble is bad.
fn watched(deltas: DeltaStream, permit: Permit) -> DeltaStream {
    Box::pin(deltas.inspect(move |delta| match delta {
        Ok(Delta::Text(_) | Delta::Thought(_)) => permit.speaks(),
        Ok(Delta::Finish(_)) | Err(LlmError::Refused { .. } | LlmError::BlockedPrompt { .. }) => {
            permit.worked()
        }
        Err(error) if error.is_trouble() => permit.failed(Instant::now()),
        Ok(_) | Err(_) => {}
    }))
}

impl ProviderConfig {
    /// The models that the operator named for conversations.
    fn configured(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.model).chain(&self.models).map(String::as_str)
    }
}

impl Provider {
    fn default_choice(this: &Arc<Self>) -> Choice {
        Choice { provider: Arc::clone(this), model: this.config.model.clone() }
    }

    async fn catalogue(this: &Arc<Self>) -> Catalogue {
        let listed = this.list().await;
        let is_listed = listed.is_some();
        let mut names: Vec<String> = this.config.configured().map(str::to_owned).collect();
        let mut others: Vec<String> =
            listed.into_iter().flatten().filter(|it| it.chats).map(|it| it.name).collect();
        others.sort_unstable();
        for name in others {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let models = names.into_iter().map(|model| Choice { provider: Arc::clone(this), model });
        Catalogue {
            provider: this.config.name.clone(),
            protocol: this.config.protocol,
            default: Self::default_choice(this),
            embedding_model: this.config.embedding_model.clone(),
            models: models.collect(),
            is_listed,
        }
    }

    /// What the provider lists, not older than some minutes; `None` if it cannot be had. Who comes while it is being
    /// asked waits for the same answer.
    async fn list(&self) -> Option<Vec<Listed>> {
        let mut known = self.listed.lock().await;
        if let Some(listing) = known.as_ref().filter(|listing| Instant::now() < listing.until) {
            return listing.models.clone();
        }
        let answer = match &self.client {
            // Without a key there is nothing to be told of in the logs.
            Client::Gemini(gemini) if !gemini.is_configured() => return None,
            Client::Gemini(gemini) => gemini.list().await,
            Client::OpenAi(openai) => openai.list().await,
        };
        let models = match answer {
            Ok(models) => Some(models),
            Err(error) => {
                tracing::warn!(provider = self.config.name, %error, "a provider's models cannot be listed");
                None
            }
        };
        let holds = if models.is_some() { LISTED_FOR } else { UNLISTED_FOR };
        *known = Some(Listing { models: models.clone(), until: Instant::now() + holds });
        models
    }
}

impl Choice {
    /// `provider/name`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider(), self.model)
    }

    /// The provider's name.
    pub fn provider(&self) -> &str {
        &self.provider.config.name
    }

    /// Without the provider.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// What it heeds.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities::of(self.provider.config.protocol, &self.model)
    }

    /// Whether the provider can be asked at all.
    pub fn is_configured(&self) -> bool {
        match &self.provider.client {
            Client::Gemini(gemini) => gemini.is_configured(),
            Client::OpenAi(_) => true,
        }
    }

    /// Most tokens of a reply under these settings, thinking included.
    pub fn most_tokens(&self, settings: &ModelSettings) -> u32 {
        let most = self.provider.config.max_output_tokens;
        settings.max_tokens.map_or(most, |wanted| wanted.min(most))
    }
}
