//! What trueup is held against: hostile texts, real servers, real Alembic, real packages, the clock.
//!
//! A developer tool, started by `cargo xtask autogenerate|fuzz|bench|commands|conformance|corpus|differential|graphs|drift|faults`; nothing of it is part of the product, and it may
//! use every crate. It is apart from xtask so that the everyday commands build without the product.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]

pub mod autogenerate;
pub mod bench;
pub mod commands;
pub mod conformance;
pub mod corpus;
pub mod differential;
pub mod drift;
pub mod faults;
pub mod fuzz;
pub mod graphs;
pub mod paths;
mod random;
pub mod runs;
pub mod venv;
