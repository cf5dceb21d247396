//! Which tables may have rows, learned from statements; and statements on rows that SQLAlchemy builds.

use trueup_python::{Args, Place, PyResult, Value, Vm};
use trueup_schema::ObjectName;

use super::query;
use crate::compile::{attr, is_a, text_attr};
use crate::op::{Problem, context, record_data};

/// Returns the name of the table that a value stands for: a `Table`, `table(…)`, or a mapped class.
pub(crate) fn table_name(vm: &mut Vm, value: &Value) -> Option<ObjectName> {
    let dialect = context(vm).dialect;
    let value = match value {
        Value::Class(_) => vm.lookup_attr(value, "__table__").ok().flatten()?,
        other => other.clone(),
    };
    let is_table =
        is_a(&value, "sqlalchemy.schema.Table") || is_a(&value, "sqlalchemy._elements.TableClause");
    if !is_table {
        return None;
    }
    let name = text_attr(vm, &value, "name").ok()??;
    let namespace = text_attr(vm, &value, "schema").ok()?;
    Some(ObjectName::qualified(dialect, namespace.as_deref(), name))
}

/// Returns the name of the table that a value stands for, or why it is not known.
pub(crate) fn table_of(vm: &mut Vm, value: &Value) -> Result<ObjectName, Problem> {
    match table_name(vm, value) {
        Some(name) => Ok(name),
        None => {
            Err(Problem::Unknown { reason: "the table of a statement is not known".to_owned(), place: None })
        }
    }
}

/// Notes that rows were inserted, into a table or nobody knows where.
pub(crate) fn inserted(vm: &mut Vm, table: Option<ObjectName>) {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    match table {
        Some(table) => state.rows.insert(table),
        None => state.rows.insert_anywhere(),
    }
}

/// Returns the tables that a text inserts into.
pub(crate) fn inserted_tables(dialect: trueup_schema::Dialect, sql: &str) -> Vec<ObjectName> {
    query::insert_targets(dialect, sql).into_iter().map(|target| target.table).collect()
}

/// Learns from a statement on rows that was given as text.
pub(crate) fn ran_sql(vm: &mut Vm, sql: &str) {
    let context = context(vm);
    for target in query::insert_targets(context.dialect, sql) {
        let fed = {
            let state = context.state.borrow();
            target.sources.is_empty() || !target.sources.iter().any(|source| state.is_empty_table(source))
        };
        let mut state = context.state.borrow_mut();
        if fed {
            state.rows.insert(target.table);
        } else {
            state.record.script.note_filled(&target.table);
        }
    }
}

/// Runs a statement on rows that SQLAlchemy built, without looking at its result.
pub(crate) fn run(vm: &mut Vm, statement: &Value, place: Option<&Place>) {
    if is_a(statement, "sqlalchemy._elements.UpdateBase") {
        let target = first_argument(vm, statement);
        let table = target.and_then(|target| table_name(vm, &target));
        let verb = if is_a(statement, "sqlalchemy._elements.Insert") {
            "INSERT INTO"
        } else if is_a(statement, "sqlalchemy._elements.Update") {
            "UPDATE"
        } else {
            "DELETE FROM"
        };
        let words = table.as_ref().map_or_else(|| "a table".to_owned(), ObjectName::to_sql);
        record_data(vm, format!("{verb} {words} …"), place);
        if verb == "INSERT INTO" && !copies_nothing(vm, statement) {
            inserted(vm, table);
        } else if verb == "INSERT INTO"
            && let Some(table) = table
        {
            context(vm).state.borrow_mut().record.script.note_filled(&table);
        }
    }
}

/// Tells whether an `insert().from_select(…)` reads from a table that has no rows.
fn copies_nothing(vm: &mut Vm, statement: &Value) -> bool {
    for (name, args) in calls(vm, statement) {
        if &*name == "from_select"
            && let Some(select) = args.get(1)
        {
            return matches!(select_rows(vm, select), Rows::None(_));
        }
    }
    false
}

