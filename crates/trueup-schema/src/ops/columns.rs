//! Columns: what a server refuses and fills in, and the sequences behind serial columns.

use super::{ApplyError, identifiers, lookup, render};
use crate::{
    Column, ColumnType, Dialect, Generated, Identity, ObjectKind, ObjectName, Schema, SequenceOptions,
    SqlExpr, Table, TypeKind, naming,
};

/// Refuses a column whose type does not exist or whose properties exclude each other.
pub(crate) fn validate(schema: &Schema, column: &Column) -> Result<(), ApplyError> {
    if column.default.is_some()
        && matches!(column.generated, Some(Generated::Computed(_) | Generated::Identity(_)))
    {
        let message = format!("column `{}` is generated and cannot have a default", column.name);
        return Err(ApplyError::invalid(message));
    }
    type_exists(schema, &column.column_type)?;
    check_default(schema, column)
}

/// Refuses a constant as a default that PostgreSQL certainly cannot turn into the column's type.
pub(crate) fn check_default(schema: &Schema, column: &Column) -> Result<(), ApplyError> {
    let Some(default) = column.default.as_ref().filter(|_| !schema.dialect.is_sqlite()) else {
        return Ok(());
    };
    let (text, to) = (default.text().trim(), &column.column_type);
    let refuse = |why: String| {
        Err(ApplyError::invalid(format!("the default {text} of column `{}` {why}", column.name)))
    };
    if to.array {
        return Ok(());
    }
    let is_whole = to.kind == TypeKind::Builtin && matches!(&*to.name, "smallint" | "integer" | "bigint");
    let is_boolean = to.kind == TypeKind::Builtin && to.name == "boolean";
    if is_boolean && text.parse::<i64>().is_ok() {
        return refuse(format!(
            "is an integer and the column is of type boolean; write '{text}' or a boolean"
        ));
    }
    let Some(constant) = default.plain_text() else { return Ok(()) };
    // PostgreSQL 16 also reads `0x1f` and `1_000`.
    if is_whole && !constant.trim().chars().any(|c| c.is_ascii_digit()) {
        return refuse(format!("is no {to}"));
    }
    let labels = schema.enums.get(&lookup::type_name(schema, to)).map(|found| &found.labels);
    if labels.is_some_and(|labels| !labels.contains(&constant)) {
        return refuse(format!("is no label of the enum `{to}`"));
    }
    Ok(())
}

/// Types that common extensions bring; where an extension came from outside of the revisions, they are trusted.
const EXTENSION_TYPES: &[&str] = &[
    "citext",
    "hstore",
    "vector",
    "halfvec",
    "sparsevec",
    "geometry",
    "geography",
    "raster",
    "box2d",
    "box3d",
    "ltree",
    "lquery",
    "ltxtquery",
    "cube",
    "seg",
    "isbn",
    "isbn13",
    "ean13",
    "issn",
    "semver",
    "bloom",
    "lo",
    "intarray",
    "query_int",
    "uri",
    "roaringbitmap",
    "hll",
    "ghstore",
    "gtrgm",
    "h3index",
    "topogeometry",
];

/// Refuses a user-defined type that certainly does not exist.
pub(crate) fn type_exists(schema: &Schema, column_type: &ColumnType) -> Result<(), ApplyError> {
    if schema.dialect.is_sqlite() || column_type.kind != TypeKind::UserDefined {
        return Ok(());
    }
    let name = lookup::type_name(schema, column_type);
    let other_extensions = schema.extensions.keys().any(|extension| extension != "plpgsql");
    let known = schema.enums.contains_key(&name)
        || schema.domains.contains_key(&name)
        || schema.tables.contains_key(&name)
        || schema.views.contains_key(&name)
        || schema.unmodelled.iter().any(|object| object.name.rsplit('.').next() == Some(name.name.as_str()))
        || name.namespace.as_deref().is_some_and(|namespace| !schema.has_namespace(namespace))
        || EXTENSION_TYPES.contains(&name.name.as_str())
        || name.name.starts_with('_');
    if known || other_extensions {
        return Ok(());
    }
    Err(ApplyError::invalid(format!("type `{column_type}` does not exist")))
}

