//! Agents: those that every server has, and those that people make, change and delete.

use crate::domain::audit::{By, Deed, record};
use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, members, text, users};
use crate::ids::{SessionId, Timestamp, UserId};
use crate::protocol::{Agent, AuditAction, ModelSettings, ServerRole, User, UserKind, Visibility};
use crate::store::rows::{NewAgent, NewUser};

/// The name under which the bot is mentioned and invited.
pub const BOT_USERNAME: &str = "gem";
/// The name by which people know it.
pub const BOT_NAME: &str = "Gemini";

const DESCRIPTION_CHARS: usize = 200;
const AVATAR_CHARS: usize = 8;

/// An agent that every server has.
struct BuiltIn {
    username: &'static str,
    display_name: &'static str,
    avatar: &'static str,
    description: &'static str,
    instruction: &'static str,
}

const BUILT_IN: [BuiltIn; 4] = [
    BuiltIn {
        username: BOT_USERNAME,
        display_name: BOT_NAME,
        avatar: "✨",
        description: "Answers anything, in every new room.",
        instruction: "",
    },
    BuiltIn {
        username: "reviewer",
        display_name: "Reviewer",
        avatar: "🔎",
        description: "Reads critically and says what is wrong, unclear or missing.",
        instruction: "You review what the others bring: texts, plans, code, arguments. Name the most serious problem \
                      first, say why it is one, and how it could be mended. Tell apart what is wrong from what is a \
                      matter of taste. Where something is good, say so in one sentence and no more.",
    },
    BuiltIn {
        username: "translator",
        display_name: "Translator",
        avatar: "🌍",
        description: "Translates into the language that is named, or that the room speaks.",
        instruction: "You translate. Into the language that is named; where none is, into the one that most people in \
                      the room write. Keep tone, names, numbers, code and formatting. Give the translation alone, and \
                      a short note only where something cannot be translated faithfully.",
    },
    BuiltIn {
        username: "poet",
        display_name: "Poet",
        avatar: "🪶",
        description: "Answers in verse.",
        instruction: "You answer in verse: short, in the language of the question, in a form that suits it. What you \
                      say stays true and to the point; no verse is worth a wrong fact.",
    },
];

/// What an agent is to be. What is not given is left as it is, or as a new one has it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub instruction: Option<String>,
    pub settings: Option<ModelSettings>,
    /// Empty for none.
    pub avatar: Option<String>,
    pub visibility: Option<Visibility>,
}

