//! An interpreter of the Python subset that models and revisions are written in; it knows nothing of SQLAlchemy.
//!
//! It touches no file, clock, environment or network: the embedder hands it source text through [`Host`] and gets
//! [`Value`]s back. What cannot be known is [`Value::Unknown`] with a reason and a place, never a guess. It never
//! panics, hangs or exhausts the stack: see [`Limits`].
//!
//! - [`parse`] makes a syntax tree ([`ast`]), also from broken text;
//! - [`Vm`] evaluates: [`Vm::module`] and [`Vm::module_attr`] lazily (one definition at a time),
//!   [`Vm::run_module`] from top to bottom;
//! - a library is described by *stub modules*, Python source in which a body of `...` is bound to a native function
//!   ([`Vm::register`], [`Host::native`]), or, for `__init__`, stores its arguments as attributes;
//! - [`imports_of`] lists imports without evaluating anything.
//!
//! ```
//! use std::rc::Rc;
//! use trueup_python::{Host, ModuleOrigin, Value, Vm};
//!
//! struct OneFile;
//!
//! impl Host for OneFile {
//!     fn module(&self, name: &str) -> ModuleOrigin {
//!         match name {
//!             "settings" => ModuleOrigin::Source {
//!                 path: Rc::from("settings.py"),
//!                 text: Rc::from("NAMES = [f'table_{i}' for i in range(3)]\nimport nowhere\n"),
//!                 is_package: false,
//!                 is_library: false,
//!             },
//!             _ => ModuleOrigin::Absent,
//!         }
//!     }
//! }
//!
//! let mut vm = Vm::new(Rc::new(OneFile));
//! let names = vm.module_attr("settings", "NAMES").expect("the list is literal");
//! assert_eq!(vm.repr_text(&names), "['table_0', 'table_1', 'table_2']");
//! assert!(matches!(vm.module_attr("settings", "nowhere"), Ok(Value::Module(_))));
//! ```

#![deny(clippy::disallowed_methods)]

pub mod ast;
mod attributes;
mod builtins;
mod class;
mod error;
mod format;
mod import_graph;
mod module;
mod native;
mod parse;
mod place;
mod repr;
mod scope;
mod stdlib;
mod value;
mod vm;
pub mod walk;

pub use attributes::AttrMap;
pub use builtins::Types;
pub use class::{Annotation, Class, Constructor, Instance};
pub use error::{Abort, Exception, PyResult, Raised};
pub use import_graph::{ImportRecord, imports_of};
pub use module::{Module, ModuleKind};
pub use native::{
    Args, Callee, Effect, Entry, Host, ModuleOrigin, NativeFn, NativeObject, NoHost, UnknownBranch,
    UnknownCall,
};
pub use parse::{Syntax, parse, parse_assignments, parse_expression};
pub use place::{Place, SourceRef};
pub use scope::{Scope, ScopeKind};
pub use stdlib::is_standard_library;
pub use value::{
    BoundMethod, Builtin, Dict, Function, HashKey, Iter, IterState, List, NextFn, Property, Range, Set,
    Super, Tuple, Unknown, Value,
};
pub use vm::{CallSite, ClassParts, ImportEdge, ImportMode, Limits, Note, NoteKind, Truth, Vm};
