//! The providers of language models: how each is reached, with which key, and how long it may take.
//!
//! The `GEMINI_*` variables make the first one; `PROVIDERS_FILE` adds others. An error never repeats a secret.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::config::llm::{LONGEST_TIMEOUT, LlmConfig, Safety};

/// By this name the provider of the `GEMINI_*` variables is known.
pub const GEMINI: &str = "gemini";

const LONGEST_NAME: usize = 32;

/// One provider.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// How people and the books name it.
    pub name: String,
    pub protocol: Protocol,
    pub base_url: Url,
    pub key: Option<SecretString>,
    /// The model that answers where none is chosen.
    pub model: String,
    /// Further ones that it has, whether or not it lists them.
    pub models: Vec<String>,
    pub embedding_model: Option<String>,
    /// Heeded by Gemini alone.
    pub safety: Option<Safety>,
    /// Most tokens of one reply, thinking included.
    pub max_output_tokens: u32,
    pub connect_timeout: Duration,
    pub first_byte_timeout: Duration,
    pub idle_timeout: Duration,
    pub total_timeout: Duration,
    /// How often a request is tried again that failed before the reply began.
    pub retries: u32,
}

/// The language that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Gemini,
    /// Chat completions as OpenAI has them: Ollama, vLLM, llama.cpp and many more.
    OpenAi,
}

/// Why the providers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersError {
    #[error("PROVIDERS_FILE {path} cannot be read")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("PROVIDERS_FILE {path}: {what}")]
    Malformed { path: PathBuf, what: String },
    #[error("PROVIDERS_FILE {path}: provider {name:?} {what}")]
    Provider { path: PathBuf, name: String, what: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<Entry>,
}

/// A provider as the operator writes it down. What is left out is as it is for Gemini.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    kind: Protocol,
    base_url: Option<String>,
    key: Option<String>,
    /// The name of the environment's variable that holds the key.
    key_env: Option<String>,
    model: String,
    #[serde(default)]
    models: Vec<String>,
    embedding_model: Option<String>,
    max_output_tokens: Option<u32>,
    connect_timeout: Option<f64>,
    first_byte_timeout: Option<f64>,
    idle_timeout: Option<f64>,
    total_timeout: Option<f64>,
    retries: Option<u32>,
}

impl LlmConfig {
    /// All providers, at least one; the first is the one that answers where nothing else is said.
    pub fn providers(&self) -> Result<Vec<ProviderConfig>, ProvidersError> {
        let others = match &self.providers_file {
            Some(path) => self.listed(path)?,
            None => Vec::new(),
        };
        let own = self.gemini();
        // Whoever lists others and sets no key of Gemini's does not use it.
        let is_used = own.key.is_some() || others.is_empty();
        Ok(is_used.then_some(own).into_iter().chain(others).collect())
    }

    /// The provider of the `GEMINI_*` variables.
    pub fn gemini(&self) -> ProviderConfig {
        ProviderConfig {
            name: GEMINI.into(),
            protocol: Protocol::Gemini,
            base_url: self.gemini_base_url.clone(),
            key: self.gemini_api_key.clone(),
            model: self.gemini_model.clone(),
            models: Vec::new(),
            embedding_model: Some(self.gemini_embedding_model.clone()),
            safety: self.gemini_safety,
            max_output_tokens: self.gemini_max_output_tokens,
            connect_timeout: self.gemini_connect_timeout,
            first_byte_timeout: self.gemini_first_byte_timeout,
            idle_timeout: self.gemini_idle_timeout,
            total_timeout: self.gemini_total_timeout,
            retries: self.gemini_retries,
        }
    }

    fn listed(&self, path: &Path) -> Result<Vec<ProviderConfig>, ProvidersError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ProvidersError::Unreadable { path: path.to_owned(), source })?;
        let File { providers } = serde_json::from_str(&text)
            .map_err(|error| ProvidersError::Malformed { path: path.to_owned(), what: place(&error) })?;
        let mut names: Vec<String> =
            self.gemini_api_key.is_some().then(|| GEMINI.to_owned()).into_iter().collect();
        providers
            .into_iter()
            .map(|entry| {
                let name = entry.name.clone();
                let refuse =
                    |what| ProvidersError::Provider { path: path.to_owned(), name: name.clone(), what };
                if names.contains(&name) {
                    return Err(refuse("has a name that another one has".into()));
                }
                names.push(name.clone());
                entry.provider(&self.gemini()).map_err(refuse)
            })
            .collect()
    }
}

impl Entry {
    fn provider(self, otherwise: &ProviderConfig) -> Result<ProviderConfig, String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || self.name.len() > LONGEST_NAME || !self.name.chars().all(is_plain) {
            return Err(format!("needs a name of 1 to {LONGEST_NAME} of the signs a-z, 0-9 and -"));
        }
        if self.model.trim().is_empty() {
            return Err("needs a model".into());
        }
        let address = self.base_url.as_deref().unwrap_or(match self.kind {
            Protocol::Gemini => "https://generativelanguage.googleapis.com",
            Protocol::OpenAi => "https://api.openai.com/v1",
        });
        let base_url = Url::parse(address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty())
            .filter(|url| url.query().is_none() && url.fragment().is_none())
            .ok_or("needs an http or https base_url without user, query and fragment")?;
        let key = match (self.key, self.key_env) {
            (Some(_), Some(_)) => return Err("has a key and a key_env: it needs one of them".into()),
            (None, Some(variable)) => Some(
                std::env::var(&variable)
                    .map_err(|_| format!("needs its key in {variable}, which is not set"))?,
            ),
            (key, None) => key,
        };
        let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).map(SecretString::from);
        Ok(ProviderConfig {
            name: self.name,
            protocol: self.kind,
            base_url,
            key,
            model: self.model,
            models: self.models,
            embedding_model: self.embedding_model,
            safety: otherwise.safety,
            max_output_tokens: self.max_output_tokens.unwrap_or(otherwise.max_output_tokens).max(1),
            connect_timeout: timeout(self.connect_timeout, otherwise.connect_timeout)?,
            first_byte_timeout: timeout(self.first_byte_timeout, otherwise.first_byte_timeout)?,
            idle_timeout: timeout(self.idle_timeout, otherwise.idle_timeout)?,
            total_timeout: timeout(self.total_timeout, otherwise.total_timeout)?,
            retries: self.retries.unwrap_or(otherwise.retries).min(10),
        })
    }
}