/// What the rows of a statement are, and the tables that must have no rows for that.
pub(super) enum Rows {
    /// There are none.
    None(Vec<ObjectName>),
    /// One row of aggregates over no rows: 0 for a count, else nothing.
    Aggregates(Vec<Value>, Vec<ObjectName>),
    /// Not known.
    Unknown,
}

/// Returns the rows of a `select(…)` as far as they are known.
pub(super) fn select_rows(vm: &mut Vm, statement: &Value) -> Rows {
    if !is_a(statement, "sqlalchemy._elements.Select") {
        return Rows::Unknown;
    }
    let Ok(entities) = vm.getattr(statement, "args").and_then(|args| vm.iterate(&args)) else {
        return Rows::Unknown;
    };
    let entities: Vec<Value> = match entities.as_slice() {
        [list] if matches!(list, Value::List(_)) => list.items().unwrap_or_default(),
        _ => entities,
    };
    let calls = calls(vm, statement);
    let mut tables: Vec<ObjectName> = Vec::new();
    let mut aggregates = Vec::new();
    for entity in &entities {
        collect_tables(vm, entity, &mut tables);
        if let Some(value) = aggregate(vm, entity) {
            aggregates.push(value);
        }
    }
    let mut outer = false;
    for (name, args) in &calls {
        match &**name {
            "outerjoin" | "group_by" if &**name == "outerjoin" => outer = true,
            "select_from" => args.iter().for_each(|value| collect_tables(vm, value, &mut tables)),
            "join" => {
                for value in args.iter().take(1) {
                    collect_tables(vm, value, &mut tables);
                }
            }
            "union" | "union_all" => return Rows::Unknown,
            _ => {}
        }
    }
    let grouped = calls.iter().any(|(name, _)| &**name == "group_by");
    let context = context(vm);
    let state = context.state.borrow();
    // One table without rows is enough, best one that is empty in truth.
    let decisive = if outer { tables.get(..1).unwrap_or_default() } else { &tables[..] };
    let mut empty: Vec<ObjectName> =
        decisive.iter().filter(|table| state.is_empty_table(table)).cloned().collect();
    empty.sort_by_key(|table| !state.record.script.has_made(table));
    empty.truncate(1);
    if empty.is_empty() {
        return Rows::Unknown;
    }
    if aggregates.is_empty() || grouped {
        return Rows::None(empty);
    }
    if aggregates.len() == entities.len() { Rows::Aggregates(aggregates, empty) } else { Rows::Unknown }
}

/// Returns what an aggregate function gives over no rows.
fn aggregate(vm: &mut Vm, entity: &Value) -> Option<Value> {
    let mut entity = entity.clone();
    for wrapper in ["sqlalchemy._elements.Label", "sqlalchemy._elements.FunctionFilter"] {
        if is_a(&entity, wrapper) {
            entity = attr(vm, &entity, "element").ok()?;
        }
    }
    if !is_a(&entity, "sqlalchemy._elements.Function") {
        return None;
    }
    match text_attr(vm, &entity, "name").ok()??.to_ascii_lowercase().as_str() {
        "count" => Some(Value::Int(0)),
        "max" | "min" | "sum" | "avg" | "array_agg" | "string_agg" => Some(Value::None),
        _ => None,
    }
}

