//! Which models there are: for everybody who is logged in, since everybody may choose one.

use crate::domain::{Actor, Context};
use crate::ids::Day;
use crate::llm::models::{Catalogue, Choice};
use crate::protocol::{Model, ModelList, ModelSettings, Provider};

/// All providers with their models. Asks those whose list is not known or some minutes old.
pub async fn list(cx: &Context, _: &Actor) -> ModelList {
    let catalogues = cx.models.catalogues().await;
    let provider = |catalogue: Catalogue| Provider {
        models: catalogue.models.iter().map(|choice| model(cx, choice)).collect(),
        name: catalogue.provider,
        is_listed: catalogue.is_listed,
        embedding_model: catalogue.embedding_model,
    };
    ModelList {
        default: cx.models.default_choice().name(),
        fallbacks: cx.models.fallbacks().collect(),
        providers: catalogues.into_iter().map(provider).collect(),
    }
}

fn model(cx: &Context, choice: &Choice) -> Model {
    let heeds = choice.capabilities();
    Model {
        name: choice.name(),
        temperature: heeds.sampling,
        top_p: heeds.sampling,
        thinking_levels: heeds.levels.to_vec(),
        thinking_budget: heeds.budget,
        max_tokens: choice.most_tokens(&ModelSettings::default()),
        price: cx.prices.of(choice.model(), Day::of(cx.clock.now())),
        is_resting: cx.models.rests(choice),
    }
}
