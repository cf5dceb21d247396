//! Objects beside tables: types, sequences, views, functions, triggers, policies, extensions, grants.

use crate::{Check, ColumnType, Index, ObjectName, Origin, SqlExpr};

/// An enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumType {
    /// Name.
    pub name: ObjectName,
    /// Labels in their order.
    pub labels: Vec<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// Name.
    pub name: ObjectName,
    /// Underlying type.
    pub base_type: ColumnType,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<SqlExpr>,
    /// Collation, if not the type's.
    pub collation: Option<String>,
    /// CHECK constraints; the value is `VALUE`.
    pub checks: Vec<Check>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// Options of a sequence; `None` is the server's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceOptions {
    /// `AS smallint|integer|bigint`; `None` is `bigint`, or the column's type for serial and identity.
    pub data_type: Option<String>,
    /// `START WITH`.
    pub start: Option<i64>,
    /// `INCREMENT BY`.
    pub increment: Option<i64>,
    /// `MINVALUE`.
    pub min_value: Option<i64>,
    /// `MAXVALUE`.
    pub max_value: Option<i64>,
    /// `CACHE`.
    pub cache: Option<i64>,
    /// `CYCLE`.
    pub cycle: bool,
}

/// A sequence that stands alone (those behind serial and identity columns belong to their column).
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// Name.
    pub name: ObjectName,
    /// Options.
    pub options: SequenceOptions,
    /// `OWNED BY` table and column.
    pub owned_by: Option<(ObjectName, String)>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A view or materialized view.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Name.
    pub name: ObjectName,
    /// Whether it is materialized.
    pub materialized: bool,
    /// Names of the columns, where they are known.
    pub columns: Vec<String>,
    /// The query.
    pub query: SqlExpr,
    /// Indexes, for a materialized view.
    pub indexes: Vec<Index>,
    /// `INSTEAD OF` triggers.
    pub triggers: Vec<Trigger>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A function, procedure or aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Name.
    pub name: ObjectName,
    /// `function`, `procedure` or `aggregate`.
    pub kind: String,
    /// Types of the input arguments, canonical: with the name they are the identity of the function.
    pub argument_types: Vec<ColumnType>,
    /// The definition from the argument list on, as text compared after folding white space outside the body.
    pub definition: SqlExpr,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Function {
    /// Returns what tells the function from others: `public.f(integer, text)`.
    pub fn key(&self, dialect: crate::Dialect) -> String {
        let types: Vec<String> = self.argument_types.iter().map(ToString::to_string).collect();
        let namespace = self.name.namespace.as_deref().unwrap_or(dialect.default_namespace());
        format!("{namespace}.{}({})", self.name.name, types.join(", "))
    }
}

/// A trigger on a table or view.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Name, unique per table.
    pub name: String,
    /// The whole `CREATE TRIGGER` statement; compared in canonical form.
    pub definition: SqlExpr,
    /// Whether it fires (`ENABLE`/`DISABLE TRIGGER`).
    pub enabled: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A row security policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Name, unique per table.
    pub name: String,
    /// `PERMISSIVE` (default) rather than `RESTRICTIVE`.
    pub permissive: bool,
    /// `all`, `select`, `insert`, `update` or `delete`.
    pub command: String,
    /// Roles, sorted; `public` for everybody.
    pub roles: Vec<String>,
    /// `USING (…)`.
    pub using: Option<SqlExpr>,
    /// `WITH CHECK (…)`.
    pub with_check: Option<SqlExpr>,
    /// Where it was declared.
    pub origin: Origin,
}

/// An extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// Name.
    pub name: String,
    /// Namespace it was installed into, if not the default.
    pub namespace: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A privilege granted to a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Role, or `public`.
    pub role: String,
    /// Privilege in lower case, such as `select`; with `(column)` for a column privilege.
    pub privilege: String,
    /// `WITH GRANT OPTION`.
    pub grantable: bool,
}

/// An object that exists but whose content is not modelled: it is reported, never compared in silence.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmodelled {
    /// Kind in PostgreSQL's words, such as `statistics`, `operator class`, `event trigger`, `rule`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// How it is made, where the source tells.
    pub recipe: Recipe,
}

impl std::fmt::Debug for Unmodelled {
    /// Writes kind and name; the recipe only where there is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut fields = f.debug_struct("Unmodelled");
        fields.field("kind", &self.kind).field("name", &self.name);
        if self.recipe.is_known() {
            fields.field("recipe", &self.recipe);
        }
        fields.finish()
    }
}

impl Unmodelled {
    /// Returns an object of which nothing but its name is known.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), recipe: Recipe::default() }
    }
}

/// How an object whose content is not modelled is made and taken away, in the words of its source.
///
/// Two objects are equal whatever their recipes say: a text and a database never use the same words. Only the difference
/// of two schemas looks at them, and only where both sides have one.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    /// Statements that make it.
    pub create: Vec<String>,
    /// Statements that take it away.
    pub drop: Vec<String>,
    /// The relation that it belongs to and goes with, as it is written; for a function its key.
    pub owner: Option<String>,
    /// Parts that can be changed one by one: the attributes of a composite type and their types.
    pub parts: Vec<(String, String)>,
    /// Where it stands among objects of all kinds: what comes later may need what came before.
    pub position: u32,
}

impl Recipe {
    /// Tells whether it is known how the object is made.
    pub fn is_known(&self) -> bool {
        !self.create.is_empty()
    }
}

impl PartialEq for Recipe {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Recipe {}

impl PartialOrd for Recipe {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Recipe {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}
