//! Who may come in: registration, sessions' signing key, browsers' origins, proxies.
//!
//! Knows nothing of accounts; only of what the operator said about them.

use std::fs;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::{ArgAction, Args, ValueEnum};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

/// The file in the data directory with the key that signs, where it is not a setting.
pub const SECRET_FILE: &str = "jwt_secret";
/// Fewer bytes could be guessed: HS256 needs a key as long as its output.
const SECRET_BYTES: usize = 32;
/// Parts of the keys that tutorials and templates ship, lower case.
const WELL_KNOWN: [&str; 8] = [
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "change-in-production",
    "your-secret",
    "your-super-secret",
    "a-string-secret",
];

/// Accounts, sessions and the edge's trust.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Accounts")]
pub struct AuthConfig {
    /// Key that signs access tokens and invite links, at least 32 bytes; made in the data directory at the first start if not given
    #[arg(long, env = "JWT_SECRET", value_name = "TEXT", hide_env_values = true)]
    pub jwt_secret: Option<SecretString>,
    /// Who may register: everybody, nobody, or whoever has the code
    #[arg(long, env = "REGISTRATION", default_value = "open", value_name = "WHO")]
    pub registration: Registration,
    /// The code that newcomers need when registration is by invitation
    #[arg(long, env = "REGISTRATION_CODE", value_name = "TEXT", hide_env_values = true)]
    pub registration_code: Option<SecretString>,
    /// Other origins whose pages may use this server, separated by commas, such as `https://chat.example.org`
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGINS")]
    pub cors_origins: Vec<Origin>,
    /// Addresses of reverse proxies whose `X-Forwarded-…` headers are believed, separated by commas
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_name = "ADDRESSES")]
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether sockets may be opened with `?token=`, which scripts find handy and proxies write into their logs
    #[arg(long, env = "ALLOW_TOKEN_IN_URL", default_value_t = true, action = ArgAction::Set, value_name = "BOOL")]
    pub allow_token_in_url: bool,
    /// Whether the refresh cookie is for HTTPS only; `auto`: where the request came by HTTPS
    #[arg(long, env = "COOKIE_SECURE", default_value = "auto", value_name = "WHEN")]
    pub cookie_secure: CookieSecure,
}

/// Who may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    Open,
    Closed,
    Invite,
}

/// When the refresh cookie gets `Secure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CookieSecure {
    Auto,
    Always,
    Never,
}

impl AuthConfig {
    /// Looks for values that are refused without showing them, and for those that do not go together.
    pub fn check(&self) -> Result<(), String> {
        if let Some(secret) = &self.jwt_secret {
            strong(secret.expose_secret()).map_err(|why| format!("--jwt-secret (JWT_SECRET) {why}"))?;
        }
        let code = self.registration_code.as_ref().map(ExposeSecret::expose_secret);
        match (self.registration, code) {
            (Registration::Invite, None) => {
                Err("--registration (REGISTRATION) is `invite`, which needs --registration-code (REGISTRATION_CODE)"
                    .into())
            }
            (_, Some(code)) if code.len() < 8 => {
                Err("--registration-code (REGISTRATION_CODE) must have at least 8 characters".into())
            }
            _ => Ok(()),
        }
    }

    /// The key that signs: the one given, or the one kept in the data directory, which is made now if
    /// there is none.
    ///
    /// # Errors
    /// The file cannot be read or made, or holds a key that is refused.
    pub fn secret(&self, data_dir: &Path) -> Result<SecretString, SecretError> {
        if let Some(secret) = &self.jwt_secret {
            return Ok(secret.clone());
        }
        let path = data_dir.join(SECRET_FILE);
        let failed = |cause| SecretError::Io { path: path.clone(), cause };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_secret(data_dir, &path).map_err(failed)?;
                fs::read_to_string(&path).map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        let secret = text.trim();
        strong(secret).map_err(|why| SecretError::Weak { path: path.clone(), why })?;
        Ok(secret.into())
    }
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot read or make the key in {}: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
    #[error("the key in {} {why}", path.display())]
    Weak { path: PathBuf, why: String },
}

