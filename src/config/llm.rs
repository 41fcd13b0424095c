//! Which language model answers, where it is reached and how long it may take. [`crate::config::providers`] makes of
//! it the list of providers.
//!
//! Knows nothing of what is asked. An error text names the variable and never repeats a secret.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// An hour is far beyond any reply, and far below what the arithmetic of deadlines can carry.
pub(super) const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);

/// Access to Gemini over its REST API, and what holds for all providers.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Gemini")]
pub struct LlmConfig {
    /// API key; without one the server runs and the bot says what is missing. Prefer the environment:
    /// a process's arguments can be read by every user of the machine
    // The full path keeps clap from making an argument of `Option<_>` optional: it has a default, so
    // that an empty variable can count as none. Parsing never fails, because clap would print the value.
    #[arg(long, env = "GEMINI_API_KEY", value_name = "KEY", default_value = "", value_parser = key)]
    #[arg(hide_env_values = true, hide_default_value = true)]
    pub gemini_api_key: std::option::Option<SecretString>,

    /// Model that answers
    #[arg(long, env = "GEMINI_MODEL", value_name = "NAME", default_value = "gemini-flash-latest")]
    #[arg(value_parser = |text: &str| model("GEMINI_MODEL", text))]
    pub gemini_model: String,

    /// Where the API is reached: a proxy, or a stand-in for tests
    #[arg(long, env = "GEMINI_BASE_URL", value_name = "URL", value_parser = base_url)]
    #[arg(default_value = "https://generativelanguage.googleapis.com")]
    pub gemini_base_url: Url,

    /// Most tokens of one reply, thinking included
    #[arg(long, env = "GEMINI_MAX_OUTPUT_TOKENS", value_name = "TOKENS", default_value = "8192")]
    #[arg(value_parser = |text: &str| count("GEMINI_MAX_OUTPUT_TOKENS", text, 1..=1_000_000))]
    pub gemini_max_output_tokens: u32,

    /// Longest wait for a connection
    #[arg(long, env = "GEMINI_CONNECT_TIMEOUT", value_name = "SECONDS", default_value = "5")]
    #[arg(value_parser = |text: &str| seconds("GEMINI_CONNECT_TIMEOUT", text))]
    pub gemini_connect_timeout: Duration,

    /// Longest wait for the first byte of a streamed reply
    #[arg(long, env = "GEMINI_FIRST_BYTE_TIMEOUT", value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = |text: &str| seconds("GEMINI_FIRST_BYTE_TIMEOUT", text))]
    pub gemini_first_byte_timeout: Duration,

    /// Longest pause without progress within a streamed reply
    #[arg(long, env = "GEMINI_IDLE_TIMEOUT", value_name = "SECONDS", default_value = "60")]
    #[arg(value_parser = |text: &str| seconds("GEMINI_IDLE_TIMEOUT", text))]
    pub gemini_idle_timeout: Duration,

    /// Longest time for one reply, retries and their pauses included
    #[arg(long, env = "GEMINI_TOTAL_TIMEOUT", value_name = "SECONDS", default_value = "600")]
    #[arg(value_parser = |text: &str| seconds("GEMINI_TOTAL_TIMEOUT", text))]
    pub gemini_total_timeout: Duration,

    /// How often a request is tried again that failed before the reply began
    #[arg(long, env = "GEMINI_RETRIES", value_name = "COUNT", default_value = "3")]
    #[arg(value_parser = |text: &str| count("GEMINI_RETRIES", text, 0..=10))]
    pub gemini_retries: u32,

    /// Model that turns texts into vectors
    #[arg(long, env = "GEMINI_EMBEDDING_MODEL", value_name = "NAME", default_value = "gemini-embedding-001")]
    #[arg(value_parser = |text: &str| model("GEMINI_EMBEDDING_MODEL", text))]
    pub gemini_embedding_model: String,

    /// JSON file with further providers; docs/OPERATING.md shows one
    #[arg(long, env = "PROVIDERS_FILE", value_name = "PATH")]
    pub providers_file: Option<PathBuf>,

    /// Models asked instead, in this order, where the chosen one is overloaded or at its limit: a list such as
    /// `gemini-3.5-flash-lite,ollama/qwen3`
    #[arg(long, env = "FALLBACK_MODELS", value_name = "LIST", value_delimiter = ',')]
    pub fallback_models: Vec<String>,

    /// Model of an OpenAI-like provider that judges questions and replies, such as `openai/omni-moderation-latest`
    #[arg(long, env = "MODERATION_MODEL", value_name = "PROVIDER/NAME")]
    pub moderation_model: Option<String>,

