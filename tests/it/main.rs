//! What the server promises, asked through its real doors.

mod store;
