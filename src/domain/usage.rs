//! What replies used and cost: one's own calls, those of a room for its members, and everybody's for administrators.

use crate::domain::budgets::administrator;
use crate::domain::error::{Error, Result};
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::{CallId, ChatId, Day};
use crate::protocol::{Call, Grouping, UsageSum};
use crate::store::rows::Subject;

/// Days that are shown where it is not said from when.
const DAYS: i32 = 30;

/// Whose calls are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Mine,
    Room(ChatId),
    Everybody,
}

/// From which day to which, both included.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// 30 days before the last one if not given.
    pub from: Option<Day>,
    /// Today if not given.
    pub to: Option<Day>,
}

/// Calls added up.
pub async fn stats(
    cx: &Context,
    actor: &Actor,
    whose: Whose,
    days: Days,
    by: Grouping,
    (offset, limit): (u64, u64),
) -> Result<Vec<UsageSum>> {
    let of = allowed(cx, actor, whose).await?;
    Ok(cx.store.usage(of, range(cx, days)?, by, offset, limit).await?)
}

/// The calls themselves, the latest first.
pub async fn history(
    cx: &Context,
    actor: &Actor,
    whose: Whose,
    days: Days,
    (before, limit): (Option<CallId>, u64),
) -> Result<Vec<Call>> {
    let of = allowed(cx, actor, whose).await?;
    Ok(cx.store.calls(of, range(cx, days)?, before, limit).await?)
}

async fn allowed(cx: &Context, actor: &Actor, whose: Whose) -> Result<Subject> {
    match whose {
        Whose::Mine => Ok(Subject::Person(actor.user.id)),
        Whose::Room(chat) => {
            member_of(cx, actor, chat).await?;
            Ok(Subject::Room(chat))
        }
        Whose::Everybody => administrator(actor).map(|()| Subject::Server),
    }
}

fn range(cx: &Context, Days { from, to }: Days) -> Result<(Day, Day)> {
    let to = to.unwrap_or_else(|| Day::of(cx.clock.now()));
    let from = from.unwrap_or(to.plus(1 - DAYS));
    if to < from {
        return Err(Error::invalid("from", "must not be after `to`"));
    }
    Ok((from, to))
}
