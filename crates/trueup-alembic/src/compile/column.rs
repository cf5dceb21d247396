//! Columns.

use trueup_python::{Place, Value, Vm};
use trueup_schema::{
    Check, Column, Computed, Dialect, ForeignKey, Generated, Identity, Index, Inline, SequenceOptions,
    SqlExpr, Unique, name::quote_identifier,
};

use super::{
    CompileError, CompiledEnum, CompiledType, TableContext, attr, column_type, constraint, default_expr,
    flag_attr, index, is_a, items_attr, origin, place_of, text_attr, types::TypeCheck,
};

/// A column with everything that was declared on it.
#[derive(Clone)]
pub struct CompiledColumn {
    /// The column; `SERIAL` is decided by the table.
    pub column: Column,
    /// `Column.key`, the name on the Python side.
    pub key: String,
    /// `primary_key=True`.
    pub primary_key: bool,
    /// Foreign keys of `ForeignKey(…)`.
    pub foreign_keys: Vec<ForeignKey>,
    /// `unique=True` without `index=True`.
    pub unique: Option<Unique>,
    /// CHECKs: of the column, and of its type.
    pub checks: Vec<Check>,
    /// `index=True`.
    pub index: Option<Index>,
    /// Native enum types it needs.
    pub enums: Vec<CompiledEnum>,
    /// `autoincrement`: `Some(true)`, `Some(false)`, or `None` for `"auto"`.
    pub autoincrement: Option<bool>,
    /// `autoincrement="ignore_fk"`.
    pub ignore_foreign_keys: bool,
    /// Whether a Python-side default other than a sequence is set.
    pub has_python_default: bool,
    /// A `Sequence` given as the default.
    pub sequence: Option<Value>,
    /// See [`CompiledType::integer_bytes`].
    pub integer_bytes: u8,
    /// Whether `nullable` was said.
    pub nullable_given: bool,
    /// Why the server default is not known, if it is not: the column then has none here.
    pub unknown_default: Option<CompileError>,
}

impl CompiledColumn {
    /// Returns the column of which only the name is known, if that is.
    pub(super) fn unreadable(vm: &mut Vm, value: &Value, error: &CompileError) -> Option<Self> {
        let name = text_attr(vm, value, "name").ok().flatten()?;
        let key = text_attr(vm, value, "key").ok().flatten().unwrap_or_else(|| name.clone());
        let mut column = Column::new(name, trueup_schema::ColumnType::unknown(error.message.clone()));
        column.origin = origin(place_of(value).as_ref());
        column.nullable = flag_attr(vm, value, "nullable").unwrap_or(true);
        let primary_key = flag_attr(vm, value, "primary_key").unwrap_or(false);
        Some(Self {
            column,
            key,
            primary_key,
            foreign_keys: Vec::new(),
            unique: None,
            checks: Vec::new(),
            index: None,
            enums: Vec::new(),
            autoincrement: Some(false),
            ignore_foreign_keys: false,
            has_python_default: false,
            sequence: None,
            integer_bytes: 0,
            nullable_given: true,
            unknown_default: None,
        })
    }
}

