//! The standard library, as far as models and revisions use it.
//!
//! A module is Python source in `stdlib/*.py`, read like a library stub: what a few lines of Python say is said in
//! Python, a body of `...` is bound to a native function that `register` adds under `module.qualname`. Modules that
//! are not here are opaque.

mod enums;
mod texts;

use crate::vm::Vm;

/// Module name and source.
const SOURCES: &[(&str, &str)] = &[
    ("__future__", include_str!("__future__.py")),
    ("abc", include_str!("abc.py")),
    ("asyncio", include_str!("asyncio.py")),
    ("collections", include_str!("collections.py")),
    ("collections.abc", include_str!("collections_abc.py")),
    ("contextlib", include_str!("contextlib.py")),
    ("copy", include_str!("copy.py")),
    ("dataclasses", include_str!("dataclasses.py")),
    ("datetime", include_str!("datetime.py")),
    ("decimal", include_str!("decimal.py")),
    ("enum", include_str!("enum.py")),
    ("functools", include_str!("functools.py")),
    ("hashlib", include_str!("hashlib.py")),
    ("inspect", include_str!("inspect.py")),
    ("itertools", include_str!("itertools.py")),
    ("json", include_str!("json.py")),
    ("logging", include_str!("logging.py")),
    ("logging.config", include_str!("logging_config.py")),
    ("math", include_str!("math.py")),
    ("operator", include_str!("operator.py")),
    ("os", include_str!("os.py")),
    ("os.path", include_str!("os_path.py")),
    ("pathlib", include_str!("pathlib.py")),
    ("random", include_str!("random.py")),
    ("re", include_str!("re.py")),
    ("string", include_str!("string.py")),
    ("sys", include_str!("sys.py")),
    ("textwrap", include_str!("textwrap.py")),
    ("time", include_str!("time.py")),
    ("types", include_str!("types.py")),
    ("typing", include_str!("typing.py")),
    ("typing_extensions", include_str!("typing_extensions.py")),
    ("uuid", include_str!("uuid.py")),
    ("warnings", include_str!("warnings.py")),
];

/// Returns the source of a module of the standard library.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(module, _)| *module == name).map(|(_, source)| *source)
}

/// Registers the native functions of the standard library.
pub(crate) fn register(vm: &mut Vm) {
    enums::register(vm);
    texts::register(vm);
}
