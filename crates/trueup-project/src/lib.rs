//! A project on disk: configuration, sources and the pipelines behind the commands.
//!
//! The flow of every command is the same: [`config`] finds and reads the configuration, [`headers`] and [`sources`]
//! read the files, a pipeline turns them into schemas and findings, and the result is a [`report::Report`] that the
//! command line renders. Reading a project executes nothing of it and writes nothing; what writes says so in its name
//! ([`pipelines::revision`], [`pipelines::init`]) and goes through [`pipelines::writing`].

mod ahead;
pub mod code_tables;
pub mod config;
pub mod files;
pub mod headers;
pub mod pipelines;
pub mod python;
pub mod report;
pub mod requirements;
mod shell_words;
pub mod sources;
pub mod sql_source;
pub mod wire;
