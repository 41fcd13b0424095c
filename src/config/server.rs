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
    /// Where people reach the server, without a slash at its end. `bound` is the listener's address.
    pub fn address(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.origin().ascii_serialization();
        }
        // The wildcard is no address to go to.
        let host = if bound.ip().is_loopback() || bound.ip().is_unspecified() {
            "localhost".to_owned()
        } else {
            match bound.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            }
        };
        if bound.port() == 80 { format!("http://{host}") } else { format!("http://{host}:{}", bound.port()) }
    }
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

    #[test]
    fn the_shown_address_is_one_that_a_browser_can_go_to() {
        for (flags, bound, expected) in [
            (&[][..], "127.0.0.1:8000", "http://localhost:8000"),
            (&[], "0.0.0.0:4711", "http://localhost:4711"),
            (&[], "192.168.1.5:80", "http://192.168.1.5"),
            (&[], "[fd00::1]:8000", "http://[fd00::1]:8000"),
            (&["--public-url=https://Chat.example.org/"], "127.0.0.1:8000", "https://chat.example.org"),
            (&["--public-url=http://chat.example.org:81"], "127.0.0.1:8000", "http://chat.example.org:81"),
        ] {
            let config = Config::try_parse_from(["gemini-coop"].iter().chain(flags)).unwrap();
            assert_eq!(config.server.address(bound.parse().unwrap()), expected);
        }
    }

    #[test]
    fn localhost_is_an_address_to_listen_on() {
        let config = Config::try_parse_from(["gemini-coop", "--host", "localhost"]).unwrap();
        assert_eq!(config.server.host.to_string(), "127.0.0.1");
    }
}
