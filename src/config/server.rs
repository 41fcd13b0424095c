//! Where the server listens and under which address people reach it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use url::Url;

/// Longest grace: supervisors kill long before.
const LONGEST_GRACE: u64 = 3600;

/// The listener, and how it ends.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerConfig {
    /// Address to listen on; 0.0.0.0 is every network of the machine
    #[arg(long, env = "HOST", default_value = "127.0.0.1", value_name = "ADDRESS", value_parser = host)]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, env = "PORT", default_value_t = 8000, value_name = "PORT")]
    pub port: u16,
    /// Where browsers reach the server, such as https://chat.example.org; HOST and PORT if not given
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    /// Opens `/metrics` to whoever sends this as a bearer token; without one there is no `/metrics`
    #[arg(long, env = "METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = token)]
    pub metrics_token: Option<SecretString>,
    /// Seconds that requests, sockets and replies have to end when the server is told to stop
    #[arg(long, env = "SHUTDOWN_GRACE", default_value = "20", value_name = "SECONDS", value_parser = grace)]
    pub shutdown_grace: Duration,
}

impl ServerConfig {
    /// The origins that are the server's own, as browsers write them. `bound` is the listener's address.
    ///
    /// With a public address it is the only one. Without, a browser on the same machine may have been
    /// given any of the loopback names.
    pub fn origins(&self, bound: SocketAddr) -> Vec<String> {
        if let Some(url) = &self.public_url {
            return vec![url.origin().ascii_serialization()];
        }
        let mut hosts = vec![];
        if bound.ip().is_loopback() || bound.ip().is_unspecified() {
            hosts.extend(["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()]);
        } else {
            hosts.push(SocketAddr::new(bound.ip(), 0).to_string().trim_end_matches(":0").to_owned());
        }
        hosts.iter().map(|host| origin(host, bound.port())).collect()
    }

    /// The address to show to people, without a slash at its end: the first of the origins.
    pub fn address(&self, bound: SocketAddr) -> String {
        self.origins(bound).swap_remove(0)
    }
}

// A browser leaves the scheme's own port out of an origin.
fn origin(host: &str, port: u16) -> String {
    if port == 80 { format!("http://{host}") } else { format!("http://{host}:{port}") }
}

fn host(text: &str) -> Result<IpAddr, &'static str> {
    if text == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.parse().map_err(|_| "it must be an IP address such as 127.0.0.1 or 0.0.0.0")
}

fn public_url(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
        .ok_or("it must be an http or https address without a path, such as https://chat.example.org")
}

fn token(text: &str) -> Result<SecretString, &'static str> {
    if text.is_empty() || text.contains(|c: char| !c.is_ascii_graphic()) {
        return Err("it must be printable ASCII without spaces, as it travels in a header");
    }
    Ok(text.into())
}

fn grace(text: &str) -> Result<Duration, &'static str> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds <= LONGEST_GRACE)
        .map(Duration::from_secs)
        .ok_or("it must be a whole number of seconds from 0 to 3600")
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn origins(flags: &[&str], bound: &str) -> Vec<String> {
        let config = Config::try_parse_from(["gemini-coop"].iter().chain(flags)).unwrap();
        config.server.origins(bound.parse().unwrap())
    }

    #[test]
    fn own_origins_are_written_as_browsers_write_them() {
        let loopback = ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"];
        assert_eq!(origins(&[], "127.0.0.1:8000"), loopback);
        assert_eq!(origins(&[], "0.0.0.0:8000"), loopback);
        assert_eq!(origins(&[], "192.168.1.5:80"), ["http://192.168.1.5"]);
        assert_eq!(origins(&[], "[fd00::1]:8000"), ["http://[fd00::1]:8000"]);
        for url in ["https://Chat.example.org", "https://chat.example.org/", "https://chat.example.org:443"] {
            assert_eq!(
                origins(&["--public-url", url], "127.0.0.1:8000"),
                ["https://chat.example.org"],
                "{url}"
            );
        }
    }

    #[test]
    fn the_shown_address_is_one_that_a_browser_may_use() {
        let config = Config::try_parse_from(["gemini-coop", "--host", "localhost"]).unwrap();
        assert_eq!(config.server.address("127.0.0.1:4711".parse().unwrap()), "http://localhost:4711");
    }
}
