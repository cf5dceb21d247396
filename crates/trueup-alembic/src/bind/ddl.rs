//! `Table.create(bind)`, `MetaData.create_all(bind)`, `Index.create(bind)`, `Enum.create(bind)`, `Sequence.create(bind)`.

use trueup_python::{Args, Place, PyResult, Value, Vm};
use trueup_schema::ops::{
    AddConstraint, Constraint, CreateEnum, CreateSequence, DropIndex, DropSequence, DropTable, DropType,
};
use trueup_schema::{ObjectName, Operation, Table};

use super::rows;
use crate::compile::{self, CompiledEnum, attr, is_a, text_attr};
use crate::op::{
    EnumCreation, Problem, context, create_order, foreign_keys_added_later, index_operation, operation_step,
    perform, perform_create_table, settle, unproven,
};

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    vm.register("sqlalchemy.schema.MetaData.create_all", |vm, args| guarded(vm, &args, create_all));
    vm.register("sqlalchemy.schema.MetaData.drop_all", |vm, args| guarded(vm, &args, drop_all));
    vm.register("sqlalchemy.schema.MetaData._before_listing", |vm, args| {
        crate::replay::environment_of(vm, &args.receiver());
        Ok(Value::None)
    });
    vm.register("sqlalchemy.schema.Table.create", |vm, args| guarded(vm, &args, create_table));
    vm.register("sqlalchemy.schema.Table.drop", |vm, args| guarded(vm, &args, drop_table));
    vm.register("sqlalchemy.schema.Table.exists", |vm, args| {
        let table = rows::table_name(vm, &args.receiver());
        let found = table.is_some_and(|table| context(vm).state.borrow().schema.table(&table).is_some());
        Ok(Value::Bool(found))
    });
    vm.register("sqlalchemy.schema.Index.create", |vm, args| guarded(vm, &args, create_index));
    vm.register("sqlalchemy.schema.Index.drop", |vm, args| guarded(vm, &args, drop_one_index));
    for class in ["sqlalchemy.types.SchemaType", "sqlalchemy.dialects.postgresql.ENUM"] {
        vm.register(&format!("{class}.create"), |vm, args| guarded(vm, &args, create_type));
        vm.register(&format!("{class}.drop"), |vm, args| guarded(vm, &args, drop_type));
    }
    vm.register("sqlalchemy.schema.Sequence.create", |vm, args| guarded(vm, &args, create_sequence));
    vm.register("sqlalchemy.schema.Sequence.drop", |vm, args| guarded(vm, &args, drop_sequence));
}

type Action = fn(&mut Vm, &Args, Option<&Place>) -> Result<(), Problem>;

/// Runs an action on the connection of the replay; on any other connection nothing is known.
fn guarded(vm: &mut Vm, args: &Args, action: Action) -> PyResult {
    let place = vm.user_place();
    let bind = args.get("bind").cloned().unwrap_or(Value::None);
    if bind.is_unknown() {
        unproven(vm, "the schema is changed through a connection that is not known", place.as_ref());
        return Ok(Value::None);
    }
    if is_a(&bind, "sqlalchemy.engine.base.Engine") {
        crate::op::send_unknown(vm, "the revision opens a connection of its own", place.as_ref());
    }
    match action(vm, args, place.as_ref()) {
        Ok(()) => Ok(Value::None),
        Err(problem) => {
            settle(vm, problem, place.as_ref())?;
            Ok(Value::None)
        }
    }
}

fn check_first(args: &Args) -> bool {
    args.get("checkfirst").is_some_and(|value| value.as_bool() != Some(false))
}

fn do_operation(vm: &mut Vm, operation: impl Into<Operation>, place: Option<&Place>) -> Result<(), Problem> {
    Ok(perform(vm, operation_step(operation, place))?)
}

