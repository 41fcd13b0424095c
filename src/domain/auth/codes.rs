//! The codes of invite links: a link's id and the proof that this server gave it out. Pure.
//!
//! A code is made anew whenever it is shown, and nothing of it is stored: whoever reads the database can open no
//! room with it, and still a link can be shown again. The alternative, to store a digest of a code made by chance,
//! could show a link only once.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use uuid::Uuid;

use crate::ids::LinkId;

/// What the proof is about. The secret signs access tokens too: no token begins like this, and no code could be one.
const PURPOSE: &[u8] = b"invite-link";
/// As much of the proof as nobody can guess.
const PROOF_BYTES: usize = 16;

/// Makes and checks codes.
pub struct Codes(Hmac<Sha256>);

impl Codes {
    /// Codes of one secret.
    pub fn new(secret: &SecretString) -> Self {
        let mac = Hmac::new_from_slice(secret.expose_secret().as_bytes()).expect("any length is a key");
        Self(mac.chain_update(PURPOSE))
    }

    /// The code of a link.
    pub fn of(&self, link: LinkId) -> String {
        let proof = self.0.clone().chain_update(link.0).finalize().into_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([link.0.as_bytes(), &proof[..PROOF_BYTES]].concat())
    }

    /// The link that a code names, if it was made here.
    pub fn link(&self, code: &str) -> Option<LinkId> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(code).ok()?;
        let (id, proof) = bytes.split_first_chunk::<16>()?;
        let proof: &[u8; PROOF_BYTES] = proof.try_into().ok()?;
        // Takes as long wherever the first difference is.
        self.0.clone().chain_update(id).verify_truncated_left(proof).ok()?;
        Some(LinkId(Uuid::from_bytes(*id)))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::Codes;
    use crate::ids::LinkId;

    fn codes() -> Codes {
        Codes::new(&"n0bFz3cTj1m0cWqkQ0yqf8r5Jt2vYx9LhPzKdSgRwAe".into())
    }

    #[test]
    fn a_code_names_its_link_at_every_server_of_the_secret_and_at_no_other() {
        let link = LinkId::new();
        let code = codes().of(link);
        assert_eq!(code.len(), 43);
        assert_eq!(codes().link(&code), Some(link));
        assert_eq!(Codes::new(&"another secret, and just as long a one".into()).link(&code), None);
    }

    #[test]
    fn no_bit_of_a_code_can_be_changed() {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(codes().of(LinkId::new())).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(codes().link(&BASE64_URL_SAFE_NO_PAD.encode(forged)), None, "bit {bit}");
        }
    }

    #[test]
    fn what_is_no_code_names_nothing() {
        let code = codes().of(LinkId::new());
        let (shorter, longer) = (&code[..42], format!("{code}AA"));
        let only_the_id = BASE64_URL_SAFE_NO_PAD.encode(LinkId::new().0);
        for rubbish in
            ["", " ", "ä", "x", shorter, &longer, &format!("{code}="), &only_the_id, &"x".repeat(100_000)]
        {
            assert_eq!(codes().link(rubbish), None);
        }
    }
}
