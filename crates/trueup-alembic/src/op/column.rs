//! `op.add_column`, `op.alter_column`, `op.drop_column`.

use trueup_python::{Place, Value};
use trueup_schema::ops::{
    AddColumn, AddConstraint, AlterColumn, Constraint, CreateIndex, DropColumn, DropConstraint, RenameColumn,
};
use trueup_schema::{
    Check, ColumnType, ForeignKey, Generated, Index, IndexKey, IndexPart, Inline, ObjectName, SqlExpr,
};

use super::{Call, Planned, Problem, Step, context, table, unproven};
use crate::compile::{self, is_a};

/// `op.add_column(table, column, schema, if_not_exists, inline_references, inline_primary_key)`.
pub(super) fn add_column(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let name = call.table("table_name", "schema")?;
    let column = call.known("column")?;
    let if_not_exists = call.flag("if_not_exists")?;
    let inline_primary_key = call.flag("inline_primary_key")?;
    let inline_references = call.flag("inline_references")?;
    let built = compiled_table(call, &name, column.clone())?;
    let mut compiled_table = built.table;
    let Some(mut added) = compiled_table.columns.pop() else {
        let (reason, place) =
            built.problems.into_iter().next().unwrap_or_else(|| ("the column is not known".into(), None));
        return Err(Problem::Unknown { reason, place });
    };
    for (reason, place) in built.problems {
        partly_known(call, &name, reason, place.as_ref());
    }
    added.origin = compile::origin(call.place.as_ref());
    let mut steps = Vec::new();
    if needs_rebuild(call, &column, &added)? {
        steps.push(call.step(Step::NeedsRebuild));
    }
    let column_name = added.name.clone();
    steps.push(call.plan(AddColumn { table: name.clone(), column: added, if_not_exists }));
    if let Some(position) = position(call, &column_name)? {
        steps.push(position);
    }
    let mut constraints: Vec<Constraint> = Vec::new();
    if inline_primary_key {
        constraints.extend(compiled_table.primary_key.map(Constraint::PrimaryKey));
    }
    let inline_reference = inline_references && compiled_table.foreign_keys.len() == 1;
    let type_checks = type_checks_only(call, &column)?;
    constraints.extend(compiled_table.uniques.into_iter().map(Constraint::Unique));
    constraints.extend(compiled_table.checks.into_iter().map(Constraint::Check));
    constraints.extend(compiled_table.foreign_keys.into_iter().map(Constraint::ForeignKey));
    for constraint in constraints {
        let skipped = call.alters_on_sqlite();
        let is_inline = inline_reference && matches!(constraint, Constraint::ForeignKey(_));
        let constraint = match constraint {
            Constraint::ForeignKey(key) if is_inline => {
                Constraint::ForeignKey(ForeignKey { inline: Inline(true), ..key })
            }
            other => other,
        };
        if skipped && matches!(constraint, Constraint::Check(_)) && type_checks {
            // Alembic only warns: "Skipping unsupported ALTER for creation of implicit constraint".
            continue;
        }
        let refused = call.refuse_constraint_on_sqlite().filter(|_| !is_inline);
        steps.push(refused.unwrap_or_else(|| {
            call.plan(AddConstraint { table: name.clone(), constraint, using_index: None })
        }));
    }
    for index in compiled_table.indexes {
        steps.extend(index_of_copy(call, &name, &column, &index)?);
        steps.push(call.plan(CreateIndex {
            table: name.clone(),
            index,
            concurrently: false,
            if_not_exists: false,
        }));
    }
    Ok(steps)
}

/// Notes that a part of a table is not known; the table is then not compared.
fn partly_known(call: &mut Call<'_>, table: &ObjectName, reason: String, place: Option<&Place>) {
    let place = place.filter(|place| !place.source.is_library).or(call.place.as_ref()).cloned();
    unproven(call.vm, reason, place.as_ref());
    context(call.vm).state.borrow_mut().baseline.partial.insert(table.clone());
}

/// Returns a table of one column, as Alembic builds it to find out what belongs to the column.
fn compiled_table(
    call: &mut Call<'_>,
    name: &ObjectName,
    column: Value,
) -> Result<compile::CompiledTable, Problem> {
    let keywords = match &name.namespace {
        Some(namespace) => Value::dict_of([("schema".into(), Value::str(namespace))]),
        None => Value::dict_of([]),
    };
    let object = table::table_object(call, Value::str(&name.name), Value::list(vec![column]), keywords)?;
    Ok(compile::table(call.vm, &object, call.dialect)?)
}

/// Tells whether SQLite needs a rebuild for a new column: an expression as its default, or a stored computed column.
fn needs_rebuild(
    call: &mut Call<'_>,
    column: &Value,
    added: &trueup_schema::Column,
) -> Result<bool, Problem> {
    if !call.dialect.is_sqlite() || call.alters_on_sqlite() {
        return Ok(false);
    }
    let stored = matches!(&added.generated, Some(Generated::Computed(computed)) if computed.stored);
    let default = call.vm.getattr(column, "server_default")?;
    Ok(stored || (matches!(default, Value::Instance(_)) && default.as_str().is_none()))
}

