//! Constraints: inside of a new table, added to one that is there, dropped.

use trueup_schema::naming::ConventionKind;
use trueup_schema::ops::{AddConstraint, Constraint, ConstraintKind, DropConstraint};
use trueup_schema::{Check, Deferrable, ForeignKey, ObjectName, Operation, ReferentialAction, Table, Unique};

use super::expressions::without_parameters;
use super::python::{Call, boolean, string, strings};
use super::{Statement, Unwritable, Writer};

/// Names that a batch gives to constraints of the table that have none, so that they can be dropped by name.
pub(super) const BATCH_NAMES: [(&str, &str); 2] =
    [("fk", "fk_%(table_name)s_%(column_0_name)s"), ("uq", "uq_%(table_name)s_%(column_0_name)s")];

impl Writer<'_> {
    /// Returns a constraint inside of `op.create_table`, `None` where SQLAlchemy has no word for it.
    pub(super) fn constraint_item(&self, table: &Table, constraint: &Constraint) -> Option<String> {
        let named = |call: Call, kind: ConventionKind| match constraint.name() {
            Some(name) => call.keyword("name", self.name(kind, name, "op")),
            None => call,
        };
        let columns = |call: Call, columns: &[String]| {
            columns.iter().fold(call, |call, column| call.arg(string(column)))
        };
        let call = match constraint {
            Constraint::PrimaryKey(key) => {
                let call = columns(Call::new("sa.PrimaryKeyConstraint"), &key.columns);
                let call = named(call, ConventionKind::PrimaryKey);
                let call = included(call, &key.include);
                deferrable(call, key.deferrable)
            }
            Constraint::Unique(unique) => {
                let call = columns(Call::new("sa.UniqueConstraint"), &unique.columns);
                unique_options(named(call, ConventionKind::Unique), unique)
            }
            Constraint::Check(check) if check.no_inherit => return None,
            Constraint::Check(check) => {
                let call = Call::new("sa.CheckConstraint").arg(condition(check));
                check_options(named(call, ConventionKind::Check), check)
            }
            Constraint::ForeignKey(key) => {
                let target = key.referenced_table.to_string();
                let referenced = self.referenced_columns(table, key);
                let referenced: Vec<String> =
                    referenced.iter().map(|column| format!("{target}.{column}")).collect();
                let call =
                    Call::new("sa.ForeignKeyConstraint").arg(strings(&key.columns)).arg(strings(&referenced));
                foreign_key_options(named(call, ConventionKind::ForeignKey), key)
            }
            Constraint::Exclude(_) => return None,
        };
        Some(call.inline())
    }

    pub(super) fn add_constraint(&mut self, add: &AddConstraint) -> Result<Vec<Statement>, Unwritable> {
        let in_place = self.alters_in_place();
        let operation = Operation::AddConstraint(add.clone());
        let Some(table) = self.schema.table(&add.table).cloned() else { return self.sent(&operation) };
        let has_no_word = matches!(&add.constraint, Constraint::Check(check) if check.no_inherit);
        if add.using_index.is_some() || has_no_word {
            return self.sent(&operation);
        }
        let receiver = if in_place { "op" } else { "batch_op" };
        let name = |writer: &Self, kind: ConventionKind| match add.constraint.name() {
            Some(name) => writer.name(kind, name, receiver),
            None => "None".to_owned(),
        };
        // A batch wants a name for everything, and so does whoever drops it again.
        if !in_place && add.constraint.name().is_none() {
            let message =
                format!("a constraint of `{}` has no name, and Alembic adds none without", add.table);
            return Err(Unwritable(message));
        }
        let statement = match &add.constraint {
            Constraint::PrimaryKey(key) => {
                if !key.include.is_empty() || key.deferrable != Deferrable::No {
                    return self.sent(&operation);
                }
                let name = name(self, ConventionKind::PrimaryKey);
                super::named_on_table(&add.table, "create_primary_key", in_place, name, |call| {
                    call.arg(strings(&key.columns))
                })
            }
            Constraint::Unique(unique) => {
                let name = name(self, ConventionKind::Unique);
                super::named_on_table(&add.table, "create_unique_constraint", in_place, name, |call| {
                    unique_options(call.arg(strings(&unique.columns)), unique)
                })
            }
            Constraint::Check(check) => {
                let name = name(self, ConventionKind::Check);
                super::named_on_table(&add.table, "create_check_constraint", in_place, name, |call| {
                    check_options(call.arg(condition(check)), check)
                })
            }
            Constraint::ForeignKey(key) => {
                let name = name(self, ConventionKind::ForeignKey);
                let referenced = self.referenced_columns(&table, key);
                Self::foreign_key_call(&add.table, key, &name, &referenced, in_place)
            }
            Constraint::Exclude(_) => return self.sent(&operation),
        };
        let mut statements = vec![statement];
        statements.extend(self.constraint_comment(&add.table, &add.constraint));
        Ok(statements)
    }

    fn foreign_key_call(
        table: &ObjectName,
        key: &ForeignKey,
        name: &str,
        referenced: &[String],
        in_place: bool,
    ) -> Statement {
        let target = &key.referenced_table;
        let call = Call::new(if in_place { "op.create_foreign_key" } else { "batch_op.create_foreign_key" });
        let call = call.arg(name);
        let call = if in_place { call.arg(string(&table.name)) } else { call };
        let call = call.arg(string(&target.name)).arg(strings(&key.columns)).arg(strings(referenced));
        let call = if in_place { call.optional("source_schema", table.namespace.as_deref()) } else { call };
        let call = call.optional("referent_schema", target.namespace.as_deref());
        let call = foreign_key_options(call, key);
        super::placed(table, in_place, call)
    }

    pub(super) fn drop_constraint(&mut self, drop: &DropConstraint) -> Result<Vec<Statement>, Unwritable> {
        let in_place = self.alters_in_place();
        let receiver = if in_place { "op" } else { "batch_op" };
        let (kind, word) = match drop.kind {
            Some(ConstraintKind::PrimaryKey) => (ConventionKind::PrimaryKey, Some("primary")),
            Some(ConstraintKind::ForeignKey) => (ConventionKind::ForeignKey, Some("foreignkey")),
            Some(ConstraintKind::Unique) => (ConventionKind::Unique, Some("unique")),
            Some(ConstraintKind::Check) => (ConventionKind::Check, Some("check")),
            Some(ConstraintKind::Exclude) | None => (ConventionKind::Check, None),
        };
        let (name, borrowed) = match &drop.name {
            Some(name) => (self.name(kind, name, receiver), false),
            None => (string(&batch_name(drop)?), true),
        };
        let statement = super::named_on_table(&drop.table, "drop_constraint", in_place, name, |call| {
            call.optional("type_", word)
        });
        Ok(vec![match statement {
            Statement::Batch { table, call, .. } => Statement::Batch { table, call, names: borrowed },
            other => other,
        }])
    }

    /// Returns the columns that a foreign key refers to, filled in from the referenced table.
    fn referenced_columns(&self, table: &Table, key: &ForeignKey) -> Vec<String> {
        if !key.referenced_columns.is_empty() {
            return key.referenced_columns.clone();
        }
        let own = (key.referenced_table == table.name).then_some(table);
        let referenced = own.or_else(|| self.schema.table(&key.referenced_table));
        let columns = referenced.and_then(|table| table.primary_key.as_ref()).map(|key| key.columns.clone());
        columns.unwrap_or_default()
    }
}

