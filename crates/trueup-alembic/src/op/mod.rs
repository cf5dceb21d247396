//! Alembic's operations: `op.*` and `batch_op.*` calls become operations on the simulated schema.
//!
//! A call is first *translated* into [`Planned`] operations, which needs only its arguments, and then *performed*:
//! `op.*` at once, `batch_op.*` when the `with` block ends. Performing applies the operation to the simulated schema
//! and raises what SQLAlchemy would raise when a server would refuse it.

use std::rc::Rc;

use trueup_python::{Args, Place, PyResult, Raised, Value, Vm};

use crate::Context;
use crate::compile::CompileError;

mod arguments;
mod asked;
mod batch;
mod column;
mod constraint;
mod enum_values;
mod execute;
mod index;
mod perform;
mod rebuild;
mod recreate;
mod sent;
mod table;
mod written;

pub(crate) use arguments::Call;
pub(crate) use execute::{
    Statement, index_operation, object_name, run_sql, run_statement, run_text, run_unknown, sql_of_statement,
};
pub(crate) use perform::{perform, raise_failure, raise_missing, record_data, unproven};
pub(crate) use sent::{
    Given, is_plain, is_wanted, send_query, send_rows, send_text, send_unknown, texts_of,
    written as rows_texts,
};
pub(crate) use table::{
    EnumCreation, create_order, foreign_keys_added_later, operation_step, perform_compiled_table,
    perform_create_table,
};

pub(crate) use written::{inserted_by_source, skipped_call_effect};

/// An operation that is about to be performed.
#[derive(Clone)]
pub(crate) struct Planned {
    pub(crate) step: Step,
    pub(crate) place: Option<Place>,
}