/// Makes the agents that every server has, at its first start before any person could take the bot's name. Where a
/// person has the name of another one already, that one is not made.
pub async fn ensure_built_in(cx: &Context) -> Result<()> {
    for built_in in BUILT_IN {
        let there = cx.store.account_by_login(built_in.username).await?;
        // Every start but the first: nothing to be written, and no writer's turn to be waited for.
        if let Some(account) = &there
            && cx.store.agent(account.user.id).await?.is_some()
        {
            continue;
        }
        let tx = cx.store.begin().await?;
        let user_id = match there {
            Some(account) if account.user.kind == UserKind::Agent => account.user.id,
            Some(_) => continue,
            None => {
                let new = user(built_in.username, built_in.display_name, cx.clock.now());
                // Another node may have been first; then it is there, which is all that is wanted.
                let Ok(user) = tx.insert_user(new).await? else { continue };
                user.id
            }
        };
        tx.insert_agent(NewAgent {
            user_id,
            description: built_in.description.into(),
            instruction: built_in.instruction.into(),
            settings: ModelSettings::default(),
            avatar: Some(built_in.avatar.into()),
            visibility: Visibility::Shared,
            created_by: None,
        })
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The agents that one finds: shared ones and one's own.
pub async fn list(cx: &Context, actor: &Actor, offset: u64, limit: u64) -> Result<Vec<Agent>> {
    Ok(cx.store.agents_found_by(actor.user.id, offset, limit).await?)
}

/// An agent that one finds.
pub async fn get(cx: &Context, actor: &Actor, id: UserId) -> Result<Agent> {
    let agent = cx.store.agent(id).await?.filter(|agent| finds(actor, agent));
    agent.ok_or(Error::NotFound("agent"))
}

/// Whether one may bring this agent into a room.
pub(in crate::domain) async fn is_found(cx: &Context, actor: &Actor, id: UserId) -> Result<bool> {
    Ok(cx.store.agent(id).await?.is_some_and(|agent| finds(actor, &agent)))
}

/// Makes an agent.
pub async fn create(cx: &Context, actor: &Actor, username: &str, draft: Draft) -> Result<Agent> {
    cx.rates.message(actor.user.id)?;
    let username = users::username(username)?;
    let new = user(&username, &username, cx.clock.now());
    let mut agent = Agent {
        id: new.id,
        username: new.username.clone(),
        display_name: new.display_name.clone(),
        description: String::new(),
        instruction: String::new(),
        settings: ModelSettings::default(),
        avatar: None,
        visibility: Visibility::default(),
        created_by: Some(actor.user.id),
        created_at: new.created_at,
    };
    apply(cx, &mut agent, draft)?;
    let tx = cx.store.begin().await?;
    if tx.count_agents(actor.user.id).await? >= u64::from(cx.limits.agents_per_person) {
        return Err(Error::Conflict("you have made as many agents as you may"));
    }
    let new = NewUser { display_name: agent.display_name.clone(), ..new };
    tx.insert_user(new).await?.map_err(users::taken)?;
    let Agent { id, description, instruction, settings, avatar, visibility, created_by, .. } = agent.clone();
    tx.insert_agent(NewAgent {
        user_id: id,
        description,
        instruction,
        settings,
        avatar,
        visibility,
        created_by,
    })
    .await?;
    record(cx, &tx, By::Actor(actor), Deed::to(id, AuditAction::AgentCreated)).await?;
    tx.commit().await?;
    Ok(agent)
}

/// Changes an agent: whoever made it; one that everybody finds, administrators of the server too.
pub async fn change(cx: &Context, actor: &Actor, id: UserId, draft: Draft) -> Result<Agent> {
    cx.rates.message(actor.user.id)?;
    let tx = cx.store.begin().await?;
    let before = held(&tx, actor, id).await?;
    let mut agent = before.clone();
    apply(cx, &mut agent, draft)?;
    tx.update_agent(&agent).await?;
    tx.commit().await?;
    if agent.display_name != before.display_name {
        users::show(cx, &as_user(&agent)).await?;
    }
    Ok(agent)
}

/// Deletes an agent: it leaves its rooms, what it said stays its own, and nobody else gets its name.
pub async fn delete(cx: &Context, actor: &Actor, id: UserId) -> Result<()> {
    let tx = cx.store.begin().await?;
    let agent = held(&tx, actor, id).await?;
    if agent.username == BOT_USERNAME {
        return Err(Error::Conflict(
            "the bot is in every new room; remove it from those where it is not wanted",
        ));
    }
    tx.delete_agent(id, cx.clock.now()).await?;
    record(cx, &tx, By::Actor(actor), Deed::to(id, AuditAction::AgentDeleted)).await?;
    tx.commit().await?;
    // Afterwards, so that nobody invites it in between.
    let itself = Actor {
        user: as_user(&agent),
        email: String::new(),
        role: ServerRole::Member,
        session_id: SessionId::new(),
        expires_at: cx.clock.now(),
        from: None,
    };
    members::leave_all(cx, &itself).await
}

/// An agent that one may change.
async fn held(tx: &crate::store::Tx, actor: &Actor, id: UserId) -> Result<Agent> {
    let agent = tx.agent(id).await?.filter(|agent| finds(actor, agent)).ok_or(Error::NotFound("agent"))?;
    if agent.created_by != Some(actor.user.id) && actor.role != ServerRole::Admin {
        return Err(Error::Forbidden(
            "only who made it, or an administrator of the server, may change an agent",
        ));
    }
    Ok(agent)
}

fn finds(actor: &Actor, agent: &Agent) -> bool {
    agent.visibility == Visibility::Shared || agent.created_by == Some(actor.user.id)
}

fn apply(cx: &Context, agent: &mut Agent, draft: Draft) -> Result<()> {
    let Draft { display_name, description, instruction, settings, avatar, visibility } = draft;
    if let Some(name) = display_name
        // The bot's own name is the bot's.
        && name != agent.display_name
    {
        agent.display_name = users::display_name(&name)?;
    }
    if let Some(description) = description {
        agent.description = line("description", &description, DESCRIPTION_CHARS)?;
    }
    if let Some(instruction) = instruction {
        text::instruction("instruction", &instruction, &cx.limits)?;
        agent.instruction = instruction;
    }
    if let Some(settings) = settings {
        text::model_settings("settings", &settings)?;
        agent.settings = settings;
    }
    if let Some(avatar) = avatar {
        let avatar = line("avatar", &avatar, AVATAR_CHARS)?;
        agent.avatar = (!avatar.is_empty()).then_some(avatar);
    }
    agent.visibility = visibility.unwrap_or(agent.visibility);
    Ok(())
}

fn line(field: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, format!("must be one line of at most {most} characters")));
    }
    Ok(text.to_owned())
}

fn user(username: &str, display_name: &str, created_at: Timestamp) -> NewUser {
    NewUser {
        id: UserId::new(),
        kind: UserKind::Agent,
        username: username.into(),
        display_name: display_name.into(),
        email: None,
        password_hash: None,
        role: ServerRole::Member,
        created_at,
    }
}

fn as_user(agent: &Agent) -> User {
    User {
        id: agent.id,
        kind: UserKind::Agent,
        username: agent.username.clone(),
        display_name: agent.display_name.clone(),
        created_at: agent.created_at,
    }
}
