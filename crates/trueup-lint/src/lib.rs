//! Rules on revision graphs, projects, schemas and operations; each one file and its page.
//!
//! A caller fills the plain values in [`context`], hands them to the functions of [`engine`] one after the other, and
//! gets the findings out of the [`Report`], with settings and suppression comments applied. A [`Rule`] is a name, a
//! page and a plain function; all of them are in [`RULES`].
//!
//! This crate is pure: it reads no file and knows neither Python nor SQL. What a rule needs to know beside the schema
//! is in `trueup_schema::facts` or in a context.

#![deny(clippy::disallowed_methods)]

pub mod context;
pub mod engine;
pub mod glob;
pub mod report;
pub mod rule;
pub mod rules;
pub mod select;
pub mod suppress;

mod drift;
mod indexes;
mod operations;
mod project;
mod words;

#[cfg(test)]
mod testing;

pub use report::{Cause, Report};
pub use rule::{Check, Group, Rule};
pub use rules::{RULES, rule};
pub use select::Selection;
