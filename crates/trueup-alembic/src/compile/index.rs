//! Indexes.

use trueup_python::{Value, Vm};
use trueup_schema::name::quote_identifier;
use trueup_schema::naming::{ConventionKind, GivenName};
use trueup_schema::{Index, IndexKey, IndexPart, NullsOrder, Operation, SqlExpr, ops::CreateIndex};
use trueup_sql::{ReadContext, read};

use super::column::raw_or_expression;
use super::{
    CompileError, TableContext, attr, clause_element, constraint, flag_attr, given_name, is_a, items_attr,
    origin, place_of, sql_text, text_attr,
};

/// Reads an `Index` object of a table.
///
/// # Errors
/// When something in it is not known.
pub fn index(vm: &mut Vm, value: &Value, context: &TableContext<'_>) -> Result<Index, CompileError> {
    let mut parts = Vec::new();
    let mut columns = Vec::new();
    let mut labels = Vec::new();
    for item in items_attr(vm, value, "expressions")? {
        labels.push(label_of(vm, &item)?);
        let item = clause_element(vm, &item)?;
        if let Some(unknown) = item.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        let part = part(vm, &item, context)?;
        match &part.key {
            IndexKey::Column(name) => columns.push(name.clone()),
            IndexKey::Expression(_) => columns.extend(first_column(vm, &item)?),
        }
        parts.push(part);
    }
    let given = given_name(vm, value)?;
    let facts = constraint::facts(given, &columns, context);
    let name = constraint::name_of(vm, (ConventionKind::Index, value), facts, context)?;
    let Some(name) = name else {
        return Err(CompileError::new("an index has no name", place_of(value)));
    };
    let mut index = Index::new(name, &[]);
    index.parts = parts;
    index.unique = flag_attr(vm, value, "unique")?;
    index.origin = origin(place_of(value).as_ref());
    let options = attr(vm, value, "kwargs")?;
    apply_options(vm, &options, (&mut index, &labels), context)?;
    Ok(index)
}

/// Returns the label of an expression: `func.lower(column).label("name")`.
fn label_of(vm: &mut Vm, expression: &Value) -> Result<Option<String>, CompileError> {
    if is_a(expression, "sqlalchemy._elements.Label") { text_attr(vm, expression, "name") } else { Ok(None) }
}

/// Returns the name of the first column in an expression, which is what SQLAlchemy takes into the index's name.
fn first_column(vm: &mut Vm, expression: &Value) -> Result<Option<String>, CompileError> {
    let list = vm.module_attr("sqlalchemy.schema", "_columns_of")?;
    let found = vm.call_with(&list, vec![expression.clone()])?;
    Ok(names(vm, &found)?.into_iter().next())
}

/// Returns the index of `index=True`.
pub(super) fn column_index(
    vm: &mut Vm,
    column: &Value,
    (name, key): (&str, &str),
    unique: bool,
    context: &TableContext<'_>,
) -> Result<Index, CompileError> {
    let mut facts = constraint::facts(GivenName::None, &[name.to_owned()], context);
    facts.column_keys = vec![key.to_owned()];
    let given = constraint::name_of(vm, (ConventionKind::Index, column), facts, context)?;
    let given = given.ok_or_else(|| CompileError::new("an index has no name", None))?;
    let mut index = Index::new(given, &[name]);
    index.unique = unique;
    index.origin = origin(place_of(column).as_ref());
    Ok(index)
}

/// Returns the names of the columns that the expression of a CHECK mentions, those of a table only.
pub(super) fn mentioned_columns(vm: &mut Vm, check: &Value) -> Result<Vec<String>, CompileError> {
    let list = vm.module_attr("sqlalchemy.schema", "_columns_of")?;
    let text = attr(vm, check, "sqltext")?;
    let found = vm.call_with(&list, vec![text])?;
    names(vm, &found)
}

/// Reads one element of an index: a column, its key, or an expression with its ordering.
pub(super) fn part(
    vm: &mut Vm,
    value: &Value,
    context: &TableContext<'_>,
) -> Result<IndexPart, CompileError> {
    if let Some(key) = value.as_str() {
        return Ok(IndexPart::column(context.column_name(&key)));
    }
    if is_a(value, "sqlalchemy._elements.TextClause") {
        let text = sql_text(vm, value, context.dialect)?;
        return Ok(parse_part(&text, context)
            .unwrap_or_else(|| IndexPart::expression(SqlExpr::new(context.dialect, text))));
    }
    if is_a(value, "sqlalchemy.schema.Column") {
        let name = text_attr(vm, value, "name")?.unwrap_or_default();
        return Ok(IndexPart::column(name));
    }
    if is_a(value, "sqlalchemy._elements.UnaryExpression") {
        let operator = text_attr(vm, value, "operator")?.unwrap_or_default();
        let ordering = matches!(operator.as_str(), "ASC" | "DESC" | "NULLS FIRST" | "NULLS LAST");
        if ordering {
            let inner = attr(vm, value, "element")?;
            let inner = clause_element(vm, &inner)?;
            let mut part = part(vm, &inner, context)?;
            match operator.as_str() {
                "DESC" => part.descending = true,
                "NULLS FIRST" => part.nulls = Some(NullsOrder::First),
                "NULLS LAST" => part.nulls = Some(NullsOrder::Last),
                _ => {}
            }
            drop_default_nulls(&mut part);
            return Ok(part);
        }
    }
    if is_a(value, "sqlalchemy._elements.CollationClause") {
        let inner = attr(vm, value, "element")?;
        let mut part = part(vm, &inner, context)?;
        part.collation = text_attr(vm, value, "collation")?;
        return Ok(part);
    }
    if is_a(value, "sqlalchemy._elements.ColumnClause") && !flag_attr(vm, value, "is_literal")? {
        return Ok(IndexPart::column(text_attr(vm, value, "name")?.unwrap_or_default()));
    }
    let text = sql_text(vm, value, context.dialect)?;
    Ok(parse_part(&text, context)
        .unwrap_or_else(|| IndexPart::expression(SqlExpr::new(context.dialect, text))))
}