/// Collects the tables that an entity of a query reads from.
fn collect_tables(vm: &mut Vm, entity: &Value, tables: &mut Vec<ObjectName>) {
    if let Some(name) = table_name(vm, entity) {
        tables.push(name);
        return;
    }
    for attribute in ["table", "element", "clause", "__clause_element__"] {
        let Ok(inner) = attr(vm, entity, attribute) else { continue };
        let inner = if attribute == "__clause_element__" && !inner.is_none() {
            match vm.call(&inner, Args::default()) {
                Ok(element) => element,
                Err(_) => continue,
            }
        } else {
            inner
        };
        if inner.is_none() || inner.is(entity) || !matches!(entity, Value::Instance(_)) {
            continue;
        }
        collect_tables(vm, &inner, tables);
        return;
    }
    if let Some(arguments) = attr(vm, entity, "clause_args").ok().and_then(|value| value.items()) {
        for argument in arguments {
            collect_tables(vm, &argument, tables);
        }
    }
    if is_a(entity, "sqlalchemy._elements.DataStatement")
        && let Ok(arguments) = vm.getattr(entity, "args").and_then(|args| vm.iterate(&args))
    {
        for argument in arguments {
            collect_tables(vm, &argument, tables);
        }
    }
}

/// Returns the target of an UPDATE or DELETE if it provably has no rows.
pub(super) fn empty_target(vm: &mut Vm, statement: &Value) -> Option<ObjectName> {
    let table = first_argument(vm, statement).and_then(|target| table_name(vm, &target))?;
    context(vm).state.borrow().is_empty_table(&table).then_some(table)
}

fn first_argument(vm: &mut Vm, statement: &Value) -> Option<Value> {
    let arguments = vm.getattr(statement, "args").ok()?;
    vm.iterate(&arguments).ok()?.into_iter().next()
}

/// Returns the methods that were called on a statement: name and positional arguments.
pub(super) fn calls(vm: &mut Vm, statement: &Value) -> Vec<(std::rc::Rc<str>, Vec<Value>)> {
    let Ok(calls) = vm.getattr(statement, "_calls").and_then(|calls| vm.iterate(&calls)) else {
        return Vec::new();
    };
    calls
        .into_iter()
        .filter_map(|call| {
            let parts = call.items()?;
            Some((parts.first()?.as_str()?, parts.get(1)?.items().unwrap_or_default()))
        })
        .collect()
}

/// A result that is known: if nothing else has rows than what the replay has seen.
#[derive(Default)]
pub(super) struct Known {
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) keys: Vec<Value>,
    /// Tables that must have no rows for this to be the result.
    pub(super) premises: Vec<ObjectName>,
}

/// Returns a result object with rows that are known.
pub(super) fn result(vm: &mut Vm, known: Known, row_count: Value) -> PyResult {
    let class = vm.module_attr("sqlalchemy.engine.result", "Result")?;
    let rows = known.rows.into_iter().map(Value::tuple).collect();
    let premises = known.premises.iter().map(|table| {
        let namespace = table.namespace.as_deref().map_or(Value::None, Value::str);
        Value::tuple(vec![namespace, Value::str(&table.name)])
    });
    let premises = Value::tuple(premises.collect());
    vm.call_with(
        &class,
        vec![Value::list(rows), Value::list(known.keys), row_count, Value::Bool(true), premises],
    )
}

/// `_rely_on(result)`: the revision goes by a result.
pub(super) fn rely_on(vm: &mut Vm, args: Args) -> PyResult {
    let Value::Instance(result) = args.receiver() else { return Ok(Value::None) };
    let premises = result.get("_premises").and_then(|premises| premises.items()).unwrap_or_default();
    if premises.is_empty() {
        return Ok(Value::None);
    }
    result.set("_premises", Value::tuple(Vec::new()));
    let named = premises.iter().filter_map(|premise| {
        let parts = premise.items()?;
        let namespace = parts.first()?.as_str().map(|namespace| namespace.to_string());
        Some(ObjectName { namespace, name: parts.get(1)?.as_str()?.to_string() })
    });
    rely_on_empty(vm, &named.collect::<Vec<_>>());
    Ok(Value::None)
}

/// Notes that what follows holds only if tables have no rows.
pub(super) fn rely_on_empty(vm: &mut Vm, tables: &[ObjectName]) {
    let place = vm.user_place();
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    for table in tables {
        state.record.script.rely_on_empty(table, place.as_ref());
    }
}
