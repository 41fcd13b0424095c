//! Why the server closes a socket.

/// A WebSocket close code. 44xx but 4408 and 4429 mean: do not simply reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    SessionEnded,
    /// Silent for too long, or took no bytes.
    Stuck,
    FrameTooLarge,
    Flooding,
    Restarting,
    /// The peer said goodbye; answered in kind.
    Normal,
}

impl CloseCode {
    /// The number on the wire.
    pub fn code(self) -> u16 {
        match self {
            Self::SessionEnded => 4401,
            Self::Stuck => 4408,
            Self::FrameTooLarge => 4413,
            Self::Flooding => 4429,
            Self::Restarting => 1012,
            Self::Normal => 1000,
        }
    }

    /// The words on the wire.
    pub fn reason(self) -> &'static str {
        match self {
            Self::SessionEnded => "session ended",
            Self::Stuck => "silent or stuck",
            Self::FrameTooLarge => "frame too large",
            Self::Flooding => "too many frames",
            Self::Restarting => "server is restarting",
            Self::Normal => "goodbye",
        }
    }
}
