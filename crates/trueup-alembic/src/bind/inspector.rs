//! `sa.inspect(bind)`: the inspector, answered from the simulated schema.
//!
//! Source: SQLAlchemy 2.0 `engine/reflection.py` and the dialects' `get_*` methods, for what each answer contains.

use trueup_python::{Args, PyResult, Value, Vm};
use trueup_schema::{
    ApplyError, Column, ColumnType, Deferrable, Dialect, ForeignKey, Generated, Index, IndexKey, ObjectKind,
    ObjectName, PrimaryKey, ReferentialAction, Table,
};

use super::reflect;
use crate::op::{context, raise_missing};

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    let mut method = |name: &str, native: fn(&mut Vm, Args) -> PyResult| {
        vm.register(&format!("sqlalchemy.engine.reflection.Inspector.{name}"), native);
    };
    method("get_schema_names", schema_names);
    method("get_table_names", |vm, args| Ok(names(vm, &args, Listed::Tables)));
    method("get_view_names", |vm, args| Ok(names(vm, &args, Listed::Views)));
    method("get_materialized_view_names", |vm, args| Ok(names(vm, &args, Listed::MaterializedViews)));
    method("get_sequence_names", |vm, args| Ok(names(vm, &args, Listed::Sequences)));
    method("has_table", has_table);
    method("get_columns", |vm, args| with_table(vm, &args, columns));
    method("get_pk_constraint", |vm, args| with_table(vm, &args, |_, table| Ok(primary_key(table))));
    method("get_foreign_keys", |vm, args| with_table(vm, &args, foreign_keys));
    method("get_indexes", |vm, args| with_table(vm, &args, indexes));
    method("get_unique_constraints", |vm, args| {
        with_table(vm, &args, |vm, table| Ok(commented(vm, uniques(table))))
    });
    method("get_check_constraints", |vm, args| {
        with_table(vm, &args, |vm, table| Ok(commented(vm, checks(table))))
    });
    method("get_table_comment", |vm, args| {
        with_table(vm, &args, |_, table| Ok(dict([("text", optional(table.comment.as_deref()))])))
    });
    method("get_enums", enums);
    vm.register("sqlalchemy.inspection._inspect_other", |vm, _| {
        Ok(vm.unknown("`inspect` of a mapped object is not modelled"))
    });
}

/// Returns entries as a dialect tells them: SQLite knows no comments.
fn commented(vm: &Vm, entries: Value) -> Value {
    if context(vm).dialect.has_comments() {
        return entries;
    }
    let plain = entries.items().unwrap_or_default().into_iter().map(|entry| {
        let pairs = entry.as_dict().map(|entry| entry.pairs()).unwrap_or_default();
        let named = pairs.into_iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
        Value::dict_of(named.filter(|(key, _)| &**key != "comment"))
    });
    Value::list(plain.collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    Tables,
    Views,
    MaterializedViews,
    Sequences,
}

pub(super) fn dict<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::dict_of(entries.into_iter().map(|(name, value)| (name.into(), value)))
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::None, Value::str)
}

fn texts(items: &[String]) -> Value {
    Value::list(items.iter().map(Value::str).collect())
}

/// Returns the namespace that a call asks about, as the schema stores it.
fn namespace(vm: &Vm, args: &Args) -> Option<String> {
    let namespace = args.get("schema").and_then(Value::as_str);
    ObjectName::qualified(context(vm).dialect, namespace.as_deref(), "").namespace
}

fn schema_names(vm: &mut Vm, _args: Args) -> PyResult {
    let context = context(vm);
    let state = context.state.borrow();
    let mut names = vec![context.dialect.default_namespace().to_owned()];
    if !context.dialect.is_sqlite() {
        names.insert(0, "information_schema".to_owned());
        names.extend(state.schema.namespaces.iter().cloned());
    }
    Ok(texts(&names))
}

fn names(vm: &mut Vm, args: &Args, listed: Listed) -> Value {
    let namespace = namespace(vm, args);
    let version_table = (listed == Listed::Tables).then(|| crate::replay::version_table(vm));
    let context = context(vm);
    let state = context.state.borrow();
    let schema = &state.schema;
    let all: Vec<&ObjectName> = match listed {
        Listed::Tables => schema.tables.keys().collect(),
        Listed::Sequences => {
            let columns = schema.tables.values().flat_map(|table| &table.columns);
            let owned = columns.filter_map(|column| match &column.generated {
                Some(Generated::Serial { sequence }) => Some(sequence),
                _ => None,
            });
            schema.sequences.keys().chain(owned).collect()
        }
        Listed::Views => {
            schema.views.values().filter(|view| !view.materialized).map(|view| &view.name).collect()
        }
        Listed::MaterializedViews => {
            schema.views.values().filter(|view| view.materialized).map(|view| &view.name).collect()
        }
    };
    let mut names: Vec<String> = all
        .into_iter()
        .chain(&version_table)
        .filter(|name| name.namespace == namespace)
        .map(|name| name.name.clone())
        .collect();
    names.sort();
    names.dedup();
    texts(&names)
}

