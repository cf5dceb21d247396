//! Column types under SQLAlchemy's names.
//!
//! What counts is the type in the database: a type that a project derives from another one is written as that one, so
//! that a revision needs no import of the application.

use trueup_schema::{ColumnType, ObjectName, TypeKind};

use super::python::{Call, boolean, string};
use super::{Import, Unwritable, Writer};

/// Types of PostgreSQL that `sqlalchemy.dialects.postgresql` has under their name in upper case.
const POSTGRESQL: [&str; 27] = [
    "cidr",
    "citext",
    "datemultirange",
    "daterange",
    "hstore",
    "inet",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "jsonb",
    "jsonpath",
    "macaddr",
    "macaddr8",
    "money",
    "nummultirange",
    "numrange",
    "oid",
    "regclass",
    "regconfig",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "uuid",
];

impl Writer<'_> {
    /// Returns the type of a column.
    pub(super) fn column_type(
        &mut self,
        column_type: &ColumnType,
        collation: Option<&str>,
    ) -> Result<String, Unwritable> {
        if let TypeKind::Unknown(reason) = &column_type.kind {
            return Err(Unwritable(format!("a type is not known: {reason}")));
        }
        if column_type.array {
            let element = ColumnType { array: false, ..column_type.clone() };
            let element = self.column_type(&element, collation)?;
            return Ok(self.postgresql("ARRAY").arg(element).inline());
        }
        if let Some(labels) = self.labels(column_type) {
            let mut call = self.postgresql("ENUM");
            for label in labels {
                call = call.arg(string(&label));
            }
            let call = call
                .keyword("name", string(&column_type.name))
                .optional("schema", column_type.namespace.as_deref())
                .keyword("create_type", boolean(false));
            return Ok(call.inline());
        }
        let known = if self.schema.dialect.enforces_types() {
            self.server_type(column_type, collation)
        } else {
            declared_type(column_type, collation)
        };
        Ok(known.map_or_else(|| self.other_type(column_type), |call| call.inline()))
    }

    /// Returns the labels of a type that is an enum.
    fn labels(&self, column_type: &ColumnType) -> Option<Vec<String>> {
        let dialect = self.schema.dialect;
        let name = ObjectName::qualified(dialect, column_type.namespace.as_deref(), &*column_type.name);
        let found = (column_type.kind == TypeKind::UserDefined).then(|| self.schema.enums.get(&name));
        found.flatten().map(|found| found.labels.clone())
    }

    fn postgresql(&mut self, name: &str) -> Call {
        self.imports.insert(Import::Postgresql);
        Call::new(format!("postgresql.{name}"))
    }

    /// Returns a type that the server knows.
    fn server_type(&mut self, column_type: &ColumnType, collation: Option<&str>) -> Option<Call> {
        let modifiers = &column_type.modifiers;
        let sa = |name: &str| Some(Call::new(format!("sa.{name}")));
        let text = |name: &str| {
            sa(name).map(|call| {
                let length = modifiers.first();
                let call = length.map_or(call.clone(), |length| call.keyword("length", length));
                call.optional("collation", collation)
            })
        };
        let precision = modifiers.first();
        if column_type.kind == TypeKind::UserDefined && !matches!(&*column_type.name, "citext" | "hstore") {
            return None;
        }
        match column_type.name.as_str() {
            "integer" => sa("Integer"),
            "bigint" => sa("BigInteger"),
            "smallint" => sa("SmallInteger"),
            "boolean" => sa("Boolean"),
            "real" => sa("REAL"),
            "double precision" => sa("Float"),
            "text" => text("Text"),
            "character varying" => text("String"),
            "character" => text("CHAR"),
            "bytea" => sa("LargeBinary"),
            "date" => sa("Date"),
            "json" => sa("JSON"),
            "numeric" => sa("Numeric").map(|call| numeric(call, modifiers)),
            name if name.starts_with("timestamp") || name.starts_with("time ") => {
                let zone = name.contains("with time zone");
                let stamp = name.starts_with("timestamp");
                let call = match precision {
                    Some(digits) => {
                        let call = self.postgresql(if stamp { "TIMESTAMP" } else { "TIME" });
                        call.keyword("precision", digits)
                    }
                    None => Call::new(if stamp { "sa.DateTime" } else { "sa.Time" }),
                };
                Some(if zone { call.keyword("timezone", boolean(true)) } else { call })
            }
            "interval" if precision.is_none() => sa("Interval"),
            name if name == "interval" || name.starts_with("interval ") => {
                let fields = name.strip_prefix("interval ").map(str::to_uppercase);
                let call = self.postgresql("INTERVAL").optional("fields", fields.as_deref());
                Some(precision.map_or(call.clone(), |digits| call.keyword("precision", digits)))
            }
            "bit" => Some(self.postgresql("BIT").keyword("length", precision?)),
            "bit varying" => {
                let call = self.postgresql("BIT");
                let call = precision.map_or(call.clone(), |length| call.keyword("length", length));
                Some(call.keyword("varying", boolean(true)))
            }
            name if POSTGRESQL.contains(&name) && modifiers.is_empty() => {
                Some(self.postgresql(&name.to_uppercase()))
            }
            _ => None,
        }
    }

    /// Returns a type that SQLAlchemy has no name for: by its name in the database, with a class that the file brings.
    fn other_type(&mut self, column_type: &ColumnType) -> String {
        self.imports.insert(Import::NamedType);
        Call::new("NamedType").arg(string(&column_type.to_string())).inline()
    }

    /// Returns a serial type for a column that no primary key makes one.
    pub(super) fn serial_type(&mut self, column_type: &ColumnType) -> String {
        let name = match column_type.name.as_str() {
            "smallint" => "SMALLSERIAL",
            "bigint" => "BIGSERIAL",
            _ => "SERIAL",
        };
        self.imports.insert(Import::NamedType);
        Call::new("NamedType").arg(string(name)).inline()
    }
}

