//! Tables as a whole, and indexes.

use std::collections::BTreeMap;

use trueup_schema::naming::ConventionKind;
use trueup_schema::ops::{Constraint, CreateIndex, CreateTable, DropIndex, SetComment};
use trueup_schema::{Index, IndexKey, ObjectKind, ObjectName, ObjectRef, Operation, Table};

use super::columns::Within;
use super::expressions::{index_part, text};
use super::python::{Call, boolean, list, string, strings};
use super::{Statement, Unwritable, Writer};

impl Writer<'_> {
    /// Writes `op.create_table`, its indexes, and what Alembic has no word for.
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Result<Vec<Statement>, Unwritable> {
        let table = &create.table;
        if table.virtual_module.is_some() || table.partition_of.is_some() {
            return self.sent(&Operation::CreateTable(create.clone()));
        }
        let mut call = Call::new("op.create_table").tall().arg(string(&table.name.name));
        for column in &table.columns {
            let column = self.column(column, Within::NewTable(table))?;
            call = call.arg(column);
        }
        let mut later = Vec::new();
        for constraint in table.constraints() {
            match self.constraint_item(table, &constraint) {
                Some(item) => call = call.arg(item),
                None => later.push(constraint),
            }
        }
        call = self.table_options(call, table);
        let mut statements = vec![Statement::Call(call)];
        let mut created = table.clone();
        created.indexes.clear();
        let mut after = self.schema.clone();
        after.insert_table(created);
        let before = std::mem::replace(&mut self.schema, after);
        let rest = self.after_table(table, &later);
        self.schema = before;
        statements.extend(rest?);
        Ok(statements)
    }

    fn after_table(&mut self, table: &Table, later: &[Constraint]) -> Result<Vec<Statement>, Unwritable> {
        let mut statements = Vec::new();
        for constraint in later {
            let (table, constraint) = (table.name.clone(), constraint.clone());
            let add = trueup_schema::ops::AddConstraint { table, constraint, using_index: None };
            statements.extend(self.sent(&Operation::AddConstraint(add))?);
        }
        for index in &table.indexes {
            statements.extend(self.create_index(&CreateIndex {
                table: table.name.clone(),
                index: index.clone(),
                concurrently: false,
                if_not_exists: false,
            }));
        }
        for constraint in table.constraints() {
            statements.extend(self.constraint_comment(&table.name, &constraint));
        }
        let name = &table.name;
        for trigger in &table.triggers {
            let (table, trigger) = (name.clone(), trigger.clone());
            let or_replace = false;
            let create =
                trueup_schema::ops::CreateTrigger { table, trigger, if_not_exists: false, or_replace };
            statements.extend(self.sent(&Operation::CreateTrigger(create))?);
        }
        let changes = [
            table.row_security.then_some(trueup_schema::ops::TableChange::RowSecurity(true)),
            table.force_row_security.then_some(trueup_schema::ops::TableChange::ForceRowSecurity(true)),
        ];
        for change in changes.into_iter().flatten() {
            let alter = trueup_schema::ops::AlterTable { table: name.clone(), change };
            statements.extend(self.sent(&Operation::AlterTable(alter))?);
        }
        for policy in &table.policies {
            let create = trueup_schema::ops::CreatePolicy { table: name.clone(), policy: policy.clone() };
            statements.extend(self.sent(&Operation::CreatePolicy(create))?);
        }
        for grant in &table.grants {
            let grant = trueup_schema::ops::GrantPrivilege { table: name.clone(), grant: grant.clone() };
            statements.extend(self.sent(&Operation::GrantPrivilege(grant))?);
        }
        Ok(statements)
    }

    fn table_options(&self, call: Call, table: &Table) -> Call {
        let mut call = call.optional("schema", table.name.namespace.as_deref());
        if self.schema.dialect.has_comments() {
            call = call.optional("comment", table.comment.as_deref());
        }
        if table.unlogged {
            call = call.keyword("prefixes", strings(&["UNLOGGED"]));
        }
        if let Some(partitioning) = &table.partitioning {
            let parts = partitioning.parts.iter().map(|part| match &part.key {
                IndexKey::Column(column) => trueup_sql::written_name(column),
                IndexKey::Expression(expr) => format!("({})", expr.text().trim()),
            });
            let parts = parts.collect::<Vec<_>>().join(", ");
            let clause = format!("{} ({parts})", partitioning.strategy.to_uppercase());
            call = call.keyword("postgresql_partition_by", string(&clause));
        }
        if !table.inherits.is_empty() {
            let parents: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
            call = call.keyword("postgresql_inherits", strings(&parents));
        }
        if !table.storage.is_empty() {
            call = call.keyword("postgresql_with", storage(&table.storage));
        }
        if table.primary_key.as_ref().is_some_and(|key| key.autoincrement) {
            call = call.keyword("sqlite_autoincrement", boolean(true));
        }
        if table.without_rowid {
            call = call.keyword("sqlite_with_rowid", boolean(false));
        }
        if table.strict {
            call = call.keyword("sqlite_strict", boolean(true));
        }
        call
    }

    pub(super) fn create_index(&mut self, create: &CreateIndex) -> Vec<Statement> {
        let index = &create.index;
        let dialect = self.schema.dialect;
        let parts: Vec<String> = index.parts.iter().map(|part| index_part(dialect, part)).collect();
        let name = self.name(ConventionKind::Index, &index.name, self.receiver());
        let in_place = !self.batch;
        let statement = super::named_on_table(&create.table, "create_index", in_place, name, |call| {
            let call = call.arg(list(&parts)).keyword("unique", boolean(index.unique));
            index_options(call, index, dialect.name())
        });
        let comment = index.comment.clone().filter(|_| dialect.has_comments()).map(|comment| SetComment {
            target: ObjectRef::of_table(ObjectKind::Index, &*index.name, &*create.table.name),
            namespace: create.table.namespace.clone(),
            comment: Some(comment),
        });
        let comment = comment.and_then(|comment| self.sent(&Operation::SetComment(comment)).ok());
        let mut statements = vec![statement];
        statements.extend(comment.unwrap_or_default());
        statements
    }

    pub(super) fn drop_index(&self, drop: &DropIndex) -> Statement {
        let table = drop
            .table
            .clone()
            .or_else(|| self.schema.table_of_index(&drop.index).map(|table| table.name.clone()));
        let name = self.name(ConventionKind::Index, &drop.index.name, self.receiver());
        match table {
            Some(table) if self.batch => {
                super::named_on_table(&table, "drop_index", false, name, |call| call)
            }
            table => {
                let call = Call::new("op.drop_index").arg(name);
                let call = call.optional("table_name", table.as_ref().map(|table| table.name.as_str()));
                Statement::Call(call.optional("schema", drop.index.namespace.as_deref()))
            }
        }
    }

    /// Returns what must go before a column does, where the table is built anew: Alembic builds indexes and checks
    /// again as they were.
    pub(super) fn users_of_column(&self, table: &ObjectName, column: &str) -> Vec<Statement> {
        let Some(found) = self.schema.table(table) else { return Vec::new() };
        let uses = |index: &&Index| {
            index.include.iter().any(|included| included == column)
                || index.predicate.as_ref().is_some_and(|predicate| predicate.mentions(column))
                || index.parts.iter().any(|part| match &part.key {
                    IndexKey::Column(name) => name == column,
                    IndexKey::Expression(expr) => expr.mentions(column),
                })
        };
        let mut statements = Vec::new();
        for index in found.indexes.iter().filter(uses) {
            let name = self.name(ConventionKind::Index, &index.name, "batch_op");
            statements.push(super::named_on_table(table, "drop_index", false, name, |call| call));
        }
        for check in found.checks.iter().filter(|check| check.expr.mentions(column)) {
            let Some(name) = &check.name else { continue };
            let name = self.name(ConventionKind::Check, name, "batch_op");
            let drop = super::named_on_table(table, "drop_constraint", false, name, |call| {
                call.optional("type_", Some("check"))
            });
            statements.push(drop);
        }
        statements
    }

    /// Returns the statement for a constraint's comment.
    pub(super) fn constraint_comment(
        &mut self,
        table: &ObjectName,
        constraint: &Constraint,
    ) -> Vec<Statement> {
        let comment = match constraint {
            Constraint::PrimaryKey(key) => key.comment.clone(),
            Constraint::ForeignKey(key) => key.comment.clone(),
            Constraint::Unique(unique) => unique.comment.clone(),
            Constraint::Check(check) => check.comment.clone(),
            Constraint::Exclude(_) => None,
        };
        let (Some(comment), Some(name), true) =
            (comment, constraint.name(), self.schema.dialect.has_comments())
        else {
            return Vec::new();
        };
        let operation = SetComment {
            target: ObjectRef::of_table(constraint.kind().object_kind(), name, &*table.name),
            namespace: table.namespace.clone(),
            comment: Some(comment),
        };
        self.sent(&Operation::SetComment(operation)).unwrap_or_default()
    }
}