/// NULLS LAST ascending and NULLS FIRST descending are what a server does anyway.
fn drop_default_nulls(part: &mut IndexPart) {
    let default = if part.descending { NullsOrder::First } else { NullsOrder::Last };
    if part.nulls == Some(default) {
        part.nulls = None;
    }
}

/// Reads the text of an index element as a server would: `lower(name) text_pattern_ops DESC`.
fn parse_part(text: &str, context: &TableContext<'_>) -> Option<IndexPart> {
    let parsed = |element: &str| -> Option<IndexPart> {
        let sql = format!("CREATE INDEX i ON t ({element})");
        let result = read(context.dialect, &sql, &ReadContext::default());
        let statement = result.statements.first().filter(|_| result.statements.len() == 1)?;
        match statement.operations.as_slice() {
            [Operation::CreateIndex(CreateIndex { index, .. })] if index.parts.len() == 1 => {
                index.parts.first().cloned()
            }
            _ => None,
        }
    };
    // An operator expression needs parentheses of its own in an index; SQLAlchemy adds them.
    parsed(text).or_else(|| parsed(&format!("({text})")))
}

/// Applies `postgresql_*` and `sqlite_*` options.
fn apply_options(
    vm: &mut Vm,
    options: &Value,
    (index, labels): (&mut Index, &[Option<String>]),
    context: &TableContext<'_>,
) -> Result<(), CompileError> {
    let Some(options) = options.as_dict() else { return Ok(()) };
    let prefix = format!("{}_", context.dialect.name());
    for (key, value) in options.pairs() {
        let Some(key) = key.as_str() else { continue };
        let Some(option) = key.strip_prefix(&prefix) else { continue };
        if let Some(unknown) = value.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        if value.is_none() {
            continue;
        }
        match option {
            "where" => {
                let text = raw_or_expression(vm, &value, context.dialect)?;
                index.predicate = Some(SqlExpr::new(context.dialect, text));
            }
            "using" => {
                if let Some(method) = value.as_str() {
                    index.method = method.to_lowercase();
                }
            }
            "include" => index.include = names(vm, &value)?,
            "nulls_not_distinct" => index.nulls_not_distinct = value.as_bool() == Some(true),
            "with" => {
                for (name, setting) in value.as_dict().map(|dict| dict.pairs()).unwrap_or_default() {
                    let (name, setting) = (vm.str(&name)?, vm.str(&setting)?);
                    if let (Some(name), Some(setting)) = (name.as_str(), setting.as_str()) {
                        index.storage.insert(name.to_string(), setting.to_string());
                    }
                }
            }
            "ops" => apply_operator_classes(&value, index, labels, context),
            _ => {}
        }
    }
    Ok(())
}

/// `postgresql_ops={"column": "class"}` names columns by key, and labelled expressions by label. SQLAlchemy writes the
/// text after the column as it is, so that it may be an ordering too: `{"created_at": "DESC"}`.
fn apply_operator_classes(
    value: &Value,
    index: &mut Index,
    labels: &[Option<String>],
    context: &TableContext<'_>,
) {
    for (name, class) in value.as_dict().map(|dict| dict.pairs()).unwrap_or_default() {
        let (Some(name), Some(class)) = (name.as_str(), class.as_str()) else { continue };
        let column = context.column_name(&name);
        for (part, label) in index.parts.iter_mut().zip(labels) {
            if label.as_deref() == Some(&*name) {
                match class.to_uppercase().as_str() {
                    "DESC" => part.descending = true,
                    "ASC" => {}
                    _ => part.operator_class = Some(class.to_lowercase()),
                }
            } else if matches!(&part.key, IndexKey::Column(candidate) if *candidate == column) {
                let text = format!("{} {class}", quote_identifier(&column));
                match parse_part(&text, context) {
                    Some(read) if read.key == part.key => {
                        *part =
                            IndexPart { collation: read.collation.or_else(|| part.collation.take()), ..read };
                    }
                    _ => part.operator_class = Some(class.to_lowercase()),
                }
            }
        }
    }
}

/// Returns names given as a list of strings or columns.
pub(super) fn names(vm: &mut Vm, value: &Value) -> Result<Vec<String>, CompileError> {
    if let Some(single) = value.as_str() {
        return Ok(vec![single.to_string()]);
    }
    let mut names = Vec::new();
    for item in vm.iterate(value)? {
        let item = clause_element(vm, &item)?;
        if let Some(unknown) = item.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        match item.as_str() {
            Some(text) => names.push(text.to_string()),
            None => names.extend(text_attr(vm, &item, "name")?),
        }
    }
    Ok(names)
}
