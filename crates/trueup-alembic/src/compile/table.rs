//! Tables: a `Table` object as a whole.

use std::collections::BTreeMap;

use trueup_python::{Place, Value, Vm};
use trueup_schema::naming::Convention;
use trueup_schema::ops::Constraint;
use trueup_schema::{Check, Dialect, ForeignKey, Generated, ObjectName, Sequence, Table, naming};

use super::{
    CompileError, CompiledColumn, CompiledEnum, NameTokens, attr, column, constraint, flag_attr, index,
    items_attr, origin, place_of, sql_text, text_attr,
};

/// What reading the parts of a table needs to know of it.
pub struct TableContext<'a> {
    /// The table.
    pub name: &'a ObjectName,
    /// The dialect.
    pub dialect: Dialect,
    /// The naming convention of its `MetaData`.
    pub convention: &'a Convention,
    /// Its `MetaData`, to look up referenced columns.
    pub metadata: Option<Value>,
    /// `MetaData(schema=…)`, for foreign keys that name no namespace.
    pub default_namespace: Option<String>,
    /// Tokens of the convention that functions define.
    pub tokens: NameTokens,
    /// `Column.key` → `Column.name`, where they differ.
    pub keys: BTreeMap<String, String>,
}

impl TableContext<'_> {
    /// Returns the name of the column with a key.
    pub fn column_name(&self, key: &str) -> String {
        self.keys.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// Returns the key of the column with a name.
    pub fn column_key(&self, name: &str) -> String {
        self.keys
            .iter()
            .find(|(_, candidate)| *candidate == name)
            .map_or_else(|| name.to_owned(), |(key, _)| key.clone())
    }
}

/// A table with everything that creating it would create beside it.
#[derive(Clone, Debug)]
pub struct CompiledTable {
    /// The table, indexes included.
    pub table: Table,
    /// Native enum types of its columns.
    pub enums: Vec<CompiledEnum>,
    /// Sequences that are the default of a column.
    pub sequences: Vec<Sequence>,
    /// Parts that could not be read: what and where; the rest of the table is there.
    pub problems: Vec<(String, Option<Place>)>,
}