/// Returns the index that a copied column brings into the table that takes the place of the old one: Alembic copies
/// the column with its `index=True`, and the name is made of the table's name at that time.
fn index_of_copy(
    call: &mut Call<'_>,
    table: &ObjectName,
    column: &Value,
    index: &Index,
) -> Result<Option<Planned>, Problem> {
    let is_flag = call.vm.getattr(column, "index")?.as_bool() == Some(true);
    let [IndexPart { key: IndexKey::Column(name), .. }] = index.parts.as_slice() else { return Ok(None) };
    if call.batch.is_none() || !is_flag {
        return Ok(None);
    }
    let copy = Index { name: format!("ix__alembic_tmp_{}_{name}", table.name), ..index.clone() };
    Ok(Some(call.step(Step::IndexOfCopy { table: table.clone(), index: copy })))
}

fn position(call: &mut Call<'_>, column: &str) -> Result<Option<Planned>, Problem> {
    if call.batch.is_none() {
        return Ok(None);
    }
    let before = call.optional_text("insert_before")?;
    let after = call.optional_text("insert_after")?;
    Ok((before.is_some() || after.is_some())
        .then(|| call.step(Step::Position { column: column.to_owned(), before, after })))
}

/// Tells whether every CHECK of a column comes from its type.
fn type_checks_only(call: &mut Call<'_>, column: &Value) -> Result<bool, Problem> {
    let constraints = call.vm.getattr(column, "constraints")?;
    Ok(constraints.items().is_none_or(|items| items.is_empty()))
}

/// `op.drop_column(table, column, schema, if_exists)`.
pub(super) fn drop_column(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    let column = call.text("column_name")?;
    let if_exists = call.flag("if_exists")?;
    // A rebuild takes along what uses the column; `ALTER TABLE` of SQLite refuses.
    let cascade = call.dialect.is_sqlite() && !call.alters_on_sqlite();
    Ok(vec![call.plan(DropColumn { table, column, if_exists, cascade })])
}

/// `op.alter_column(table, column, …)`.
pub(super) fn alter_column(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    let table = call.table("table_name", "schema")?;
    let column = call.text("column_name")?;
    let new_type = call.get("type_");
    let existing_type = call.get("existing_type");
    let mut steps = Vec::new();
    if !new_type.is_none() && !existing_type.is_none() {
        steps.extend(drop_type_checks(call, &table, &column, &existing_type)?);
    }
    steps.extend(change(call, &table, &column, &new_type, &existing_type)?);
    let new_name = call.optional_text("new_column_name")?.filter(|name| *name != column);
    if let Some(new_name) = &new_name {
        steps.push(call.plan(RenameColumn {
            table: table.clone(),
            column: column.clone(),
            new_name: new_name.clone(),
        }));
    }
    if !new_type.is_none() {
        let named = new_name.as_deref().unwrap_or(&column);
        for check in type_checks(call, &table, named, &new_type)? {
            let constraint = Constraint::Check(check);
            if call.alters_on_sqlite() {
                continue;
            }
            steps.push(call.plan(AddConstraint { table: table.clone(), constraint, using_index: None }));
        }
    }
    Ok(steps)
}

/// Returns the step for everything but the name.
fn change(
    call: &mut Call<'_>,
    table: &ObjectName,
    column: &str,
    new_type: &Value,
    existing_type: &Value,
) -> Result<Option<Planned>, Problem> {
    let mut operation = AlterColumn {
        table: table.clone(),
        column: column.to_owned(),
        column_type: None,
        using: None,
        nullable: None,
        default: None,
        generated: None,
        collation: None,
        comment: None,
    };
    if !new_type.is_none() {
        let compiled = compile::column_type(call.vm, new_type, call.dialect)?;
        operation.column_type = Some(compiled.column_type);
        if compiled.collation.is_some() {
            operation.collation = Some(compiled.collation);
        }
    }
    if let Some(using) = call.keyword("postgresql_using").filter(|_| !call.dialect.is_sqlite()) {
        if new_type.is_none() {
            let message = "postgresql_using must be used with the type_ parameter".to_owned();
            return Err(Problem::Wrong { class: "alembic.util.exc.CommandError", message });
        }
        let text = call.text_value(&using, "postgresql_using")?.unwrap_or_default();
        operation.using = Some(SqlExpr::new(call.dialect, text));
    }
    let nullable = call.known("nullable")?;
    if !nullable.is_none() {
        operation.nullable = Some(call.vm.truth(&nullable)?.is_true());
    }
    let default = call.get("server_default");
    if let Some(unknown) = default.as_unknown() {
        let reason = format!("the default of column `{column}` is not known: {}", unknown.reason);
        partly_known(call, table, reason, None);
    } else if default.as_bool() != Some(false) {
        set_default(call, &mut operation, &default, existing_type)?;
    }
    let comment = call.known("comment")?;
    let is_given = comment.as_bool() != Some(false);
    if is_given && call.alters_on_sqlite() {
        let message = "SQLite has no comments, and Alembic writes one outside of batch mode".to_owned();
        let class = "sqlalchemy.exc.UnsupportedCompilationError";
        return Ok(Some(call.step(Step::Raise { class, message })));
    }
    if is_given && call.dialect.has_comments() {
        operation.comment = Some(call.text_value(&comment, "comment")?);
    }
    let changes_more = operation.column_type.is_some()
        || operation.nullable.is_some()
        || operation.default.is_some()
        || operation.generated.is_some();
    if !changes_more && operation.comment.is_none() && operation.collation.is_none() {
        return Ok(None);
    }
    if call.alters_on_sqlite() {
        let message = "near \"ALTER\": syntax error".to_owned();
        return Ok(Some(call.step(Step::Raise { class: "sqlalchemy.exc.OperationalError", message })));
    }
    Ok(Some(call.plan(operation)))
}