/// Returns the tables that a call of `create_all` or `drop_all` is about.
fn tables_of(vm: &mut Vm, args: &Args) -> Result<Vec<(Value, Table)>, Problem> {
    let given = args.get("tables").cloned().unwrap_or(Value::None);
    if let Some(unknown) = given.as_unknown() {
        return Err(Problem::Unknown { reason: unknown.reason.clone(), place: unknown.place.clone() });
    }
    let objects = match given.items() {
        Some(items) => items,
        None => {
            crate::replay::environment_of(vm, &args.receiver());
            let tables = attr(vm, &args.receiver(), "_tables")?;
            let pairs = tables.as_dict().map(|tables| tables.pairs()).unwrap_or_default();
            pairs.into_iter().map(|(_, table)| table).collect()
        }
    };
    let dialect = context(vm).dialect;
    let mut tables = Vec::with_capacity(objects.len());
    for object in objects {
        let compiled = compile::table(vm, &object, dialect)?;
        tables.push((object, compiled.table));
    }
    Ok(create_order(tables))
}

fn create_all(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let check = check_first(args);
    for type_object in attr(vm, &args.receiver(), "_types")?.items().unwrap_or_default() {
        create_one_type(vm, &type_object, true, place)?;
    }
    let tables = tables_of(vm, args)?;
    let mut later: Vec<AddConstraint> = Vec::new();
    for (position, (object, table)) in tables.iter().enumerate() {
        let exists = context(vm).state.borrow().schema.table(&table.name).is_some();
        if exists && check {
            continue;
        }
        // Foreign keys of a cycle are added when both tables are there.
        let added_later = foreign_keys_added_later(vm, object)?;
        for key in &table.foreign_keys {
            let comes_later =
                tables[position + 1..].iter().any(|(_, other)| other.name == key.referenced_table);
            let use_alter = added_later.contains(&key.columns);
            if (comes_later || use_alter) && !context(vm).dialect.is_sqlite() {
                later.push(AddConstraint {
                    table: table.name.clone(),
                    constraint: Constraint::ForeignKey(key.clone()),
                    using_index: None,
                });
            }
        }
        let postponed: Vec<_> = later.iter().map(|added| added.constraint.clone()).collect();
        if postponed.is_empty() {
            perform_create_table(vm, object, false, EnumCreation::IfMissing, place)?;
        } else {
            let mut without = table.clone();
            without.foreign_keys.retain(|key| !postponed.contains(&Constraint::ForeignKey(key.clone())));
            crate::op::perform_compiled_table(vm, object, without, place)?;
        }
    }
    for added in later {
        do_operation(vm, added, place)?;
    }
    Ok(())
}

fn drop_all(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let check = check_first(args);
    for (_, table) in tables_of(vm, args)?.into_iter().rev() {
        let exists = context(vm).state.borrow().schema.table(&table.name).is_some();
        if exists || !check {
            do_operation(vm, DropTable { table: table.name, if_exists: false, cascade: false }, place)?;
        }
    }
    // The types of all tables go, whichever were asked for.
    let metadata = args.receiver();
    let tables = attr(vm, &metadata, "_tables")?.as_dict().map(|tables| tables.pairs()).unwrap_or_default();
    let mut types = Vec::new();
    for (_, table) in tables {
        types.extend(compile::table(vm, &table, context(vm).dialect)?.enums);
    }
    for value in attr(vm, &metadata, "_types")?.items().unwrap_or_default() {
        if context(vm).dialect.has_enum_types() && is_a(&value, "sqlalchemy.types.Enum") {
            types.push(compile::enum_type(vm, &value, context(vm).dialect)?);
        }
    }
    drop_types(vm, types, check, place)
}

/// Drops the enum types that were made for tables, each once.
///
/// Source: SQLAlchemy 2.0 `NamedType._on_table_drop` and `_on_metadata_drop`.
fn drop_types(
    vm: &mut Vm,
    types: Vec<CompiledEnum>,
    check: bool,
    place: Option<&Place>,
) -> Result<(), Problem> {
    let mut dropped: Vec<ObjectName> = Vec::new();
    for compiled in types.into_iter().filter(|compiled| compiled.create_type) {
        let name = compiled.enum_type.name;
        let exists = context(vm).state.borrow().schema.enums.contains_key(&name);
        if dropped.contains(&name) || (check && !exists) {
            continue;
        }
        dropped.push(name.clone());
        do_operation(vm, DropType { name, if_exists: false, cascade: false }, place)?;
    }
    Ok(())
}