/// Reads a `Column` object.
///
/// # Errors
/// When its name, or anything that shapes it beside the type, is not known or wrong.
pub fn column(
    vm: &mut Vm,
    value: &Value,
    context: &TableContext<'_>,
) -> Result<CompiledColumn, CompileError> {
    let dialect = context.dialect;
    let place = place_of(value);
    let Some(name) = text_attr(vm, value, "name")? else {
        return Err(CompileError::new("a column has no name", place));
    };
    let key = text_attr(vm, value, "key")?.unwrap_or_else(|| name.clone());
    let at = |error: CompileError| with_place(error, &name, place.as_ref());

    let compiled_type = type_of_column(vm, value, context).map_err(at)?;
    let CompiledType { column_type, enums, check, collation, integer_bytes } = compiled_type;
    let primary_key = flag_attr(vm, value, "primary_key").map_err(at)?;
    let mut column = Column::new(name.clone(), column_type);
    column.collation = collation;
    column.origin = origin(place.as_ref());
    column.nullable = flag_attr(vm, value, "nullable").map_err(at)? && !is_forbidden_null(vm, value)?;
    column.comment = if dialect.has_comments() { text_attr(vm, value, "comment").map_err(at)? } else { None };
    column.generated = generated(vm, value, dialect).map_err(at)?;
    let mut unknown_default = None;
    if column.generated.is_none() {
        let server_default = attr(vm, value, "server_default")?;
        match default_expr(vm, &server_default, &column.column_type, dialect).map_err(at) {
            Ok(default) => column.default = default,
            Err(error) if error.unknown => {
                let message = format!("the default of column `{name}` is not known: {}", error.message);
                unknown_default =
                    Some(CompileError { message, place: place.clone().or(error.place), unknown: true });
            }
            Err(error) => return Err(error),
        }
    }

    let mut checks: Vec<Check> = Vec::new();
    for item in items_attr(vm, value, "constraints")? {
        if is_a(&item, "sqlalchemy.schema.CheckConstraint") {
            let check = constraint::check(vm, &item, context).map_err(at)?;
            checks.push(Check { inline: Inline(true), ..check });
        }
    }
    if let Some(check) = check {
        checks.push(type_check(vm, (value, &name), check, context)?);
    }
    let mut foreign_keys = Vec::new();
    for item in items_attr(vm, value, "_foreign_keys")? {
        foreign_keys.push(constraint::column_foreign_key(vm, &item, &name, context).map_err(at)?);
    }
    let unique_flag = flag_attr(vm, value, "unique").map_err(at)?;
    let indexed = flag_attr(vm, value, "index").map_err(at)?;
    let unique = if unique_flag && !indexed {
        Some(constraint::column_unique(vm, value, &name, &key, context).map_err(at)?)
    } else {
        None
    };
    let index = if indexed {
        Some(index::column_index(vm, value, (&name, &key), unique_flag, context)?)
    } else {
        None
    };

    let python_default = attr(vm, value, "default")?;
    let sequence = is_a(&python_default, "sqlalchemy.schema.Sequence").then(|| python_default.clone());
    let autoincrement = attr(vm, value, "autoincrement")?;
    Ok(CompiledColumn {
        column,
        key,
        primary_key,
        foreign_keys,
        unique,
        checks,
        index,
        enums,
        autoincrement: autoincrement.as_bool(),
        ignore_foreign_keys: autoincrement.as_str().as_deref() == Some("ignore_fk"),
        has_python_default: !python_default.is_none() && sequence.is_none(),
        sequence,
        integer_bytes,
        nullable_given: flag_attr(vm, value, "_nullable_given")?,
        unknown_default,
    })
}

/// Tells whether the type itself says that the column holds no NULL, as GeoAlchemy2's types may.
fn is_forbidden_null(vm: &mut Vm, column: &Value) -> Result<bool, CompileError> {
    let column_type = attr(vm, column, "type")?;
    if column_type.as_instance().is_none() {
        return Ok(false);
    }
    let nullable = vm.lookup_attr(&column_type, "nullable")?;
    Ok(nullable.and_then(|value| value.as_bool()) == Some(false))
}

/// Compiles the column's type; a column that only has a foreign key takes the type of the referenced column.
fn type_of_column(
    vm: &mut Vm,
    value: &Value,
    context: &TableContext<'_>,
) -> Result<CompiledType, CompileError> {
    let mut current = value.clone();
    // Foreign keys may point to columns that have only a foreign key themselves.
    for _ in 0..8 {
        let type_value = attr(vm, &current, "type")?;
        if !is_a(&type_value, "sqlalchemy.types.NullType") {
            let mut compiled = column_type(vm, &type_value, context.dialect)?;
            if !current.is(value) {
                compiled.check = None;
                compiled.enums.clear();
            }
            return Ok(compiled);
        }
        let keys = items_attr(vm, &current, "_foreign_keys")?;
        let Some(referenced) =
            keys.first().map(|key| constraint::referenced_column(vm, key, context)).transpose()?.flatten()
        else {
            break;
        };
        current = referenced;
    }
    let reason = "the column has no type, and what its foreign key points to is not known";
    Ok(CompiledType {
        column_type: trueup_schema::ColumnType::unknown(reason),
        enums: Vec::new(),
        check: None,
        collation: None,
        integer_bytes: 0,
    })
}

