//! Objects of SQLAlchemy from the simulated schema: column types, `Table(…, autoload_with=bind)`, `MetaData.reflect`.

use trueup_python::{Args, PyResult, Value, Vm};
use trueup_schema::{ColumnType, Dialect, ObjectName, Table, TypeKind};

use crate::compile::text_attr;
use crate::op::context;

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    vm.register("sqlalchemy.schema.Table._autoload", autoload);
    vm.register("sqlalchemy.schema.MetaData.reflect", reflect);
}

/// How a built-in type of PostgreSQL is called in SQLAlchemy: module and class.
const POSTGRESQL_TYPES: &[(&str, &str, &str)] = &[
    ("bigint", "sqlalchemy.types", "BIGINT"),
    ("boolean", "sqlalchemy.types", "BOOLEAN"),
    ("bytea", "sqlalchemy.dialects.postgresql", "BYTEA"),
    ("character", "sqlalchemy.types", "CHAR"),
    ("character varying", "sqlalchemy.types", "VARCHAR"),
    ("citext", "sqlalchemy.dialects.postgresql", "CITEXT"),
    ("date", "sqlalchemy.types", "DATE"),
    ("double precision", "sqlalchemy.types", "DOUBLE_PRECISION"),
    ("inet", "sqlalchemy.dialects.postgresql", "INET"),
    ("integer", "sqlalchemy.types", "INTEGER"),
    ("interval", "sqlalchemy.dialects.postgresql", "INTERVAL"),
    ("json", "sqlalchemy.dialects.postgresql", "JSON"),
    ("jsonb", "sqlalchemy.dialects.postgresql", "JSONB"),
    ("numeric", "sqlalchemy.types", "NUMERIC"),
    ("real", "sqlalchemy.types", "REAL"),
    ("smallint", "sqlalchemy.types", "SMALLINT"),
    ("text", "sqlalchemy.types", "TEXT"),
    ("timestamp without time zone", "sqlalchemy.dialects.postgresql", "TIMESTAMP"),
    ("tsvector", "sqlalchemy.dialects.postgresql", "TSVECTOR"),
    ("uuid", "sqlalchemy.dialects.postgresql", "UUID"),
];

/// The same for SQLite, by the upper-case name of the declared type.
const SQLITE_TYPES: &[(&str, &str)] = &[
    ("BIGINT", "BIGINT"),
    ("BLOB", "BLOB"),
    ("BOOL", "BOOLEAN"),
    ("BOOLEAN", "BOOLEAN"),
    ("CHAR", "CHAR"),
    ("DATE", "DATE"),
    ("DATETIME", "DATETIME"),
    ("DATETIME_CHAR", "DATETIME"),
    ("DATE_CHAR", "DATE"),
    ("DECIMAL", "DECIMAL"),
    ("DOUBLE", "DOUBLE"),
    ("FLOAT", "FLOAT"),
    ("INT", "INTEGER"),
    ("INTEGER", "INTEGER"),
    ("JSON", "JSON"),
    ("NCHAR", "NCHAR"),
    ("NUMERIC", "NUMERIC"),
    ("NVARCHAR", "NVARCHAR"),
    ("REAL", "REAL"),
    ("SMALLINT", "SMALLINT"),
    ("TEXT", "TEXT"),
    ("TIME", "TIME"),
    ("TIMESTAMP", "TIMESTAMP"),
    ("TIME_CHAR", "TIME"),
    ("VARCHAR", "VARCHAR"),
];

/// What SQLite's affinity makes of names that SQLAlchemy does not know: a part of the name and the class, in the order
/// of SQLAlchemy 2.0 `dialects/sqlite/base.py`, `_resolve_type_affinity`.
const SQLITE_AFFINITY: &[(&str, &str)] = &[
    ("INT", "INTEGER"),
    ("CHAR", "TEXT"),
    ("CLOB", "TEXT"),
    ("TEXT", "TEXT"),
    ("BLOB", ""),
    ("REAL", "REAL"),
    ("FLOA", "REAL"),
    ("DOUB", "REAL"),
];

