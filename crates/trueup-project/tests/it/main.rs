//! Tests that read whole projects from disk.

mod bad_input;
