//! What a generated project has built so far: enough to write the next step so that it is valid.

use crate::random::Random;

/// On which databases a project runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavor {
    Both,
    Postgresql,
    Sqlite,
}

impl Flavor {
    pub(super) fn has_sqlite(self) -> bool {
        self != Self::Postgresql
    }

    pub(super) fn has_postgresql(self) -> bool {
        self != Self::Sqlite
    }
}

/// What kinds of values a type has, which decides about defaults and conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Integer,
    Text,
    Boolean,
    Time,
    Number,
    Other,
}

/// A type as it is written, and where it is valid.
pub(super) struct TypeChoice {
    pub(super) text: &'static str,
    pub(super) family: Family,
    pub(super) postgresql_only: bool,
}

const fn anywhere(text: &'static str, family: Family) -> TypeChoice {
    TypeChoice { text, family, postgresql_only: false }
}

const fn on_postgresql(text: &'static str, family: Family) -> TypeChoice {
    TypeChoice { text, family, postgresql_only: true }
}

/// `{n}` becomes a number that is new in the project.
const TYPES: &[TypeChoice] = &[
    anywhere("sa.Integer()", Family::Integer),
    anywhere("sa.Integer", Family::Integer),
    anywhere("sa.BigInteger()", Family::Integer),
    anywhere("sa.SmallInteger()", Family::Integer),
    anywhere("sa.BigInteger().with_variant(sa.Integer(), 'sqlite')", Family::Integer),
    anywhere("sa.String(length=40)", Family::Text),
    anywhere("sa.String(120)", Family::Text),
    anywhere("sa.String()", Family::Text),
    anywhere("sa.Text()", Family::Text),
    anywhere("sa.Unicode(30)", Family::Text),
    anywhere("sa.UnicodeText()", Family::Text),
    anywhere("sa.VARCHAR(20)", Family::Text),
    anywhere("sa.CHAR(8)", Family::Text),
    anywhere("sa.String(50).with_variant(sa.Text(), 'sqlite')", Family::Text),
    anywhere("sa.Boolean()", Family::Boolean),
    anywhere("sa.Boolean(create_constraint=True, name='flag_{n}')", Family::Boolean),
    anywhere("sa.DateTime()", Family::Time),
    anywhere("sa.DateTime(timezone=True)", Family::Time),
    anywhere("sa.TIMESTAMP(timezone=True)", Family::Time),
    anywhere("sa.TIMESTAMP()", Family::Time),
    anywhere("sa.Date()", Family::Other),
    anywhere("sa.Time()", Family::Other),
    anywhere("sa.Interval()", Family::Other),
    anywhere("sa.Float()", Family::Number),
    anywhere("sa.Float(precision=53)", Family::Number),
    anywhere("sa.Double()", Family::Number),
    anywhere("sa.REAL()", Family::Number),
    anywhere("sa.Numeric(10, 2)", Family::Number),
    anywhere("sa.Numeric(precision=12)", Family::Number),
    anywhere("sa.Numeric()", Family::Number),
    anywhere("sa.DECIMAL(8, 3)", Family::Number),
    anywhere("sa.JSON()", Family::Other),
    anywhere("sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')", Family::Other),
    anywhere("sa.LargeBinary()", Family::Other),
    anywhere("sa.LargeBinary(16)", Family::Other),
    anywhere("sa.Uuid()", Family::Other),
    anywhere("sa.Uuid(as_uuid=False)", Family::Other),
    anywhere("sa.Enum('low', 'high', name='level_{n}')", Family::Other),
    anywhere("sa.Enum('on', 'off', name='state_{n}', native_enum=False)", Family::Other),
    anywhere(
        "sa.Enum('on', 'off', 'it''s', name='mode_{n}', native_enum=False, create_constraint=True)",
        Family::Other,
    ),
    anywhere("sa.Enum('a', 'bcd', native_enum=False, length=20)", Family::Other),
    anywhere("sa.PickleType()", Family::Other),
    on_postgresql("postgresql.UUID(as_uuid=True)", Family::Other),
    on_postgresql("postgresql.JSONB(astext_type=sa.Text())", Family::Other),
    on_postgresql("postgresql.JSON()", Family::Other),
    on_postgresql("sa.ARRAY(sa.String())", Family::Other),
    on_postgresql("postgresql.ARRAY(sa.Integer())", Family::Other),
    on_postgresql("postgresql.TIMESTAMP(timezone=True, precision=3)", Family::Time),
    on_postgresql("postgresql.INET()", Family::Other),
    on_postgresql("postgresql.BYTEA()", Family::Other),
    on_postgresql("postgresql.DOUBLE_PRECISION()", Family::Number),
    on_postgresql("postgresql.INTERVAL()", Family::Other),
    on_postgresql("postgresql.TSVECTOR()", Family::Other),
    on_postgresql("postgresql.ENUM('x', 'y', name='axis_{n}')", Family::Other),
    on_postgresql("postgresql.INT4RANGE()", Family::Other),
    on_postgresql("sa.BIGINT()", Family::Integer),
];

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) type_text: String,
    pub(super) family: Family,
    pub(super) nullable: bool,
    /// The `server_default` as Python.
    pub(super) default: Option<String>,
    pub(super) is_key: bool,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// Names and columns.
    pub(super) indexes: Vec<(String, Vec<String>)>,
    /// Kind (`unique`, `foreignkey`, `check`), name and columns of constraints that have a name.
    pub(super) constraints: Vec<(&'static str, String, Vec<String>)>,
}

