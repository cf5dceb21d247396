//! `op.create_table`, `drop_table`, `rename_table` and table comments; creating and dropping `Table` objects.

use trueup_python::{Args, Place, PyResult, Value, Vm};
use trueup_schema::naming::Convention;
use trueup_schema::ops::{
    AlterTable, CreateEnum, CreateSequence, CreateTable, DropTable, RenameTable, TableChange,
};
use trueup_schema::{ObjectName, Table};

use super::{Call, Planned, Problem, Step, context, perform, settle, unproven};
use crate::compile::{self, CompiledTable};

/// `op.create_table(name, *columns, if_not_exists, **kw)`: returns the `Table`.
pub(super) fn create_table(vm: &mut Vm, args: Args) -> PyResult {
    let mut call = Call::new(vm, &args, None);
    let place = call.place.clone();
    let built = build(&mut call);
    match built {
        Ok((table, if_not_exists)) => {
            perform_create_table(vm, &table, if_not_exists, EnumCreation::ByOperation, place.as_ref())?;
            Ok(table)
        }
        Err(problem) => {
            settle(vm, problem, place.as_ref())?;
            Ok(vm.unknown("the table that `op.create_table` returns is not known"))
        }
    }
}

fn build(call: &mut Call<'_>) -> Result<(Value, bool), Problem> {
    let name = call.known("table_name")?;
    let if_not_exists = call.flag("if_not_exists")?;
    let columns = call.get("columns");
    refuse_duplicates(call, &name, &columns)?;
    let keywords = call.get("kw");
    let table = table_object(call, name, columns, keywords)?;
    Ok((table, if_not_exists))
}

/// Refuses two columns of one name, as SQLAlchemy does before anything is sent.
fn refuse_duplicates(call: &mut Call<'_>, table: &Value, items: &Value) -> Result<(), Problem> {
    let mut seen: Vec<Value> = Vec::new();
    for item in items.items().unwrap_or_default() {
        if !compile::is_a(&item, "sqlalchemy.schema.Column") {
            continue;
        }
        let key = call.vm.getattr(&item, "key")?;
        let Some(text) = key.as_str() else { continue };
        if seen.iter().any(|known| known.as_str().as_deref() == Some(&*text)) {
            let table = table.as_str().unwrap_or_default();
            let message = format!("A column with name '{text}' is already present in table '{table}'.");
            return Err(Problem::Wrong { class: "sqlalchemy.exc.DuplicateColumnError", message });
        }
        seen.push(key);
    }
    Ok(())
}

/// Returns the `Table` object that Alembic builds for a call.
pub(super) fn table_object(
    call: &mut Call<'_>,
    name: Value,
    items: Value,
    keywords: Value,
) -> Result<Value, Problem> {
    if let Some(items) = items.items()
        && let Some(unknown) = items.iter().find_map(Value::as_unknown)
    {
        let reason = format!("a column or constraint is not known: {}", unknown.reason);
        let place = unknown.place.clone();
        unproven(call.vm, reason, place.as_ref().or(call.place.as_ref()));
        if let Some(name) = name.as_str() {
            let name = ObjectName::new(name.to_string());
            context(call.vm).state.borrow_mut().baseline.partial.insert(name);
        }
    }
    let convention = convention_value(&call.convention);
    let function = call.vm.module_attr("alembic.operations.base", "_table")?;
    Ok(call.vm.call_with(&function, vec![name, items, keywords, convention])?)
}

/// Returns a convention as the dictionary that `MetaData(naming_convention=…)` takes.
pub(super) fn convention_value(convention: &Convention) -> Value {
    let templates = convention.templates();
    Value::dict_of(templates.map(|(key, template)| (std::rc::Rc::from(key), Value::str(template))))
}

/// When the enum types of a table's columns are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnumCreation {
    /// Once per run, without asking the server: `op.create_table`, which leaves out the sequences of columns.
    ByOperation,
    /// Once per run, without asking the server: `Table.create()`.
    Once,
    /// Unless they exist: `checkfirst=True`.
    IfMissing,
}

/// Creates a table from a `Table` object, with its types, sequences, indexes and comments.
///
/// Source: SQLAlchemy 2.0 `NamedType._on_table_create`: without `checkfirst` a type is created with the first table
/// of the run that has it, whether it exists or not.
pub(crate) fn perform_create_table(
    vm: &mut Vm,
    value: &Value,
    if_not_exists: bool,
    enums: EnumCreation,
    place: Option<&Place>,
) -> PyResult<()> {
    let dialect = context(vm).dialect;
    let compiled = match compile::table(vm, value, dialect) {
        Ok(compiled) => compiled,
        Err(error) => return settle(vm, error.into(), place),
    };
    let CompiledTable { mut table, enums: types, sequences, problems } = compiled;
    // `use_alter=True` leaves a foreign key to a later ALTER TABLE, which only `create_all` sends.
    if !dialect.is_sqlite() {
        let later = foreign_keys_added_later(vm, value)?;
        table.foreign_keys.retain(|key| !later.contains(&key.columns));
    }
    for (reason, inner) in problems {
        unproven(vm, format!("table `{}`: {reason}", table.name), inner.as_ref().or(place));
        context(vm).state.borrow_mut().baseline.partial.insert(table.name.clone());
    }
    for compiled in types.into_iter().filter(|compiled| compiled.create_type) {
        // A type that belongs to a `MetaData` is created with the metadata, not with the table.
        if compiled.has_metadata && enums != EnumCreation::IfMissing {
            continue;
        }
        let name = compiled.enum_type.name.clone();
        let first = context(vm).state.borrow_mut().created_with_table.insert(name.clone());
        let exists = context(vm).state.borrow().schema.enums.contains_key(&name);
        let wanted = match enums {
            EnumCreation::ByOperation | EnumCreation::Once => first,
            EnumCreation::IfMissing => !exists,
        };
        if wanted {
            let operation = CreateEnum { enum_type: compiled.enum_type, if_not_exists: false };
            perform(vm, operation_step(operation, place))?;
        }
    }
    for sequence in sequences.into_iter().filter(|_| enums != EnumCreation::ByOperation) {
        let operation = CreateSequence { sequence, if_not_exists: true };
        perform(vm, operation_step(operation, place))?;
    }
    let operation = CreateTable { table, if_not_exists };
    perform(vm, operation_step(operation, place))
}

