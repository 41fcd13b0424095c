//! One file a scenario: what it does, what it measures, what it promises.

pub(crate) mod fanout;
pub(crate) mod idle;
pub(crate) mod posts;
pub(crate) mod quiet;
pub(crate) mod rejoin;
pub(crate) mod revoke;
pub(crate) mod stop;