/// Fills in what the server fills in: the sequence of a serial column and the NOT NULL of serial and identity.
pub(crate) fn complete(schema: &Schema, table: &Table, column: &mut Column) {
    if !schema.dialect.has_comments() {
        column.comment = None;
    }
    settle_default(column);
    match &mut column.generated {
        Some(Generated::Serial { sequence }) => {
            column.nullable = false;
            let used_here = |name: &ObjectName| {
                table.columns.iter().any(
                    |other| matches!(&other.generated, Some(Generated::Serial { sequence }) if sequence == name),
                )
            };
            if sequence.name.is_empty() || schema.relation(sequence).is_some() || used_here(sequence) {
                let taken = |name: &str| {
                    let name = table.name.sibling(name);
                    schema.relation(&name).is_some() || used_here(&name) || name == table.name
                };
                let name = naming::sequence(&table.name.name, &column.name).choose(&taken);
                *sequence = table.name.sibling(name);
            }
        }
        Some(Generated::Identity(identity)) => {
            column.nullable = false;
            let data_type = Some(column.column_type.name.clone());
            let options = SequenceOptions { data_type, ..identity.sequence.clone() };
            identity.sequence = SequenceOptions { data_type: None, ..options.normal() };
        }
        Some(Generated::Computed(_)) | None => {}
    }
}

impl Identity {
    /// Lets the sequence keep its name when its table or column is renamed; names are table and column, before and
    /// after.
    pub(crate) fn keep_sequence_name(&mut self, before: (&ObjectName, &str), after: (&ObjectName, &str)) {
        let usual = |(table, column): (&ObjectName, &str)| {
            table.sibling(naming::sequence(&table.name, column).first())
        };
        // It moves with its table to another namespace.
        let kept = self.sequence_name.take().unwrap_or_else(|| usual(before));
        let kept = ObjectName { namespace: after.0.namespace.clone(), ..kept };
        self.sequence_name = (kept != usual(after)).then_some(kept);
    }
}

impl Column {
    /// Returns the column as a partition or inheriting table gets it: without the comment, with the default of a
    /// serial column instead of its sequence, and without identity.
    ///
    /// Up to PostgreSQL 16 no child has the parent's identity; from 17 on partitions have, without a say of their own
    /// (PostgreSQL 17 release notes, E.1.3.3), so that nothing is lost by leaving it to the parent.
    pub fn inherited(&self, dialect: Dialect) -> Self {
        let mut column = Self { comment: None, ..self.clone() };
        match &column.generated {
            Some(Generated::Serial { sequence }) => {
                column.default = Some(next_value(dialect, sequence));
                column.generated = None;
            }
            Some(Generated::Identity(_)) => column.generated = None,
            Some(Generated::Computed(_)) | None => {}
        }
        column
    }
}

/// Reads a column's default under the column's type, which may have come later; `DEFAULT NULL` is none.
pub(crate) fn settle_default(column: &mut Column) {
    let typed = |default: SqlExpr| {
        let default = SqlExpr::default_value(default.dialect(), default.text(), &column.column_type);
        (!default.is_null()).then_some(default)
    };
    column.default = column.default.take().and_then(typed);
}

/// Returns the default that reads a sequence.
pub(crate) fn next_value(dialect: Dialect, sequence: &ObjectName) -> SqlExpr {
    SqlExpr::new(dialect, format!("nextval({}::regclass)", super::render::literal(&bare(sequence))))
}

/// Returns a name as `regclass` prints it.
fn bare(name: &ObjectName) -> String {
    let part = |part: &str| {
        let mut characters = part.chars();
        let first = characters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
        let plain = first && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain { part.to_owned() } else { crate::name::quote_identifier(part) }
    };
    match &name.namespace {
        Some(namespace) => format!("{}.{}", part(namespace), part(&name.name)),
        None => part(&name.name),
    }
}

/// Tells whether a default reads a sequence with `nextval`.
fn reads(default: &SqlExpr, sequence: &ObjectName) -> bool {
    let text = default.text();
    let lower = text.to_ascii_lowercase();
    if !lower.contains("nextval") {
        return false;
    }
    let Some(start) = text.find('\'') else { return false };
    let Some(length) = text[start + 1..].find('\'') else { return false };
    let inside = &text[start + 1..start + 1 + length];
    let default_namespace = Dialect::Postgresql.default_namespace();
    inside == bare(sequence)
        || inside == sequence.to_sql()
        || (sequence.namespace.is_none() && inside == format!("{default_namespace}.{}", bare(sequence)))
}