/// Returns the table name of a call; `None` when it is not known.
fn asked(vm: &Vm, args: &Args) -> Option<ObjectName> {
    let name = args.get("table_name")?.as_str()?;
    Some(ObjectName { namespace: namespace(vm, args), name: name.to_string() })
}

fn has_table(vm: &mut Vm, args: Args) -> PyResult {
    let Some(name) = asked(vm, &args) else {
        return Ok(vm.unknown("the table that is asked for is not known"));
    };
    let version_table = crate::replay::version_table(vm);
    let context = context(vm);
    let state = context.state.borrow();
    let found = state.schema.tables.contains_key(&name)
        || state.schema.views.contains_key(&name)
        || state.baseline.assumed.contains(&(ObjectKind::Table, name.clone()))
        || name == version_table;
    Ok(Value::Bool(found))
}

fn with_table(vm: &mut Vm, args: &Args, answer: impl FnOnce(&mut Vm, &Table) -> PyResult) -> PyResult {
    let Some(name) = asked(vm, args) else {
        return Ok(vm.unknown("the table that is asked for is not known"));
    };
    let context = context(vm);
    let (table, lenient) = {
        let state = context.state.borrow();
        (state.schema.table(&name).cloned(), state.baseline.is_lenient(&name))
    };
    if lenient {
        return Ok(vm.unknown(format!("what `{name}` looks like is not known")));
    }
    let is_version_table = name == crate::replay::version_table(vm);
    match table {
        Some(table) => answer(vm, &table),
        None if is_version_table => {
            let text = ColumnType::parse(context.dialect, "VARCHAR(32)");
            let mut table = Table::new(name.clone());
            table.columns.push(Column { nullable: false, ..Column::new("version_num", text) });
            let key = Some(format!("{}_pkc", name.name));
            table.primary_key = Some(PrimaryKey::new(key, vec!["version_num".to_owned()]));
            answer(vm, &table)
        }
        None => {
            let error = ApplyError::Missing { kind: ObjectKind::Table, name: name.to_string(), table: None };
            let place = vm.user_place();
            raise_missing(vm, "sqlalchemy.exc.NoSuchTableError", error, place.as_ref())?;
            Ok(vm.unknown(format!("`{name}` does not exist")))
        }
    }
}

fn columns(vm: &mut Vm, table: &Table) -> PyResult {
    let key: &[String] = table.primary_key.as_ref().map_or(&[], |key| &key.columns);
    let dialect = context(vm).dialect;
    let mut found = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let type_value = reflect::type_object(vm, &column.column_type)?;
        let position = key.iter().position(|name| *name == column.name).map_or(0, |at| at as i128 + 1);
        let entry = dict([
            ("name", Value::str(&column.name)),
            ("type", type_value),
            ("nullable", Value::Bool(column.nullable)),
            ("default", default(column, dialect)),
            ("autoincrement", Value::Bool(matches!(column.generated, Some(Generated::Serial { .. })))),
            ("comment", optional(column.comment.as_deref())),
            ("primary_key", Value::Int(position)),
        ]);
        if let (Some(dict), Some(Generated::Computed(computed))) = (entry.as_dict(), &column.generated) {
            let rule = self::dict([
                ("sqltext", Value::str(computed.expr.text())),
                ("persisted", Value::Bool(computed.stored)),
            ]);
            dict.insert_str("computed", rule);
        }
        if let (Some(dict), Some(Generated::Identity(identity))) = (entry.as_dict(), &column.generated) {
            dict.insert_str("identity", self::dict([("always", Value::Bool(identity.always))]));
        }
        found.push(entry);
    }
    Ok(Value::list(found))
}

/// Returns a default as the server prints it: PostgreSQL says the type of a text.
fn default(column: &Column, dialect: Dialect) -> Value {
    match (&column.default, &column.generated) {
        (Some(default), _) if !dialect.is_sqlite() && is_plain_text(default.text()) => {
            let plain = ColumnType { modifiers: Vec::new(), ..column.column_type.clone() };
            Value::from(format!("{}::{plain}", default.text()))
        }
        (Some(default), _) => Value::str(default.text()),
        (None, Some(Generated::Serial { sequence })) => {
            Value::from(format!("nextval('{sequence}'::regclass)"))
        }
        _ => Value::None,
    }
}

/// Tells whether an expression is one text literal and nothing more.
fn is_plain_text(text: &str) -> bool {
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.is_some_and(|inner| !inner.replace("''", "").contains('\''))
}

fn primary_key(table: &Table) -> Value {
    let key = table.primary_key.as_ref();
    dict([
        ("constrained_columns", texts(key.map_or(&[], |key| &key.columns))),
        ("name", optional(key.and_then(|key| key.name.as_deref()))),
        ("comment", Value::None),
    ])
}

