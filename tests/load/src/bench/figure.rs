//! What is measured.

use std::collections::BTreeMap;

use serde::Serialize;

/// A kind of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    /// Server CPU a delivery: user and system, of all its processes.
    Cost,
    /// Deliveries a second.
    Rate,
    /// Server CPU a second.
    Load,
    P50,
    P99,
    P999,
    Lost,
    Doubled,
    Disordered,
    /// The generator's own CPU a second.
    Generator,
    /// Memory with nobody connected.
    Started,
    /// Memory a connection.
    Connection,
    /// A room is joined.
    Open,
    /// The newest page of messages.
    Newest,
    /// A page before a `seq`.
    Before,
    /// A page around a `seq`.
    Around,
    /// The first page of the chat list, as long as it is by default.
    List,
    /// The longest page of the chat list.
    LongList,
    /// The chat list in as many pages as it takes.
    WholeList,
    LogIn,
    /// Log-ins a second.
    LogIns,
    /// Bytes of a reply to one viewer, as a share of what the contract allows.
    Wire,
    /// Commits a second for each reply that is written.
    Commits,
}

impl Figure {
    /// Every kind.
    pub(crate) const ALL: [Self; 23] = [
        Self::Cost,
        Self::Rate,
        Self::Load,
        Self::P50,
        Self::P99,
        Self::P999,
        Self::Lost,
        Self::Doubled,
        Self::Disordered,
        Self::Generator,
        Self::Started,
        Self::Connection,
        Self::Open,
        Self::Newest,
        Self::Before,
        Self::Around,
        Self::List,
        Self::LongList,
        Self::WholeList,
        Self::LogIn,
        Self::LogIns,
        Self::Wire,
        Self::Commits,
    ];

    /// What it is called, and its unit.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Cost => ("CPU a delivery", "µs"),
            Self::Rate => ("deliveries", "/s"),
            Self::Load => ("CPU", "% of a core"),
            Self::P50 => ("p50", "ms"),
            Self::P99 => ("p99", "ms"),
            Self::P999 => ("p99.9", "ms"),
            Self::Lost => ("lost", ""),
            Self::Doubled => ("doubled", ""),
            Self::Disordered => ("out of order", ""),
            Self::Generator => ("generator's CPU", "% of a core"),
            Self::Started => ("memory with nobody connected", "MiB"),
            Self::Connection => ("memory a connection", "KiB"),
            Self::Open => ("open", "ms"),
            Self::Newest => ("newest page", "ms"),
            Self::Before => ("page", "ms"),
            Self::Around => ("page around a `seq`", "ms"),
            Self::List => ("100 chats", "ms"),
            Self::LongList => ("200 chats", "ms"),
            Self::WholeList => ("all, in three pages", "ms"),
            Self::LogIn => ("log-in, p50", "ms"),
            Self::LogIns => ("log-ins", "/s"),
            Self::Wire => ("bytes on the wire, of those allowed", ""),
            Self::Commits => ("commits a reply", "/s"),
        }
    }
}

/// What one contestant did in one workload.
pub(crate) type Figures = BTreeMap<Figure, f64>;

/// Three digits that matter.
pub(crate) fn short(value: f64) -> String {
    let digits = match value {
        _ if value.fract() == 0.0 || value >= 100.0 => 0,
        _ if value >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}