fn set_default(
    call: &mut Call<'_>,
    operation: &mut AlterColumn,
    default: &Value,
    existing_type: &Value,
) -> Result<(), Problem> {
    let state = context(call.vm);
    let current = state
        .state
        .borrow()
        .schema
        .table(&operation.table)
        .and_then(|table| table.column(&operation.column).cloned());
    let is_identity = is_a(default, "sqlalchemy.schema.Identity");
    let was_identity =
        matches!(current.as_ref().and_then(|column| column.generated.as_ref()), Some(Generated::Identity(_)));
    let existing = call.get("existing_server_default");
    if is_a(default, "sqlalchemy.schema.Computed") || is_a(&existing, "sqlalchemy.schema.Computed") {
        let message =
            "Adding or removing a \"computed\" construct, e.g. GENERATED ALWAYS AS, to or from an existing \
                       column is not supported."
                .to_owned();
        return Err(Problem::Wrong { class: "sqlalchemy.exc.CompileError", message });
    }
    if call.dialect.is_sqlite() && is_identity {
        return Ok(());
    }
    if is_identity || (default.is_none() && was_identity && is_a(&existing, "sqlalchemy.schema.Identity")) {
        operation.generated = Some(match default {
            Value::None => None,
            identity => identity_of(call, &operation.table.clone(), identity)?,
        });
        return Ok(());
    }
    let column_type = match (&operation.column_type, current) {
        (Some(column_type), _) => column_type.clone(),
        (None, Some(column)) => column.column_type,
        (None, None) if !existing_type.is_none() => {
            let compiled = compile::column_type(call.vm, existing_type, call.dialect);
            compiled.map_or_else(|error| ColumnType::unknown(error.message), |compiled| compiled.column_type)
        }
        (None, None) => ColumnType::unknown("the column is not known"),
    };
    operation.default = Some(compile::default_expr(call.vm, default, &column_type, call.dialect)?);
    Ok(())
}

/// Returns the identity rule of an `Identity` object, read as part of a column.
fn identity_of(
    call: &mut Call<'_>,
    table: &ObjectName,
    identity: &Value,
) -> Result<Option<Generated>, Problem> {
    let integer = call.vm.module_attr("sqlalchemy.types", "BigInteger")?;
    let column = call.make(
        "sqlalchemy.schema",
        "Column",
        vec![Value::str("x"), integer, identity.clone()],
        Vec::new(),
    )?;
    let built = compiled_table(call, table, column)?;
    Ok(built.table.columns.into_iter().next().and_then(|column| column.generated))
}

/// Returns the CHECKs that a type brings with a column.
fn type_checks(
    call: &mut Call<'_>,
    table: &ObjectName,
    column: &str,
    type_value: &Value,
) -> Result<Vec<Check>, Problem> {
    // A type that the dialect cannot compile brings no CHECK either; `existing_type` often is of another dialect.
    match compile::column_type(call.vm, type_value, call.dialect) {
        Ok(compiled) if compiled.check.is_some() => {}
        _ => return Ok(Vec::new()),
    }
    let object =
        call.make("sqlalchemy.schema", "Column", vec![Value::str(column), type_value.clone()], Vec::new())?;
    Ok(compiled_table(call, table, object)?.table.checks)
}

/// Returns the steps that drop the CHECKs of the type that a column had.
fn drop_type_checks(
    call: &mut Call<'_>,
    table: &ObjectName,
    column: &str,
    existing_type: &Value,
) -> Result<Vec<Planned>, Problem> {
    let mut steps = Vec::new();
    for check in type_checks(call, table, column, existing_type)? {
        if call.alters_on_sqlite() {
            continue;
        }
        if check.name.is_none() {
            // In a rebuild the CHECK of the old type is left out without being named.
            if call.dialect.is_sqlite() {
                continue;
            }
            let message = format!("Can't emit DROP CONSTRAINT for a constraint of `{table}`; it has no name");
            return Err(Problem::Wrong { class: "sqlalchemy.exc.CompileError", message });
        }
        steps.push(call.plan(DropConstraint {
            table: table.clone(),
            name: check.name,
            kind: None,
            columns: Vec::new(),
            // A rebuild ignores a type's CHECK that is not there.
            if_exists: call.dialect.is_sqlite(),
            cascade: false,
        }));
    }
    Ok(steps)
}
