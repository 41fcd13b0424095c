//! Passwords on their way in: asked for without showing them, read from a pipe, or made up.
//!
//! Never an argument: every user of the machine can read a process's arguments.

use std::io::{self, BufRead, IsTerminal, Stdin, Write};

use anyhow::{Context, bail, ensure};
use rand::RngExt;
use rand::distr::Alphanumeric;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::{ExposeSecret, SecretString};

/// 24 of 62 signs: more than 140 bits.
const GENERATED_SIGNS: usize = 24;

/// A password that nobody has thought of.
pub(super) fn generate() -> SecretString {
    rand::rng().sample_iter(Alphanumeric).take(GENERATED_SIGNS).map(char::from).collect::<String>().into()
}

/// From the terminal, twice and unseen; otherwise the first line of standard input.
pub(super) fn read() -> anyhow::Result<SecretString> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return line(&stdin);
    }
    let first = ask(&stdin, "Password: ")?;
    let second = ask(&stdin, "Once more: ")?;
    if first.expose_secret() != second.expose_secret() {
        bail!("the two passwords differ");
    }
    Ok(first)
}

fn ask(stdin: &Stdin, question: &str) -> anyhow::Result<SecretString> {
    eprint!("{question}");
    io::stderr().flush()?;
    let answer = {
        let _hidden = Hidden::start(stdin).context("cannot hide what is typed")?;
        line(stdin)
    };
    eprintln!();
    answer
}

fn line(stdin: &Stdin) -> anyhow::Result<SecretString> {
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("cannot read the password")?;
    let line = line.trim_end_matches(['\r', '\n']);
    ensure!(!line.is_empty(), "there is no password on standard input");
    Ok(line.into())
}

/// While this lives, the terminal does not show what is typed.
struct Hidden<'a> {
    stdin: &'a Stdin,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn start(stdin: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &hidden)?;
        Ok(Self { stdin, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(self.stdin, OptionalActions::Now, &self.before) {
            tracing::warn!(%error, "the terminal may not show what is typed; `stty echo` mends it");
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::generate;

    #[test]
    fn a_made_up_password_is_long_and_new() {
        let password = generate();
        assert_eq!(password.expose_secret().len(), 24);
        assert_ne!(password.expose_secret(), generate().expose_secret());
    }
}
