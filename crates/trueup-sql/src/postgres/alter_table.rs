//! `ALTER TABLE` with all its sub-commands.

use trueup_schema::ops::{
    AddColumn, AddConstraint, AlterColumn, AlterTable, Constraint, ConstraintKind, DropColumn,
    DropConstraint, EnableTrigger, RenameColumn, RenameConstraint, RenameIndex, RenameSequence, RenameTable,
    RenameView, TableChange, ValidateConstraint,
};
use trueup_schema::{Generated, Identity, ObjectName, Operation, SequenceOptions, Table};

use super::column::{collation, column, generated, type_text};
use super::constraint::{attributes, is_table_constraint, storage, table_constraint};
use super::sequence::sequence_options;
use super::table::partition_bound;
use crate::cursor::{Cursor, Read, Unread};
use crate::reader::{Outcome, Reader};
use crate::result::Effect;

/// Reads what follows `ALTER TABLE`.
pub(crate) fn alter_table(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    if cursor.is("ALL IN TABLESPACE") {
        cursor.rest();
        return Ok(Outcome::left_out("tablespaces are not modelled"));
    }
    let if_exists = cursor.eat("IF EXISTS");
    cursor.eat("ONLY");
    let parts = cursor.dotted()?;
    cursor.eat("*");
    if reader.is_temporary(&parts) {
        cursor.rest();
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    let table = reader.relation(&parts);
    if if_exists && reader.schema.as_ref().is_some_and(|schema| !crate::session::is_relation(schema, &table))
    {
        cursor.rest();
        return Ok(Outcome::schema(Vec::new()).notice(format!("table `{table}` does not exist")));
    }
    let mut found = Actions { operations: Vec::new(), notices: Vec::new() };
    for mut action in cursor.list() {
        if let Some(reason) = alter_action(reader, &mut action, &table, &mut found)? {
            return Ok(Outcome::opaque(cursor.whole(), reason));
        }
        action.expect_end()?;
    }
    let effect = if found.operations.is_empty() { Effect::Session } else { Effect::Schema };
    Ok(Outcome { operations: found.operations, effect, notices: found.notices })
}

struct Actions {
    operations: Vec<Operation>,
    notices: Vec<String>,
}

impl Actions {
    fn push(&mut self, operation: impl Into<Operation>) {
        self.operations.push(operation.into());
    }

    fn change(&mut self, table: &ObjectName, change: TableChange) {
        self.push(AlterTable { table: table.clone(), change });
    }

    fn left_out(&mut self, cursor: &mut Cursor<'_>, what: &str) {
        cursor.rest();
        self.notices.push(format!("{what} is not modelled"));
    }
}

/// Reads one sub-command; a reason means that what it does is not known.
fn alter_action(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
    found: &mut Actions,
) -> Read<Option<String>> {
    if cursor.eat("ADD") {
        add(reader, cursor, table, found)?;
    } else if cursor.eat("DROP CONSTRAINT") {
        drop_constraint(reader, cursor, table, found)?;
    } else if cursor.eat("DROP") {
        cursor.eat("COLUMN");
        let if_exists = cursor.eat("IF EXISTS");
        let column = cursor.identifier()?;
        let cascade = cascade(cursor);
        found.push(DropColumn { table: table.clone(), column, if_exists, cascade });
    } else if cursor.eat("ALTER CONSTRAINT") {
        return alter_constraint(reader, cursor, table, found);
    } else if cursor.eat("ALTER") {
        cursor.eat("COLUMN");
        alter_column(reader, cursor, table, found)?;
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        found.push(ValidateConstraint { table: table.clone(), name: cursor.identifier()? });
    } else if cursor.eat("RENAME") {
        rename(reader, cursor, table, found)?;
    } else if cursor.eat("SET SCHEMA") {
        let namespace = cursor.identifier()?;
        let new_name = ObjectName::qualified(reader.dialect, Some(&namespace), table.name.clone());
        found.push(renamed(reader, table, new_name));
    } else if let Some(kind) = cursor.eat_any(&["ENABLE", "DISABLE"]) {
        enable(cursor, table, kind == 0, found)?;
    } else if cursor.eat("FORCE ROW LEVEL SECURITY") {
        found.change(table, TableChange::ForceRowSecurity(true));
    } else if cursor.eat("NO FORCE ROW LEVEL SECURITY") {
        found.change(table, TableChange::ForceRowSecurity(false));
    } else if let Some(kind) = cursor.eat_any(&["INHERIT", "NO INHERIT"]) {
        let parent = reader.relation(&cursor.dotted()?);
        found.change(table, TableChange::Inherit { parent, add: kind == 0 });
    } else if cursor.eat("ATTACH PARTITION") {
        let partition = reader.relation(&cursor.dotted()?);
        let start = cursor.position();
        if !cursor.eat("DEFAULT") {
            partition_bound(cursor)?;
        }
        let bound = cursor.since(start).to_owned();
        found.change(table, TableChange::AttachPartition { partition, bound });
    } else if cursor.eat("DETACH PARTITION") {
        let partition = reader.relation(&cursor.dotted()?);
        let _ = cursor.eat("CONCURRENTLY") || cursor.eat("FINALIZE");
        found.change(table, TableChange::DetachPartition(partition));
    } else if let Some(kind) = cursor.eat_any(&["SET LOGGED", "SET UNLOGGED"]) {
        found.change(table, TableChange::Unlogged(kind == 1));
    } else if cursor.is("SET (") {
        cursor.advance();
        let parameters = storage(&mut cursor.parenthesised()?)?;
        let parameters = parameters.into_iter().map(|(name, value)| (name, Some(value))).collect();
        found.change(table, TableChange::Storage(parameters));
    } else if cursor.is("RESET (") {
        cursor.advance();
        let parameters = storage(&mut cursor.parenthesised()?)?;
        found.change(table, TableChange::Storage(parameters.into_keys().map(|name| (name, None)).collect()));
    } else if cursor.is("OF") || cursor.is("NOT OF") {
        cursor.rest();
        return Ok(Some("tables of a composite type are not modelled".to_owned()));
    } else {
        ignored(cursor, found)?;
    }
    Ok(None)
}

/// Reads the sub-commands that leave alone what is compared.
fn ignored(cursor: &mut Cursor<'_>, found: &mut Actions) -> Read<()> {
    let kinds = [
        ("OWNER TO", "the owner of a table"),
        ("SET TABLESPACE", "a tablespace"),
        ("SET ACCESS METHOD", "the access method of a table"),
        ("CLUSTER ON", "the order of rows"),
        ("SET WITHOUT CLUSTER", "the order of rows"),
        ("SET WITHOUT OIDS", "a column of object identifiers"),
        ("REPLICA IDENTITY", "the replica identity"),
        ("SPLIT PARTITION", "splitting partitions"),
    ];
    match kinds.iter().find(|(words, _)| cursor.is(words)) {
        Some((words, what)) if *words != "SPLIT PARTITION" => {
            found.left_out(cursor, what);
            Ok(())
        }
        _ => Err(cursor.unexpected("a change of a table")),
    }
}

pub(crate) fn cascade(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat_any(&["CASCADE", "RESTRICT"]) == Some(0)
}

fn add(reader: &Reader, cursor: &mut Cursor<'_>, table: &ObjectName, found: &mut Actions) -> Read<()> {
    if is_table_constraint(cursor) {
        let added = table_constraint(reader, cursor, table)?;
        let (constraint, using_index) = (added.constraint, added.using_index);
        found.push(AddConstraint { table: table.clone(), constraint, using_index });
        return Ok(());
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let parts = column(reader, cursor, table)?;
    let exists = if_not_exists && known_column(reader, table, &parts.column.name);
    found.push(AddColumn { table: table.clone(), column: parts.column, if_not_exists });
    if exists {
        return Ok(());
    }
    let constraints = parts
        .primary_key
        .map(Constraint::PrimaryKey)
        .into_iter()
        .chain(parts.uniques.into_iter().map(Constraint::Unique))
        .chain(parts.checks.into_iter().map(Constraint::Check))
        .chain(parts.foreign_keys.into_iter().map(Constraint::ForeignKey));
    for constraint in constraints {
        found.push(AddConstraint { table: table.clone(), constraint, using_index: None });
    }
    Ok(())
}

fn known(reader: &Reader, table: &ObjectName) -> Option<Table> {
    reader.schema.as_ref().and_then(|schema| schema.table(table)).cloned()
}

fn known_column(reader: &Reader, table: &ObjectName, column: &str) -> bool {
    known(reader, table).is_some_and(|table| table.column(column).is_some())
}

fn drop_constraint(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
    found: &mut Actions,
) -> Read<()> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = cursor.identifier()?;
    let cascade = cascade(cursor);
    let kind = known(reader, table).and_then(|table| constraint(&table, &name)).map(|found| kind_of(&found));
    found.push(DropConstraint {
        table: table.clone(),
        name: Some(name),
        kind,
        columns: Vec::new(),
        if_exists,
        cascade,
    });
    Ok(())
}

/// Returns the constraint of that name.
pub(crate) fn constraint(table: &Table, name: &str) -> Option<Constraint> {
    let is = |candidate: &Option<String>| candidate.as_deref() == Some(name);
    if let Some(key) = table.primary_key.as_ref().filter(|key| is(&key.name)) {
        return Some(Constraint::PrimaryKey(key.clone()));
    }
    if let Some(key) = table.foreign_keys.iter().find(|key| is(&key.name)) {
        return Some(Constraint::ForeignKey(key.clone()));
    }
    if let Some(unique) = table.uniques.iter().find(|unique| is(&unique.name)) {
        return Some(Constraint::Unique(unique.clone()));
    }
    if let Some(check) = table.checks.iter().find(|check| is(&check.name)) {
        return Some(Constraint::Check(check.clone()));
    }
    table.excludes.iter().find(|exclude| is(&exclude.name)).cloned().map(Constraint::Exclude)
}

pub(crate) fn kind_of(constraint: &Constraint) -> ConstraintKind {
    match constraint {
        Constraint::PrimaryKey(_) => ConstraintKind::PrimaryKey,
        Constraint::ForeignKey(_) => ConstraintKind::ForeignKey,
        Constraint::Unique(_) => ConstraintKind::Unique,
        Constraint::Check(_) => ConstraintKind::Check,
        Constraint::Exclude(_) => ConstraintKind::Exclude,
    }
}

/// `ALTER CONSTRAINT` is told as dropping and adding it, since only its deferring can change.
fn alter_constraint(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
    found: &mut Actions,
) -> Read<Option<String>> {
    let name = cursor.identifier()?;
    let wanted = attributes(cursor)?;
    if !wanted.says_deferrable {
        return Err(cursor.unexpected("`DEFERRABLE`"));
    }
    let Some(Constraint::ForeignKey(mut key)) =
        known(reader, table).and_then(|table| constraint(&table, &name))
    else {
        return Ok(Some(format!("constraint `{name}` of `{table}` is not known")));
    };
    key.deferrable = wanted.deferrable;
    found.push(DropConstraint {
        table: table.clone(),
        name: Some(name),
        kind: Some(ConstraintKind::ForeignKey),
        columns: Vec::new(),
        if_exists: false,
        cascade: false,
    });
    found.push(AddConstraint {
        table: table.clone(),
        constraint: Constraint::ForeignKey(key),
        using_index: None,
    });
    Ok(None)
}

fn alter_column(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    table: &ObjectName,
    found: &mut Actions,
) -> Read<()> {
    let name = cursor.identifier()?;
    let mut change = AlterColumn {
        table: table.clone(),
        column: name,
        column_type: None,
        using: None,
        nullable: None,
        default: None,
        generated: None,
        collation: None,
        comment: None,
    };
    if cursor.eat("SET DATA TYPE") || cursor.eat("TYPE") {
        change.column_type = Some(reader.column_type(type_text(cursor)?));
        if cursor.eat("COLLATE") {
            change.collation = Some(collation(cursor)?);
        }
        if cursor.eat("USING") {
            change.using = Some(reader.expr(cursor.rest()));
        }
    } else if cursor.eat("SET DEFAULT") {
        let column_type = known(reader, table)
            .and_then(|table| table.column(&change.column).map(|column| column.column_type.clone()));
        let text = cursor.rest();
        change.default = Some(match column_type {
            Some(column_type) => reader.default(text, &column_type),
            None => reader.untyped_default(text),
        });
    } else if cursor.eat("DROP DEFAULT") {
        change.default = Some(None);
    } else if cursor.eat("SET NOT NULL") {
        change.nullable = Some(false);
    } else if cursor.eat("DROP NOT NULL") {
        change.nullable = Some(true);
    } else if cursor.eat("ADD GENERATED") {
        change.generated = Some(Some(generated(reader, cursor)?));
    } else if cursor.eat("DROP IDENTITY") || cursor.eat("DROP EXPRESSION") {
        cursor.eat("IF EXISTS");
        change.generated = Some(None);
    } else if cursor.eat("SET EXPRESSION AS") {
        let expr = reader.expr(cursor.parenthesised()?.whole());
        let before = known(reader, table)
            .and_then(|table| table.column(&change.column).and_then(|column| column.generated.clone()));
        let stored = !matches!(before, Some(Generated::Computed(computed)) if !computed.stored);
        change.generated = Some(Some(Generated::Computed(trueup_schema::Computed { expr, stored })));
    } else if ["SET STATISTICS", "SET STORAGE", "SET COMPRESSION", "SET (", "RESET ("]
        .iter()
        .any(|words| cursor.is(words))
    {
        found.left_out(cursor, "storage and statistics of a column");
        return Ok(());
    } else {
        return alter_identity(reader, cursor, change, found);
    }
    found.push(change);
    Ok(())
}

/// Reads `SET GENERATED …`, `SET <sequence option>`, `RESTART`.
fn alter_identity(
    reader: &Reader,
    cursor: &mut Cursor<'_>,
    mut change: AlterColumn,
    found: &mut Actions,
) -> Read<()> {
    let column = known(reader, &change.table).and_then(|table| table.column(&change.column).cloned());
    let before = match column.and_then(|column| column.generated) {
        Some(Generated::Identity(identity)) => Some(identity),
        _ => None,
    };
    let mut identity = before.clone().unwrap_or(Identity {
        always: true,
        sequence: SequenceOptions::default(),
        sequence_name: None,
    });
    let (mut touched, mut always_said) = (false, false);
    while !cursor.is_end() {
        let start = cursor.position();
        if cursor.eat("SET GENERATED ALWAYS") {
            (identity.always, touched, always_said) = (true, true, true);
        } else if cursor.eat("SET GENERATED BY DEFAULT") {
            (identity.always, touched, always_said) = (false, true, true);
        } else {
            let set = cursor.eat("SET");
            let options = sequence_options(cursor, &mut identity.sequence)?;
            touched |= set && !options.restart;
        }
        if cursor.position() == start || (cursor.position() == start + 1 && cursor.is("SET")) {
            return Err(cursor.unexpected("a change of a column"));
        }
    }
    if before.is_none() && touched && !always_said {
        return Err(Unread {
            message: format!("identity column `{}` is not known", change.column),
            span: cursor.here(),
        });
    }
    if touched {
        change.generated = Some(Some(Generated::Identity(identity)));
        found.push(change);
    } else {
        found.notices.push("restarting a sequence changes its value only".to_owned());
    }
    Ok(())
}

fn rename(reader: &Reader, cursor: &mut Cursor<'_>, table: &ObjectName, found: &mut Actions) -> Read<()> {
    if cursor.eat("TO") {
        let new_name = cursor.identifier()?;
        let new_name = table.sibling(crate::session::stored(reader.dialect, &new_name));
        found.push(renamed(reader, table, new_name));
    } else if cursor.eat("CONSTRAINT") {
        let name = cursor.identifier()?;
        cursor.expect("TO")?;
        let new_name = cursor.identifier()?;
        found.push(RenameConstraint { table: table.clone(), name, new_name });
    } else {
        cursor.eat("COLUMN");
        let column = cursor.identifier()?;
        cursor.expect("TO")?;
        let new_name = cursor.identifier()?;
        found.push(RenameColumn { table: table.clone(), column, new_name });
    }
    Ok(())
}

/// `ALTER TABLE` also renames views, sequences and indexes; the schema tells which it is.
fn renamed(reader: &Reader, name: &ObjectName, new_name: ObjectName) -> Operation {
    let name = name.clone();
    let Some(schema) = &reader.schema else { return RenameTable { table: name, new_name }.into() };
    if schema.tables.contains_key(&name) {
        RenameTable { table: name, new_name }.into()
    } else if schema.views.contains_key(&name) {
        RenameView { name, new_name }.into()
    } else if schema.sequences.contains_key(&name) {
        RenameSequence { name, new_name, if_exists: false }.into()
    } else if schema.table_of_index(&name).is_some() {
        RenameIndex { index: name, new_name: new_name.name, if_exists: false }.into()
    } else {
        RenameTable { table: name, new_name }.into()
    }
}

fn enable(cursor: &mut Cursor<'_>, table: &ObjectName, enabled: bool, found: &mut Actions) -> Read<()> {
    if cursor.eat("ROW LEVEL SECURITY") {
        found.change(table, TableChange::RowSecurity(enabled));
        return Ok(());
    }
    if cursor.is("RULE") || cursor.is("REPLICA RULE") || cursor.is("ALWAYS RULE") {
        found.left_out(cursor, "switching a rule");
        return Ok(());
    }
    let _ = cursor.eat("REPLICA") || cursor.eat("ALWAYS");
    cursor.expect("TRIGGER")?;
    let name = if cursor.eat("ALL") || cursor.eat("USER") { None } else { Some(cursor.identifier()?) };
    found.push(EnableTrigger { table: table.clone(), name, enabled });
    Ok(())
}