/// Returns the name that the batch gives to an unnamed constraint.
fn batch_name(drop: &DropConstraint) -> Result<String, Unwritable> {
    let prefix = match drop.kind {
        Some(ConstraintKind::ForeignKey) => "fk",
        Some(ConstraintKind::Unique) => "uq",
        _ => {
            let table = &drop.table;
            let message = format!("a constraint of `{table}` has no name, and Alembic drops none without");
            return Err(Unwritable(message));
        }
    };
    let column = drop.columns.first().map(String::as_str).unwrap_or_default();
    Ok(format!("{prefix}_{}_{column}", drop.table.name))
}

fn condition(check: &Check) -> String {
    string(&without_parameters(check.expr.text().trim()))
}

fn deferrable(call: Call, deferrable: Deferrable) -> Call {
    match deferrable {
        Deferrable::No => call,
        Deferrable::Immediate => call.keyword("deferrable", boolean(true)),
        Deferrable::Deferred => {
            call.keyword("deferrable", boolean(true)).keyword("initially", string("DEFERRED"))
        }
    }
}

fn included(call: Call, columns: &[String]) -> Call {
    if columns.is_empty() { call } else { call.keyword("postgresql_include", strings(columns)) }
}

fn unique_options(call: Call, unique: &Unique) -> Call {
    let call = included(call, &unique.include);
    let call = if unique.nulls_not_distinct {
        call.keyword("postgresql_nulls_not_distinct", boolean(true))
    } else {
        call
    };
    deferrable(call, unique.deferrable)
}

fn check_options(call: Call, check: &Check) -> Call {
    if check.not_valid { call.keyword("postgresql_not_valid", boolean(true)) } else { call }
}

fn foreign_key_options(call: Call, key: &ForeignKey) -> Call {
    let call = call.optional("ondelete", action(&key.on_delete).as_deref());
    let call = call.optional("onupdate", action(&key.on_update).as_deref());
    let call = deferrable(call, key.deferrable);
    let call = call.optional("match", key.match_full.then_some("FULL"));
    if key.not_valid { call.keyword("postgresql_not_valid", boolean(true)) } else { call }
}

fn action(action: &ReferentialAction) -> Option<String> {
    let columns = |word: &str, columns: &[String]| {
        Some(if columns.is_empty() { word.to_owned() } else { format!("{word} ({})", columns.join(", ")) })
    };
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT".to_owned()),
        ReferentialAction::Cascade => Some("CASCADE".to_owned()),
        ReferentialAction::SetNull(of) => columns("SET NULL", of),
        ReferentialAction::SetDefault(of) => columns("SET DEFAULT", of),
    }
}
