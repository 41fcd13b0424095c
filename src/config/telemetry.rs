//! What is logged, and how it is written.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// Logs, on standard error.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Logs")]
pub struct TelemetryConfig {
    /// How log lines are written
    #[arg(long, env = "LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Which log lines are written: a level (error, warn, info, debug, trace), or directives such as
    /// info,gemini_coop::bot=debug; info if not given
    #[arg(long, env = "LOG_LEVEL", value_name = "DIRECTIVES", value_parser = directives)]
    pub log_level: Option<String>,
    /// The same under the name that is usual for Rust programs; LOG_LEVEL goes first
    #[arg(long, env = "RUST_LOG", value_name = "DIRECTIVES", value_parser = directives, hide = true)]
    pub rust_log: Option<String>,
}

impl TelemetryConfig {
    /// The directives that hold.
    pub fn directives(&self) -> &str {
        self.log_level.as_deref().or(self.rust_log.as_deref()).unwrap_or("info")
    }
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

// The parser of the filter takes any word for the name of a target and would stay silent for ever.
fn directives(text: &str) -> Result<String, String> {
    let says_a_level = text.split(',').all(|directive| {
        let directive = directive.trim();
        let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
        ["off", "error", "warn", "info", "debug", "trace"].contains(&level.to_ascii_lowercase().as_str())
    });
    if !says_a_level {
        return Err("it must be a level (off, error, warn, info, debug, trace) or directives such as \
                    info,gemini_coop::bot=debug"
            .into());
    }
    EnvFilter::builder().parse(text).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn log_level_goes_before_rust_log_and_info_is_the_default() {
        for (flags, expected) in [
            (&[][..], "info"),
            (&["--rust-log=debug"], "debug"),
            (&["--rust-log=debug", "--log-level=warn,gemini_coop::bot=trace"], "warn,gemini_coop::bot=trace"),
        ] {
            let config = Config::try_parse_from(["gemini-coop"].iter().chain(flags)).unwrap();
            assert_eq!(config.telemetry.directives(), expected);
        }
    }
}