/// Returns the class that SQLAlchemy's reflection finds for a declared type on SQLite; `None` for its `NullType`.
fn sqlite_class(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    let known = SQLITE_TYPES.iter().find(|(known, _)| *known == name).map(|(_, class)| *class);
    let by_affinity = || {
        let found = SQLITE_AFFINITY.iter().find(|(part, _)| name.contains(part));
        found.map_or("NUMERIC", |(_, class)| *class)
    };
    let class = known.unwrap_or_else(by_affinity);
    (!name.is_empty() && !class.is_empty()).then_some(class)
}

/// Tells whether a class writes the numbers that it is given.
fn takes_numbers(class: &str) -> bool {
    matches!(class, "VARCHAR" | "CHAR" | "NVARCHAR" | "NCHAR" | "TEXT" | "NUMERIC" | "DECIMAL")
}

/// Returns the type that a column of SQLite has after it was reflected and written again, where that is another one:
/// `BINARY(16)` becomes `NUMERIC(16)`.
pub(crate) fn reflected_on_sqlite(column_type: &ColumnType) -> Option<ColumnType> {
    if column_type.is_unknown() {
        return None;
    }
    let class = sqlite_class(&column_type.name)?;
    let numbers: Vec<&str> = column_type.modifiers.iter().map(|text| text.trim()).collect();
    let text = if takes_numbers(class) && !numbers.is_empty() {
        format!("{class}({})", numbers.join(", "))
    } else {
        class.to_owned()
    };
    let found = ColumnType::parse(Dialect::Sqlite, &text);
    (!found.to_string().eq_ignore_ascii_case(&column_type.to_string())).then_some(found)
}

/// Returns a type object for a column's type.
pub(super) fn type_object(vm: &mut Vm, column_type: &ColumnType) -> PyResult {
    if let TypeKind::Unknown(reason) = &column_type.kind {
        return Ok(vm.unknown(reason.clone()));
    }
    let context = context(vm);
    if column_type.array {
        let mut item = column_type.clone();
        item.array = false;
        let item = type_object(vm, &item)?;
        return make(vm, "sqlalchemy.dialects.postgresql", "ARRAY", vec![item], Vec::new());
    }
    let name =
        ObjectName::qualified(context.dialect, column_type.namespace.as_deref(), column_type.name.as_str());
    let labels = context.state.borrow().schema.enums.get(&name).map(|found| found.labels.clone());
    if let Some(labels) = labels {
        let labels = labels.into_iter().map(Value::from).collect();
        let mut keywords = vec![("name", Value::str(&name.name)), ("create_type", Value::Bool(false))];
        if let Some(namespace) = &name.namespace {
            keywords.push(("schema", Value::str(namespace)));
        }
        return make(vm, "sqlalchemy.dialects.postgresql", "ENUM", labels, keywords);
    }
    let numbers: Vec<Value> =
        column_type.modifiers.iter().filter_map(|text| text.trim().parse().ok().map(Value::Int)).collect();
    let found = match context.dialect {
        Dialect::Postgresql => {
            if column_type.name == "timestamp with time zone" || column_type.name == "time with time zone" {
                let class = if column_type.name.starts_with("timestamp") { "TIMESTAMP" } else { "TIME" };
                return make(
                    vm,
                    "sqlalchemy.dialects.postgresql",
                    class,
                    Vec::new(),
                    vec![("timezone", Value::Bool(true))],
                );
            }
            POSTGRESQL_TYPES
                .iter()
                .find(|(known, _, _)| *known == column_type.name)
                .map(|(_, module, class)| (*module, *class))
        }
        Dialect::Sqlite => sqlite_class(&column_type.name).map(|class| ("sqlalchemy.types", class)),
    };
    match found {
        Some((module, class)) => {
            let numbers = if takes_numbers(class) { numbers } else { Vec::new() };
            make(vm, module, class, numbers, Vec::new())
        }
        None => make(
            vm,
            "sqlalchemy.engine.reflection",
            "_ReflectedType",
            vec![Value::from(column_type.to_string())],
            Vec::new(),
        ),
    }
}

fn make(
    vm: &mut Vm,
    module: &str,
    class: &str,
    positional: Vec<Value>,
    keywords: Vec<(&str, Value)>,
) -> PyResult {
    let class = vm.module_attr(module, class)?;
    let keywords = keywords.into_iter().map(|(name, value)| (std::rc::Rc::from(name), value)).collect();
    vm.call(&class, Args { positional, keywords, signature: None })
}

