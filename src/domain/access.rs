//! Who may do what in a chat. Pure: a role and an action in, yes or no out.
//!
//! Whoever has no membership row never comes this far: to them the chat does not exist.

use crate::domain::error::Error;
use crate::protocol::{ChatKind, MemberRole};

/// Something a member wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Post,
    Invite,
    Rename,
    /// Say how the chat is served by its agents.
    Configure,
    /// Take copies of what was said into a new group.
    Branch,
    /// Hand a role to somebody else, the ownership included.
    SetRole,
    /// Remove a participant of this role.
    Remove(MemberRole),
    DeleteChat,
    /// Bound what the chat's members spend in it.
    SetBudget,
    /// Say how many replies are written at once.
    BoundReplies,
    EditMessage(Authorship),
    DeleteMessage(Authorship),
    /// See and revoke an invite link that this member made, or somebody else's.
    RevokeLink(Authorship),
    /// Stop a reply that this member asked for, or somebody else's.
    StopReply(Authorship),
    /// Have a reply that this member asked for, or somebody else, written once more.
    RetryReply(Authorship),
}

/// Whether the thing acted on is the actor's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorship {
    Own,
    Foreign,
}

impl Authorship {
    /// Own where both are the same.
    pub fn of<T: PartialEq>(author: T, actor: T) -> Self {
        if author == actor { Self::Own } else { Self::Foreign }
    }
}

/// Decides; the refusal says what would be needed.
pub fn may(kind: ChatKind, role: MemberRole, action: Action) -> Result<(), Error> {
    use Authorship::{Foreign, Own};
    use MemberRole::{Admin, Member, Owner};

    let refused = match action {
        Action::Branch if kind == ChatKind::Private => {
            Some("what is said in a private chat stays between its two people")
        }
        Action::Invite
        | Action::Rename
        | Action::Configure
        | Action::SetRole
        | Action::Remove(_)
        | Action::SetBudget
            if kind == ChatKind::Private =>
        {
            Some("a private chat belongs to its two people; make a group instead")
        }
        Action::Invite | Action::SetRole if kind == ChatKind::Ai => {
            Some("an AI chat is for one person; make a group instead")
        }
        Action::Read | Action::Post | Action::Invite | Action::Branch => None,
        Action::EditMessage(Own)
        | Action::DeleteMessage(Own)
        | Action::StopReply(Own)
        | Action::RetryReply(Own) => None,
        Action::RevokeLink(Foreign) if role == Member => {
            Some("only who made it, the owner or an admin may revoke an invite link")
        }
        Action::EditMessage(Foreign) => Some("only its author may edit a message"),
        Action::DeleteMessage(Foreign) if role == Member => {
            Some("only its author, the owner or an admin may delete a message")
        }
        Action::StopReply(Foreign) if role == Member => {
            Some("only who asked, the owner or an admin may stop a reply")
        }
        Action::RetryReply(Foreign) if role == Member => {
            Some("only who asked, the owner or an admin may retry a reply")
        }
        Action::Rename | Action::Configure if role == Member => {
            Some("only the owner or an admin may change the chat")
        }
        Action::BoundReplies if role == Member => {
            Some("only the owner or an admin may set how many replies are written at once")
        }
        Action::SetBudget if role == Member => Some("only the owner or an admin may set the chat's budget"),
        Action::SetRole if role != Owner => Some("only the owner may change roles"),
        Action::Remove(_) if role == Member => Some("only the owner or an admin may remove people"),
        Action::Remove(Admin | Owner) if role == Admin => Some("only the owner may remove an admin"),
        Action::DeleteChat if role != Owner => Some("only the owner may delete the chat"),
        _ => None,
    };
    refused.map_or(Ok(()), |why| Err(Error::Forbidden(why)))
}

#[cfg(test)]
mod tests {
    use super::{Action, Authorship, may};
    use crate::protocol::{ChatKind, MemberRole};

    /// Every action in a group, and whether member, admin and owner may.
    #[test]
    fn a_group_gives_each_role_its_rights_and_no_more() {
        use Authorship::{Foreign, Own};
        let table = [
            (Action::Read, [true, true, true]),
            (Action::Post, [true, true, true]),
            (Action::Invite, [true, true, true]),
            (Action::Rename, [false, true, true]),
            (Action::Configure, [false, true, true]),
            (Action::Branch, [true, true, true]),
            (Action::SetRole, [false, false, true]),
            (Action::Remove(MemberRole::Member), [false, true, true]),
            (Action::Remove(MemberRole::Admin), [false, false, true]),
            (Action::Remove(MemberRole::Owner), [false, false, true]),
            (Action::DeleteChat, [false, false, true]),
            (Action::SetBudget, [false, true, true]),
            (Action::BoundReplies, [false, true, true]),
            (Action::EditMessage(Own), [true, true, true]),
            (Action::EditMessage(Foreign), [false, false, false]),
            (Action::DeleteMessage(Own), [true, true, true]),
            (Action::DeleteMessage(Foreign), [false, true, true]),
            (Action::RevokeLink(Own), [true, true, true]),
            (Action::RevokeLink(Foreign), [false, true, true]),
            (Action::StopReply(Own), [true, true, true]),
            (Action::StopReply(Foreign), [false, true, true]),
            (Action::RetryReply(Own), [true, true, true]),
            (Action::RetryReply(Foreign), [false, true, true]),
        ];
        for (action, expected) in table {
            let got = [MemberRole::Member, MemberRole::Admin, MemberRole::Owner]
                .map(|role| may(ChatKind::Group, role, action).is_ok());
            assert_eq!(got, expected, "{action:?}");
        }
    }

    #[test]
    fn ones_own_is_what_one_has_made_oneself() {
        assert_eq!([Authorship::of(1, 1), Authorship::of(1, 2)], [Authorship::Own, Authorship::Foreign]);
    }

    /// `messages::post` relies on it.
    #[test]
    fn every_member_may_post() {
        for kind in [ChatKind::Group, ChatKind::Private, ChatKind::Ai] {
            for role in [MemberRole::Member, MemberRole::Admin, MemberRole::Owner] {
                assert!(may(kind, role, Action::Post).is_ok());
            }
        }
    }

    #[test]
    fn nobody_else_comes_into_a_private_or_an_ai_chat() {
        for kind in [ChatKind::Private, ChatKind::Ai] {
            assert!(may(kind, MemberRole::Owner, Action::Invite).is_err());
            assert!(may(kind, MemberRole::Owner, Action::SetRole).is_err());
        }
        assert!(may(ChatKind::Private, MemberRole::Owner, Action::Remove(MemberRole::Member)).is_err());
        assert!(may(ChatKind::Private, MemberRole::Owner, Action::Branch).is_err());
        assert!(may(ChatKind::Ai, MemberRole::Owner, Action::Rename).is_ok());
    }
}
