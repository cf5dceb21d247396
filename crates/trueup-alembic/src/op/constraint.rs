//! Creating and dropping constraints by `op.create_*` and `op.drop_constraint`.

use trueup_python::{Args, Value};
use trueup_schema::ObjectName;
use trueup_schema::naming::{ConventionFacts, ConventionKind, GivenName};
use trueup_schema::ops::{AddConstraint, Constraint, ConstraintKind, DropConstraint};

use super::{Call, Planned, Problem, Step};
use crate::compile;

/// `op.create_primary_key(name, table, columns, schema)`.
pub(super) fn create_primary_key(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let columns = call.items("columns")?;
    let keywords = vec![("name", call.known("constraint_name")?)];
    add(call, "PrimaryKeyConstraint", columns, keywords)
}

/// `op.create_unique_constraint(name, table, columns, schema, **kw)`.
pub(super) fn create_unique_constraint(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let columns = call.items("columns")?;
    let keywords = vec![("name", call.known("constraint_name")?)];
    add(call, "UniqueConstraint", columns, keywords)
}

/// `op.create_check_constraint(name, table, condition, schema, **kw)`.
pub(super) fn create_check_constraint(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let condition = call.known("condition")?;
    let keywords = vec![("name", call.known("constraint_name")?)];
    add(call, "CheckConstraint", vec![condition], keywords)
}

/// `op.create_exclude_constraint(name, table, *elements, **kw)`.
pub(super) fn create_exclude_constraint(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let elements = call.items("elements")?;
    let keywords = vec![("name", call.known("constraint_name")?)];
    add_of(call, ("sqlalchemy.dialects.postgresql", "ExcludeConstraint"), elements, keywords)
}

/// `op.create_foreign_key(name, source, referent, local_cols, remote_cols, …)`.
pub(super) fn create_foreign_key(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let referent = call.text("referent_table")?;
    let namespace = call.optional_text("referent_schema")?;
    let target = namespace.map_or_else(|| referent.clone(), |namespace| format!("{namespace}.{referent}"));
    let local = call.names("local_cols")?;
    let remote: Vec<Value> = call
        .names("remote_cols")?
        .into_iter()
        .map(|column| Value::str(format!("{target}.{column}")))
        .collect();
    let local = Value::list(local.into_iter().map(Value::from).collect());
    let mut keywords = vec![("name", call.known("constraint_name")?)];
    for name in ["onupdate", "ondelete", "deferrable", "initially", "match"] {
        keywords.push((name, call.known(name)?));
    }
    add(call, "ForeignKeyConstraint", vec![local, Value::list(remote)], keywords)
}

fn add(
    call: &mut Call<'_>,
    class: &str,
    positional: Vec<Value>,
    keywords: Vec<(&str, Value)>,
) -> Result<Vec<Planned>, Problem> {
    add_of(call, ("sqlalchemy.schema", class), positional, keywords)
}

fn add_of(
    call: &mut Call<'_>,
    (module, class): (&str, &str),
    positional: Vec<Value>,
    keywords: Vec<(&str, Value)>,
) -> Result<Vec<Planned>, Problem> {
    let namespace = if class == "ForeignKeyConstraint" { "source_schema" } else { "schema" };
    let table_argument = if class == "ForeignKeyConstraint" { "source_table" } else { "table_name" };
    let table = match call.keyword("schema") {
        Some(namespace) if call.batch.is_none() => {
            let namespace = call.text_value(&namespace, "schema")?;
            let name = call.text(table_argument)?;
            call.qualified(namespace.as_deref(), name)
        }
        _ => call.table(table_argument, namespace)?,
    };
    let mut keywords: Vec<(trueup_python::ast::Name, Value)> =
        keywords.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let extra = call.keywords("kw").or_else(|| call.keywords("dialect_kw"));
    for (key, value) in extra.map(|dict| dict.pairs()).unwrap_or_default() {
        if let Some(key) = key.as_str().filter(|key| &**key != "schema") {
            keywords.push((key, value));
        }
    }
    let class = call.vm.module_attr(module, class)?;
    let value = call.vm.call(&class, Args { positional, keywords, signature: None })?;
    let mut constraint = call.with_context(&table, |vm, context| compile::constraint(vm, &value, context))?;
    let origin = compile::origin(call.place.as_ref());
    match &mut constraint {
        Constraint::PrimaryKey(found) => found.origin = origin,
        Constraint::ForeignKey(found) => found.origin = origin,
        Constraint::Unique(found) => found.origin = origin,
        Constraint::Check(found) => found.origin = origin,
        Constraint::Exclude(found) => found.origin = origin,
    }
    let refused = call.refuse_constraint_on_sqlite();
    Ok(vec![refused.unwrap_or_else(|| call.plan(AddConstraint { table, constraint, using_index: None }))])
}

