//! Who, what and when, as types.
//!
//! Newtypes that serde, SeaORM and the API description understand, so that a chat's id can never be
//! passed for a user's. This floor knows nothing above it.

use std::fmt;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

// One macro, because eleven identical newtypes written out would drift apart.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// In the place of one where there is none.
            pub const NIL: Self = Self(Uuid::nil());

            /// A new id. UUIDv7: ids made later sort later, which keeps index pages warm.
            #[expect(clippy::new_without_default, reason = "a random default would surprise")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        // Asked of every primary key, and true of none of ours: no id is counted up by the database.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A person or an agent.
    UserId
);
id!(
    /// A room.
    ChatId
);
id!(
    /// A message, the bot's replies included.
    MessageId
);
id!(
    /// One question to the bot and what became of it.
    RunId
);
id!(
    /// A log-in; access tokens and sockets name it.
    SessionId
);
id!(
    /// A link that brings people into a chat.
    LinkId
);
id!(
    /// A line of the audit log.
    AuditId
);
id!(
    /// A call of a model's provider.
    CallId
);
id!(
    /// An instruction that somebody keeps.
    PromptId
);
id!(
    /// What a chat's earlier messages were about.
    SummaryId
);
id!(
    /// A WebSocket.
    ConnectionId
);

/// A chat's own counter: the place of a durable change in its chat. Starts at 1; 0 is "before everything".
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    DeriveValueType,
)]
#[serde(transparent)]
#[sea_orm(try_from_u64)]
pub struct Seq(pub i64);

impl Seq {
    /// Before the first change of a chat.
    pub const ZERO: Self = Self(0);

    /// The number after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A day of the calendar in UTC, counted from 1970-01-01; `YYYY-MM-DD` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
#[sea_orm(try_from_u64)]
pub struct Day(pub i32);

impl Day {
    /// The day on which this moment lies.
    pub fn of(moment: Timestamp) -> Self {
        Self(i32::try_from(moment.0.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }

    /// Its first millisecond.
    pub fn begins(self) -> Timestamp {
        Timestamp(i64::from(self.0) * DAY_MS)
    }

    /// So many days later, or earlier.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of its month.
    pub fn month_begins(self) -> Self {
        Self::at(self.date().first_of_month())
    }

    /// The first day of the month after its own.
    pub fn next_month(self) -> Self {
        Self::at(self.date().last_of_month()).plus(1)
    }

    fn date(self) -> jiff::civil::Date {
        // The calendar ends with the year 9999; beyond it nothing is asked.
        EPOCH.checked_add(jiff::Span::new().days(self.0.clamp(-700_000, 2_900_000))).unwrap_or(EPOCH)
    }

    fn at(date: jiff::civil::Date) -> Self {
        Self(EPOCH.until(date).map_or(0, |span| span.get_days()))
    }
}

const DAY_MS: i64 = 24 * 3600 * 1000;
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl FromStr for Day {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::at)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Day {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date)))
            .description(Some("A day in UTC"))
            .into()
    }
}

impl ToSchema for Day {}

/// A moment, in milliseconds since 1970 UTC; RFC 3339 with milliseconds on the wire. Never orders anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, DeriveValueType)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment that lies a span after this one.
    pub fn plus(self, span: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment that lies a span before this one.
    pub fn minus(self, span: std::time::Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => f.write_str("1970-01-01T00:00:00.000Z"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(moment.as_millisecond()))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .description(Some("RFC 3339, UTC, milliseconds"))
            .into()
    }
}

impl ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::{Day, Timestamp};

    #[test]
    fn days_and_months_begin_at_midnight_in_utc() {
        let day = Day::of(Timestamp(1_763_700_000_120));
        assert_eq!(day.to_string(), "2025-11-21");
        assert_eq!(day.begins().to_string(), "2025-11-21T00:00:00.000Z");
        assert_eq!(Day::of(Timestamp(day.begins().0 - 1)), day.plus(-1));
        assert_eq!(day.month_begins().to_string(), "2025-11-01");
        assert_eq!(day.next_month().to_string(), "2025-12-01");
        assert_eq!(day.plus(11).next_month().to_string(), "2026-01-01");
        assert_eq!("2025-11-21".parse::<Day>().unwrap(), day);
        assert!("2025-02-29".parse::<Day>().is_err());
    }

    #[test]
    fn a_timestamp_is_rfc_3339_in_utc_with_milliseconds() {
        let json = serde_json::to_string(&Timestamp(1_763_700_000_120)).unwrap();
        assert_eq!(json, "\"2025-11-21T04:40:00.120Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), Timestamp(1_763_700_000_120));
    }
}
