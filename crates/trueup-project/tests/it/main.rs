//! Tests that read whole projects from disk.

mod bad_input;
mod sql_services;