/// Writes that a table goes.
pub(super) fn drop_table(table: &ObjectName) -> Statement {
    let call = Call::new("op.drop_table").arg(string(&table.name));
    Statement::Call(call.optional("schema", table.namespace.as_deref()))
}

fn index_options(mut call: Call, index: &Index, dialect: &str) -> Call {
    if index.method != "btree" {
        call = call.keyword("postgresql_using", string(&index.method));
    }
    let is_plain = |part: &&trueup_schema::IndexPart| {
        part.collation.is_none() && !part.descending && part.nulls.is_none()
    };
    let classes: Vec<String> = index
        .parts
        .iter()
        .filter(is_plain)
        .filter_map(|part| match (&part.key, &part.operator_class) {
            (IndexKey::Column(column), Some(class)) => Some(format!("{}: {}", string(column), string(class))),
            _ => None,
        })
        .collect();
    if !classes.is_empty() {
        call = call.keyword("postgresql_ops", format!("{{{}}}", classes.join(", ")));
    }
    if !index.include.is_empty() {
        call = call.keyword("postgresql_include", strings(&index.include));
    }
    if let Some(predicate) = &index.predicate {
        call = call.keyword(&format!("{dialect}_where"), text(predicate.text()));
    }
    if index.nulls_not_distinct {
        call = call.keyword("postgresql_nulls_not_distinct", boolean(true));
    }
    if !index.storage.is_empty() {
        call = call.keyword("postgresql_with", storage(&index.storage));
    }
    call
}

fn storage(parameters: &BTreeMap<String, String>) -> String {
    let pairs = parameters.iter().map(|(name, value)| {
        let bare = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty();
        format!("{}: {}", string(name), if bare { value.clone() } else { string(value) })
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}