/// What a planned step does.
#[derive(Clone)]
pub(crate) enum Step {
    /// Changes the schema.
    Operation(trueup_schema::Operation),
    /// `op.add_column` in batch mode with a wanted position: the column was planned just before.
    Position { column: String, before: Option<String>, after: Option<String> },
    /// Alembic itself refuses, with this exception.
    Raise { class: &'static str, message: String },
    /// Alembic itself refuses an operation that is known but for what it lacks.
    Refuse { operation: trueup_schema::Operation, class: &'static str, message: String },
    /// The index of a new column with `index=True`, once more: a rebuilt table gets it with the column, too.
    IndexOfCopy { table: trueup_schema::ObjectName, index: trueup_schema::Index },
    /// What Alembic refuses only when the table is rebuilt.
    RefuseRebuild { class: &'static str, message: String },
    /// A default that is an expression or a stored computed column: SQLite needs a rebuild.
    NeedsRebuild,
}

/// Why a call could not be translated.
pub(crate) enum Problem {
    /// Something in it is not known.
    Unknown { reason: String, place: Option<Place> },
    /// SQLAlchemy or Alembic would raise this exception of `sqlalchemy.exc` or Python.
    Wrong { class: &'static str, message: String },
    /// A Python exception.
    Raised(Raised),
}

impl From<Raised> for Problem {
    fn from(raised: Raised) -> Self {
        Self::Raised(raised)
    }
}

impl From<CompileError> for Problem {
    fn from(error: CompileError) -> Self {
        if error.unknown {
            Self::Unknown { reason: error.message, place: error.place }
        } else {
            Self::Wrong { class: "sqlalchemy.exc.CompileError", message: error.message }
        }
    }
}

type Native = fn(&mut Vm, Args) -> PyResult;
type Translation = fn(&mut Call<'_>) -> Result<Vec<Planned>, Problem>;

/// Calls that only change the schema and return nothing.
const TRANSLATIONS: &[(&str, Translation)] = &[
    ("add_column", column::add_column),
    ("alter_column", column::alter_column),
    ("drop_column", column::drop_column),
    ("drop_table", table::drop_table),
    ("rename_table", table::rename_table),
    ("create_index", index::create_index),
    ("drop_index", index::drop_index),
    ("create_primary_key", constraint::create_primary_key),
    ("create_foreign_key", constraint::create_foreign_key),
    ("create_unique_constraint", constraint::create_unique_constraint),
    ("create_check_constraint", constraint::create_check_constraint),
    ("create_exclude_constraint", constraint::create_exclude_constraint),
    ("drop_constraint", constraint::drop_constraint),
    ("create_table_comment", table::create_table_comment),
    ("drop_table_comment", table::drop_table_comment),
    ("sync_enum_values", enum_values::sync_enum_values),
];

/// Calls that do or return something else.
const OTHERS: &[(&str, Native)] = &[
    ("create_table", table::create_table),
    ("bulk_insert", execute::bulk_insert),
    ("execute", execute::execute),
];

/// Makes the natives known to an interpreter.
pub(crate) fn register(vm: &mut Vm) {
    for &(name, translation) in TRANSLATIONS {
        for module in ["alembic.op", "alembic.operations.base.Operations"] {
            vm.register(&format!("{module}.{name}"), move |vm, args| at_once(vm, &args, translation));
        }
        vm.register(&format!("alembic.operations.base.BatchOperations.{name}"), move |vm, args| {
            batch::collect(vm, &args, translation)
        });
    }
    for &(name, native) in OTHERS {
        for module in
            ["alembic.op", "alembic.operations.base.Operations", "alembic.operations.base.BatchOperations"]
        {
            vm.register(&format!("{module}.{name}"), native);
        }
    }
    vm.register("alembic.operations.base.BatchOperations._flush", batch::flush);
    vm.register("alembic.operations.base._current", |vm, _| {
        let class = vm.module_attr("alembic.operations.base", "Operations")?;
        let context = vm.module_attr("alembic.runtime.migration", "_current")?;
        let context = vm.call_with(&context, Vec::new())?;
        vm.call_with(&class, vec![context])
    });
    vm.register("alembic.operations.ops._run_module_of", |vm, args| {
        if let Some(class) = args.receiver().as_class() {
            let _ = vm.run_module(&class.module.clone());
        }
        Ok(Value::None)
    });
    vm.register("alembic.operations.base._not_known", |vm, args| {
        let name = args.positional.first().and_then(Value::as_str).unwrap_or_default();
        let place = vm.user_place();
        let reason = format!("Alembic has no operation `{name}`, and nothing that was read registers one");
        unproven(vm, reason, place.as_ref());
        Ok(Value::None)
    });
    vm.register("alembic.operations.base._not_on_batch", |vm, args| {
        let name = args.receiver().as_str().unwrap_or_default();
        let message = format!("'BatchOperations' object has no attribute '{name}'");
        let place = vm.user_place();
        settle(vm, Problem::Wrong { class: "AttributeError", message }, place.as_ref())?;
        Ok(Value::None)
    });
    for module in ["alembic.operations.base", "alembic.operations.ops"] {
        vm.register(&format!("{module}._run_environment"), |vm, _| {
            crate::replay::environment(vm);
            Ok(Value::None)
        });
    }
    vm.register("alembic.operations.ops._unknown_operation", |vm, args| {
        let name = vm.type_name(&args.receiver());
        let place = vm.user_place();
        unproven(vm, format!("what the operation `{name}` does is not known"), place.as_ref());
        Ok(Value::None)
    });
}

/// Translates a call and performs it.
fn at_once(vm: &mut Vm, args: &Args, translation: Translation) -> PyResult {
    let mut call = Call::new(vm, args, None);
    let planned = translation(&mut call);
    let place = call.place.clone();
    match planned {
        Ok(planned) => {
            for step in planned {
                perform(vm, step)?;
            }
        }
        Err(problem) => settle(vm, problem, place.as_ref())?,
    }
    Ok(Value::None)
}

/// Turns a problem into what Python sees: nothing and an unproven revision, or an exception.
pub(crate) fn settle(vm: &mut Vm, problem: Problem, place: Option<&Place>) -> PyResult<()> {
    match problem {
        Problem::Unknown { reason, place: inner } => {
            unproven(vm, reason, inner.as_ref().filter(|place| !place.source.is_library).or(place));
            Ok(())
        }
        Problem::Wrong { class, message } => {
            perform(vm, Planned { step: Step::Raise { class, message }, place: place.cloned() })
        }
        Problem::Raised(raised) => Err(raised),
    }
}

/// Returns the replay's state; every interpreter that has these natives has one.
pub(crate) fn context(vm: &Vm) -> Rc<Context> {
    vm.state::<Context>().unwrap_or_else(|| Rc::new(Context::new(trueup_schema::Dialect::Postgresql)))
}
