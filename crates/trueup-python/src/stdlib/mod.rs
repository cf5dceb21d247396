//! The standard library, as far as models and revisions use it.
//!
//! A module is Python source in `stdlib/*.py`, read like a library stub: what a few lines of Python say is said in
//! Python, a body of `...` is bound to a native function that `register` adds under `module.qualname`. Modules that
//! are not here are opaque.

mod enums;

use crate::vm::Vm;

/// Module name and source.
const SOURCES: &[(&str, &str)] =
    &[("contextlib", include_str!("contextlib.py")), ("enum", include_str!("enum.py"))];

/// Returns the source of a module of the standard library.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(module, _)| *module == name).map(|(_, source)| *source)
}

/// Registers the native functions of the standard library.
pub(crate) fn register(vm: &mut Vm) {
    enums::register(vm);
}