/// Returns the columns whose default reads a sequence.
pub(crate) fn readers_of(schema: &Schema, sequence: &ObjectName) -> Vec<(ObjectName, String)> {
    let mut readers = Vec::new();
    for table in schema.tables.values() {
        for column in &table.columns {
            if column.default.as_ref().is_some_and(|default| reads(default, sequence)) {
                readers.push((table.name.clone(), column.name.clone()));
            }
        }
    }
    readers
}

/// Recognises a column with an owned sequence and a default that reads it as serial, which is the same thing.
pub(crate) fn fold_serial(schema: &mut Schema, table: &ObjectName, column: &str) {
    let Some(found) = schema.table(table).and_then(|table| table.column(column)) else { return };
    let Some(default) = &found.default else { return };
    let owned = schema.sequences.values().find(|sequence| {
        sequence.owned_by.as_ref().is_some_and(|(owner, owned)| owner == table && owned == column)
            && sequence.comment.is_none()
            && reads(default, &sequence.name)
    });
    let Some(sequence) = owned else { return };
    // A sequence's own type is left aside: before PostgreSQL 10 every sequence was of bigint, and it stays what it was
    // when the column is widened.
    let integer = is_integer(&found.column_type);
    let plain =
        SequenceOptions { data_type: None, ..sequence.options.normal() } == SequenceOptions::default();
    if found.nullable || !integer || !plain {
        return;
    }
    let name = sequence.name.clone();
    schema.sequences.shift_remove(&name);
    if let Some(column) = schema.table_mut(table).and_then(|table| table.column_mut(column)) {
        column.default = None;
        column.generated = Some(Generated::Serial { sequence: name });
    }
}

/// Tells whether a serial column can have a type.
pub(crate) fn is_integer(column_type: &ColumnType) -> bool {
    !column_type.array && matches!(column_type.name.as_str(), "smallint" | "integer" | "bigint")
}

/// Takes a serial column apart into a plain one and its sequence, which stays and stays owned.
pub(crate) fn unfold_serial(schema: &mut Schema, table: &ObjectName, column: &str) {
    let Some(found) = schema.table_mut(table).and_then(|table| table.column_mut(column)) else { return };
    let Some(Generated::Serial { sequence }) = found.generated.take() else { return };
    let data_type = (found.column_type.name != "bigint").then(|| found.column_type.name.clone());
    let sequence = crate::Sequence {
        name: sequence,
        options: crate::SequenceOptions { data_type, ..Default::default() },
        owned_by: Some((table.clone(), column.to_owned())),
        comment: None,
        origin: crate::Origin::none(),
    };
    schema.sequences.insert(sequence.name.clone(), sequence);
}

/// Removes the sequences that a column or a table owned.
pub(crate) fn drop_owned_sequences(schema: &mut Schema, table: &ObjectName, column: Option<&str>) {
    schema.sequences.retain(|_, sequence| {
        !sequence
            .owned_by
            .as_ref()
            .is_some_and(|(owner, owned)| owner == table && column.is_none_or(|column| owned == column))
    });
}

/// Tells whether `ALTER TABLE … ADD COLUMN` of SQLite takes a column.
///
/// Source: <https://www.sqlite.org/lang_altertable.html#altertabaddcol>.
pub(crate) fn sqlite_can_add(column: &Column) -> bool {
    let constant = |default: &SqlExpr| {
        let text = render::default_text(Dialect::Sqlite, default);
        let current = ["current_time", "current_date", "current_timestamp"];
        !text.starts_with('(') && !current.contains(&text.to_ascii_lowercase().as_str())
    };
    let stored = matches!(&column.generated, Some(Generated::Computed(computed)) if computed.stored);
    let null_default =
        column.default.as_ref().is_none_or(|default| default.text().trim().eq_ignore_ascii_case("null"));
    !stored && column.default.as_ref().is_none_or(constant) && (column.nullable || !null_default)
}