/// `op.drop_constraint(name, table, type_, schema, if_exists)`.
pub(super) fn drop_constraint(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    let kind = match call.optional_text("type_")?.as_deref() {
        Some("foreignkey") => Some(ConstraintKind::ForeignKey),
        Some("primary") => Some(ConstraintKind::PrimaryKey),
        Some("unique") => Some(ConstraintKind::Unique),
        Some("check") => Some(ConstraintKind::Check),
        None => None,
        Some(other) => {
            let message = format!(
                "'type' can be one of 'check', 'foreignkey', 'primary', 'unique', None; not {other:?}"
            );
            return Err(Problem::Wrong { class: "TypeError", message });
        }
    };
    let if_exists = call.flag("if_exists")?;
    let given = call.given("constraint_name")?;
    if let Some(refused) = call.refuse_constraint_on_sqlite() {
        return Ok(vec![refused]);
    }
    let Some(name) = constraint_name(call, &table, kind, given)? else {
        // SQLAlchemy cannot render it; in batch mode Alembic refuses in its own words.
        let (class, message) = if call.batch.is_some() && call.dialect.is_sqlite() {
            ("ValueError", "Constraint must have a name".to_owned())
        } else {
            let message = format!("Can't emit DROP CONSTRAINT for a constraint of `{table}`; it has no name");
            ("sqlalchemy.exc.CompileError", message)
        };
        let operation =
            DropConstraint { table, name: None, kind, columns: Vec::new(), if_exists, cascade: false };
        return Ok(vec![call.step(Step::Refuse { operation: operation.into(), class, message })]);
    };
    // The server looks only at the name: `type_` matters to MySQL and to naming conventions.
    Ok(vec![call.plan(DropConstraint {
        table,
        name: Some(name),
        kind: None,
        columns: Vec::new(),
        if_exists,
        cascade: false,
    })])
}

/// Returns the name that SQLAlchemy renders for a constraint that is only named.
fn constraint_name(
    call: &Call<'_>,
    table: &ObjectName,
    kind: Option<ConstraintKind>,
    given: GivenName,
) -> Result<Option<String>, Problem> {
    let convention_kind = match kind {
        Some(ConstraintKind::ForeignKey) => Some(ConventionKind::ForeignKey),
        Some(ConstraintKind::PrimaryKey) => Some(ConventionKind::PrimaryKey),
        Some(ConstraintKind::Unique) => Some(ConventionKind::Unique),
        Some(ConstraintKind::Check) => Some(ConventionKind::Check),
        Some(ConstraintKind::Exclude) | None => None,
    };
    let facts = ConventionFacts {
        given: given.clone(),
        table: table.name.clone(),
        namespace: table.namespace.clone(),
        ..ConventionFacts::default()
    };
    let named = match convention_kind {
        Some(kind) => call.convention.apply(call.dialect, kind, &facts),
        None => {
            let plain = trueup_schema::naming::Convention::default();
            plain.apply(call.dialect, ConventionKind::Unique, &facts)
        }
    };
    match named {
        None => Ok(None),
        Some(Ok(name)) => Ok(Some(name)),
        // A template that needs columns cannot be expanded here; SQLAlchemy leaves such a name as it is.
        Some(Err(_)) => Ok(match given {
            GivenName::None => None,
            GivenName::Plain(name) | GivenName::Final(name) => Some(name),
        }),
    }
}