/// `Table("t", metadata, autoload_with=bind)`: the table gets the columns and constraints that it has.
fn autoload(vm: &mut Vm, args: Args) -> PyResult {
    let receiver = args.receiver();
    let name = text_attr(vm, &receiver, "name").ok().flatten().unwrap_or_default();
    let namespace = text_attr(vm, &receiver, "schema").ok().flatten();
    let context = context(vm);
    let name = ObjectName::qualified(context.dialect, namespace.as_deref(), name);
    let table = context.state.borrow().schema.table(&name).cloned();
    let Some(table) = table else {
        let error = trueup_schema::ApplyError::Missing {
            kind: trueup_schema::ObjectKind::Table,
            name: name.to_string(),
            table: None,
        };
        let place = vm.user_place();
        crate::op::raise_missing(vm, "sqlalchemy.exc.NoSuchTableError", error, place.as_ref())?;
        return Ok(Value::None);
    };
    attach_columns(vm, &receiver, &table)?;
    Ok(Value::None)
}

fn attach_columns(vm: &mut Vm, receiver: &Value, table: &Table) -> PyResult<()> {
    let key: Vec<String> = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    let mut items = Vec::new();
    for column in &table.columns {
        let type_value = type_object(vm, &column.column_type)?;
        let mut keywords = vec![
            ("nullable", Value::Bool(column.nullable)),
            ("primary_key", Value::Bool(key.contains(&column.name))),
        ];
        if let Some(default) = &column.default {
            let text =
                make(vm, "sqlalchemy._elements", "TextClause", vec![Value::str(default.text())], Vec::new())?;
            keywords.push(("server_default", text));
        }
        items.push(make(
            vm,
            "sqlalchemy.schema",
            "Column",
            vec![Value::str(&column.name), type_value],
            keywords,
        )?);
    }
    let names = |names: &[String]| Value::list(names.iter().map(Value::str).collect());
    for unique in &table.uniques {
        let columns = unique.columns.iter().map(Value::str).collect();
        let name = unique.name.as_ref().map_or(Value::None, Value::str);
        items.push(make(vm, "sqlalchemy.schema", "UniqueConstraint", columns, vec![("name", name)])?);
    }
    for foreign_key in &table.foreign_keys {
        let target = foreign_key.referenced_table.to_string();
        let referenced: Vec<String> =
            foreign_key.referenced_columns.iter().map(|column| format!("{target}.{column}")).collect();
        let name = foreign_key.name.as_ref().map_or(Value::None, Value::str);
        let positional = vec![names(&foreign_key.columns), names(&referenced)];
        items.push(make(vm, "sqlalchemy.schema", "ForeignKeyConstraint", positional, vec![("name", name)])?);
    }
    for item in items {
        vm.call_method(receiver, "_attach", Args::positional(vec![item]))?;
    }
    Ok(())
}

/// `MetaData.reflect(bind, schema, only)`.
fn reflect(vm: &mut Vm, args: Args) -> PyResult {
    let metadata = args.receiver();
    let namespace = args.get("schema").and_then(Value::as_str);
    let only = args.get("only").and_then(Value::items);
    let context = context(vm);
    let dialect = context.dialect;
    let wanted = ObjectName::qualified(dialect, namespace.as_deref(), "").namespace;
    let names: Vec<ObjectName> = context
        .state
        .borrow()
        .schema
        .tables
        .keys()
        .filter(|name| name.namespace == wanted)
        .filter(|name| {
            only.as_ref().is_none_or(|only| {
                only.iter().any(|item| item.as_str().as_deref() == Some(name.name.as_str()))
            })
        })
        .cloned()
        .collect();
    let class = vm.module_attr("sqlalchemy.schema", "Table")?;
    let bind = args.get("bind").cloned().unwrap_or(Value::None);
    let bind = if bind.is_none() { Value::Bool(true) } else { bind };
    for name in names {
        let mut keywords = vec![(std::rc::Rc::from("autoload_with"), bind.clone())];
        if let Some(namespace) = &name.namespace {
            keywords.push((std::rc::Rc::from("schema"), Value::str(namespace)));
        }
        let positional = vec![Value::str(&name.name), metadata.clone()];
        vm.call(&class, Args { positional, keywords, signature: None })?;
    }
    Ok(Value::None)
}
