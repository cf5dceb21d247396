//! Shims of SQLAlchemy, Alembic and their neighbours: turns models and revisions into schemas and operations.
//!
//! What a library does is written down as *stub modules* in the Python subset (`libraries/`), evaluated by
//! `trueup-python` together with the project's own text; a body of `...` is bound to a native function of this crate.
//! [`compile`] then reads the resulting Python objects (`Table`, `Column`, types, expressions) into
//! `trueup_schema` values, for models and revisions alike.
//!
//! Nothing here touches a file: the project's modules come through [`Sources`].

#![deny(clippy::disallowed_methods)]

mod bind;
pub mod compile;
pub mod env;
pub mod facts;
mod host;
mod libraries;
pub mod models;
mod op;
pub mod replay;
pub mod template;
pub mod write;

pub use bind::live::{Live, LiveRows, LiveValue};
pub use env::{Argument, EnvInput, EnvReading, FilterObject, Start, search_folders};
pub use facts::{ProjectInput, ProjectModule, ProjectReading, ReadingNote, read_project, scan_candidates};
pub use host::{Context, LibraryVersion, SourceModule, Sources, new_vm};
pub use libraries::is_library;
pub use trueup_python::Entry;
