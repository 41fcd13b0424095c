//! The load generator and history checker.

fn main() {}
