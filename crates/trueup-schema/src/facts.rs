//! What reading a project's Python tells beside its schema: modules, imports, classes, registries, relationships.
//!
//! Readers of Python fill these in; rules of the group *project* read them. No parser's type appears here.

use std::sync::Arc;

use crate::{Location, ObjectName};

/// Everything known of a project's Python sources.
#[derive(Clone, Debug, Default)]
pub struct ProjectFacts {
    /// Every Python module found under the project's roots, sorted by name.
    pub modules: Vec<ModuleFacts>,
    /// Registries (`MetaData` objects) that carry tables.
    pub registries: Vec<RegistryFacts>,
    /// Indexes into `registries` of what `target_metadata` compares, the main one first; empty when env.py does not
    /// tell.
    pub target_registries: Vec<usize>,
    /// How env.py was understood; `None` when there is no env.py.
    pub env: Option<EnvFacts>,
    /// Every table definition found, in modules reachable or not; the same table twice is two entries.
    pub tables: Vec<TableFacts>,
    /// Every class that is mapped or looks like a model.
    pub classes: Vec<ClassFacts>,
    /// Every `relationship()`.
    pub relationships: Vec<RelationshipFacts>,
    /// Tables of which columns and constraints may be missing, because a base class of the model is not known.
    pub incomplete: Vec<IncompleteFacts>,
    /// Schema changes outside revisions: `create_all`, DDL text in application code, stray SQL files.
    pub schema_changes: Vec<SchemaChangeFacts>,
    /// `create_engine`/`create_async_engine`/`SQLAlchemy()` calls at module level.
    pub engines: Vec<EngineFacts>,
}

impl ProjectFacts {
    /// Tells whether a model's table may have more columns and constraints than are known.
    pub fn is_incomplete(&self, table: &ObjectName) -> bool {
        self.incomplete.iter().any(|known| known.table == *table)
    }
}

/// A table whose model has a base class that is not known.
#[derive(Clone, Debug)]
pub struct IncompleteFacts {
    /// The table.
    pub table: ObjectName,
    /// The model.
    pub class: String,
    /// The base as it is written, where that is known.
    pub base: Option<String>,
    /// Why the base is not known.
    pub reason: String,
}

/// A Python module of the project.
#[derive(Clone, Debug)]
pub struct ModuleFacts {
    /// Dotted name, `app.models.user`.
    pub name: String,
    /// Project-relative path.
    pub path: Arc<str>,
    /// Whether it is a package's `__init__.py`.
    pub is_package: bool,
    /// Imports in it.
    pub imports: Vec<ImportFacts>,
    /// Whether running env.py imports it (directly or through others).
    pub reached_from_env: bool,
    /// Whether it is a test, a script, or a revision file, by its place in the tree.
    pub role: ModuleRole,
    /// Problems with reading the file: syntax errors, undecodable bytes.
    pub problems: Vec<(String, Option<Location>)>,
}

/// What a module is for, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleRole {
    /// Application code.
    Application,
    /// Tests and their fixtures.
    Test,
    /// The migration environment: env.py and revision files.
    Migration,
}

/// One imported module.
#[derive(Clone, Debug)]
pub struct ImportFacts {
    /// Absolute dotted name of the module that is imported from.
    pub module: String,
    /// Name imported from it (`None` for `import module`, `*` for a star import).
    pub name: Option<String>,
    /// Where.
    pub location: Location,
    /// How it is spelled, `from app.db.base import Base`.
    pub text: String,
    /// Whether it is under `if TYPE_CHECKING`.
    pub type_checking: bool,
    /// Whether it is inside `try`, so that its failing is provided for.
    pub guarded: bool,
    /// Whether it is inside a function.
    pub deferred: bool,
    /// How it resolves.
    pub resolution: ImportResolution,
}

/// How an import resolves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportResolution {
    /// To a module of the project (and a name in it, if one was asked for).
    Project,
    /// To something outside of the project, or it cannot be told.
    External,
    /// The module should be in one of the project's packages, but no such file exists.
    MissingModule,
    /// The module exists but binds no such name; similar names that it does bind.
    MissingName(Vec<String>),
}