/// Refuses a type change that PostgreSQL has no cast for unless `USING` says how.
///
/// Text converts to other types only explicitly, and boolean and integer only explicitly into each other
/// (PostgreSQL 17, `pg_cast`).
pub(crate) fn check_cast(
    schema: &Schema,
    table: &ObjectName,
    from: &Column,
    to: &ColumnType,
) -> Result<(), ApplyError> {
    const TEXTS: &[&str] = &["text", "character varying", "character"];
    const OTHERS: &[&str] = &[
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
        "boolean",
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
        "interval",
        "uuid",
        "json",
        "jsonb",
        "bytea",
        "inet",
        "cidr",
        "macaddr",
    ];
    const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    const NOT_NUMBERS: &[&str] = &[
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
        "interval",
        "uuid",
        "json",
        "jsonb",
        "inet",
    ];
    let old = &from.column_type;
    if old.is_unknown() || to.is_unknown() || old.array != to.array {
        return Ok(());
    }
    let is = |names: &[&str], column_type: &ColumnType| {
        column_type.kind == TypeKind::Builtin && names.contains(&column_type.name.as_str())
    };
    let to_enum = schema.enums.contains_key(&lookup::type_name(schema, to));
    let from_enum = schema.enums.contains_key(&lookup::type_name(schema, old));
    let boolean: &[&str] = &["boolean"];
    let refused = (is(TEXTS, old) && (is(OTHERS, to) || to_enum))
        || (is(NUMBERS, old) && is(NOT_NUMBERS, to))
        || (is(NOT_NUMBERS, old) && is(NUMBERS, to))
        || (is(boolean, old) && is(NUMBERS, to))
        || (is(NUMBERS, old) && is(boolean, to))
        || (from_enum && to_enum && old != to)
        || (from_enum && is(OTHERS, to))
        || (to_enum && is(OTHERS, old));
    if refused {
        let message =
            format!("column `{}` of `{table}` cannot be cast automatically from {old} to {to}", from.name);
        return Err(ApplyError::invalid(message));
    }
    Ok(())
}

/// Refuses a type change when the column's default is a constant that PostgreSQL cannot cast to the new type by itself.
///
/// A text in quotes is stored as a constant of the column's type, a number as one of its own.
/// Source: PostgreSQL 17, `ATExecAlterColumnType`.
pub(crate) fn check_default_cast(
    schema: &Schema,
    table: &ObjectName,
    column: &Column,
    to: &ColumnType,
) -> Result<(), ApplyError> {
    let Some(default) = column.default.as_ref().filter(|_| column.generated.is_none()) else { return Ok(()) };
    let text = default.text().trim();
    let is_number = text.parse::<f64>().is_ok();
    let is_truth = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    let own_type = match column.column_type.name.as_str() {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => is_number,
        "boolean" => is_truth,
        _ => false,
    };
    let is_text = text.starts_with('\'') && identifiers::tokens(schema.dialect, text).len() == 1;
    if (is_text || own_type) && check_cast(schema, table, column, to).is_err() {
        let message = format!(
            "the default {text} of column `{}` of `{table}` cannot be cast automatically to type {to}; drop it \
             before the type changes",
            column.name
        );
        return Err(ApplyError::invalid(message));
    }
    Ok(())
}

/// Tells whether a foreign key's column can never be compared with a key's column of another type.
///
/// Says yes only for built-in types of different families (PostgreSQL 17, `pg_amop`).
pub(crate) fn never_equal(left: &ColumnType, right: &ColumnType) -> bool {
    let family = |found: &ColumnType| {
        let number = match found.name.as_str() {
            _ if found.kind != TypeKind::Builtin || found.array => return None,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => 0,
            "text" | "character varying" | "character" => 1,
            "date" | "timestamp without time zone" | "timestamp with time zone" => 2,
            "uuid" => 3,
            "boolean" => 4,
            _ => return None,
        };
        Some(number)
    };
    // A foreign key's column must convert to the key's type by itself, which a fraction does not to a whole number.
    let fraction = matches!(left.name.as_str(), "numeric" | "real" | "double precision");
    let whole = matches!(right.name.as_str(), "smallint" | "integer" | "bigint");
    match (family(left), family(right)) {
        (Some(left), Some(right)) => left != right || (fraction && whole),
        _ => false,
    }
}

/// Returns the computed columns of a table that use a column.
pub(crate) fn computed_from(schema: &Schema, table: &Table, column: &str) -> Vec<String> {
    let uses = |candidate: &&Column| match &candidate.generated {
        Some(Generated::Computed(computed)) => {
            identifiers::mentions_column(schema.dialect, &computed.expr, column)
        }
        _ => false,
    };
    table.columns.iter().filter(uses).map(|column| column.name.clone()).collect()
}

/// Returns the error for a column that is not there.
pub(crate) fn missing(table: &ObjectName, column: &str) -> ApplyError {
    ApplyError::missing_on(ObjectKind::Column, column, table)
}
