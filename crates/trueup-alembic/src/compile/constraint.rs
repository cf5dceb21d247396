//! Constraints, with the names that naming conventions give them.

use trueup_python::{Value, Vm};
use trueup_schema::naming::{ConventionFacts, ConventionKind, GivenName};
use trueup_schema::ops::Constraint;
use trueup_schema::{
    Check, Deferrable, Exclude, ExcludeElement, ForeignKey, IndexPart, ObjectName, PrimaryKey,
    ReferentialAction, SqlExpr, Unique,
};

use super::column::raw_or_expression;
use super::{
    CompileError, TableContext, attr, clause_element, conventional_name, flag_attr, given_name, index, is_a,
    items_attr, origin, place_of, text_attr,
};

/// Reads a constraint object of a table.
///
/// # Errors
/// When something in it is not known, or it is no constraint that trueup knows.
pub fn constraint(
    vm: &mut Vm,
    value: &Value,
    context: &TableContext<'_>,
) -> Result<Constraint, CompileError> {
    if is_a(value, "sqlalchemy.schema.PrimaryKeyConstraint") {
        return primary_key(vm, value, context).map(Constraint::PrimaryKey);
    }
    if is_a(value, "sqlalchemy.schema.UniqueConstraint") {
        return unique(vm, value, context).map(Constraint::Unique);
    }
    if is_a(value, "sqlalchemy.schema.ForeignKeyConstraint") {
        return foreign_key(vm, value, context).map(Constraint::ForeignKey);
    }
    if is_a(value, "sqlalchemy.schema.CheckConstraint") {
        return check(vm, value, context).map(Constraint::Check);
    }
    if is_a(value, "sqlalchemy.dialects.postgresql.ExcludeConstraint") {
        return exclude(vm, value, context).map(Constraint::Exclude);
    }
    Err(CompileError::new(
        format!("{} is not a constraint that trueup knows", vm.repr_text(value)),
        place_of(value),
    ))
}