fn numeric(call: Call, modifiers: &[String]) -> Call {
    match modifiers {
        [] => call,
        [precision] => call.keyword("precision", precision),
        [precision, scale, ..] => call.keyword("precision", precision).keyword("scale", scale),
    }
}

/// Returns a type as SQLite keeps it: the declared words.
fn declared_type(column_type: &ColumnType, collation: Option<&str>) -> Option<Call> {
    let modifiers = &column_type.modifiers;
    let is_number = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
    let all_numbers = modifiers.iter().all(is_number);
    let sa = |name: &str| Call::new(format!("sa.{name}"));
    let text = |name: &str| {
        let call = modifiers.first().map_or(sa(name), |length| sa(name).keyword("length", length));
        Some(call.optional("collation", collation))
    };
    match (column_type.name.as_str(), modifiers.len()) {
        ("VARCHAR", 0 | 1) if all_numbers => text("String"),
        ("CHAR", 0 | 1) if all_numbers => text("CHAR"),
        ("NVARCHAR", 0 | 1) if all_numbers => text("NVARCHAR"),
        ("NCHAR", 0 | 1) if all_numbers => text("NCHAR"),
        ("TEXT", 0) => text("Text"),
        ("NUMERIC", 0..=2) if all_numbers => Some(numeric(sa("Numeric"), modifiers)),
        ("DECIMAL", 0..=2) if all_numbers => Some(numeric(sa("DECIMAL"), modifiers)),
        ("INTEGER", 0) => Some(sa("Integer")),
        ("BIGINT", 0) => Some(sa("BigInteger")),
        ("SMALLINT", 0) => Some(sa("SmallInteger")),
        ("BOOLEAN", 0) => Some(sa("Boolean")),
        ("DOUBLE", 0) => Some(sa("Double")),
        ("FLOAT", 0) => Some(sa("Float")),
        ("REAL", 0) => Some(sa("REAL")),
        ("DATE", 0) => Some(sa("Date")),
        ("DATETIME", 0) => Some(sa("DateTime")),
        ("TIMESTAMP", 0) => Some(sa("TIMESTAMP")),
        ("TIME", 0) => Some(sa("Time")),
        ("BLOB", 0) => Some(sa("LargeBinary")),
        ("JSON", 0) => Some(sa("JSON")),
        _ => None,
    }
}