/// Creates a table of which some foreign keys are added later; its types are created like those of any table.
pub(crate) fn perform_compiled_table(
    vm: &mut Vm,
    value: &Value,
    table: Table,
    place: Option<&Place>,
) -> PyResult<()> {
    let dialect = context(vm).dialect;
    if let Ok(compiled) = compile::table(vm, value, dialect) {
        for compiled in compiled.enums.into_iter().filter(|compiled| compiled.create_type) {
            let exists = context(vm).state.borrow().schema.enums.contains_key(&compiled.enum_type.name);
            if !exists {
                let operation = CreateEnum { enum_type: compiled.enum_type, if_not_exists: false };
                perform(vm, operation_step(operation, place))?;
            }
        }
    }
    perform(vm, operation_step(CreateTable { table, if_not_exists: false }, place))
}

/// Returns the columns of the foreign keys with `use_alter=True`.
pub(crate) fn foreign_keys_added_later(vm: &mut Vm, table: &Value) -> PyResult<Vec<Vec<String>>> {
    let mut found = Vec::new();
    let constraints = vm.getattr(table, "constraints")?;
    for constraint in vm.iterate(&constraints)? {
        if !compile::is_a(&constraint, "sqlalchemy.schema.ForeignKeyConstraint")
            || !uses_alter(vm, &constraint)?
        {
            continue;
        }
        let keys = vm.getattr(&constraint, "column_keys")?;
        let keys = vm.iterate(&keys)?;
        found.push(keys.iter().filter_map(|key| Some(key.as_str()?.to_string())).collect());
    }
    let keys = vm.getattr(table, "_foreign_keys")?;
    for key in keys.items().unwrap_or_default() {
        if !uses_alter(vm, &key)? {
            continue;
        }
        let parent = vm.getattr(&key, "parent")?;
        if parent.is_none() {
            continue;
        }
        let name = vm.getattr(&parent, "name")?;
        found.push(name.as_str().map(|name| name.to_string()).into_iter().collect());
    }
    Ok(found)
}

fn uses_alter(vm: &mut Vm, value: &Value) -> PyResult<bool> {
    let flag = vm.lookup_attr(value, "use_alter")?;
    Ok(flag.and_then(|flag| flag.as_bool()) == Some(true))
}

pub(crate) fn operation_step(
    operation: impl Into<trueup_schema::Operation>,
    place: Option<&Place>,
) -> Planned {
    Planned { step: Step::Operation(operation.into()), place: place.cloned() }
}

/// Returns tables in an order in which each comes after those it refers to; cycles keep the given order.
pub(crate) fn create_order(tables: Vec<(Value, Table)>) -> Vec<(Value, Table)> {
    let mut remaining = tables;
    let mut ordered: Vec<(Value, Table)> = Vec::with_capacity(remaining.len());
    while !remaining.is_empty() {
        let names: Vec<ObjectName> = remaining.iter().map(|(_, table)| table.name.clone()).collect();
        let free = remaining.iter().position(|(_, table)| {
            let mut others = table.foreign_keys.iter().map(|key| &key.referenced_table);
            !others.any(|name| *name != table.name && names.contains(name))
        });
        ordered.push(remaining.remove(free.unwrap_or(0)));
    }
    ordered
}

/// `op.drop_table(name, schema, if_exists)`.
pub(super) fn drop_table(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    let if_exists = call.flag("if_exists")?;
    Ok(vec![call.plan(DropTable { table, if_exists, cascade: false })])
}

/// `op.rename_table(old, new, schema)`.
pub(super) fn rename_table(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("old_table_name", "schema")?;
    let new_name = table.sibling(call.text("new_table_name")?);
    Ok(vec![call.plan(RenameTable { table, new_name })])
}

/// `op.create_table_comment(name, comment, schema)`.
pub(super) fn create_table_comment(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let comment = call.optional_text("comment")?;
    table_comment(call, comment)
}

/// `op.drop_table_comment(name, schema)`.
pub(super) fn drop_table_comment(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    table_comment(call, None)
}

fn table_comment(call: &mut Call<'_>, comment: Option<String>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    if !call.dialect.has_comments() {
        if call.batch.is_some() {
            return Ok(Vec::new());
        }
        let message = "near \"COMMENT\": syntax error".to_owned();
        return Ok(vec![call.step(Step::Raise { class: "sqlalchemy.exc.OperationalError", message })]);
    }
    Ok(vec![call.plan(AlterTable { table, change: TableChange::Comment(comment) })])
}
