//! `op.batch_alter_table`: calls are collected and performed when the `with` block ends.
//!
//! Elsewhere than on SQLite they are performed as they are; on SQLite most of them mean that the table is built anew,
//! see [`rebuild`](super::rebuild). Source: Alembic 1.20, `operations/batch.py` and `ddl/sqlite.py`.

use std::cell::RefCell;
use std::rc::Rc;

use trueup_python::{Args, Instance, PyResult, Value, Vm};
use trueup_schema::Operation;
use trueup_schema::ops::CreateIndex;

use super::{
    Call, Planned, Problem, Step, Translation, context, perform, rebuild, recreate, send_unknown, settle,
};
use crate::replay::without_steps;

/// The collected calls, as the payload of the `BatchOperations` object.
#[derive(Default)]
struct Collected(RefCell<Vec<Planned>>);

/// Translates a call of `batch_op` and collects it.
pub(super) fn collect(vm: &mut Vm, args: &Args, translation: Translation) -> PyResult {
    let receiver = args.receiver();
    let Value::Instance(batch) = &receiver else { return Ok(Value::None) };
    let mut call = Call::new(vm, args, Some(batch.clone()));
    let planned = translation(&mut call);
    let place = call.place.clone();
    match planned {
        Ok(planned) => collected(batch).0.borrow_mut().extend(planned),
        Err(problem) => settle(vm, problem, place.as_ref())?,
    }
    Ok(Value::None)
}

fn collected(batch: &Rc<Instance>) -> Rc<Collected> {
    if let Some(found) = batch.payload::<Collected>() {
        return found;
    }
    let new = Rc::new(Collected::default());
    batch.set_payload(new.clone());
    new
}

/// The end of the `with` block.
pub(super) fn flush(vm: &mut Vm, args: Args) -> PyResult {
    let receiver = args.receiver();
    let Value::Instance(batch) = &receiver else { return Ok(Value::None) };
    let steps = std::mem::take(&mut *collected(batch).0.borrow_mut());
    let dialect = context(vm).dialect;
    let mode = batch.get("recreate").and_then(|value| value.as_str());
    let rebuilds = match mode.as_deref() {
        Some("never") => false,
        Some("always") => true,
        _ => dialect.is_sqlite() && steps.iter().any(|planned| needs_rebuild(&planned.step)),
    };
    if rebuilds {
        let place = vm.user_place();
        let options =
            match rebuild::Options::read(&mut Call::new(vm, &Args::default(), Some(batch.clone())), batch) {
                Ok(options) => options,
                Err(problem) => {
                    settle(vm, problem, place.as_ref())?;
                    return Ok(Value::None);
                }
            };
        if dialect.is_sqlite() {
            rebuild::perform(vm, &options, steps, place.as_ref())?;
            return Ok(Value::None);
        }
        if options.copy_from.is_some() || options.extra.is_some() || !options.orders.is_empty() {
            let reason = "what `recreate` makes of `copy_from`, `table_args` or an order of columns is simulated for SQLite only";
            super::unproven(vm, reason, place.as_ref());
        }
        send_unknown(vm, "`recreate` copies the table, which no statement of its own does", place.as_ref());
        recreate::before(vm, &options.table, &steps, place.as_ref())?;
        let mut positions = Vec::new();
        for Planned { step, place } in steps {
            let step = match step {
                Step::Position { column, before, after } => {
                    positions.push((column, before, after));
                    continue;
                }
                Step::IndexOfCopy { table, index } => Step::Operation(
                    CreateIndex { table, index, concurrently: false, if_not_exists: false }.into(),
                ),
                step => step,
            };
            without_steps(vm, |vm| perform(vm, Planned { step, place }))?;
        }
        recreate::after(vm, &options.table, &positions);
        return Ok(Value::None);
    }
    for planned in steps {
        perform(vm, planned)?;
    }
    Ok(Value::None)
}

/// Tells whether SQLite cannot do a step by `ALTER TABLE`, in Alembic's opinion.
fn needs_rebuild(step: &Step) -> bool {
    match step {
        Step::Operation(Operation::AddColumn(_) | Operation::CreateIndex(_) | Operation::DropIndex(_)) => {
            false
        }
        Step::Operation(_) | Step::NeedsRebuild => true,
        Step::Position { .. }
        | Step::IndexOfCopy { .. }
        | Step::Raise { .. }
        | Step::Refuse { .. }
        | Step::RefuseRebuild { .. } => false,
    }
}

impl rebuild::Options {
    /// Reads the arguments of `batch_alter_table` that matter to a rebuild.
    fn read(call: &mut Call<'_>, batch: &Rc<Instance>) -> Result<Self, Problem> {
        let table = call.table("table_name", "schema")?;
        let get = |name: &str| batch.get(name).unwrap_or(Value::None);
        let mut naming_convention = None;
        let convention = get("naming_convention");
        if !convention.is_none() {
            let metadata = call.make(
                "sqlalchemy.schema",
                "MetaData",
                Vec::new(),
                vec![("naming_convention", convention)],
            )?;
            naming_convention = Some(crate::compile::convention(call.vm, &metadata)?);
        }
        let copy_from = get("copy_from");
        let copy_from = if copy_from.is_none() {
            None
        } else {
            Some(crate::compile::table(call.vm, &copy_from, call.dialect)?.table)
        };
        let mut extra = None;
        let items = get("table_args");
        if items.items().is_some_and(|items| !items.is_empty()) {
            let object =
                super::table::table_object(call, Value::str(&table.name), items, Value::dict_of([]))?;
            extra = Some(crate::compile::table(call.vm, &object, call.dialect)?.table);
        }
        let mut orders = Vec::new();
        let reordering = get("partial_reordering");
        if !reordering.is_none() {
            for group in call.vm.iterate(&reordering)? {
                let mut names = Vec::new();
                for item in call.vm.iterate(&group)? {
                    names.extend(call.text_value(&item, "partial_reordering")?);
                }
                orders.push(names);
            }
        }
        Ok(Self { table, naming_convention, copy_from, extra, orders })
    }
}