fn create_table(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let table = args.receiver();
    let name = rows::table_of(vm, &table)?;
    let check = check_first(args);
    if check && context(vm).state.borrow().schema.table(&name).is_some() {
        return Ok(());
    }
    let enums = if check { EnumCreation::IfMissing } else { EnumCreation::Once };
    Ok(perform_create_table(vm, &table, false, enums, place)?)
}

fn drop_table(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let object = args.receiver();
    let table = rows::table_of(vm, &object)?;
    let check = check_first(args);
    if check && context(vm).state.borrow().schema.table(&table).is_none() {
        return Ok(());
    }
    do_operation(vm, DropTable { table, if_exists: false, cascade: false }, place)?;
    let mut types = compile::table(vm, &object, context(vm).dialect)?.enums;
    types.retain(|compiled| !compiled.has_metadata);
    drop_types(vm, types, check, place)
}

fn create_index(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let operation = index_operation(vm, &args.receiver(), false)?;
    if check_first(args)
        && let Operation::CreateIndex(created) = &operation
    {
        let context = context(vm);
        let state = context.state.borrow();
        if state.schema.table(&created.table).is_some_and(|table| table.index(&created.index.name).is_some())
        {
            return Ok(());
        }
    }
    do_operation(vm, operation, place)
}

fn drop_one_index(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let operation = drop_index(vm, &args.receiver(), check_first(args))?;
    do_operation(vm, operation, place)
}

/// Returns the operation that drops an `Index` object of a table.
pub(crate) fn drop_index(vm: &mut Vm, index: &Value, if_exists: bool) -> Result<Operation, Problem> {
    match index_operation(vm, index, false)? {
        Operation::CreateIndex(created) => Ok(DropIndex {
            index: created.table.sibling(created.index.name.as_str()),
            table: Some(created.table),
            concurrently: created.concurrently,
            if_exists,
            cascade: false,
        }
        .into()),
        other => Ok(other),
    }
}

fn create_type(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    create_one_type(vm, &args.receiver(), check_first(args), place)
}

fn create_one_type(vm: &mut Vm, value: &Value, check: bool, place: Option<&Place>) -> Result<(), Problem> {
    let dialect = context(vm).dialect;
    if !dialect.has_enum_types() || !is_a(value, "sqlalchemy.types.Enum") {
        return Ok(());
    }
    if attr(vm, value, "native_enum")?.as_bool() == Some(false) {
        return Ok(());
    }
    let mut enum_type = compile::enum_type(vm, value, dialect)?.enum_type;
    enum_type.origin = compile::origin(place);
    if check && context(vm).state.borrow().schema.enums.contains_key(&enum_type.name) {
        return Ok(());
    }
    do_operation(vm, CreateEnum { enum_type, if_not_exists: false }, place)
}

fn drop_type(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let dialect = context(vm).dialect;
    let value = args.receiver();
    if !dialect.has_enum_types() || !is_a(&value, "sqlalchemy.types.Enum") {
        return Ok(());
    }
    let Some(name) = text_attr(vm, &value, "name")? else { return Ok(()) };
    let namespace = text_attr(vm, &value, "schema")?;
    let name = crate::op::object_name(vm, &name, namespace.as_deref());
    if check_first(args) && !context(vm).state.borrow().schema.enums.contains_key(&name) {
        return Ok(());
    }
    do_operation(vm, DropType { name, if_exists: false, cascade: false }, place)
}

fn create_sequence(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let operation = sequence_operation(vm, &args.receiver(), true, check_first(args))?;
    do_operation(vm, operation, place)
}

fn drop_sequence(vm: &mut Vm, args: &Args, place: Option<&Place>) -> Result<(), Problem> {
    let operation = sequence_operation(vm, &args.receiver(), false, check_first(args))?;
    do_operation(vm, operation, place)
}

/// Returns the operation that creates or drops a `Sequence` object.
pub(crate) fn sequence_operation(
    vm: &mut Vm,
    value: &Value,
    create: bool,
    lenient: bool,
) -> Result<Operation, Problem> {
    let dialect = context(vm).dialect;
    let sequence = compile::sequence(vm, value, dialect)?;
    Ok(if create {
        CreateSequence { sequence, if_not_exists: lenient }.into()
    } else {
        DropSequence { name: sequence.name, if_exists: lenient, cascade: false }.into()
    })
}
