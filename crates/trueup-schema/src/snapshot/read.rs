//! Lines become a schema.

use std::collections::BTreeMap;

use super::line::{Reader, Value};
use super::{FORMAT, Snapshot, SnapshotError};
use crate::ops::create_function;
use crate::{
    Check, Column, ColumnType, Computed, Deferrable, Dialect, Domain, EnumType, Exclude, ExcludeElement,
    Extension, ForeignKey, Function, Generated, Grant, Identity, Index, IndexPart, NullsOrder, Origin,
    Partitioning, Policy, PrimaryKey, ReferentialAction, Schema, Sequence, SequenceOptions, SqlExpr, Table,
    Trigger, TypeKind, Unique, Unmodelled, View,
};

type Read<T> = Result<T, SnapshotError>;

/// A line with the lines that belong to it.
struct Fact<'a> {
    number: usize,
    text: &'a str,
    below: Vec<Fact<'a>>,
}

/// Reads the whole file.
pub(super) fn snapshot(text: &str) -> Read<Snapshot> {
    // Whoever checks files out with other line ends has the same snapshot.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut lines = lines.enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.is_empty());
    let version = header(lines.next(), "trueup-snapshot")?;
    if version != FORMAT.to_string() {
        let message = format!("this is format {version} of snapshots; this trueup reads format {FORMAT}");
        return Err(SnapshotError::new(1, message));
    }
    let name = header(lines.next(), "dialect")?;
    let dialect = Dialect::from_name(&name)
        .ok_or_else(|| SnapshotError::new(2, format!("`{name}` is no database kind that is known")))?;
    let fingerprint = header(lines.next(), "fingerprint")?;
    let mut schema = Schema::new(dialect);
    for fact in facts(lines)? {
        object(&mut schema, fact)?;
    }
    Ok(Snapshot { schema, fingerprint })
}

fn header(line: Option<(usize, &str)>, word: &str) -> Read<String> {
    let (number, text) = line.unwrap_or((1, ""));
    let value = text.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
    let missing = || SnapshotError::new(number, format!("this is no snapshot: `{word} …` is missing here"));
    value.map(|value| value.trim().to_owned()).ok_or_else(missing)
}

/// Puts lines below those that they belong to, as their indents say.
fn facts<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Read<Vec<Fact<'a>>> {
    let mut open: Vec<Fact<'a>> = vec![Fact { number: 0, text: "", below: Vec::new() }];
    for (number, line) in lines {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let depth = indent / 2 + 1;
        if indent % 2 == 1 || depth > open.len() {
            let message = "the line is indented by other than two spaces per level";
            return Err(SnapshotError::new(number, message));
        }
        close(&mut open, depth);
        open.push(Fact { number, text, below: Vec::new() });
    }
    close(&mut open, 1);
    Ok(open.pop().map(|root| root.below).unwrap_or_default())
}

fn close(open: &mut Vec<Fact<'_>>, depth: usize) {
    while open.len() > depth {
        let Some(fact) = open.pop() else { return };
        if let Some(above) = open.last_mut() {
            above.below.push(fact);
        }
    }
}

/// What stands below an object and is alike for many.
struct Below<'a> {
    number: usize,
    comment: Option<String>,
    definition: Option<String>,
    others: Vec<(String, Reader, Vec<Fact<'a>>)>,
}

impl<'a> Below<'a> {
    fn of(number: usize, facts: Vec<Fact<'a>>) -> Read<Self> {
        let mut below = Self { number, comment: None, definition: None, others: Vec::new() };
        for fact in facts {
            if let Some(line) = fact.text.strip_prefix('|') {
                let line = line.strip_prefix(' ').unwrap_or(line);
                match &mut below.definition {
                    Some(text) => {
                        text.push('\n');
                        text.push_str(line);
                    }
                    None => below.definition = Some(line.to_owned()),
                }
                no_more(&fact.below)?;
                continue;
            }
            let mut reader = Reader::parse(fact.number, fact.text)?;
            let kind = reader.word("the kind of the fact")?;
            match kind.as_str() {
                "comment" | "definition" => {
                    let text = Some(reader.word("the text")?);
                    reader.finish()?;
                    no_more(&fact.below)?;
                    if kind == "comment" { below.comment = text } else { below.definition = text }
                }
                _ => below.others.push((kind, reader, fact.below)),
            }
        }
        Ok(below)
    }

