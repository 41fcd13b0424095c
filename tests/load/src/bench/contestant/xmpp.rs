//! XMPP over plain TCP: people without a name of their own, and rooms of the chat service (XEP-0045).

use std::io::Write;
use std::net::TcpStream;

use anyhow::Result;

use crate::bench::contestant::other::Protocol;
use crate::bench::contestant::upgrade::{connect, read_until};

pub(crate) const PROTOCOL: Protocol = Protocol { join, encode };

const STREAM: &str = "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' \
                      xmlns:stream='http://etherx.jabber.org/streams'>";
/// The status that ends one's own presence, and with it the room's welcome.
const OWN_PRESENCE: &str = "code='110'";

fn join(port: u16, room: usize, person: usize) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    stream.write_all(STREAM.as_bytes())?;
    read_until(&mut stream, "</stream:features>")?;
    stream.write_all(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>")?;
    read_until(&mut stream, "<success")?;
    stream.write_all(STREAM.as_bytes())?;
    read_until(&mut stream, "</stream:features>")?;
    stream.write_all(b"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")?;
    read_until(&mut stream, "</iq>")?;
    write!(
        stream,
        "<presence to='room{room}@conference.localhost/p{person}'>\
         <x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
    )?;
    read_until(&mut stream, OWN_PRESENCE)?;
    Ok(stream)
}

fn encode(room: &str, text: &str, out: &mut Vec<u8>) {
    let stanza = format!(
        "<message to='room{room}@conference.localhost' type='groupchat'><body>{text}</body></message>"
    );
    out.extend_from_slice(stanza.as_bytes());
}
