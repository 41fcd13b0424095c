//! The socket, as a client sees it.

mod activity;
mod connect;
mod post;
mod presence;
mod replay;
mod revoke;
