//! The standard library, as far as models and revisions use it.
//!
//! A module is Python source in `stdlib/*.py`, read like a library stub: what a few lines of Python say is said in
//! Python, a body of `...` is bound to a native function that `register` adds under `module.qualname`. Modules that
//! are not here are opaque.

mod digest;
mod enums;
mod files;
mod texts;

use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

/// Module name and source.
const SOURCES: &[(&str, &str)] = &[
    ("__future__", include_str!("__future__.py")),
    ("abc", include_str!("abc.py")),
    ("asyncio", include_str!("asyncio.py")),
    ("calendar", include_str!("calendar.py")),
    ("collections", include_str!("collections.py")),
    ("collections.abc", include_str!("collections_abc.py")),
    ("contextlib", include_str!("contextlib.py")),
    ("copy", include_str!("copy.py")),
    ("dataclasses", include_str!("dataclasses.py")),
    ("datetime", include_str!("datetime.py")),
    ("decimal", include_str!("decimal.py")),
    ("enum", include_str!("enum.py")),
    ("functools", include_str!("functools.py")),
    ("glob", include_str!("glob.py")),
    ("hashlib", include_str!("hashlib.py")),
    ("http", include_str!("http.py")),
    ("importlib", include_str!("importlib.py")),
    ("importlib.resources", include_str!("importlib_resources.py")),
    ("inspect", include_str!("inspect.py")),
    ("io", include_str!("io.py")),
    ("ipaddress", include_str!("ipaddress.py")),
    ("itertools", include_str!("itertools.py")),
    ("json", include_str!("json.py")),
    ("logging", include_str!("logging.py")),
    ("logging.config", include_str!("logging_config.py")),
    ("math", include_str!("math.py")),
    ("operator", include_str!("operator.py")),
    ("os", include_str!("os.py")),
    ("os.path", include_str!("os_path.py")),
    ("pathlib", include_str!("pathlib.py")),
    ("pkgutil", include_str!("pkgutil.py")),
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
    digest::register(vm);
    enums::register(vm);
    files::register(vm);
    texts::register(vm);
    vm.register("importlib.import_module", import_module);
}

/// `importlib.import_module(name, package)`
fn import_module(vm: &mut Vm, args: Args) -> PyResult {
    if let Some(unknown) = args.first_unknown() {
        return Ok(Value::Unknown(unknown.clone()));
    }
    let Some(name) = args.get("name").and_then(Value::as_str) else {
        return Err(vm.type_error("the name of a module is a text"));
    };
    let importer = vm.user_place().and_then(|place| vm.module(&place.source.module.clone()));
    let Some(importer) = importer else { return Ok(vm.unknown("what imports this module is not known")) };
    let package = args.get("package").and_then(Value::as_str);
    let rest = name.trim_start_matches('.');
    let level = (name.len() - rest.len()) as u32;
    let target = match (level, package) {
        (0, _) => Some(rest.to_owned()),
        (_, Some(package)) => {
            crate::import_graph::resolve(&package, true, (!rest.is_empty()).then_some(rest), level)
        }
        (_, None) => {
            return Err(vm.type_error("the 'package' argument is required to perform a relative import"));
        }
    };
    match target {
        Some(target) => vm.import(&importer, &target).map(Value::Module),
        None => Err(vm.raise("ImportError", "attempted relative import beyond top-level package")),
    }
}

/// Top-level modules of Python's standard library (3.9 to 3.14); a project cannot shadow them in practice, because
/// its own tools would break first.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "__future__", "abc", "aifc", "antigravity", "argparse", "array", "ast", "asynchat", "asyncio",
    "asyncore", "atexit", "audioop", "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "cProfile",
    "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs", "codeop", "collections",
    "colorsys", "compileall", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg",
    "crypt", "csv", "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis",
    "distutils", "doctest", "email", "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl",
    "filecmp", "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath", "getopt",
    "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http",
    "idlelib", "imaplib", "imghdr", "imp", "importlib", "inspect", "io", "ipaddress", "itertools", "json",
    "keyword", "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox", "mailcap", "marshal",
    "math", "mimetypes", "mmap", "modulefinder", "msilib", "msvcrt", "multiprocessing", "netrc", "nis",
    "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os",
    "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform", "plistlib",
    "poplib", "posix", "posixpath", "pprint", "profile", "pstats", "pty", "pwd", "py_compile", "pyclbr",
    "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random", "re", "readline", "reprlib", "resource",
    "rlcompleter", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil",
    "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3",
    "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep",
    "struct", "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile",
    "telnetlib", "tempfile", "termios", "textwrap", "this", "threading", "time", "timeit", "tkinter",
    "token", "tokenize", "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle", "turtledemo",
    "types", "typing", "unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave",
    "weakref", "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp",
    "zipfile", "zipimport", "zlib", "zoneinfo",
];

/// Tells whether a top-level name is a module of the standard library.
pub fn is_standard_library(top_level: &str) -> bool {
    NAMES.binary_search(&top_level).is_ok()
}