fn generated(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<Option<Generated>, CompileError> {
    let computed = attr(vm, value, "computed")?;
    if !computed.is_none() {
        let text = attr(vm, &computed, "sqltext")?;
        let text = raw_or_expression(vm, &text, dialect)?;
        let persisted = attr(vm, &computed, "persisted")?.as_bool();
        // PostgreSQL before 18 has only stored columns; SQLite's default is virtual.
        let stored = persisted.unwrap_or(dialect == Dialect::Postgresql);
        return Ok(Some(Generated::Computed(Computed { expr: SqlExpr::new(dialect, text), stored })));
    }
    let identity = attr(vm, value, "identity")?;
    // SQLite knows no identity columns: SQLAlchemy leaves the clause out there.
    if identity.is_none() || dialect == Dialect::Sqlite {
        return Ok(None);
    }
    Ok(Some(Generated::Identity(Identity {
        always: flag_attr(vm, &identity, "always")?,
        sequence: sequence_options(vm, &identity, dialect)?,
        sequence_name: None,
    })))
}

/// Reads the options that `Sequence` and `Identity` share.
pub(super) fn sequence_options(
    vm: &mut Vm,
    value: &Value,
    dialect: Dialect,
) -> Result<SequenceOptions, CompileError> {
    let mut number = |name: &str| -> Result<Option<i64>, CompileError> {
        match attr(vm, value, name)? {
            Value::Unknown(unknown) => Err(CompileError::unknown(&unknown)),
            other => Ok(other.as_int().and_then(|number| i64::try_from(number).ok())),
        }
    };
    let (start, increment) = (number("start")?, number("increment")?);
    let (min_value, max_value, cache) = (number("minvalue")?, number("maxvalue")?, number("cache")?);
    let cycle = flag_attr(vm, value, "cycle")?;
    let data_type = attr(vm, value, "data_type")?;
    let data_type = if data_type.is_none() {
        None
    } else {
        Some(column_type(vm, &data_type, dialect)?.column_type.to_string())
    };
    Ok(SequenceOptions { data_type, start, increment, min_value, max_value, cache, cycle })
}

fn type_check(
    vm: &mut Vm,
    (value, column): (&Value, &str),
    check: TypeCheck,
    context: &TableContext<'_>,
) -> Result<Check, CompileError> {
    // Whether it is quoted matters once the column is gone: SQLite takes a quoted name of nothing for a text.
    let is_plain = context.dialect.is_sqlite() && is_plain_in_sqlite(column);
    let name = if is_plain { column.to_owned() } else { quote_identifier(column) };
    let text = format!("{name} IN ({})", check.values.join(", "));
    let name = constraint::check_name(vm, (value, column), check.name, context)?;
    Ok(Check::new(name, SqlExpr::new(context.dialect, text)))
}

/// Tells whether SQLAlchemy writes a name without quotes on SQLite.
///
/// Source: SQLAlchemy 2.0 `IdentifierPreparer._requires_quotes` and `dialects/sqlite/base.py`, `RESERVED_WORDS`.
fn is_plain_in_sqlite(name: &str) -> bool {
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_');
    let legal =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '$');
    begins && name.chars().all(legal) && !SQLITE_RESERVED.split_whitespace().any(|word| word == name)
}

const SQLITE_RESERVED: &str = "\
    add after all alter analyze and as asc attach autoincrement before begin between by cascade case cast check collate \
    column commit conflict constraint create cross current_date current_time current_timestamp database default \
    deferrable deferred delete desc detach distinct drop each else end escape except exclusive exists explain fail false \
    for foreign from full glob group having if ignore immediate in index indexed initially inner insert instead \
    intersect into is isnull join key left like limit match natural not notnull null of offset on or order outer plan \
    pragma primary query raise references reindex rename replace restrict right rollback row select set table temp \
    temporary then to transaction trigger true union unique update using vacuum values view virtual when where";

/// Returns the text of `sqltext`, which may be a plain string of SQL.
pub(super) fn raw_or_expression(
    vm: &mut Vm,
    value: &Value,
    dialect: Dialect,
) -> Result<String, CompileError> {
    match value.as_str() {
        Some(text) => Ok(text.to_string()),
        None => super::sql_text(vm, value, dialect),
    }
}

/// Names the column in an error that has no place of its own.
fn with_place(mut error: CompileError, column: &str, place: Option<&Place>) -> CompileError {
    if error.place.is_none() {
        error.place = place.cloned();
        error.message = format!("column `{column}`: {}", error.message);
    }
    error
}
