//! What one module's text tells by itself: imports, bound names, schema changes, errors.
//!
//! A project has thousands of modules and only a few define tables, so every module is parsed once, on all
//! processors, and its syntax tree dropped again at once; what stays is this.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueup_python::imports_of;
use trueup_schema::Span;
use trueup_schema::facts::ModuleRole;

use super::changes::{Changes, changes_in};
use super::listing::{Listing, imports_listing};
use super::names::{Bound, bound_names};

/// Stack of a worker; the parser's own limits on nesting are made for this size.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Below this many modules a thread costs more than it saves.
const MODULES_PER_THREAD: usize = 16;

/// A module's text with what is known of it without reading it.
#[derive(Clone)]
pub(crate) struct ModuleText<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: Arc<str>,
    pub(crate) text: &'a str,
    pub(crate) is_package: bool,
    pub(crate) role: ModuleRole,
}

/// What a module's text tells.
pub(crate) struct Digest {
    /// Its imports, in order.
    pub(crate) imports: Vec<Import>,
    /// The names it binds.
    pub(crate) bound: Bound,
    /// Schema changes and engines.
    pub(crate) changes: Changes,
    /// What is wrong with its syntax.
    pub(crate) errors: Vec<(String, Span)>,
    /// Where it imports whatever modules it finds in some folder.
    pub(crate) listing: Listing,
}

/// One import statement.
pub(crate) struct Import {
    /// The module, with its leading dots resolved.
    pub(crate) module: String,
    /// The names after `import` in a `from` statement.
    pub(crate) names: Vec<String>,
    /// The statement.
    pub(crate) span: Span,
    /// Under `if TYPE_CHECKING:`.
    pub(crate) type_checking: bool,
    /// Inside a `try`.
    pub(crate) in_try: bool,
    /// Inside a function.
    pub(crate) in_function: bool,
}

/// Reads modules on all processors; the order stays.
pub(crate) fn digest_all(modules: &[ModuleText<'_>]) -> Vec<Digest> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(modules.len() / MODULES_PER_THREAD);
    if threads < 2 {
        return modules.iter().map(digest).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(module) = modules.get(at) else { return done };
            done.push((at, digest(module)));
        }
    };
    let mut found: Vec<(usize, Digest)> = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok();
        let workers: Vec<_> = (1..threads).filter_map(spawn).collect();
        // This thread works too, so everything is read even where no other could be started.
        let mut found = work();
        for worker in workers {
            found.extend(worker.join().unwrap_or_default());
        }
        found
    });
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, digest)| digest).collect()
}

/// Reads one module.
pub(crate) fn digest(module: &ModuleText<'_>) -> Digest {
    let ast = trueup_python::parse(module.text);
    let span = |span: trueup_python::ast::Span| Span::new(span.start, span.end);
    let imports = imports_of(&ast, module.name, module.is_package).into_iter().map(|record| Import {
        module: record.module,
        names: record.names.iter().map(ToString::to_string).collect(),
        span: span(record.span),
        type_checking: record.type_checking,
        in_try: record.in_try,
        in_function: record.in_function,
    });
    let changes =
        if module.role == ModuleRole::Migration { Changes::default() } else { changes_in(module, &ast.body) };
    Digest {
        imports: imports.collect(),
        bound: bound_names(&ast, module.text),
        changes,
        errors: ast.errors.iter().map(|error| (error.message.clone(), span(error.span))).collect(),
        listing: imports_listing(&ast.body),
    }
}