    /// From which probability of harm on Gemini stops questions and replies; its own default if not given
    #[arg(long, env = "GEMINI_SAFETY", value_name = "LEVEL")]
    pub gemini_safety: Option<Safety>,

    /// Failures in a row after which a model is left alone for a while
    #[arg(long, env = "BREAKER_FAILURES", value_name = "COUNT", default_value = "5")]
    #[arg(value_parser = |text: &str| count("BREAKER_FAILURES", text, 1..=1_000))]
    pub breaker_failures: u32,

    /// How long a model is left alone, until one question tries it again
    #[arg(long, env = "BREAKER_PAUSE", value_name = "SECONDS", default_value = "30")]
    #[arg(value_parser = |text: &str| seconds("BREAKER_PAUSE", text))]
    pub breaker_pause: Duration,

    /// Table of the models' prices in place of the one inside; its form is that of src/llm/prices.json
    #[arg(long, env = "PRICES_FILE", value_name = "PATH")]
    pub prices_file: Option<PathBuf>,
}

/// From which probability of harm on Gemini stops a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Safety {
    Low,
    Medium,
    High,
    None,
}

fn key(text: &str) -> Result<Option<SecretString>, String> {
    let text = text.trim();
    Ok((!text.is_empty()).then(|| SecretString::from(text)))
}

fn model(variable: &str, text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return Err(format!("{variable} must be a bare model name such as gemini-flash-latest"));
    }
    Ok(text.to_owned())
}

fn base_url(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(|url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty())
        .ok_or_else(|| {
            "GEMINI_BASE_URL must be an http or https address without user, query and fragment".into()
        })
}

fn count(variable: &str, text: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| range.contains(count))
        .ok_or_else(|| format!("{variable} must be a whole number from {} to {}", range.start(), range.end()))
}

fn seconds(variable: &str, text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero() && *duration <= LONGEST_TIMEOUT)
        .ok_or_else(|| {
            let longest = LONGEST_TIMEOUT.as_secs();
            format!("{variable} must be a number of seconds above 0 and up to {longest}, such as 30 or 0.5")
        })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use secrecy::ExposeSecret;

    use super::LlmConfig;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        llm: LlmConfig,
    }

    fn parse(arguments: &[&str]) -> Result<LlmConfig, String> {
        Cli::try_parse_from(["coop"].iter().chain(arguments))
            .map(|cli| cli.llm)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn durations_take_whole_and_fractional_seconds() {
        let config = parse(&["--gemini-idle-timeout", "0.25", "--gemini-total-timeout", "90"]).unwrap();
        assert_eq!(config.gemini_idle_timeout.as_millis(), 250);
        assert_eq!(config.gemini_total_timeout.as_secs(), 90);
    }

    #[test]
    fn an_empty_key_counts_as_none() {
        for empty in ["", " ", "\n"] {
            assert!(parse(&["--gemini-api-key", empty]).unwrap().gemini_api_key.is_none());
        }
        let key = parse(&["--gemini-api-key", "k-123\n"]).unwrap().gemini_api_key.unwrap();
        assert_eq!(key.expose_secret(), "k-123");
    }

    #[test]
    fn the_key_is_never_printed() {
        let config = parse(&["--gemini-api-key", "k-123"]).unwrap();
        assert!(!format!("{config:?}").contains("k-123"));
    }

    #[test]
    fn a_wrong_value_is_refused_in_a_sentence_that_names_it() {
        for (flag, value, sentence) in [
            ("--gemini-model", "models/x", "GEMINI_MODEL must be a bare model name"),
            ("--gemini-base-url", "ftp://x", "GEMINI_BASE_URL must be an http or https address"),
            ("--gemini-base-url", "nonsense", "GEMINI_BASE_URL must be an http or https address"),
            ("--gemini-retries", "11", "GEMINI_RETRIES must be a whole number from 0 to 10"),
            ("--gemini-max-output-tokens", "0", "GEMINI_MAX_OUTPUT_TOKENS must be a whole number from 1 to"),
            ("--gemini-idle-timeout", "0", "GEMINI_IDLE_TIMEOUT must be a number of seconds above 0"),
            ("--gemini-connect-timeout", "inf", "GEMINI_CONNECT_TIMEOUT must be a number of seconds above 0"),
        ] {
            let error = parse(&[flag, value]).unwrap_err();
            assert!(error.contains(sentence), "{flag} {value}: {error}");
        }
    }
}
