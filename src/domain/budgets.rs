//! Budgets: what a person, a room and the server may spend on the bot in a day or a month.
//!
//! Reserved before a call and settled after it, by the store, in one transaction with the call. What nobody set is
//! the operator's default. For a person or the server what was set replaces it; for a room, whose own people set it,
//! both hold, so that nobody helps themselves to more.

use crate::budget::{Allowance, DefaultBudget, Period, Scope, Unit};
use crate::domain::access::{Action, may};
use crate::domain::audit::{By, Deed, record};
use crate::domain::error::{Error, Result};
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, Day, Timestamp, UserId};
use crate::protocol::{AuditAction, Budget, OverBudget, ServerRole, UserKind};
use crate::store::error::StoreResult;
use crate::store::rows::{Bound, Exceeded, Subject};

/// A bound, and whether it was set for its subject.
struct InForce {
    bound: Bound,
    set: bool,
}

/// All that bounds a call made at this moment for a question of this person in this chat.
pub async fn bounds(cx: &Context, asker: UserId, chat: ChatId, at: Timestamp) -> StoreResult<Vec<Bound>> {
    let subjects = [Subject::Person(asker), Subject::Room(chat), Subject::Server];
    Ok(in_force(cx, &subjects, at).await?.into_iter().map(|it| it.bound).collect())
}

/// All that bounds a call made at this moment for a person outside of chats.
pub async fn bounds_of(cx: &Context, person: UserId, at: Timestamp) -> StoreResult<Vec<Bound>> {
    let subjects = [Subject::Person(person), Subject::Server];
    Ok(in_force(cx, &subjects, at).await?.into_iter().map(|it| it.bound).collect())
}

/// What holds for oneself.
pub async fn mine(cx: &Context, actor: &Actor) -> Result<Vec<Budget>> {
    shown(cx, Subject::Person(actor.user.id)).await
}