/// Writes a new key under another name first and links it into place, which fails where one is: of two
/// servers that start at once both read the same key, and none is ever seen half written.
fn make_secret(data_dir: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(data_dir)?;
    let draft = data_dir.join(format!("{SECRET_FILE}.{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>());
    let written = file.write_all(secret.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// Whether a key is long enough and not one that everybody knows; otherwise what is wrong, to follow its name.
fn strong(secret: &str) -> Result<(), String> {
    let advice = "use one made by chance, for example by `openssl rand -base64 32`";
    if secret.len() < SECRET_BYTES {
        return Err(format!("is shorter than {SECRET_BYTES} bytes: {advice}"));
    }
    let lower = secret.to_ascii_lowercase().replace(' ', "-");
    let bytes = lower.as_bytes();
    let repeats = (1..=bytes.len() / 2).any(|period| bytes.iter().zip(&bytes[period..]).all(|(a, b)| a == b));
    if repeats || WELL_KNOWN.iter().any(|part| lower.contains(part)) {
        return Err(format!("is one that others can guess: {advice}"));
    }
    Ok(())
}

/// A web origin as browsers write it: scheme, host, and the port unless it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As in an `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is not an origin such as `https://chat.example.org`");
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        // A wildcard would hand every page on the web the sessions of its visitors.
        if !bare || text.contains('*') {
            return Err(wrong());
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use secrecy::ExposeSecret as _;

    use super::{AuthConfig, Origin, strong};

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        auth: AuthConfig,
    }

    fn config(flags: &[&str]) -> AuthConfig {
        Flags::try_parse_from(["test"].iter().chain(flags)).unwrap().auth
    }

    #[test]
    fn a_short_or_well_known_key_is_refused_in_a_sentence_that_does_not_repeat_it() {
        for secret in [
            "",
            "secret",
            "changeme",
            "0123456789abcdef0123456789abcde",
            "0123456789abcdef0123456789abcdef",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "secretsecretsecretsecretsecretsecret",
            "your-secret-key-change-in-production-please",
            "a-string-secret-at-least-256-bits-long",
            "please change me in production, thank you",
        ] {
            let sentence = config(&[&format!("--jwt-secret={secret}")]).check().unwrap_err();
            assert!(sentence.contains("JWT_SECRET"), "{sentence}");
            assert!(secret.is_empty() || secret == "secret" || !sentence.contains(secret), "{sentence}");
        }
        assert_eq!(strong("n0bFz3cTj1m0cWqkQ0yqf8r5Jt2vYx9LhPzKdSgRwAe"), Ok(()));
    }

    #[test]
    fn the_key_is_made_once_and_read_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let first = config(&[]).secret(&data).unwrap();
        assert_eq!(first.expose_secret(), config(&[]).secret(&data).unwrap().expose_secret());
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(data.join("jwt_secret")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(data.join("jwt_secret"), "changeme").unwrap();
        assert!(config(&[]).secret(&data).is_err());
    }

    #[test]
    fn registration_by_invitation_needs_a_code() {
        assert!(config(&["--registration=invite"]).check().is_err());
        assert!(config(&["--registration=invite", "--registration-code=short"]).check().is_err());
        assert!(config(&["--registration=invite", "--registration-code=open sesame"]).check().is_ok());
        assert!(config(&[]).check().is_ok());
    }

    #[test]
    fn origins_are_exact() {
        let origin = |text: &str| text.parse::<Origin>().map(|origin| origin.as_str().to_owned());
        assert_eq!(origin("https://Chat.example.org").as_deref(), Ok("https://chat.example.org"));
        assert_eq!(origin("http://localhost:3000/").as_deref(), Ok("http://localhost:3000"));
        assert_eq!(origin("https://a.example:443").as_deref(), Ok("https://a.example"));
        for wrong in
            ["*", "https://*.example.org", "https://a.example/x", "ftp://a.example", "a.example", "null"]
        {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
        let two = config(&["--cors-origins=https://a.example,http://b.example:81"]);
        assert_eq!(two.cors_origins.len(), 2);
    }
}