impl Table {
    /// Columns that nothing but the table knows of.
    pub(super) fn free_columns(&self) -> Vec<&Column> {
        let used = |name: &String| {
            self.indexes.iter().any(|(_, columns)| columns.contains(name))
                || self.constraints.iter().any(|(_, _, columns)| columns.contains(name))
        };
        self.columns.iter().filter(|column| !column.is_key && !used(&column.name)).collect()
    }
}

/// Everything so far.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) flavor: Flavor,
    pub(super) tables: Vec<Table>,
    number: usize,
}

const NOUNS: &[&str] = &[
    "user",
    "order",
    "item",
    "price",
    "Team",
    "group",
    "note",
    "event log",
    "payment",
    "tag",
    "address",
    "MixedCase",
    "select",
    "level",
    "status",
    "name",
    "value",
    "kind",
    "position",
    "created",
];

impl State {
    pub(super) fn new(flavor: Flavor) -> Self {
        Self { flavor, tables: Vec::new(), number: 0 }
    }

    /// Returns a number that was not there before.
    pub(super) fn number(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// Returns a name that was not there before: mostly plain, sometimes one that must be quoted.
    pub(super) fn name(&mut self, random: &mut Random, what: &str) -> String {
        let number = self.number();
        match random.below(12) {
            0 => format!("{} {number}", random.pick(NOUNS))
                .replace(' ', if random.one_in(3) { " " } else { "_" }),
            1 => format!("{}{number}", random.pick(NOUNS)).replace(' ', "_"),
            2 => format!("{what}_quite_a_long_name_for_something_{number}"),
            _ => format!("{what}_{number}"),
        }
    }

    /// Returns a type that is valid on the databases of the project.
    pub(super) fn type_choice(&mut self, random: &mut Random) -> (String, Family) {
        loop {
            let choice = random.pick(TYPES);
            if choice.postgresql_only && self.flavor != Flavor::Postgresql {
                continue;
            }
            let number = self.number();
            return (choice.text.replace("{n}", &number.to_string()), choice.family);
        }
    }

    /// Returns a default that values of the family can have.
    pub(super) fn default_text(random: &mut Random, family: Family) -> Option<String> {
        let choices: &[&str] = match family {
            Family::Integer => &["'0'", "sa.text('1')", "sa.text('-1')", "'42'", "sa.literal(7)"],
            Family::Text => &["'x'", "sa.text(\"'it''s'\")", "''", "sa.literal('abc')", "\"d'x\""],
            Family::Boolean => &["sa.false()", "sa.true()", "sa.text('false')", "sa.sql.expression.true()"],
            Family::Time => &["sa.func.now()", "sa.text('CURRENT_TIMESTAMP')", "sa.func.current_timestamp()"],
            Family::Number => &["'0'", "sa.text('1.5')", "'-2'"],
            Family::Other => return None,
        };
        Some((*random.pick(choices)).to_owned())
    }

    /// Returns a new column; one that is added to a table with rows is nullable or has a default.
    pub(super) fn column(&mut self, random: &mut Random, is_added: bool) -> Column {
        let (type_text, family) = self.type_choice(random);
        let default = if random.one_in(3) { Self::default_text(random, family) } else { None };
        let nullable = random.one_in(2) || (is_added && default.is_none());
        Column { name: self.name(random, "c"), type_text, family, nullable, default, is_key: false }
    }

    /// Returns the position of a random table.
    pub(super) fn table(&self, random: &mut Random) -> Option<usize> {
        (!self.tables.is_empty()).then(|| random.below(self.tables.len()))
    }
}

/// A Python string literal.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A Python list of string literals.
pub(super) fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}
