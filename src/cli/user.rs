//! `gemini-coop user …`: what the operator does to accounts.
//!
//! Works on the database directly, beside the server if one runs, which notices within seconds.

use anyhow::anyhow;
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use crate::app;
use crate::cli::{StorageArgs, password, print};
use crate::config::Config;
use crate::domain::Context;
use crate::domain::error::Error;
use crate::domain::users::{self, NewPerson};
use crate::protocol::{FieldError, ServerRole};
use crate::store::Store;
use crate::store::rows::Account;
use crate::telemetry;

/// Accounts read at once for the list.
const PAGE: u32 = 500;

/// What to do.
#[derive(Subcommand)]
pub enum Action {
    /// Add a person; the password is asked for, or read from standard input
    Add(Add),
    /// Make a person an administrator of the server
    MakeAdmin(Named),
    /// Give a person a new password and end their sessions; it is asked for, or read from standard input
    ResetPassword(ResetPassword),
    /// Keep a person out and end their sessions
    Disable(Named),
    /// Let a person in again
    Enable(Named),
    /// List the people with their role, whether they are kept out, and their email
    List(StorageArgs),
}

/// A person to be.
#[derive(Args)]
pub struct Add {
    /// Letters, digits, dots, hyphens and underscores; never changed
    username: String,
    /// To log in with, and for nobody else's eyes
    email: String,
    /// Name that others see; the username if not given
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// Make them an administrator of the server
    #[arg(long)]
    admin: bool,
    #[command(flatten)]
    password: PasswordArgs,
    #[command(flatten)]
    storage: StorageArgs,
}

/// A person by name.
#[derive(Args)]
pub struct Named {
    /// Username or email
    person: String,
    #[command(flatten)]
    storage: StorageArgs,
}

/// A person by name, and where the new password comes from.
#[derive(Args)]
pub struct ResetPassword {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    password: PasswordArgs,
}

#[derive(Args)]
struct PasswordArgs {
    /// Make a password up and print it, once
    #[arg(long)]
    generate_password: bool,
}

/// Does it, and says what was done.
pub(super) async fn run(action: Action) -> anyhow::Result<()> {
    match action {
        Action::Add(add) => self::add(add).await,
        Action::ResetPassword(reset) => reset_password(reset).await,
        Action::List(storage) => {
            let cx = open(storage).await?;
            finish(&cx, list(&cx).await).await
        }
        Action::MakeAdmin(Named { person, storage }) => {
            let cx = open(storage).await?;
            let done = users::set_role(&cx, &person, ServerRole::Admin).await;
            let user = finish(&cx, done.map_err(said)).await?;
            println!("{} is an administrator.", user.username);
            Ok(())
        }
        Action::Disable(Named { person, storage }) => {
            let cx = open(storage).await?;
            let user = finish(&cx, users::disable(&cx, &person).await.map_err(said)).await?;
            println!("{} is kept out.", user.username);
            Ok(())
        }
        Action::Enable(Named { person, storage }) => {
            let cx = open(storage).await?;
            let user = finish(&cx, users::enable(&cx, &person).await.map_err(said)).await?;
            println!("{} may log in.", user.username);
            Ok(())
        }
    }
}

async fn add(add: Add) -> anyhow::Result<()> {
    let password = add.password.choose()?;
    let cx = open(add.storage).await?;
    let person = NewPerson {
        username: add.username,
        email: add.email,
        password: password.expose_secret().to_owned(),
        display_name: add.display_name,
    };
    let role = if add.admin { ServerRole::Admin } else { ServerRole::Member };
    let user = finish(&cx, users::add(&cx, person, role).await.map_err(said)).await?;
    println!("{} may log in.", user.user.username);
    add.password.show(&password);
    Ok(())
}

async fn reset_password(reset: ResetPassword) -> anyhow::Result<()> {
    let password = reset.password.choose()?;
    let cx = open(reset.named.storage).await?;
    let done = users::reset_password(&cx, &reset.named.person, password.expose_secret()).await;
    let user = finish(&cx, done.map_err(said)).await?;
    println!("{} has a new password, and is logged out everywhere.", user.username);
    reset.password.show(&password);
    Ok(())
}

async fn list(cx: &Context) -> anyhow::Result<()> {
    let mut page = cx.store.accounts(None, PAGE).await?;
    while let Some(last) = page.last().map(|account| account.user.username.clone()) {
        let lines: Vec<_> = page.iter().map(line).collect();
        print(&lines.join("\n"))?;
        page = cx.store.accounts(Some(&last), PAGE).await?;
    }
    Ok(())
}

fn line(account: &Account) -> String {
    let role: &str = account.role.into();
    let state = if account.disabled_at.is_some() { "disabled" } else { "active" };
    let email = account.email.as_deref().unwrap_or_default();
    format!("{:<33}{role:<8}{state:<10}{email}", account.user.username)
}

impl PasswordArgs {
    fn choose(&self) -> anyhow::Result<SecretString> {
        if self.generate_password { Ok(password::generate()) } else { password::read() }
    }

    fn show(&self, password: &SecretString) {
        if self.generate_password {
            println!("Password: {}", password.expose_secret());
        }
    }
}

/// The rules over the database, with nobody listening.
async fn open(storage: StorageArgs) -> anyhow::Result<Context> {
    telemetry::init(&storage.telemetry)?;
    let defaults = Config::try_parse_from(["gemini-coop"])?;
    let config = Config { database: storage.database, telemetry: storage.telemetry, ..defaults };
    let store = Store::connect_beside(&config.database).await?;
    // No token is signed here, so the server's own key stays where it is.
    app::context(&config, store, &password::generate())
}

/// Lets go of the database, whatever became of the work.
async fn finish<T>(cx: &Context, done: anyhow::Result<T>) -> anyhow::Result<T> {
    cx.store.close().await;
    done
}

/// Every complaint where fields are wrong; the error's own sentence otherwise.
fn said(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(errors) => {
            let complaints: Vec<_> =
                errors.iter().map(|FieldError { field, message }| format!("{field} {message}")).collect();
            anyhow!(complaints.join("; "))
        }
        other => other.into(),
    }
}
