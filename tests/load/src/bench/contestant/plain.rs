//! A socket for each room, whose messages go to everybody in it: the relay's protocol, and that of small chats.

use crate::bench::contestant::other::Protocol;
use crate::bench::contestant::upgrade;

pub(crate) const PROTOCOL: Protocol = Protocol {
    join: |port, room, _person| upgrade::open(port, &format!("/ws?room={room}")),
    encode: |_room, text, out| upgrade::text_frame(text, out),
};