/// What holds for a room: for its members.
pub async fn of_room(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Vec<Budget>> {
    member_of(cx, actor, chat).await?;
    shown(cx, Subject::Room(chat)).await
}

/// Sets a room's budgets in place of those that it had: its owner and admins.
pub async fn set_for_room(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
    budgets: &[Allowance],
) -> Result<Vec<Budget>> {
    acceptable(budgets)?;
    // Strangers are turned away without a writer's turn.
    member_of(cx, actor, chat).await?;
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    may(row.kind, membership.role, Action::SetBudget)?;
    tx.set_budgets(Subject::Room(chat), budgets).await?;
    record(cx, &tx, By::Actor(actor), Deed::of(AuditAction::BudgetSet).within(chat)).await?;
    tx.commit().await?;
    shown(cx, Subject::Room(chat)).await
}

/// What holds for a person: for administrators of the server.
pub async fn of_person(cx: &Context, actor: &Actor, person: UserId) -> Result<Vec<Budget>> {
    administrator(actor)?;
    known(cx, person).await?;
    shown(cx, Subject::Person(person)).await
}

/// Sets a person's budgets in place of those that they had: administrators of the server.
pub async fn set_for_person(
    cx: &Context,
    actor: &Actor,
    person: UserId,
    budgets: &[Allowance],
) -> Result<Vec<Budget>> {
    administrator(actor)?;
    known(cx, person).await?;
    set(cx, actor, Subject::Person(person), Deed::to(person, AuditAction::BudgetSet), budgets).await
}

/// What holds for the whole server: for its administrators.
pub async fn of_server(cx: &Context, actor: &Actor) -> Result<Vec<Budget>> {
    administrator(actor)?;
    shown(cx, Subject::Server).await
}

/// Sets the server's budgets in place of those that it had: its administrators.
pub async fn set_for_server(cx: &Context, actor: &Actor, budgets: &[Allowance]) -> Result<Vec<Budget>> {
    administrator(actor)?;
    set(cx, actor, Subject::Server, Deed::of(AuditAction::BudgetSet), budgets).await
}

/// Only for the server's administrators.
pub(in crate::domain) fn administrator(actor: &Actor) -> Result<()> {
    match actor.role {
        ServerRole::Admin => Ok(()),
        ServerRole::Member => Err(Error::Forbidden("only the server's administrators may do this")),
    }
}

async fn known(cx: &Context, person: UserId) -> Result<()> {
    let account = cx.store.account(person).await?.ok_or(Error::NotFound("user"))?;
    match (account.user.kind, account.deleted_at) {
        (UserKind::Person, None) => Ok(()),
        _ => Err(Error::NotFound("user")),
    }
}

async fn set(
    cx: &Context,
    actor: &Actor,
    subject: Subject,
    deed: Deed,
    budgets: &[Allowance],
) -> Result<Vec<Budget>> {
    acceptable(budgets)?;
    let tx = cx.store.begin().await?;
    tx.set_budgets(subject, budgets).await?;
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;
    shown(cx, subject).await
}

fn acceptable(budgets: &[Allowance]) -> Result<()> {
    for (index, budget) in budgets.iter().enumerate() {
        if budget.amount < 0 {
            return Err(Error::invalid("budgets", "an amount must not be negative"));
        }
        let is_same = |other: &Allowance| (other.period, other.unit) == (budget.period, budget.unit);
        if budgets[..index].iter().any(is_same) {
            return Err(Error::invalid("budgets", "there is one for each period and unit"));
        }
    }
    Ok(())
}

async fn shown(cx: &Context, subject: Subject) -> Result<Vec<Budget>> {
    let mut shown = Vec::new();
    for InForce { bound: Bound { allowance, begins, renews, .. }, set } in
        in_force(cx, &[subject], cx.clock.now()).await?
    {
        let Allowance { period, unit, amount } = allowance;
        let spent = cx.store.spent(subject, unit, begins, renews).await?;
        let renews_at = renews.begins();
        shown.push(Budget { scope: subject.scope(), period, unit, amount, spent, renews_at, set });
    }
    Ok(shown)
}

async fn in_force(cx: &Context, subjects: &[Subject], now: Timestamp) -> StoreResult<Vec<InForce>> {
    let set = cx.store.budgets(subjects).await?;
    let today = Day::of(now);
    let mut all = Vec::new();
    for subject in subjects {
        let own: Vec<Allowance> =
            set.iter().filter(|(of, _)| of == subject).map(|(_, allowance)| *allowance).collect();
        for (allowance, set) in together(subject.scope(), &own, &cx.limits.budgets) {
            let (begins, renews) = match allowance.period {
                Period::Day => (today, today.plus(1)),
                Period::Month => (today.month_begins(), today.next_month()),
            };
            all.push(InForce { bound: Bound { subject: *subject, allowance, begins, renews }, set });
        }
    }
    Ok(all)
}

/// What was set and the defaults as what holds, at most one for each period and unit, each with whether it was set.
fn together(scope: Scope, set: &[Allowance], defaults: &[DefaultBudget]) -> Vec<(Allowance, bool)> {
    let mut holds = Vec::new();
    for period in [Period::Day, Period::Month] {
        for unit in [Unit::Tokens, Unit::Microusd] {
            let is_it = |it: &&Allowance| (it.period, it.unit) == (period, unit);
            let own = set.iter().find(is_it).copied();
            let of_all = defaults.iter().filter(|it| it.scope == scope).map(|it| &it.allowance);
            let default = of_all.filter(is_it).min_by_key(|it| it.amount).copied();
            holds.extend(match (own, default) {
                (Some(own), Some(default)) if scope == Scope::Room && default.amount < own.amount => {
                    Some((default, false))
                }
                (Some(own), _) => Some((own, true)),
                (None, default) => default.map(|default| (default, false)),
            });
        }
    }
    holds
}

/// Why there is no reply: whose budget has no room for it, and when it renews; for people and for programs.
pub fn refusal(asker: &str, exceeded: &Exceeded) -> (String, OverBudget) {
    let Exceeded { bound, used } = exceeded;
    let Allowance { period, unit, amount: limit } = bound.allowance;
    let whose = match bound.subject {
        Subject::Person(_) => format!("{asker}'s budget"),
        Subject::Room(_) => "This room's budget".into(),
        Subject::Server => "The server's budget".into(),
    };
    let span = match period {
        Period::Day => "today",
        Period::Month => "this month",
    };
    let sentence = format!(
        "{whose} for {span} has no room for another reply. It renews on {} at 00:00 UTC.",
        bound.renews
    );
    let (scope, resets_at) = (bound.subject.scope(), bound.renews.begins());
    (sentence, OverBudget { scope, period, unit, limit, used: *used, resets_at })
}

#[cfg(test)]
mod tests {
    use super::{refusal, together};
    use crate::budget::{Allowance, DefaultBudget, Period, Scope, Unit};
    use crate::ids::{Day, UserId};
    use crate::protocol::OverBudget;
    use crate::store::rows::{Bound, Exceeded, Subject};

    fn tokens(period: Period, amount: i64) -> Allowance {
        Allowance { period, unit: Unit::Tokens, amount }
    }

    #[test]
    fn what_was_set_goes_before_the_default_but_a_room_gives_itself_no_more() {
        let default = |scope, amount| DefaultBudget { scope, allowance: tokens(Period::Day, amount) };
        let defaults = [default(Scope::Person, 10), default(Scope::Room, 10), default(Scope::Person, 30)];
        let day = |amount| tokens(Period::Day, amount);
        for (scope, set, holds) in [
            (Scope::Person, None, Some((10, false))),
            (Scope::Person, Some(20), Some((20, true))),
            (Scope::Person, Some(5), Some((5, true))),
            (Scope::Room, None, Some((10, false))),
            (Scope::Room, Some(20), Some((10, false))),
            (Scope::Room, Some(5), Some((5, true))),
            (Scope::Server, None, None),
            (Scope::Server, Some(0), Some((0, true))),
        ] {
            let set: Vec<_> = set.map(day).into_iter().collect();
            let expected: Vec<_> = holds.map(|(amount, set)| (day(amount), set)).into_iter().collect();
            assert_eq!(together(scope, &set, &defaults), expected, "{scope:?} {set:?}");
        }
        assert_eq!(together(Scope::Server, &[tokens(Period::Month, 1), day(2)], &[]).len(), 2);
    }

    #[test]
    fn a_refusal_says_whose_budget_it_is_and_when_it_renews() {
        let begins: Day = "2026-11-01".parse().unwrap();
        let renews = begins.next_month();
        let bound = |subject| Bound { subject, allowance: tokens(Period::Month, 9), begins, renews };
        for (subject, whose) in [
            (Subject::Person(UserId::new()), "Ada's budget for this month"),
            (Subject::Server, "The server's budget for this month"),
        ] {
            let (sentence, budget) = refusal("Ada", &Exceeded { bound: bound(subject), used: 5 });
            assert_eq!(
                sentence,
                format!("{whose} has no room for another reply. It renews on 2026-12-01 at 00:00 UTC.")
            );
            let (scope, resets_at) = (subject.scope(), renews.begins());
            let (period, unit) = (Period::Month, Unit::Tokens);
            assert_eq!(budget, OverBudget { scope, period, unit, limit: 9, used: 5, resets_at });
        }
    }
}