    fn definition(&mut self, dialect: Dialect) -> Read<SqlExpr> {
        let missing = || SnapshotError::new(self.number, "its definition is missing: lines with `|`");
        let text = self.definition.take().ok_or_else(missing)?;
        Ok(SqlExpr::definition(dialect, text))
    }

    /// Ends the reading: nothing else may stand below.
    fn finish(self) -> Read<Option<String>> {
        if let Some((kind, reader, _)) = self.others.first() {
            return Err(reader.error(format!("`{kind}` is not understood here")));
        }
        if self.definition.is_some() {
            return Err(SnapshotError::new(self.number, "it has no definition"));
        }
        Ok(self.comment)
    }
}

fn no_more(facts: &[Fact<'_>]) -> Read<()> {
    match facts.first() {
        Some(fact) => Err(SnapshotError::new(fact.number, "nothing can belong to the line above")),
        None => Ok(()),
    }
}

/// Reads a comment as all that stands below.
fn comment_below(number: usize, facts: Vec<Fact<'_>>) -> Read<Option<String>> {
    Below::of(number, facts)?.finish()
}

fn object(schema: &mut Schema, fact: Fact<'_>) -> Read<()> {
    let dialect = schema.dialect;
    let number = fact.number;
    let mut reader = Reader::parse(number, fact.text)?;
    let kind = reader.word("the kind of the object")?;
    let twice = |name: &str| SnapshotError::new(number, format!("{kind} `{name}` is here a second time"));
    match kind.as_str() {
        "namespace" => {
            let name = reader.word("the name")?;
            no_more(&fact.below)?;
            schema.namespaces.push(name);
        }
        "extension" => {
            let name = reader.word("the name")?;
            let namespace = reader.text("in")?;
            no_more(&fact.below)?;
            let extension = Extension { name: name.clone(), namespace, origin: Origin::none() };
            if schema.extensions.insert(name.clone(), extension).is_some() {
                return Err(twice(&name));
            }
        }
        "unmodelled" => {
            let object = Unmodelled::new(reader.word("the kind")?, reader.word("the name")?);
            no_more(&fact.below)?;
            schema.unmodelled.push(object);
        }
        "enum" => {
            let found = enum_type(&mut reader, Below::of(number, fact.below)?)?;
            let name = found.name.clone();
            if schema.enums.insert(name.clone(), found).is_some() {
                return Err(twice(&name.to_string()));
            }
        }
        "domain" => {
            let found = domain(dialect, &mut reader, Below::of(number, fact.below)?)?;
            let name = found.name.clone();
            if schema.domains.insert(name.clone(), found).is_some() {
                return Err(twice(&name.to_string()));
            }
        }
        "sequence" => {
            let found = sequence(&mut reader, Below::of(number, fact.below)?)?;
            let name = found.name.clone();
            if schema.sequences.insert(name.clone(), found).is_some() {
                return Err(twice(&name.to_string()));
            }
        }
        "function" | "procedure" | "aggregate" => {
            let found = function(dialect, &kind, &mut reader, Below::of(number, fact.below)?)?;
            let key = create_function::key(dialect, &found.name, &found.argument_types);
            if schema.functions.insert(key.clone(), found).is_some() {
                return Err(twice(&key));
            }
        }
        "table" => {
            let found = table(dialect, &mut reader, Below::of(number, fact.below)?)?;
            if schema.tables.contains_key(&found.name) {
                return Err(twice(&found.name.to_string()));
            }
            schema.insert_table(found);
        }
        "view" | "materialized_view" => {
            let found = view(dialect, kind != "view", &mut reader, Below::of(number, fact.below)?)?;
            let name = found.name.clone();
            if schema.views.insert(name.clone(), found).is_some() {
                return Err(twice(&name.to_string()));
            }
        }
        _ => return Err(reader.error(format!("`{kind}` is no kind of object that is known"))),
    }
    reader.finish()
}

fn enum_type(reader: &mut Reader, mut below: Below<'_>) -> Read<EnumType> {
    let name = reader.name("the name")?;
    let mut labels = Vec::new();
    for (kind, mut line, facts) in std::mem::take(&mut below.others) {
        if kind != "label" {
            return Err(line.error(format!("`{kind}` is not understood here")));
        }
        labels.push(line.word("the label")?);
        line.finish()?;
        no_more(&facts)?;
    }
    Ok(EnumType { name, labels, comment: below.finish()?, origin: Origin::none() })
}

fn domain(dialect: Dialect, reader: &mut Reader, mut below: Below<'_>) -> Read<Domain> {
    let name = reader.name("the name")?;
    let base_type = column_type(dialect, reader)?;
    let mut checks = Vec::new();
    for (kind, mut line, facts) in std::mem::take(&mut below.others) {
        if kind != "check" {
            return Err(line.error(format!("`{kind}` is not understood here")));
        }
        checks.push(check(dialect, &mut line, facts, below.number)?);
        line.finish()?;
    }
    let default = default(dialect, reader, &base_type)?;
    Ok(Domain {
        name,
        base_type,
        not_null: reader.flag("not_null"),
        default,
        collation: reader.text("collation")?,
        checks,
        comment: below.finish()?,
        origin: Origin::none(),
    })
}

fn sequence(reader: &mut Reader, mut below: Below<'_>) -> Read<Sequence> {
    let name = reader.name("the name")?;
    let options = sequence_options(reader)?;
    let mut owned_by = None;
    for (kind, mut line, facts) in std::mem::take(&mut below.others) {
        if kind != "owned_by" {
            return Err(line.error(format!("`{kind}` is not understood here")));
        }
        owned_by = Some((line.name("the table")?, line.word("the column")?));
        line.finish()?;
        no_more(&facts)?;
    }
    Ok(Sequence { name, options, owned_by, comment: below.finish()?, origin: Origin::none() })
}

fn sequence_options(reader: &mut Reader) -> Read<SequenceOptions> {
    Ok(SequenceOptions {
        data_type: reader.text("type")?,
        start: reader.number("start")?,
        increment: reader.number("increment")?,
        min_value: reader.number("min")?,
        max_value: reader.number("max")?,
        cache: reader.number("cache")?,
        cycle: reader.flag("cycle"),
    })
}

fn function(dialect: Dialect, kind: &str, reader: &mut Reader, mut below: Below<'_>) -> Read<Function> {
    let name = reader.name("the name")?;
    let mut argument_types = Vec::new();
    for mut element in reader.elements("the types of the arguments")? {
        argument_types.push(column_type(dialect, &mut element)?);
        element.finish()?;
    }
    let definition = below.definition(dialect)?;
    let comment = below.finish()?;
    Ok(Function { name, kind: kind.to_owned(), argument_types, definition, comment, origin: Origin::none() })
}

fn view(dialect: Dialect, materialized: bool, reader: &mut Reader, mut below: Below<'_>) -> Read<View> {
    let name = reader.name("the name")?;
    let columns = reader.word_list("columns")?;
    let query = below.definition(dialect)?;
    let (mut indexes, mut triggers) = (Vec::new(), Vec::new());
    for (kind, mut line, facts) in std::mem::take(&mut below.others) {
        match kind.as_str() {
            "index" => indexes.push(index(dialect, &mut line, facts, below.number)?),
            "trigger" => triggers.push(trigger(dialect, &mut line, facts, below.number)?),
            _ => return Err(line.error(format!("`{kind}` is not understood here"))),
        }
        line.finish()?;
    }
    let comment = below.finish()?;
    Ok(View { name, materialized, columns, query, indexes, triggers, comment, origin: Origin::none() })
}

fn table(dialect: Dialect, reader: &mut Reader, mut below: Below<'_>) -> Read<Table> {
    let mut table = Table::new(reader.name("the name")?);
    for (kind, mut line, facts) in std::mem::take(&mut below.others) {
        let number = below.number;
        match kind.as_str() {
            "column" => table.columns.push(column(dialect, &mut line, facts, number)?),
            "primary_key" => table.primary_key = Some(primary_key(&mut line, facts, number)?),
            "unique" => table.uniques.push(unique(&mut line, facts, number)?),
            "exclude" => {
                no_more(&facts)?;
                table.excludes.push(exclude(dialect, &mut line)?);
            }
            "check" => table.checks.push(check(dialect, &mut line, facts, number)?),
            "foreign_key" => table.foreign_keys.push(foreign_key(&mut line, facts, number)?),
            "index" => table.indexes.push(index(dialect, &mut line, facts, number)?),
            "trigger" => table.triggers.push(trigger(dialect, &mut line, facts, number)?),
            _ => {
                no_more(&facts)?;
                property(dialect, &mut table, &kind, &mut line)?;
            }
        }
        line.finish()?;
    }
    table.comment = below.finish()?;
    Ok(table)
}

fn property(dialect: Dialect, table: &mut Table, kind: &str, line: &mut Reader) -> Read<()> {
    match kind {
        "partition_of" => table.partition_of = Some((line.name("the parent")?, line.word("the bound")?)),
        "inherits" => table.inherits.push(line.name("the parent")?),
        "partition_by" => {
            let strategy = line.word("the strategy")?;
            table.partitioning = Some(Partitioning { strategy, parts: parts(dialect, line)? });
        }
        "unlogged" => table.unlogged = true,
        "strict" => table.strict = true,
        "without_rowid" => table.without_rowid = true,
        "row_security" => table.row_security = true,
        "force_row_security" => table.force_row_security = true,
        "storage" => {
            let name = line.word("the parameter")?;
            table.storage.insert(name, line.word("the value")?);
        }
        "virtual" => table.virtual_module = Some(line.word("the module")?),
        "policy" => table.policies.push(policy(dialect, line)?),
        "grant" => {
            let privilege = line.word("the privilege")?;
            let role = line.text("to")?.ok_or_else(|| line.error("`to=` is missing"))?;
            table.grants.push(Grant { role, privilege, grantable: line.flag("grantable") });
        }
        _ => return Err(line.error(format!("`{kind}` is not understood here"))),
    }
    Ok(())
}

fn column(dialect: Dialect, reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<Column> {
    let name = reader.word("the name")?;
    let mut column = Column::new(name, column_type(dialect, reader)?);
    column.nullable = !reader.flag("not_null");
    column.default = default(dialect, reader, &column.column_type)?;
    column.collation = reader.text("collation")?;
    column.generated = generated(dialect, reader)?;
    column.comment = comment_below(number, facts)?;
    Ok(column)
}

fn generated(dialect: Dialect, reader: &mut Reader) -> Read<Option<Generated>> {
    if let Some(sequence) = reader.name_option("serial")? {
        return Ok(Some(Generated::Serial { sequence }));
    }
    if let Some(expr) = expression(dialect, reader, "stored")? {
        return Ok(Some(Generated::Computed(Computed { expr, stored: true })));
    }
    if let Some(expr) = expression(dialect, reader, "virtual")? {
        return Ok(Some(Generated::Computed(Computed { expr, stored: false })));
    }
    let Some(when) = reader.text("identity")? else { return Ok(None) };
    let always = match when.as_str() {
        "always" => true,
        "by_default" => false,
        _ => return Err(reader.error(format!("`identity` is `{when}`, not `always` or `by_default`"))),
    };
    let sequence = sequence_options(reader)?;
    let sequence_name = reader.name_option("sequence")?;
    Ok(Some(Generated::Identity(Identity { always, sequence, sequence_name })))
}

fn column_type(dialect: Dialect, reader: &mut Reader) -> Read<ColumnType> {
    let value = reader.value("the type")?;
    if let Value::Path(_) = value {
        return Ok(ColumnType::parse(dialect, &reader.as_word(value, "the type")?));
    }
    let mut elements = reader.as_elements(value, "the type")?;
    let (Some(mut parts), true) = (elements.pop(), elements.is_empty()) else {
        return Err(reader.error("a type in parentheses has one element"));
    };
    let kind = match parts.word("the sort of type")?.as_str() {
        "unknown" => {
            let reason = parts.text("because")?.unwrap_or_default();
            parts.finish()?;
            return Ok(ColumnType::unknown(reason));
        }
        "builtin" => TypeKind::Builtin,
        "user_defined" => TypeKind::UserDefined,
        other => return Err(reader.error(format!("`{other}` is no sort of type that is known"))),
    };
    let mut column_type = ColumnType::unknown("");
    column_type.kind = kind;
    column_type.name = parts.word("the name of the type")?;
    column_type.array = parts.flag("array");
    column_type.namespace = parts.text("in")?;
    column_type.modifiers = parts.word_list("modifiers")?;
    column_type.raw = column_type.to_string();
    parts.finish()?;
    Ok(column_type)
}

fn expression(dialect: Dialect, reader: &mut Reader, key: &str) -> Read<Option<SqlExpr>> {
    Ok(reader.text(key)?.map(|text| SqlExpr::new(dialect, text)))
}

fn default(dialect: Dialect, reader: &mut Reader, column_type: &ColumnType) -> Read<Option<SqlExpr>> {
    match reader.text("default")? {
        Some(text) => Ok(Some(SqlExpr::default_value(dialect, text, column_type))),
        None => expression(dialect, reader, "default_as_is"),
    }
}

fn primary_key(reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<PrimaryKey> {
    Ok(PrimaryKey {
        columns: reader.words("the columns")?,
        name: reader.text("name")?,
        include: reader.word_list("include")?,
        deferrable: deferrable(reader)?,
        autoincrement: reader.flag("autoincrement"),
        comment: comment_below(number, facts)?,
        origin: Origin::none(),
    })
}

fn unique(reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<Unique> {
    Ok(Unique {
        columns: reader.words("the columns")?,
        name: reader.text("name")?,
        include: reader.word_list("include")?,
        nulls_not_distinct: reader.flag("nulls_not_distinct"),
        deferrable: deferrable(reader)?,
        comment: comment_below(number, facts)?,
        origin: Origin::none(),
    })
}

fn check(dialect: Dialect, reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<Check> {
    let expr = SqlExpr::new(dialect, reader.word("the condition")?);
    let mut check = Check::new(reader.text("name")?, expr);
    check.no_inherit = reader.flag("no_inherit");
    check.not_valid = reader.flag("not_valid");
    check.comment = comment_below(number, facts)?;
    Ok(check)
}

fn exclude(dialect: Dialect, reader: &mut Reader) -> Read<Exclude> {
    let method = reader.word("the access method")?;
    let mut elements = Vec::new();
    for mut element in reader.elements("the elements")? {
        let operator = element.text("with")?.ok_or_else(|| element.error("`with=` is missing"))?;
        elements.push(ExcludeElement { part: part(dialect, &mut element)?, operator });
        element.finish()?;
    }
    Ok(Exclude {
        name: reader.text("name")?,
        method,
        elements,
        predicate: expression(dialect, reader, "where")?,
        deferrable: deferrable(reader)?,
        origin: Origin::none(),
    })
}

fn foreign_key(reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<ForeignKey> {
    let columns = reader.words("the columns")?;
    let word = reader.word("`references`")?;
    if word != "references" {
        return Err(reader.error(format!("`{word}` stands where `references` is wanted")));
    }
    let table = reader.name("the referenced table")?;
    let referenced = reader.words("the referenced columns")?;
    let mut key = ForeignKey::new(reader.text("name")?, columns, table, referenced);
    key.on_delete = action(reader, "on_delete")?;
    key.on_update = action(reader, "on_update")?;
    key.match_full = reader.flag("match_full");
    key.not_valid = reader.flag("not_valid");
    key.deferrable = deferrable(reader)?;
    key.comment = comment_below(number, facts)?;
    Ok(key)
}

fn action(reader: &mut Reader, key: &str) -> Read<ReferentialAction> {
    let Some(value) = reader.option(key) else { return Ok(ReferentialAction::NoAction) };
    let (word, columns) = match value {
        Value::List(_) => {
            let mut elements = reader.as_elements(value, key)?;
            let Some(mut element) = elements.pop() else { return Err(reader.error("the action is missing")) };
            let word = element.word("the action")?;
            let columns = element.words("its columns")?;
            element.finish()?;
            (word, columns)
        }
        Value::Path(_) => (reader.as_word(value, key)?, Vec::new()),
    };
    match word.as_str() {
        "restrict" => Ok(ReferentialAction::Restrict),
        "cascade" => Ok(ReferentialAction::Cascade),
        "set_null" => Ok(ReferentialAction::SetNull(columns)),
        "set_default" => Ok(ReferentialAction::SetDefault(columns)),
        _ => Err(reader.error(format!("`{key}` is `{word}`, which no foreign key does"))),
    }
}

fn deferrable(reader: &mut Reader) -> Read<Deferrable> {
    match reader.text("deferrable")?.as_deref() {
        None => Ok(Deferrable::No),
        Some("immediate") => Ok(Deferrable::Immediate),
        Some("deferred") => Ok(Deferrable::Deferred),
        Some(other) => Err(reader.error(format!("`deferrable` is `{other}`, not `immediate` or `deferred`"))),
    }
}

fn index(dialect: Dialect, reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<Index> {
    let mut index = Index::new(reader.word("the name")?, &[]);
    index.parts = parts(dialect, reader)?;
    index.unique = reader.flag("unique");
    index.nulls_not_distinct = reader.flag("nulls_not_distinct");
    index.valid = !reader.flag("invalid");
    if let Some(method) = reader.text("using")? {
        index.method = method;
    }
    index.include = reader.word_list("include")?;
    index.predicate = expression(dialect, reader, "where")?;
    index.storage = storage(reader)?;
    index.comment = comment_below(number, facts)?;
    Ok(index)
}

fn storage(reader: &mut Reader) -> Read<BTreeMap<String, String>> {
    let Some(value) = reader.option("storage") else { return Ok(BTreeMap::new()) };
    let mut storage = BTreeMap::new();
    for mut element in reader.as_elements(value, "storage")? {
        let name = element.word("the parameter")?;
        storage.insert(name, element.word("the value")?);
        element.finish()?;
    }
    Ok(storage)
}

fn parts(dialect: Dialect, reader: &mut Reader) -> Read<Vec<IndexPart>> {
    let mut parts = Vec::new();
    for mut element in reader.elements("the parts")? {
        parts.push(part(dialect, &mut element)?);
        element.finish()?;
    }
    Ok(parts)
}

fn part(dialect: Dialect, reader: &mut Reader) -> Read<IndexPart> {
    let mut part = match expression(dialect, reader, "expression")? {
        Some(expr) => IndexPart::expression(expr),
        None => IndexPart::column(reader.word("the column")?),
    };
    part.descending = reader.flag("desc");
    part.nulls = match reader.text("nulls")?.as_deref() {
        None => None,
        Some("first") => Some(NullsOrder::First),
        Some("last") => Some(NullsOrder::Last),
        Some(other) => return Err(reader.error(format!("`nulls` is `{other}`, not `first` or `last`"))),
    };
    part.collation = reader.text("collation")?;
    part.operator_class = reader.text("class")?;
    Ok(part)
}

fn trigger(dialect: Dialect, reader: &mut Reader, facts: Vec<Fact<'_>>, number: usize) -> Read<Trigger> {
    let name = reader.word("the name")?;
    let enabled = !reader.flag("disabled");
    let mut below = Below::of(number, facts)?;
    let definition = below.definition(dialect)?;
    Ok(Trigger { name, definition, enabled, comment: below.finish()?, origin: Origin::none() })
}

fn policy(dialect: Dialect, reader: &mut Reader) -> Read<Policy> {
    Ok(Policy {
        name: reader.word("the name")?,
        command: reader.word("the command")?,
        permissive: !reader.flag("restrictive"),
        roles: reader.word_list("to")?,
        using: expression(dialect, reader, "using")?,
        with_check: expression(dialect, reader, "with_check")?,
        origin: Origin::none(),
    })
}
