//! Connected people: every socket's private channel, and the end of a session on all of them.

use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::hub::frame::encode;
use crate::ids::{ChatId, ConnectionId, Seq, SessionId, UserId};
use crate::protocol::{Notice, ServerFrame};

/// Notices that may wait for a socket; one that takes none for so long is stuck and gets closed.
const WAITING_NOTICES: usize = 64;

/// A frame for one person.
#[derive(Clone, Debug)]
pub struct PersonFrame {
    pub about: About,
    pub text: Bytes,
}

/// What a person's frame is about, so that a socket which joined the chat does not hear it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Person,
    /// The person is called otherwise now.
    Name,
    /// A durable event of a chat: for sockets that have not joined it.
    Event(ChatId, Seq),
    /// A chat went on: for sockets that have not joined it.
    Activity(ChatId),
}

/// This person holds as many sockets as they may.
#[derive(Clone, Copy, Debug)]
pub struct TooMany;

/// Who is connected here.
#[derive(Default)]
pub struct People {
    sockets: DashMap<UserId, Vec<Socket>>,
}

struct Socket {
    id: ConnectionId,
    session_id: SessionId,
    notices: mpsc::Sender<Arc<PersonFrame>>,
    ended: CancellationToken,
    stuck: CancellationToken,
}

/// One socket's private channel. Dropping it disconnects.
pub struct Connection {
    pub id: ConnectionId,
    /// Shared, as a channel keeps room for 32 of them, whether they come or not.
    pub notices: mpsc::Receiver<Arc<PersonFrame>>,
    /// The session is over: nothing more may be written.
    pub ended: CancellationToken,
    /// Notices piled up: close, so that the client comes back and refetches.
    pub stuck: CancellationToken,
    user_id: UserId,
    hub: Arc<crate::hub::Hub>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.people.disconnect(self.user_id, self.id);
    }
}

impl People {
    pub(in crate::hub) fn sockets_of(&self, user_id: UserId) -> usize {
        self.sockets.get(&user_id).map_or(0, |sockets| sockets.len())
    }

    /// The log-ins that have sockets here.
    pub fn sessions(&self) -> Vec<(UserId, SessionId)> {
        let mut sessions: Vec<_> = self
            .sockets
            .iter()
            .flat_map(|person| {
                let user_id = *person.key();
                person.iter().map(move |socket| (user_id, socket.session_id)).collect::<Vec<_>>()
            })
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    pub(in crate::hub) fn notify(&self, user_id: UserId, notice: &Notice) {
        let Some(sockets) = self.sockets.get(&user_id) else { return };
        let about = match notice {
            Notice::ChatEvent { chat_id, seq, .. } => About::Event(*chat_id, *seq),
            Notice::ChatActivity { chat_id, .. } => About::Activity(*chat_id),
            Notice::ChatCreated(_) | Notice::ChatInvite(_) | Notice::ChatPreferences { .. } => About::Person,
            Notice::UserUpdated(_) => About::Name,
        };
        let frame = Arc::new(PersonFrame { about, text: encode(&ServerFrame::notice(notice.clone())) });
        for socket in sockets.iter() {
            // The chat list corrects lost news of a chat; anything else lost would be missing for good.
            let lost = socket.notices.try_send(Arc::clone(&frame)).is_err();
            if lost && !matches!(about, About::Activity(_)) {
                socket.stuck.cancel();
            }
        }
    }

    pub(in crate::hub) fn end_sessions(&self, user_id: UserId, sessions: &[SessionId]) {
        let Some(sockets) = self.sockets.get(&user_id) else { return };
        for socket in sockets.iter().filter(|socket| sessions.contains(&socket.session_id)) {
            socket.ended.cancel();
        }
    }

    fn disconnect(&self, user_id: UserId, id: ConnectionId) {
        if let Some(mut sockets) = self.sockets.get_mut(&user_id) {
            sockets.retain(|socket| socket.id != id);
            sockets.shrink_to_fit();
        }
        self.sockets.remove_if(&user_id, |_, sockets| sockets.is_empty());
    }
}

impl crate::hub::Hub {
    /// Registers a socket, if the person may hold another. From now on the end of its session is heard:
    /// look the session up again afterwards, as it may have ended just before.
    pub fn connect(
        self: &Arc<Self>,
        user_id: UserId,
        session_id: SessionId,
        at_most: u32,
    ) -> Result<Connection, TooMany> {
        let id = ConnectionId::new();
        let (sender, notices) = mpsc::channel(WAITING_NOTICES);
        let (ended, stuck) = (CancellationToken::new(), CancellationToken::new());
        let mut sockets = self.people.sockets.entry(user_id).or_default();
        if sockets.len() >= at_most as usize {
            return Err(TooMany);
        }
        // Most people have one.
        sockets.reserve_exact(1);
        sockets.push(Socket { id, session_id, notices: sender, ended: ended.clone(), stuck: stuck.clone() });
        Ok(Connection { id, notices, ended, stuck, user_id, hub: Arc::clone(self) })
    }
}

#[cfg(test)]
mod tests {
    use crate::bus::Envelope;
    use crate::hub::Hub;
    use crate::ids::{ChatId, Seq, SessionId, UserId};
    use crate::protocol::{Event, Notice, UserRef};

    #[test]
    fn news_that_can_be_lost_closes_nobodys_socket_and_other_notices_do() {
        let hub = Hub::new(8);
        let user_id = UserId::new();
        let connection = hub.connect(user_id, SessionId::new(), 1).ok().unwrap();
        for _ in 0..1_000 {
            let (chat_id, head_seq) = (ChatId::new(), Seq(1));
            let notice = Notice::ChatActivity { chat_id, head_seq, preview: None, mention: false };
            hub.deliver(&Envelope::Notice { user_id, notice });
        }
        assert!(!connection.stuck.is_cancelled());
        let by = UserRef { id: user_id, username: "ada".into(), display_name: "Ada".into() };
        let event = Box::new(Event::ChatDeleted { by });
        let notice = Notice::ChatEvent { chat_id: ChatId::new(), seq: Seq(1), event };
        hub.deliver(&Envelope::Notice { user_id, notice });
        assert!(connection.stuck.is_cancelled());
    }

    #[test]
    fn the_end_of_a_session_is_for_its_own_sockets() {
        let hub = Hub::new(8);
        let (user_id, ended) = (UserId::new(), SessionId::new());
        let connections =
            [ended, ended, SessionId::new()].map(|session| hub.connect(user_id, session, 3).ok().unwrap());
        hub.deliver(&Envelope::SessionsEnded { user_id, sessions: vec![ended] });
        assert_eq!(connections.map(|connection| connection.ended.is_cancelled()), [true, true, false]);
    }
}
