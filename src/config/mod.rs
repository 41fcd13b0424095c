//! What the operator says: defaults, overruled by `.env`, by the environment, by flags.
//!
//! Every value is checked once, here, before anything starts. Knows nothing of who uses the values.

pub mod agents;
pub mod auth;
pub mod database;
pub mod limits;
pub mod llm;
pub mod providers;
pub mod server;
pub mod telemetry;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, FromArgMatches};

use crate::config::agents::AgentsConfig;
use crate::config::auth::AuthConfig;
use crate::config::database::DatabaseConfig;
use crate::config::limits::Limits;
use crate::config::llm::LlmConfig;
use crate::config::server::ServerConfig;
use crate::config::telemetry::TelemetryConfig;

/// Everything the server can be told. `Debug` shows no secret.
#[derive(Args, Clone, Debug)]
pub struct Config {
    #[command(flatten)]
    pub server: ServerConfig,
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub auth: AuthConfig,
    #[command(flatten)]
    pub llm: LlmConfig,
    #[command(flatten)]
    pub agents: AgentsConfig,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub telemetry: TelemetryConfig,
}

impl Config {
    /// Reads flags alone (the first argument is the program's name), checked against each other. The
    /// environment is left out, so that a server in a test is the same on every machine.
    pub fn try_parse_from<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let command =
            Self::augment_args(Command::new("gemini-coop")).mut_args(|arg| arg.env(None::<&'static str>));
        let matches = command.try_get_matches_from(arguments)?;
        let config = Self::from_arg_matches(&matches)?;
        config.check().map_err(|reason| clap::Error::raw(ErrorKind::ValueValidation, reason))?;
        Ok(config)
    }

    /// Looks for values that do not go together, and for secrets that are no good; the sentence names them.
    pub fn check(&self) -> Result<(), String> {
        self.auth.check()?;
        let Limits { message_bytes, frame_bytes, .. } = self.limits;
        // JSON may write one byte as six (`\u0001`); a message that is allowed must fit into a frame.
        if message_bytes > frame_bytes / 6 {
            return Err(format!(
                "--message-bytes (MAX_MESSAGE_BYTES) is {message_bytes}, which does not fit into \
                 --frame-bytes (MAX_FRAME_BYTES) of {frame_bytes}: make the frame at least six times the message"
            ));
        }
        Ok(())
    }
}

/// The command with every empty variable left out: `PORT=` in a copied `.env`, or an unset variable
/// passed on by a container's configuration, means "not given" and not "the empty text".
pub fn without_empty_variables(command: Command) -> Command {
    command
        .mut_args(|arg| {
            let is_empty =
                |name: &std::ffi::OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
            if arg.get_env().is_some_and(is_empty) { arg.env(None::<&'static str>) } else { arg }
        })
        .mut_subcommands(without_empty_variables)
}

/// One sentence for a refused value, naming flag and variable and never repeating a secret; `None`
/// where the error is of another kind.
pub fn refusal(command: &Command, error: &clap::Error) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let mut command = command.clone();
    // Only a built command knows how its arguments are shown.
    command.build();
    let arg = find_arg(&command, text(ContextKind::InvalidArg)?)?;
    let mut sentence = match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.to_string(),
    };
    if let Some(variable) = arg.get_env() {
        sentence += &format!(" ({})", variable.display());
    }
    match text(ContextKind::InvalidValue) {
        Some("") => sentence += " needs a value",
        Some(value) if !arg.is_hide_env_values_set() => sentence += &format!(" cannot be {value:?}"),
        _ => sentence += " is not valid",
    }
    if let Some(ContextValue::Strings(possible)) = error.get(ContextKind::ValidValue)
        && !possible.is_empty()
    {
        sentence += &format!(": it is one of {}", possible.join(", "));
    } else if let Some(cause) = std::error::Error::source(error) {
        sentence += &format!(": {cause}");
    }
    Some(sentence)
}

fn find_arg<'a>(command: &'a Command, shown: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|arg| arg.to_string() == shown)
        .or_else(|| command.get_subcommands().find_map(|command| find_arg(command, shown)))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::{Config, refusal};

    fn sentence(flags: &[&str]) -> String {
        let arguments = ["gemini-coop"].iter().chain(flags);
        let error = Config::try_parse_from(arguments).expect_err("should be refused");
        refusal(&Config::augment_args(Command::new("gemini-coop")), &error)
            .unwrap_or_else(|| error.to_string())
    }

    #[test]
    fn a_wrong_value_is_refused_in_a_sentence_that_names_flag_and_variable() {
        for (flag, variable, value) in [
            ("--host", "HOST", "chat.example.org"),
            ("--port", "PORT", "65536"),
            ("--public-url", "PUBLIC_URL", "ftp://chat.example.org"),
            ("--public-url", "PUBLIC_URL", "https://chat.example.org/rooms"),
            ("--metrics-token", "METRICS_TOKEN", "two words"),
            ("--shutdown-grace", "SHUTDOWN_GRACE", "soon"),
            ("--database-url", "DATABASE_URL", "mysql://localhost/coop"),
            ("--database-url", "DATABASE_URL", "postgres://coop:a/b@localhost/coop"),
            ("--log-format", "LOG_FORMAT", "xml"),
            ("--log-level", "LOG_LEVEL", "loud"),
            ("--jwt-secret", "JWT_SECRET", "changeme"),
            ("--registration", "REGISTRATION", "sometimes"),
            ("--registration", "REGISTRATION", "invite"),
            ("--registration-code", "REGISTRATION_CODE", "short"),
            ("--cors-origins", "CORS_ORIGINS", "*"),
            ("--trusted-proxies", "TRUSTED_PROXIES", "proxy.example.org"),
            ("--allow-token-in-url", "ALLOW_TOKEN_IN_URL", "perhaps"),
            ("--cookie-secure", "COOKIE_SECURE", "often"),
            ("--gemini-model", "GEMINI_MODEL", "models/x"),
            ("--gemini-base-url", "GEMINI_BASE_URL", "nonsense"),
            ("--gemini-max-output-tokens", "GEMINI_MAX_OUTPUT_TOKENS", "0"),
            ("--gemini-connect-timeout", "GEMINI_CONNECT_TIMEOUT", "0"),
            ("--gemini-first-byte-timeout", "GEMINI_FIRST_BYTE_TIMEOUT", "x"),
            ("--gemini-idle-timeout", "GEMINI_IDLE_TIMEOUT", "-1"),
            ("--gemini-total-timeout", "GEMINI_TOTAL_TIMEOUT", "1e9"),
            ("--gemini-retries", "GEMINI_RETRIES", "11"),
            ("--connections", "MAX_CONNECTIONS", "0"),
            ("--sockets-per-person", "MAX_SOCKETS_PER_PERSON", "0"),
            ("--chats-per-socket", "MAX_CHATS_PER_SOCKET", "0"),
            ("--messages-per-second", "MESSAGES_PER_SECOND", "0"),
            ("--messages-burst", "MESSAGES_BURST", "0"),
            ("--frames-per-second", "FRAMES_PER_SECOND", "0"),
            ("--frames-burst", "FRAMES_BURST", "0"),
            ("--frame-bytes", "MAX_FRAME_BYTES", "many"),
            ("--message-bytes", "MAX_MESSAGE_BYTES", "0"),
            ("--message-bytes", "MAX_MESSAGE_BYTES", "200000"),
            ("--reply-bytes", "MAX_REPLY_BYTES", "0"),
            ("--participants-per-chat", "MAX_PARTICIPANTS", "-1"),
            ("--chats-per-person", "MAX_CHATS_PER_PERSON", "0"),
            ("--links-per-chat", "MAX_INVITE_LINKS", "0"),
            ("--hashes-at-once", "HASHES_AT_ONCE", "0"),
            ("--hashes-waiting", "HASHES_WAITING", "x"),
            ("--replies-per-room", "REPLIES_PER_ROOM", "0"),
            ("--replies-at-once", "REPLIES_AT_ONCE", "0"),
            ("--context-tokens", "CONTEXT_TOKENS", "999"),
            ("--agent-hops", "AGENT_HOPS", "x"),
            ("--follow-seconds", "FOLLOW_SECONDS", "0"),
            ("--agents-per-person", "MAX_AGENTS_PER_PERSON", "0"),
            ("--prompts-per-person", "MAX_PROMPTS_PER_PERSON", "0"),
            ("--instruction-bytes", "MAX_INSTRUCTION_BYTES", "0"),
            ("--embedding-texts", "MAX_EMBEDDING_TEXTS", "0"),
            ("--breaker-failures", "BREAKER_FAILURES", "0"),
            ("--breaker-pause", "BREAKER_PAUSE", "0"),
            ("--room-ring", "ROOM_RING", "0"),
            ("--replay-events", "REPLAY_EVENTS", "0"),
        ] {
            let sentence = sentence(&[&format!("{flag}={value}")]);
            assert!(sentence.contains(flag), "{flag}: {sentence}");
            assert!(sentence.contains(variable), "{variable}: {sentence}");
            assert!(!sentence.trim_end().contains('\n'), "{flag} takes more than a line: {sentence}");
        }
    }

    #[test]
    fn a_refusal_repeats_no_secret() {
        for flag in [
            "--database-url=mysql://coop:hunter2@localhost/coop",
            "--database-url=postgres://coop:hunter2/@localhost/coop",
            "--metrics-token=hunter2 hunter2",
            "--jwt-secret=hunter2",
        ] {
            let sentence = sentence(&[flag]);
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let config = Config::try_parse_from([
            "gemini-coop",
            "--database-url=postgres://coop:hunter2@localhost/coop",
            "--metrics-token=hunter2hunter2",
            "--gemini-api-key=hunter2",
            "--jwt-secret=hunter2-Zb3TkVw9pQ-xL0-mR7-yC5-dN1",
            "--registration-code=hunter2hunter2",
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn every_option_has_a_variable_and_help() {
        let command = Config::augment_args(Command::new("gemini-coop"));
        for arg in command.get_arguments() {
            assert!(arg.get_env().is_some(), "{arg} has no variable");
            assert!(arg.get_help().is_some(), "{arg} has no help");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let config = Config::try_parse_from(["gemini-coop"]).unwrap();
        assert_eq!(config.server.host.to_string(), "127.0.0.1");
        assert_eq!(config.server.port, 8000);
        assert_eq!(config.server.shutdown_grace.as_secs(), 20);
        assert_eq!(config.database.data_dir.to_str(), Some("./data"));
        assert_eq!(config.limits.sockets_per_person, 20);
    }
}
