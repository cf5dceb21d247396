//! What importing does: a revision's own module, the modules it imports, and env.py.
//!
//! Python runs a module from top to bottom before anything of it is used, so tables enter a `MetaData`, decorators fill
//! their registries and operations are registered although no name of the revision mentions them. Of the modules that
//! a revision imports, only what others can notice is run at once; their classes and tables are evaluated when they are
//! asked for, and all of them when somebody lists the tables of a `MetaData`. What importing does to a database is
//! undone: it happens on the application's own connection, not on the migration's.

use std::rc::Rc;

use trueup_python::{ImportMode, ModuleKind, Value, Vm, imports_of};

use trueup_schema::ObjectName;

use super::run::Snapshot;
use super::{EnvSource, source};
use crate::Context;
use crate::compile::is_a;
use crate::env::{EnvInput, read_env};

/// Imports the module of a revision as Alembic does, with what its functions import.
pub(super) fn revision(vm: &mut Vm, context: &Rc<Context>, module: &str) {
    apart(vm, context, ImportMode::Effects, |vm| {
        let Some(found) = vm.run_module_with(module, ImportMode::Effects) else { return };
        for import in imports_of(&found.ast, module, false) {
            if import.in_function && !import.type_checking {
                with_packages(vm, &import.module);
                for name in &import.names {
                    with_packages(vm, &format!("{}.{name}", import.module));
                }
            }
        }
    });
    // What could not be evaluated shows where the revision uses it.
    let _ = vm.take_notes();
}

/// Runs a module of the project after the packages it is in; what is no module of the project is left alone.
fn with_packages(vm: &mut Vm, name: &str) {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    for end in ends {
        let part = &name[..end];
        match vm.module(part) {
            Some(module) if module.kind == ModuleKind::Namespace => {}
            Some(module) if module.kind == ModuleKind::Source && !module.source.is_library => {
                vm.import_effects(part);
            }
            _ => return,
        }
    }
}

/// Runs env.py, which Alembic does before the first revision, when a revision first asks for what only that can have
/// made: an operation that Alembic lacks, the tables of the application's models. Most projects' revisions never do.
pub(crate) fn environment(vm: &mut Vm) {
    let context = crate::op::context(vm);
    apart(vm, &context.clone(), ImportMode::Full, Vm::finish_modules);
    let Some(env) = context.env.borrow_mut().take() else { return };
    let EnvSource { path, text, options, config_file, x_arguments } = env;
    let input = EnvInput { path, text: Rc::from(&*text), options, config_file, is_brief: false, x_arguments };
    let kept = context.connection.borrow_mut().take();
    let known = context.clone();
    apart(vm, &known, ImportMode::Full, |vm| {
        let reading = vm.with_own_natives(|vm| read_env(vm, &input));
        if let Some(name) = reading.version_table() {
            context.version_table.borrow_mut().name = name;
        }
        let namespace = reading.version_table_schema();
        let name = context.version_table.borrow().name.clone();
        *context.version_table.borrow_mut() =
            ObjectName::qualified(context.dialect, namespace.as_deref(), name);
    });
    *context.connection.borrow_mut() = kept;
}

/// Returns the table that Alembic keeps the revision in; it is made before the first revision.
pub(crate) fn version_table(vm: &mut Vm) -> ObjectName {
    let context = crate::op::context(vm);
    let is_named = context.env.borrow().as_ref().is_some_and(|env| env.text.contains("version_table"));
    if is_named {
        environment(vm);
    }
    context.version_table.borrow().clone()
}

/// Runs env.py where a `MetaData` may be the application's: one that a revision makes has all its tables.
pub(crate) fn environment_of(vm: &mut Vm, metadata: &Value) {
    let place = metadata.as_instance().filter(|_| is_a(metadata, "sqlalchemy.schema.MetaData"));
    let place = place.and_then(|metadata| metadata.place.clone());
    if place.is_none_or(|place| !source::is_revision(&place.source.module)) {
        environment(vm);
    }
}

/// Runs something that has the simulated database for itself.
fn apart(vm: &mut Vm, context: &Rc<Context>, imports: ImportMode, run: impl FnOnce(&mut Vm)) {
    let (before, record) = {
        let mut state = context.state.borrow_mut();
        (Snapshot::of(&state), std::mem::take(&mut state.record))
    };
    let transaction = context.state.borrow().transaction.clone();
    let created = context.state.borrow().created.clone();
    let mode = vm.set_import_mode(imports);
    run(vm);
    vm.set_import_mode(mode);
    let mut state = context.state.borrow_mut();
    before.restore(&mut state, &std::collections::BTreeSet::new());
    state.record = record;
    state.transaction = transaction;
    state.created = created;
}