/// Reads a `Table` object.
///
/// # Errors
/// When not even its name is known; parts that cannot be read are problems of the result.
pub fn table(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<CompiledTable, CompileError> {
    let place = place_of(value);
    let Some(name) = text_attr(vm, value, "name")? else {
        return Err(CompileError::new("a table has no name", place));
    };
    let namespace = text_attr(vm, value, "schema")?;
    let name = ObjectName::qualified(dialect, namespace.as_deref(), name);
    let metadata = attr(vm, value, "metadata")?;
    let convention = super::convention(vm, &metadata)?;
    let default_namespace = text_attr(vm, &metadata, "schema")?;
    let columns =
        attr(vm, value, "_all_columns")?.as_dict().map(|columns| columns.pairs()).unwrap_or_default();
    let mut keys = BTreeMap::new();
    for (key, column) in &columns {
        if let (Some(key), Some(name)) = (key.as_str(), text_attr(vm, column, "name")?)
            && *key != *name
        {
            keys.insert(key.to_string(), name);
        }
    }
    let context = TableContext {
        name: &name,
        dialect,
        convention: &convention,
        tokens: NameTokens::of(vm, &metadata, value)?,
        metadata: Some(metadata),
        default_namespace,
        keys,
    };
    let mut reader = TableReader {
        result: CompiledTable {
            table: Table::new(name.clone()),
            enums: Vec::new(),
            sequences: Vec::new(),
            problems: Vec::new(),
        },
        columns: Vec::new(),
    };
    reader.result.table.origin = origin(place.as_ref());
    reader.result.table.comment =
        if dialect.has_comments() { text_attr(vm, value, "comment")? } else { None };
    for (_, item) in &columns {
        match column(vm, item, &context) {
            Ok(mut compiled) => {
                if let Some(error) = compiled.unknown_default.take() {
                    reader.problem(error, item);
                }
                reader.columns.push(compiled);
            }
            Err(error) => {
                // The column is there, whatever it is like: leaving it out would say that it is missing.
                reader.columns.extend(CompiledColumn::unreadable(vm, item, &error));
                reader.problem(error, item);
            }
        }
    }
    reader.constraints(vm, value, &context)?;
    reader.primary_key(vm, &context)?;
    reader.columns(vm, &context);
    reader.indexes(vm, value, &context)?;
    reader.options(vm, value, &context)?;
    Ok(reader.result)
}

struct TableReader {
    result: CompiledTable,
    columns: Vec<CompiledColumn>,
}

impl TableReader {
    fn problem(&mut self, error: CompileError, object: &Value) {
        let place = error.place.or_else(|| place_of(object));
        self.result.problems.push((error.message, place));
    }

    fn constraints(
        &mut self,
        vm: &mut Vm,
        value: &Value,
        context: &TableContext<'_>,
    ) -> Result<(), CompileError> {
        for item in items_attr(vm, value, "constraints")? {
            if !super::is_wanted(vm, &item, context.dialect)? {
                continue;
            }
            match constraint(vm, &item, context) {
                Ok(Constraint::PrimaryKey(key)) => self.result.table.primary_key = Some(key),
                // `NOT VALID` is only said when a constraint is added to a table that exists.
                Ok(Constraint::ForeignKey(key)) => {
                    self.result.table.foreign_keys.push(ForeignKey { not_valid: false, ..key });
                }
                Ok(Constraint::Unique(unique)) => self.result.table.uniques.push(unique),
                Ok(Constraint::Check(check)) => {
                    self.result.table.checks.push(Check { not_valid: false, ..check });
                }
                Ok(Constraint::Exclude(exclude)) => self.result.table.excludes.push(exclude),
                Err(error) => self.problem(error, &item),
            }
        }
        Ok(())
    }

    /// Settles the primary key: an explicit constraint, whose columns may be left to `primary_key=True`.
    fn primary_key(&mut self, vm: &mut Vm, context: &TableContext<'_>) -> Result<(), CompileError> {
        let mut flagged: Vec<&CompiledColumn> =
            self.columns.iter().filter(|compiled| compiled.primary_key).collect();
        // As `columns_autoinc_first` of SQLAlchemy's implied key.
        flagged.sort_by_key(|compiled| compiled.autoincrement != Some(true));
        let flagged: Vec<String> = flagged.into_iter().map(|compiled| compiled.column.name.clone()).collect();
        match &mut self.result.table.primary_key {
            Some(key) if key.columns.is_empty() => key.columns = flagged,
            Some(_) => {}
            None if flagged.is_empty() => {}
            None => {
                let key = constraint::implied_primary_key(vm, flagged, context)?;
                self.result.table.primary_key = Some(key);
            }
        }
        if self.result.table.primary_key.as_ref().is_some_and(|key| key.columns.is_empty()) {
            self.result.table.primary_key = None;
        }
        let key = self.result.table.primary_key.clone();
        for compiled in &mut self.columns {
            let in_key = key.as_ref().is_some_and(|key| key.columns.contains(&compiled.column.name));
            compiled.primary_key = in_key;
            if in_key && !(compiled.nullable_given && context.dialect.is_sqlite()) {
                compiled.column.nullable = false;
            }
        }
        if context.dialect == Dialect::Postgresql {
            self.serial(context);
        }
        Ok(())
    }

    /// Decides which column of the primary key becomes `SERIAL`.
    ///
    /// Source: SQLAlchemy 2.0 `PrimaryKeyConstraint._autoincrement_column` and `PGDDLCompiler.get_column_specification`.
    fn serial(&mut self, context: &TableContext<'_>) {
        let Some(key) = &self.result.table.primary_key else { return };
        let alone = key.columns.len() == 1;
        // Keys of `ForeignKeyConstraint` count like those of `ForeignKey`.
        let references: Vec<String> =
            self.result.table.foreign_keys.iter().flat_map(|key| key.columns.iter().cloned()).collect();
        let chosen = self.columns.iter_mut().find(|compiled| {
            let wanted = match compiled.autoincrement {
                Some(wanted) => wanted,
                None => {
                    let refers =
                        !compiled.foreign_keys.is_empty() || references.contains(&compiled.column.name);
                    let no_foreign_keys = !refers || compiled.ignore_foreign_keys;
                    alone
                        && no_foreign_keys
                        && !compiled.has_python_default
                        && compiled.column.default.is_none()
                }
            };
            compiled.primary_key
                && wanted
                && compiled.integer_bytes > 0
                && compiled.sequence.is_none()
                && compiled.column.generated.is_none()
                && compiled.column.default.is_none()
        });
        if let Some(compiled) = chosen {
            let table = &self.result.table.name;
            let sequence = naming::sequence(&table.name, &compiled.column.name).first();
            compiled.column.generated = Some(Generated::Serial { sequence: context.name.sibling(sequence) });
        }
    }

    fn columns(&mut self, vm: &mut Vm, context: &TableContext<'_>) {
        for compiled in std::mem::take(&mut self.columns) {
            let table = &mut self.result.table;
            let keys = compiled.foreign_keys.into_iter();
            table.foreign_keys.extend(keys.map(|key| ForeignKey { not_valid: false, ..key }));
            table.checks.extend(compiled.checks);
            table.uniques.extend(compiled.unique);
            table.indexes.extend(compiled.index);
            table.columns.push(compiled.column);
            self.result.enums.extend(compiled.enums);
            if let Some(object) = compiled.sequence
                && context.dialect == Dialect::Postgresql
            {
                match sequence(vm, &object, context.dialect) {
                    Ok(sequence) => self.result.sequences.push(sequence),
                    Err(error) => self.problem(error, &object),
                }
            }
        }
    }

    fn indexes(
        &mut self,
        vm: &mut Vm,
        value: &Value,
        context: &TableContext<'_>,
    ) -> Result<(), CompileError> {
        for (_, column) in
            attr(vm, value, "_all_columns")?.as_dict().map(|all| all.pairs()).unwrap_or_default()
        {
            // Spatial types bring an index of their own.
            let type_value = attr(vm, &column, "type")?;
            let Value::Instance(_) = &type_value else { continue };
            if let Some(method) = vm.lookup_attr(&type_value, "_implied_index")?
                && !method.is_unknown()
            {
                let dialect = super::dialect_value(vm, context.dialect)?;
                let implied = vm.call_with(&method, vec![value.clone(), column.clone(), dialect])?;
                if implied.as_instance().is_some() {
                    self.result.table.indexes.push(index(vm, &implied, context)?);
                }
            }
        }
        for item in items_attr(vm, value, "indexes")? {
            if !super::is_wanted(vm, &item, context.dialect)? {
                continue;
            }
            match index(vm, &item, context) {
                Ok(index) => self.result.table.indexes.push(index),
                Err(error) => self.problem(error, &item),
            }
        }
        Ok(())
    }

    fn options(
        &mut self,
        vm: &mut Vm,
        value: &Value,
        context: &TableContext<'_>,
    ) -> Result<(), CompileError> {
        let table = &mut self.result.table;
        for prefix in items_attr(vm, value, "_prefixes")? {
            table.unlogged |= prefix.as_str().is_some_and(|text| text.eq_ignore_ascii_case("unlogged"));
        }
        let Some(options) = attr(vm, value, "kwargs")?.as_dict() else { return Ok(()) };
        if context.dialect == Dialect::Sqlite {
            table.strict = option_flag(vm, &options, "sqlite_strict")? == Some(true);
            table.without_rowid = option_flag(vm, &options, "sqlite_with_rowid")? == Some(false);
            if option_flag(vm, &options, "sqlite_autoincrement")? == Some(true)
                && let Some(key) = &mut table.primary_key
                && key.columns.len() == 1
            {
                key.autoincrement = true;
                // SQLAlchemy writes it behind the column then, where it has no name.
                key.name = None;
            }
            return Ok(());
        }
        if let Some(text) = options.get_str("postgresql_partition_by").filter(|value| !value.is_none()) {
            let text = sql_text_or_raw(vm, &text, context.dialect)?;
            let statement = format!("CREATE TABLE t () PARTITION BY {text}");
            table.partitioning = partitioning(context.dialect, &statement);
            if table.partitioning.is_none() {
                self.result.problems.push((format!("`PARTITION BY {text}` cannot be read"), place_of(value)));
            }
        }
        let table = &mut self.result.table;
        if let Some(settings) = options.get_str("postgresql_with").and_then(|value| value.as_dict()) {
            for (name, setting) in settings.pairs() {
                let (name, setting) = (vm.str(&name)?, vm.str(&setting)?);
                if let (Some(name), Some(setting)) = (name.as_str(), setting.as_str()) {
                    table.storage.insert(name.to_string(), setting.to_string());
                }
            }
        }
        if let Some(parents) = options.get_str("postgresql_inherits").filter(|value| !value.is_none()) {
            table.inherits = index_names(vm, &parents)?.into_iter().map(ObjectName::new).collect();
        }
        Ok(())
    }
}

/// Reads a `Sequence` object.
///
/// # Errors
/// When its name or an option is not known.
pub fn sequence(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<Sequence, CompileError> {
    let Some(name) = text_attr(vm, value, "name")? else {
        return Err(CompileError::new("a sequence has no name", place_of(value)));
    };
    let namespace = text_attr(vm, value, "schema")?;
    Ok(Sequence {
        name: ObjectName::qualified(dialect, namespace.as_deref(), name),
        options: column::sequence_options(vm, value, dialect)?,
        owned_by: None,
        comment: None,
        origin: origin(place_of(value).as_ref()),
    })
}

fn option_flag(vm: &mut Vm, options: &trueup_python::Dict, name: &str) -> Result<Option<bool>, CompileError> {
    match options.get_str(name) {
        None | Some(Value::None) => Ok(None),
        Some(Value::Unknown(unknown)) => Err(CompileError::unknown(&unknown)),
        Some(value) => Ok(Some(vm.truth(&value)?.is_true())),
    }
}

fn sql_text_or_raw(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<String, CompileError> {
    match value.as_str() {
        Some(text) => Ok(text.to_string()),
        None => sql_text(vm, value, dialect),
    }
}

fn index_names(vm: &mut Vm, value: &Value) -> Result<Vec<String>, CompileError> {
    super::index::names(vm, value)
}

fn partitioning(dialect: Dialect, statement: &str) -> Option<trueup_schema::Partitioning> {
    let result = trueup_sql::read(dialect, statement, &trueup_sql::ReadContext::default());
    let operation = result.statements.first()?.operations.first()?;
    match operation {
        trueup_schema::Operation::CreateTable(create) => create.table.partitioning.clone(),
        _ => None,
    }
}

/// Returns a flag of a table's Python side.
pub(crate) fn extends_existing(vm: &mut Vm, value: &Value) -> bool {
    flag_attr(vm, value, "_extends_existing").unwrap_or(false)
}
