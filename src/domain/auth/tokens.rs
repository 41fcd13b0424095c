//! Tokens: signed ones that name a session, and opaque ones of which only the digest is kept. Pure.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::error::{Error, Result};
use crate::ids::{SessionId, Timestamp, UserId};

const ISSUER: &str = "gemini-coop";
const AUDIENCE: &str = "gemini-coop/api";
const ACCESS: &str = "access";
/// How far the clocks of two nodes may be apart.
const LEEWAY: Duration = Duration::from_secs(30);

/// Signs and checks access tokens.
pub struct Keys {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sub: UserId,
    pub sid: SessionId,
    typ: String,
    iss: String,
    aud: String,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970.
    exp: i64,
}

impl Keys {
    /// Keys of one secret.
    pub fn new(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        // Exactly one algorithm: a token that names another, or none, is refused whatever its signature.
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library reads the machine's clock; ours is asked below.
        rules.validate_exp = false;
        Self { signing: EncodingKey::from_secret(bytes), checking: DecodingKey::from_secret(bytes), rules }
    }

    /// A token that names a session until `expires_at`.
    pub fn sign(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String> {
        let claims = Claims {
            sub: user,
            sid: session,
            typ: ACCESS.into(),
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat: now.0 / 1000,
            exp: expires_at.0 / 1000,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(|error| Error::Internal(Box::new(error)))
    }

    /// What a token says, if we signed it as an access token and it has not expired.
    pub fn check(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.rules).ok()?.claims;
        let expires_at = Timestamp(claims.exp.checked_mul(1000)?).plus(LEEWAY);
        (claims.typ == ACCESS && now < expires_at).then_some(claims)
    }
}

/// A token that says nothing: 256 bits made by chance.
pub fn opaque() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is kept of an opaque token: whoever reads the database cannot use it.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use serde_json::json;

    use super::{Keys, LEEWAY, digest, opaque};
    use crate::ids::{SessionId, Timestamp, UserId};

    const SECRET: &str = "n0bFz3cTj1m0cWqkQ0yqf8r5Jt2vYx9LhPzKdSgRwAe";
    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn keys() -> Keys {
        Keys::new(&SECRET.into())
    }

    fn claims() -> serde_json::Value {
        json!({
            "sub": UserId::new(), "sid": SessionId::new(), "typ": "access", "iss": "gemini-coop",
            "aud": "gemini-coop/api", "iat": NOW.0 / 1000, "exp": NOW.0 / 1000 + 60,
        })
    }

    fn forged(header: &Header, claims: &serde_json::Value) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
    }

    #[test]
    fn a_token_names_its_session_until_it_expires() {
        let (user, session) = (UserId::new(), SessionId::new());
        let expires_at = NOW.plus(Duration::from_secs(900));
        let token = keys().sign(user, session, NOW, expires_at).unwrap();
        let claims = keys().check(&token, NOW).unwrap();
        assert_eq!((claims.sub, claims.sid), (user, session));
        assert!(keys().check(&token, expires_at).is_some());
        assert_eq!(keys().check(&token, expires_at.plus(LEEWAY)), None);
        assert_eq!(Keys::new(&"another secret, and just as long a one".into()).check(&token, NOW), None);
    }

    #[test]
    fn a_token_of_another_kind_issuer_or_audience_is_refused_and_so_is_one_without() {
        let header = Header::new(Algorithm::HS256);
        assert!(keys().check(&forged(&header, &claims()), NOW).is_some());
        for (field, value) in [
            ("typ", json!("refresh")),
            ("iss", json!("somebody")),
            ("aud", json!("somewhere")),
            ("aud", json!(null)),
            ("exp", json!(null)),
            ("exp", json!("9999999999")),
            ("exp", json!(i64::MAX)),
            ("sid", json!("")),
            ("exp", json!(NOW.0 / 1000 - 31)),
        ] {
            let mut claims = claims();
            claims[field] = value.clone();
            assert_eq!(keys().check(&forged(&header, &claims), NOW), None, "{field} {value}");
        }
        for field in ["typ", "iss", "aud", "exp", "sid", "sub"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(field);
            assert_eq!(keys().check(&forged(&header, &claims), NOW), None, "no {field}");
        }
    }

    #[test]
    fn only_our_own_algorithm_is_believed() {
        assert_eq!(keys().check(&forged(&Header::new(Algorithm::HS512), &claims()), NOW), None);
        let signed = forged(&Header::new(Algorithm::HS256), &claims());
        let parts = signed.split('.').collect::<Vec<_>>();
        for alg in ["none", "None", "RS256", "ES256", "HS384"] {
            let header = BASE64_URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
            for signature in ["", parts[2]] {
                let token = format!("{header}.{}.{signature}", parts[1]);
                assert_eq!(keys().check(&token, NOW), None, "{alg} {signature:?}");
            }
        }
        assert_eq!(keys().check(&format!("{}.{}.", parts[0], parts[1]), NOW), None);
        for rubbish in ["", "..", "a.b.c", "ä", &"x".repeat(100_000)] {
            assert_eq!(keys().check(rubbish, NOW), None);
        }
    }

    #[test]
    fn opaque_tokens_differ_and_only_their_digest_is_kept() {
        let (one, two) = (opaque(), opaque());
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
        assert_ne!(digest(&one), digest(&two));
    }
}