/// A `MetaData` and how it came to be.
#[derive(Clone, Debug)]
pub struct RegistryFacts {
    /// A name for people: `app.db.base.Base.metadata`.
    pub label: String,
    /// Where its base class or itself is defined.
    pub location: Option<Location>,
    /// How many tables it carries.
    pub tables: usize,
}

/// How env.py was understood.
#[derive(Clone, Debug)]
pub struct EnvFacts {
    /// Its path.
    pub path: Arc<str>,
    /// Where `target_metadata` is set.
    pub target_location: Option<Location>,
    /// Whether `target_metadata` is literally `None`.
    pub target_is_none: bool,
    /// Why `target_metadata` is unknown, if it is.
    pub unknown: Option<String>,
}

/// One definition of a table.
#[derive(Clone, Debug)]
pub struct TableFacts {
    /// Table name.
    pub name: ObjectName,
    /// Name of the class, or of the variable of a `Table`.
    pub class: Option<String>,
    /// Module that defines it.
    pub module: String,
    /// Where.
    pub location: Option<Location>,
    /// Index into `registries`.
    pub registry: Option<usize>,
    /// Whether env.py reaches the module that defines it.
    pub reached_from_env: bool,
    /// `extend_existing` or `keep_existing`, which make a second definition legitimate.
    pub extends_existing: bool,
    /// Columns with their canonical types, for comparing two definitions.
    pub columns: Vec<(String, String)>,
}

/// A mapped class.
#[derive(Clone, Debug)]
pub struct ClassFacts {
    /// Class name.
    pub name: String,
    /// Module.
    pub module: String,
    /// Where.
    pub location: Option<Location>,
    /// Index into `registries`.
    pub registry: Option<usize>,
    /// Table, if it has one.
    pub table: Option<ObjectName>,
    /// Every attribute assignment of the class body in order: name, kind, place.
    pub attributes: Vec<AttributeFacts>,
    /// Base classes as written.
    pub bases: Vec<String>,
}

/// One assignment in a class body.
#[derive(Clone, Debug)]
pub struct AttributeFacts {
    /// Attribute name.
    pub name: String,
    /// Where.
    pub location: Option<Location>,
    /// `column`, `relationship`, `method`, or `other`.
    pub kind: &'static str,
}

/// A relationship between mapped classes.
#[derive(Clone, Debug)]
pub struct RelationshipFacts {
    /// Class that declares it.
    pub class: String,
    /// Module of that class.
    pub module: String,
    /// Attribute name.
    pub name: String,
    /// Target class as written (last part, quotes removed), if it can be told.
    pub target: Option<String>,
    /// Whether the target was found among the mapped classes of the same registry.
    pub target_found: bool,
    /// `back_populates`.
    pub back_populates: Option<String>,
    /// `backref` name.
    pub backref: Option<String>,
    /// `cascade` as written.
    pub cascade: Option<String>,
    /// `passive_deletes`.
    pub passive_deletes: bool,
    /// `secondary` as written, if given.
    pub secondary: Option<String>,
    /// Whether `secondary` names a table that exists (true when not given or not decidable).
    pub secondary_found: bool,
    /// Whether `primaryjoin` or `foreign_keys` is given.
    pub explicit_join: bool,
    /// `uselist`, or what the annotation says; `None` when it is left to SQLAlchemy.
    pub uselist: Option<bool>,
    /// `viewonly`.
    pub viewonly: bool,
    /// Where.
    pub location: Option<Location>,
}

/// A schema change outside the revisions.
#[derive(Clone, Debug)]
pub struct SchemaChangeFacts {
    /// What, such as `Base.metadata.create_all(engine)` or the first words of the SQL.
    pub text: String,
    /// Where.
    pub location: Location,
    /// Module role it is in.
    pub role: ModuleRole,
}

/// A database configuration.
#[derive(Clone, Debug)]
pub struct EngineFacts {
    /// The call, such as `create_engine`.
    pub call: String,
    /// Module.
    pub module: String,
    /// Where.
    pub location: Location,
    /// Whether env.py reaches the module.
    pub reached_from_env: bool,
}
