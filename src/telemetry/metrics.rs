//! The server's numbers, in the Prometheus format.
//!
//! One recorder a process: servers that share a process (as in tests) share the numbers. The floors next
//! to this one write theirs by name with the `metrics` crate; the names all stand here.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

pub const CONNECTIONS: &str = "coop_connections";
pub const CONNECTIONS_REFUSED: &str = "coop_connections_refused_total";
pub const SOCKETS: &str = "coop_sockets";
pub const ROOMS: &str = "coop_rooms";
pub const FRAMES_SENT: &str = "coop_frames_sent_total";
pub const FRAMES_RECEIVED: &str = "coop_frames_received_total";
pub const MESSAGES_POSTED: &str = "coop_messages_posted_total";
/// Written by `store`.
pub const APPEND_BATCH_SIZE: &str = "coop_append_batch_size";
/// Written by `store`.
pub const APPEND_SECONDS: &str = "coop_append_duration_seconds";
/// Written by `store`.
pub const DB_ERRORS: &str = "coop_db_errors_total";
/// Labels `status`, `reason`.
pub const RUNS: &str = "coop_runs_total";
pub const RUN_FIRST_CHUNK_SECONDS: &str = "coop_run_first_chunk_seconds";
/// Labels `method`, `route`, `status`.
pub const HTTP_REQUESTS: &str = "coop_http_requests_total";
/// Labels `method`, `route`.
pub const HTTP_SECONDS: &str = "coop_http_request_duration_seconds";

const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The numbers of the hot paths: each a handle that was looked up once.
pub struct Metrics {
    handle: PrometheusHandle,
    pub connections: Gauge,
    pub connections_refused: Counter,
    pub sockets: Gauge,
    pub rooms: Gauge,
    pub frames_sent: Counter,
    pub frames_received: Counter,
    pub messages_posted: Counter,
    pub run_first_chunk_seconds: Histogram,
}

impl Metrics {
    /// All numbers as text, for `/metrics`.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds measured times into their buckets; without it they pile up until the next `render`.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// A request was answered. `route` is the pattern (`/api/chats/{id}`), never the path: paths are
    /// without number, and name chats.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = known_method(method);
        let route = route.to_owned();
        counter!(HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
            .increment(1);
        histogram!(HTTP_SECONDS, "method" => method, "route" => route).record(took);
    }

    /// A reply came to its end; both words as on the wire, no reason being `none`.
    pub fn run(&self, status: &'static str, reason: Option<&'static str>) {
        counter!(RUNS, "status" => status, "reason" => reason.unwrap_or("none")).increment(1);
    }
}

/// The process's numbers. The first call installs the recorder, and must come before whatever writes by
/// name: what is written earlier is lost.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(|| {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(APPEND_BATCH_SIZE.into()), &SIZES)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS))
            .and_then(PrometheusBuilder::install_recorder)
            .expect("there are buckets, and nothing else installs a recorder");
        describe();
        Metrics {
            handle,
            connections: gauge!(CONNECTIONS),
            connections_refused: counter!(CONNECTIONS_REFUSED),
            sockets: gauge!(SOCKETS),
            rooms: gauge!(ROOMS),
            frames_sent: counter!(FRAMES_SENT),
            frames_received: counter!(FRAMES_RECEIVED),
            messages_posted: counter!(MESSAGES_POSTED),
            run_first_chunk_seconds: histogram!(RUN_FIRST_CHUNK_SECONDS),
        }
    })
}

// A client may invent methods; a label may not grow with them.
fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

fn describe() {
    metrics::describe_gauge!(CONNECTIONS, "Open connections, sockets among them");
    metrics::describe_counter!(CONNECTIONS_REFUSED, "Connections closed at once because there were too many");
    metrics::describe_gauge!(SOCKETS, "Open sockets");
    metrics::describe_gauge!(ROOMS, "Chats that at least one socket has joined");
    metrics::describe_counter!(FRAMES_SENT, "Frames sent to sockets");
    metrics::describe_counter!(FRAMES_RECEIVED, "Frames received from sockets");
    metrics::describe_counter!(MESSAGES_POSTED, "Messages posted, repeats not counted");
    metrics::describe_histogram!(APPEND_BATCH_SIZE, "Messages committed together");
    metrics::describe_histogram!(APPEND_SECONDS, Unit::Seconds, "Time of a commit of messages");
    metrics::describe_counter!(DB_ERRORS, "Failures of the database");
    // Shown from the start: an alarm that watches it grow would miss the first one.
    counter!(DB_ERRORS).increment(0);
    metrics::describe_counter!(RUNS, "Replies that came to their end, by status and reason");
    metrics::describe_histogram!(
        RUN_FIRST_CHUNK_SECONDS,
        Unit::Seconds,
        "Time from asking the model to its first text"
    );
    metrics::describe_counter!(HTTP_REQUESTS, "Requests answered, by method, route and status");
    metrics::describe_histogram!(
        HTTP_SECONDS,
        Unit::Seconds,
        "Time to answer a request, by method and route"
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::metrics;

    #[test]
    fn the_numbers_carry_descriptions_and_bounded_labels() {
        metrics().messages_posted.increment(2);
        metrics().request("BREW", "/api/test-of-metrics/{id}", 404, Duration::from_millis(3));
        metrics().run("failed", Some("quota"));
        metrics().upkeep();
        let text = metrics().render();
        for line in [
            "# HELP coop_messages_posted_total Messages posted, repeats not counted",
            "coop_http_requests_total{method=\"other\",route=\"/api/test-of-metrics/{id}\",status=\"404\"} 1",
            "coop_http_request_duration_seconds_bucket{method=\"other\",route=\"/api/test-of-metrics/{id}\",le=\"0.005\"} 1",
            "coop_runs_total{status=\"failed\",reason=\"quota\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