fn foreign_keys(vm: &mut Vm, table: &Table) -> PyResult {
    let context = context(vm);
    let state = context.state.borrow();
    // SQLAlchemy recognises foreign keys of SQLite by their columns, so of two that say the same it sees the first.
    let same = |key: &ForeignKey, other: &ForeignKey| {
        key.columns == other.columns
            && key.referenced_table == other.referenced_table
            && key.referenced_columns == other.referenced_columns
    };
    let seen = table.foreign_keys.iter().enumerate().filter(|(at, key)| {
        !context.dialect.is_sqlite() || !table.foreign_keys[..*at].iter().any(|earlier| same(earlier, key))
    });
    let found = seen.map(|(_, key)| {
        let referenced = if key.referenced_columns.is_empty() {
            let target = state.schema.table(&key.referenced_table);
            target.and_then(|target| target.primary_key.as_ref()).map_or(&[][..], |primary| &primary.columns)
        } else {
            &key.referenced_columns
        };
        dict([
            ("name", optional(key.name.as_deref())),
            ("constrained_columns", texts(&key.columns)),
            ("referred_schema", optional(key.referenced_table.namespace.as_deref())),
            ("referred_table", Value::str(&key.referenced_table.name)),
            ("referred_columns", texts(referenced)),
            ("options", options(key)),
            ("comment", Value::None),
        ])
    });
    Ok(Value::list(found.collect()))
}

fn options(key: &ForeignKey) -> Value {
    let options = Value::dict_of([]);
    let Some(dict) = options.as_dict() else { return options };
    for (name, action) in [("ondelete", &key.on_delete), ("onupdate", &key.on_update)] {
        let text = match action {
            ReferentialAction::NoAction => continue,
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull(_) => "SET NULL",
            ReferentialAction::SetDefault(_) => "SET DEFAULT",
        };
        dict.insert_str(name, Value::str(text));
    }
    if key.deferrable != Deferrable::No {
        dict.insert_str("deferrable", Value::Bool(true));
    }
    if key.deferrable == Deferrable::Deferred {
        dict.insert_str("initially", Value::str("DEFERRED"));
    }
    options
}

fn indexes(vm: &mut Vm, table: &Table) -> PyResult {
    let is_sqlite = context(vm).dialect.is_sqlite();
    let mut found: Vec<(String, Value)> = Vec::new();
    for index in &table.indexes {
        // SQLAlchemy leaves out expression indexes of SQLite with a warning.
        if is_sqlite && index.parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_))) {
            continue;
        }
        found.push((index.name.clone(), index_entry(index)));
    }
    if !is_sqlite {
        for unique in &table.uniques {
            let Some(name) = &unique.name else { continue };
            let entry = dict([
                ("name", Value::str(name)),
                ("unique", Value::Bool(true)),
                ("column_names", texts(&unique.columns)),
                ("duplicates_constraint", Value::str(name)),
                ("include_columns", texts(&unique.include)),
                ("dialect_options", Value::dict_of([])),
            ]);
            found.push((name.clone(), entry));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Value::list(found.into_iter().map(|(_, entry)| entry).collect()))
}

fn index_entry(index: &Index) -> Value {
    let names = index.parts.iter().map(|part| match &part.key {
        IndexKey::Column(name) => Value::str(name),
        IndexKey::Expression(_) => Value::None,
    });
    let options = Value::dict_of([]);
    if let (Some(options), Some(predicate)) = (options.as_dict(), &index.predicate) {
        options.insert_str("postgresql_where", Value::str(predicate.text()));
    }
    let entry = dict([
        ("name", Value::str(&index.name)),
        ("unique", Value::Bool(index.unique)),
        ("column_names", Value::list(names.collect())),
        ("include_columns", texts(&index.include)),
        ("dialect_options", options),
    ]);
    let has_expression = index.parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_)));
    if let (true, Some(dict)) = (has_expression, entry.as_dict()) {
        let expressions = index.parts.iter().map(|part| match &part.key {
            IndexKey::Column(name) => Value::str(name),
            IndexKey::Expression(expr) => Value::str(expr.text()),
        });
        dict.insert_str("expressions", Value::list(expressions.collect()));
    }
    entry
}

fn uniques(table: &Table) -> Value {
    let found = table.uniques.iter().map(|unique| {
        dict([
            ("name", optional(unique.name.as_deref())),
            ("column_names", texts(&unique.columns)),
            ("comment", Value::None),
        ])
    });
    Value::list(found.collect())
}

fn checks(table: &Table) -> Value {
    let found = table.checks.iter().map(|check| {
        dict([
            ("name", optional(check.name.as_deref())),
            ("sqltext", Value::str(check.expr.text())),
            ("comment", Value::None),
        ])
    });
    Value::list(found.collect())
}

fn enums(vm: &mut Vm, args: Args) -> PyResult {
    let asked = args.get("schema").and_then(Value::as_str);
    let wanted = namespace(vm, &args);
    let context = context(vm);
    let state = context.state.borrow();
    let default = context.dialect.default_namespace();
    let found = state
        .schema
        .enums
        .values()
        .filter(|found| asked.as_deref() == Some("*") || found.name.namespace == wanted)
        .map(|found| {
            dict([
                ("name", Value::str(&found.name.name)),
                ("schema", Value::str(found.name.namespace.as_deref().unwrap_or(default))),
                ("visible", Value::Bool(found.name.namespace.is_none())),
                ("labels", texts(&found.labels)),
            ])
        });
    Ok(Value::list(found.collect()))
}
