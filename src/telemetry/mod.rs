//! Logs and numbers for the operator.
//!
//! Keeps out of the logs what has no business there, whatever level is asked for: libraries that print
//! addresses, statements or payloads, and the texts of panics. Knows nothing of chats.

pub mod metrics;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Registry};

use crate::config::telemetry::{LogFormat, TelemetryConfig};

/// Below `warn` these print addresses (which may hold keys) and statements: `debug` for all does not mean
/// them. Naming one in the directives does.
const QUIET: [&str; 10] = [
    "h2",
    "hyper",
    "hyper_rustls",
    "hyper_util",
    "reqwest",
    "rustls",
    "sea_orm",
    "sea_orm_migration",
    "sqlx",
    "tower_http",
];

/// Below `warn` these print what is said in the rooms: no directive opens them.
const SILENT: [&str; 2] = ["tungstenite", "tokio_tungstenite"];

/// Sends logs to standard error from now on, and reports panics there without their texts. Once per
/// process; later calls fail and change nothing.
pub fn init(config: &TelemetryConfig) -> Result<(), TryInitError> {
    subscriber(config, io::stderr).try_init()?;
    report_panics();
    Ok(())
}

fn subscriber<W>(config: &TelemetryConfig, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let directives = config.directives();
    let filter = EnvFilter::builder().parse_lossy(directives);
    // Colours are left out also on a terminal: with them, no escape sequence could be told from one that
    // came in with somebody's request.
    let writer = Escaped(writer);
    let (text, json) = match config.log_format {
        LogFormat::Text => {
            (Some(tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer)), None)
        }
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
            (None, Some(layer.with_ansi(false).with_writer(writer)))
        }
    };
    let caps = caps(directives, filter.max_level_hint().unwrap_or(LevelFilter::TRACE));
    Registry::default().with(filter).with(caps).with(text).with(json)
}

/// The libraries' levels, apart from what the directives name. No more than is asked for at all: what a library
/// would say at every frame is then not even looked at.
fn caps(directives: &str, asked: LevelFilter) -> Targets {
    let named = |library: &str| {
        directives.split(',').any(|directive| {
            let target = directive.trim().split(['=', '[']).next().unwrap_or_default();
            target.split("::").next() == Some(library)
        })
    };
    let quiet = QUIET.into_iter().filter(|library| !named(library));
    Targets::new()
        .with_default(asked)
        .with_targets(quiet.chain(SILENT).map(|library| (library, LevelFilter::WARN)))
}

/// A panic's text may quote what was being worked on (a slice out of range prints the whole string), so
/// only texts that stand in the program are repeated. The place tells the rest.
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let text = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(text withheld)");
        tracing::error!(place, text, "panic");
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            eprintln!("{backtrace}");
        }
    }));
}

/// Writes control characters as `\u001b`, so that no request can forge a line or move a terminal's
/// cursor. A log line comes in one piece and ends with the only newline that is meant.
#[derive(Clone)]
struct Escaped<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Escaped<W> {
    type Writer = EscapedWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        EscapedWriter(self.0.make_writer())
    }
}

struct EscapedWriter<W>(W);

impl<W: Write> Write for EscapedWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut escaped = String::with_capacity(text.len() + 1);
        for c in text.chars() {
            if c.is_control() {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            } else {
                escaped.push(c);
            }
        }
        escaped.push('\n');
        self.0.write_all(escaped.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::subscriber;
    use crate::config::Config;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written while `work` runs.
    fn logged(flags: &[&str], work: impl FnOnce()) -> String {
        let config = Config::try_parse_from(["gemini-coop"].iter().chain(flags)).unwrap();
        let sink = Sink::default();
        let writer = sink.clone();
        tracing::subscriber::with_default(subscriber(&config.telemetry, move || writer.clone()), work);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_logged_value_can_neither_forge_a_line_nor_reach_the_terminal() {
        for format in ["text", "json"] {
            let log = logged(&["--log-format", format], || {
                let path = "/x\n2026-01-01 ERROR forged\r\u{1b}[2J\u{9b}\u{7f}";
                tracing::info!(%path, "{path}");
            });
            assert_eq!(log.matches('\n').count(), 1, "{log}");
            assert!(!log.trim_end_matches('\n').contains(|c: char| c.is_control()), "{log:?}");
            if format == "json" {
                let line: serde_json::Value = serde_json::from_str(&log).unwrap();
                assert_eq!(line["path"], "/x\n2026-01-01 ERROR forged\r\u{1b}[2J\u{9b}\u{7f}");
            }
        }
    }

    #[test]
    fn debug_for_all_does_not_open_libraries_that_print_addresses() {
        let say = || {
            tracing::debug!(target: "hyper_util::client", "connecting to https://user:secret@host");
            tracing::debug!(target: "sqlx::query", "insert");
            tracing::warn!(target: "sqlx::query", "slow");
            tracing::debug!(target: "gemini_coop::bot", "ours");
        };
        let log = logged(&["--log-level=debug"], say);
        assert!(!log.contains("secret") && !log.contains("insert"), "{log}");
        assert!(log.contains("slow") && log.contains("ours"), "{log}");

        let log = logged(&["--log-level=info,sqlx::query=debug"], say);
        assert!(log.contains("insert") && !log.contains("secret") && !log.contains("ours"), "{log}");

        let log = logged(&["--log-level=error"], say);
        assert!(!log.contains("slow"), "{log}");
    }

    #[test]
    fn no_directive_opens_what_is_said_in_the_rooms() {
        let log = logged(&["--log-level=trace,tungstenite=trace"], || {
            tracing::trace!(target: "tungstenite::protocol", "Sending frame: hello");
        });
        assert!(!log.contains("hello"), "{log}");
    }
}