fn timeout(seconds: Option<f64>, otherwise: Duration) -> Result<Duration, String> {
    let Some(seconds) = seconds else { return Ok(otherwise) };
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|span| !span.is_zero() && *span <= LONGEST_TIMEOUT)
        .ok_or_else(|| format!("needs timeouts above 0 and up to {} seconds", LONGEST_TIMEOUT.as_secs()))
}

/// Where the file is wrong, and how, unless that would quote a value: it might be the key.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_harmless =
        ["unknown field", "missing field", "duplicate field"].iter().any(|of| text.starts_with(of));
    if is_harmless || !error.is_data() {
        return text;
    }
    format!("the value at line {} column {} is not of the expected kind", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};

    use super::{LlmConfig, Protocol, ProviderConfig};

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        llm: LlmConfig,
    }

    fn read(file: &str, flags: &[&str]) -> Result<Vec<ProviderConfig>, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("providers.json");
        fs::write(&path, file).unwrap();
        let path = format!("--providers-file={}", path.display());
        let llm = Cli::parse_from(["coop", &path].iter().chain(flags)).llm;
        llm.providers().map_err(|error| error.to_string())
    }

    fn listed(entries: Value, flags: &[&str]) -> Result<Vec<ProviderConfig>, String> {
        read(&json!({ "providers": entries }).to_string(), flags)
    }

    const WITH_GEMINI: &[&str] = &["--gemini-api-key=k", "--gemini-retries=1"];

    #[test]
    fn gemini_is_the_first_and_the_others_take_from_it_what_they_do_not_say() {
        let entries = json!([
            {"name": "openai", "kind": "openai", "key": "secret-7", "model": "gpt-5.6-luna", "first_byte_timeout": 2.5},
            {"name": "ollama", "kind": "openai", "base_url": "http://127.0.0.1:11434/v1", "model": "qwen3", "retries": 0},
        ]);
        let all = listed(entries, WITH_GEMINI).unwrap();
        let names: Vec<&str> = all.iter().map(|provider| provider.name.as_str()).collect();
        assert_eq!(names, ["gemini", "openai", "ollama"]);
        let openai = &all[1];
        assert_eq!(
            (openai.protocol, openai.base_url.as_str()),
            (Protocol::OpenAi, "https://api.openai.com/v1")
        );
        assert_eq!(openai.key.as_ref().unwrap().expose_secret(), "secret-7");
        assert_eq!((openai.first_byte_timeout.as_millis(), openai.retries), (2_500, 1));
        assert_eq!((all[2].key.is_none(), all[2].retries), (true, 0));
        assert!(!format!("{all:?}").contains("secret-7"));
    }

    #[test]
    fn without_a_key_gemini_steps_back_behind_those_that_are_listed() {
        let ollama = json!([{"name": "ollama", "kind": "openai", "model": "qwen3"}]);
        let names = |all: Vec<ProviderConfig>| all.into_iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names(listed(ollama, &[]).unwrap()), ["ollama"]);
        assert_eq!(names(listed(json!([]), &[]).unwrap()), ["gemini"]);
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_in_a_sentence_that_repeats_no_secret() {
        for (entry, sentence) in [
            (json!({"name": "a"}), "missing field `kind`"),
            (json!({"name": "a", "kind": "openai", "model": "m", "kee": "secret-7"}), "unknown field `kee`"),
            (
                json!({"name": "a", "kind": "openai", "model": "m", "retries": "secret-7"}),
                "not of the expected kind",
            ),
            (json!({"name": "a", "kind": "secret-7", "model": "m"}), "not of the expected kind"),
            (json!({"name": "A b", "kind": "openai", "model": "m"}), "provider \"A b\" needs a name"),
            (json!({"name": "gemini", "kind": "openai", "model": "m"}), "a name that another one has"),
            (json!({"name": "a", "kind": "openai", "model": " "}), "needs a model"),
            (json!({"name": "a", "kind": "openai", "model": "m", "base_url": "ftp://x"}), "base_url"),
            (json!({"name": "a", "kind": "openai", "model": "m", "idle_timeout": 0}), "timeouts above 0"),
            (
                json!({"name": "a", "kind": "openai", "model": "m", "key": "secret-7", "key_env": "X"}),
                "one of them",
            ),
            (json!({"name": "a", "kind": "openai", "model": "m", "key_env": "COOP_NOT_SET"}), "COOP_NOT_SET"),
        ] {
            let error = listed(json!([entry]), WITH_GEMINI).unwrap_err();
            assert!(error.contains(sentence), "{entry}: {error}");
            assert!(!error.contains("secret-7"), "{error}");
        }
        assert!(read("{", &[]).unwrap_err().contains("line 1"));
    }
}