fn primary_key(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<PrimaryKey, CompileError> {
    let columns = column_names(vm, value, context)?;
    let given = given_name(vm, value)?;
    let name = name_for(vm, (ConventionKind::PrimaryKey, value), given, &columns, context)?;
    let mut key = PrimaryKey::new(name, columns);
    key.deferrable = deferrable(vm, value)?;
    key.include = option_columns(vm, value, "postgresql_include")?;
    key.origin = origin(place_of(value).as_ref());
    Ok(key)
}

/// Returns the primary key of columns that say `primary_key=True`.
pub(super) fn implied_primary_key(
    vm: &mut Vm,
    columns: Vec<String>,
    context: &TableContext<'_>,
) -> Result<PrimaryKey, CompileError> {
    let subject = (ConventionKind::PrimaryKey, &Value::None);
    let name = name_for(vm, subject, GivenName::None, &columns, context)?;
    Ok(PrimaryKey::new(name, columns))
}

fn unique(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<Unique, CompileError> {
    let columns = column_names(vm, value, context)?;
    let given = given_name(vm, value)?;
    let name = name_for(vm, (ConventionKind::Unique, value), given, &columns, context)?;
    let mut unique = Unique::new(name, columns);
    unique.deferrable = deferrable(vm, value)?;
    unique.include = option_columns(vm, value, "postgresql_include")?;
    unique.nulls_not_distinct =
        dialect_option(vm, value, "postgresql_nulls_not_distinct")?.as_bool() == Some(true);
    unique.origin = origin(place_of(value).as_ref());
    Ok(unique)
}

/// Returns the unique constraint of `unique=True`; its name may be final where a type or `op` made it so.
pub(super) fn column_unique(
    vm: &mut Vm,
    value: &Value,
    name: &str,
    key: &str,
    context: &TableContext<'_>,
) -> Result<Unique, CompileError> {
    let columns = vec![name.to_owned()];
    let mut facts = facts(GivenName::None, &columns, context);
    facts.column_keys = vec![key.to_owned()];
    let given = name_of(vm, (ConventionKind::Unique, value), facts, context)?;
    let mut unique = Unique::new(given, columns);
    unique.origin = origin(place_of(value).as_ref());
    Ok(unique)
}

pub(super) fn check(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<Check, CompileError> {
    let text = attr(vm, value, "sqltext")?;
    let text = raw_or_expression(vm, &text, context.dialect)?;
    let columns = index::mentioned_columns(vm, value)?;
    let given = given_name(vm, value)?;
    let name = name_for(vm, (ConventionKind::Check, value), given, &columns, context)?;
    let mut check = Check::new(name, SqlExpr::new(context.dialect, text));
    check.not_valid = dialect_option(vm, value, "postgresql_not_valid")?.as_bool() == Some(true);
    check.origin = origin(place_of(value).as_ref());
    Ok(check)
}

/// Returns the name of a CHECK that a type brings.
pub(super) fn check_name(
    vm: &mut Vm,
    (column, name): (&Value, &str),
    given: Option<String>,
    context: &TableContext<'_>,
) -> Result<Option<String>, CompileError> {
    let given = given.map_or(GivenName::None, GivenName::Plain);
    // SQLAlchemy gives a type's own constraint no name at all where the convention needs one and there is none.
    match name_for(vm, (ConventionKind::Check, column), given, &[name.to_owned()], context) {
        Err(error) if !error.unknown => Ok(None),
        other => other,
    }
}

fn exclude(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<Exclude, CompileError> {
    let mut elements = Vec::new();
    for element in items_attr(vm, value, "elements")? {
        let parts = vm.iterate(&element)?;
        let [target, operator] = parts.as_slice() else {
            return Err(CompileError::new(
                "an element of ExcludeConstraint is not (column, operator)",
                place_of(value),
            ));
        };
        let target = clause_element(vm, target)?;
        let part = match target.as_str() {
            Some(name) => IndexPart::column(name.to_string()),
            None => index::part(vm, &target, context)?,
        };
        let operator = operator.as_str().map(|text| text.to_string()).unwrap_or_default();
        elements.push(ExcludeElement { part, operator });
    }
    let condition = attr(vm, value, "where")?;
    let predicate = if condition.is_none() {
        None
    } else {
        Some(SqlExpr::new(context.dialect, raw_or_expression(vm, &condition, context.dialect)?))
    };
    Ok(Exclude {
        name: text_attr(vm, value, "name")?,
        method: text_attr(vm, value, "using")?.unwrap_or_else(|| "gist".to_owned()),
        elements,
        predicate,
        deferrable: deferrable(vm, value)?,
        origin: origin(place_of(value).as_ref()),
    })
}

fn foreign_key(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<ForeignKey, CompileError> {
    let columns = column_names(vm, value, context)?;
    let mut referenced_table = None;
    let mut referenced_columns = Vec::new();
    for target in items_attr(vm, value, "refcolumns")? {
        let (table, column) = foreign_key_target(vm, &target, context)?;
        referenced_table = Some(table);
        referenced_columns.push(column);
    }
    let Some(referenced_table) = referenced_table else {
        return Err(CompileError::new("a foreign key names no referenced column", place_of(value)));
    };
    finish_foreign_key(vm, value, columns, referenced_table, referenced_columns, context)
}

/// Reads `ForeignKey(…)` of a column.
pub(super) fn column_foreign_key(
    vm: &mut Vm,
    value: &Value,
    column: &str,
    context: &TableContext<'_>,
) -> Result<ForeignKey, CompileError> {
    let target = attr(vm, value, "column")?;
    let (table, referenced) = foreign_key_target(vm, &target, context)?;
    finish_foreign_key(vm, value, vec![column.to_owned()], table, vec![referenced], context)
}

fn finish_foreign_key(
    vm: &mut Vm,
    value: &Value,
    columns: Vec<String>,
    referenced_table: ObjectName,
    referenced_columns: Vec<String>,
    context: &TableContext<'_>,
) -> Result<ForeignKey, CompileError> {
    let mut facts = facts(given_name(vm, value)?, &columns, context);
    facts.referred_table.clone_from(&referenced_table.name);
    facts.referred_columns.clone_from(&referenced_columns);
    let name = name_of(vm, (ConventionKind::ForeignKey, value), facts, context)?;
    let mut key = ForeignKey::new(name, columns, referenced_table, referenced_columns);
    key.on_delete = action(vm, value, "ondelete")?;
    key.on_update = action(vm, value, "onupdate")?;
    key.match_full = text_attr(vm, value, "match")?.is_some_and(|text| text.eq_ignore_ascii_case("full"));
    key.deferrable = deferrable(vm, value)?;
    let mut not_valid = dialect_option(vm, value, "postgresql_not_valid")?;
    if not_valid.is_none() {
        not_valid = attr(vm, value, "postgresql_not_valid")?;
    }
    key.not_valid = not_valid.as_bool() == Some(true);
    key.origin = origin(place_of(value).as_ref());
    Ok(key)
}

/// Returns the table and column that a foreign key's target means: `"table.column"`, `"schema.table.column"`, or a
/// column object.
///
/// # Errors
/// When it is not known, or no column is named.
pub fn foreign_key_target(
    vm: &mut Vm,
    target: &Value,
    context: &TableContext<'_>,
) -> Result<(ObjectName, String), CompileError> {
    if let Some(unknown) = target.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    if let Some(text) = target.as_str() {
        let (table_key, column_key) = split_target(&text)
            .ok_or_else(|| CompileError::new(format!("foreign key target `{text}` names no column"), None))?;
        let name = table_name(&table_key, context);
        // The string says keys; a column's name may be another.
        let column = match referenced_by_key(vm, &table_key, &column_key, context)? {
            Some(column) => text_attr(vm, &column, "name")?.unwrap_or(column_key),
            None => column_key,
        };
        return Ok((name, column));
    }
    let column = clause_element(vm, target)?;
    let table = attr(vm, &column, "table")?;
    let (Some(name), Some(table_text)) = (text_attr(vm, &column, "name")?, text_attr(vm, &table, "name")?)
    else {
        return Err(CompileError::new(
            "a foreign key points to a column that belongs to no table",
            place_of(target),
        ));
    };
    let namespace = text_attr(vm, &table, "schema")?;
    Ok((ObjectName::qualified(context.dialect, namespace.as_deref(), table_text), name))
}

/// Returns the `Column` object that a `ForeignKey` points to, if it is among the tables that are known.
pub(super) fn referenced_column(
    vm: &mut Vm,
    key: &Value,
    context: &TableContext<'_>,
) -> Result<Option<Value>, CompileError> {
    let target = attr(vm, key, "column")?;
    match target.as_str() {
        Some(text) => match split_target(&text) {
            Some((table_key, column_key)) => referenced_by_key(vm, &table_key, &column_key, context),
            None => Ok(None),
        },
        None => {
            let column = clause_element(vm, &target)?;
            Ok(is_a(&column, "sqlalchemy.schema.Column").then_some(column))
        }
    }
}

fn referenced_by_key(
    vm: &mut Vm,
    table_key: &str,
    column_key: &str,
    context: &TableContext<'_>,
) -> Result<Option<Value>, CompileError> {
    let Some(metadata) = &context.metadata else { return Ok(None) };
    let Some(tables) = attr(vm, metadata, "tables")?.as_dict() else { return Ok(None) };
    let qualified = match (&context.default_namespace, table_key.contains('.')) {
        (Some(namespace), false) => format!("{namespace}.{table_key}"),
        _ => table_key.to_owned(),
    };
    let Some(table) = tables.get_str(&qualified) else { return Ok(None) };
    Ok(attr(vm, &table, "_all_columns")?.as_dict().and_then(|columns| columns.get_str(column_key)))
}

fn split_target(text: &str) -> Option<(String, String)> {
    let (table, column) = text.rsplit_once('.')?;
    Some((table.to_owned(), column.to_owned()))
}

fn table_name(key: &str, context: &TableContext<'_>) -> ObjectName {
    match key.rsplit_once('.') {
        Some((namespace, name)) => ObjectName::qualified(context.dialect, Some(namespace), name),
        None => ObjectName::qualified(context.dialect, context.default_namespace.as_deref(), key),
    }
}

/// Returns the columns of a constraint; strings are keys of the table's columns.
fn column_names(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<Vec<String>, CompileError> {
    let mut names = Vec::new();
    for item in items_attr(vm, value, "columns")? {
        let item = clause_element(vm, &item)?;
        if let Some(unknown) = item.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        match item.as_str() {
            Some(key) => names.push(context.column_name(&key)),
            None => names.extend(text_attr(vm, &item, "name")?),
        }
    }
    Ok(names)
}

fn name_for(
    vm: &mut Vm,
    subject: (ConventionKind, &Value),
    given: GivenName,
    columns: &[String],
    context: &TableContext<'_>,
) -> Result<Option<String>, CompileError> {
    name_of(vm, subject, facts(given, columns, context), context)
}

/// Returns the name that the convention gives to something: to a constraint or index, or to what says that there is
/// one (see [`NameTokens::fill`](super::NameTokens)).
pub(super) fn name_of(
    vm: &mut Vm,
    (kind, subject): (ConventionKind, &Value),
    mut facts: ConventionFacts,
    context: &TableContext<'_>,
) -> Result<Option<String>, CompileError> {
    context.tokens.fill(vm, (kind, context.convention), subject, &mut facts)?;
    conventional_name(context.convention, context.dialect, kind, &facts)
}

/// Returns what templates can refer to.
pub(super) fn facts(given: GivenName, columns: &[String], context: &TableContext<'_>) -> ConventionFacts {
    ConventionFacts {
        given,
        namespace: context.name.namespace.clone(),
        table: context.name.name.clone(),
        columns: columns.to_vec(),
        column_keys: columns.iter().map(|name| context.column_key(name)).collect(),
        ..ConventionFacts::default()
    }
}

/// Returns a dialect option, which constraints keep in `dialect_kw`.
pub(super) fn dialect_option(vm: &mut Vm, value: &Value, name: &str) -> Result<Value, CompileError> {
    let options = attr(vm, value, "dialect_kw")?;
    Ok(options.as_dict().and_then(|options| options.get_str(name)).unwrap_or(Value::None))
}

fn option_columns(vm: &mut Vm, value: &Value, name: &str) -> Result<Vec<String>, CompileError> {
    let option = dialect_option(vm, value, name)?;
    if option.is_none() {
        return Ok(Vec::new());
    }
    index::names(vm, &option)
}

pub(super) fn deferrable(vm: &mut Vm, value: &Value) -> Result<Deferrable, CompileError> {
    let initially = text_attr(vm, value, "initially")?;
    let deferred = initially.is_some_and(|text| text.eq_ignore_ascii_case("deferred"));
    let deferrable = flag_attr(vm, value, "deferrable")?;
    Ok(match (deferrable, deferred) {
        // `INITIALLY DEFERRED` alone implies DEFERRABLE on PostgreSQL and SQLite.
        (_, true) => Deferrable::Deferred,
        (true, false) => Deferrable::Immediate,
        (false, false) => Deferrable::No,
    })
}

fn action(vm: &mut Vm, value: &Value, name: &str) -> Result<ReferentialAction, CompileError> {
    let Some(text) = text_attr(vm, value, name)? else { return Ok(ReferentialAction::NoAction) };
    let upper = text.trim().to_uppercase();
    let (verb, columns) = match upper.find('(') {
        Some(at) => (upper[..at].trim(), list_in_parentheses(&text)),
        None => (upper.as_str(), Vec::new()),
    };
    Ok(match verb {
        "CASCADE" => ReferentialAction::Cascade,
        "RESTRICT" => ReferentialAction::Restrict,
        "SET NULL" => ReferentialAction::SetNull(columns),
        "SET DEFAULT" => ReferentialAction::SetDefault(columns),
        "NO ACTION" | "" => ReferentialAction::NoAction,
        other => {
            return Err(CompileError::new(
                format!("`{name}=\"{other}\"` is no referential action"),
                place_of(value),
            ));
        }
    })
}

/// Returns the columns of `SET NULL (a, b)`.
fn list_in_parentheses(text: &str) -> Vec<String> {
    let inner = text.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches([')', ' ']));
    inner
        .split(',')
        .map(|column| column.trim().trim_matches('"').to_owned())
        .filter(|column| !column.is_empty())
        .collect()
}
