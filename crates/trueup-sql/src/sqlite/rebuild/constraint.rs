//! Operations on constraints, wherever they are written.

use trueup_schema::name::quote_identifier;
use trueup_schema::naming::{ConventionFacts, ConventionKind};
use trueup_schema::ops::{Constraint, ConstraintKind, DropConstraint, RenameConstraint};
use trueup_schema::{Column, ColumnType, Deferrable, Dialect, SqlExpr, Table};

use super::Refusal;
use super::body::Item;
use super::change::{Change, ConstraintState};
use super::clause::{Clause, Kind};
use super::definition::{body_of, remove, replace, take};

/// Where a constraint is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind a column.
    Column(usize),
    /// As a part of the table.
    Table(usize),
}

/// A constraint of the table as it is at the moment.
pub(super) struct Site {
    pub(super) place: Place,
    /// The column behind which it is written.
    pub(super) own: Option<String>,
    pub(super) clause: Clause,
    /// The condition of a CHECK.
    pub(super) condition: String,
}

impl Site {
    /// Returns the columns of a key.
    pub(super) fn columns(&self) -> Vec<String> {
        self.clause.columns(self.own.as_deref())
    }

    fn kind(&self) -> Option<ConstraintKind> {
        match &self.clause.kind {
            Kind::PrimaryKey(_) => Some(ConstraintKind::PrimaryKey),
            Kind::Unique(_) => Some(ConstraintKind::Unique),
            Kind::Check(_) => Some(ConstraintKind::Check),
            Kind::ForeignKey(_) => Some(ConstraintKind::ForeignKey),
            _ => None,
        }
    }

    /// Returns what it is called in messages: `CHECK constraint ck`.
    pub(super) fn words(&self) -> String {
        let kind = match self.kind() {
            Some(ConstraintKind::PrimaryKey) => "primary key",
            Some(ConstraintKind::Unique) => "unique constraint",
            Some(ConstraintKind::ForeignKey) => "foreign key",
            _ => "CHECK constraint",
        };
        match &self.clause.name {
            Some(name) => format!("{kind} `{name}`"),
            None if self.kind() == Some(ConstraintKind::Check) => {
                format!("{kind} ({})", self.condition.trim())
            }
            None => format!("{kind} ({})", self.columns().join(", ")),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.clause.name.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(name))
    }

    fn is_unnamed_check(&self) -> bool {
        self.clause.name.is_none() && self.kind() == Some(ConstraintKind::Check)
    }

    fn canonical(&self) -> String {
        canonical(&self.condition)
    }
}

fn canonical(condition: &str) -> String {
    SqlExpr::new(Dialect::Sqlite, condition).canonical().to_owned()
}

/// Returns all keys, foreign keys and CHECKs, those behind columns first.
pub(super) fn sites(change: &Change<'_>) -> Result<Vec<Site>, Refusal> {
    let mut sites = Vec::new();
    for (at, column) in change.live() {
        for clause in change.definition(column)?.clauses {
            let site = site(Place::Column(at), Some(column.build.clone()), clause, &column.item.text);
            sites.extend(Some(site).filter(|site| site.kind().is_some()));
        }
    }
    for (at, constraint) in change.constraints.iter().enumerate() {
        sites.push(site(Place::Table(at), None, change.clause(constraint)?, &constraint.item.text));
    }
    Ok(sites)
}

fn site(place: Place, own: Option<String>, clause: Clause, text: &str) -> Site {
    let condition = match &clause.kind {
        Kind::Check(condition) => text[condition.clone()].to_owned(),
        _ => String::new(),
    };
    Site { place, own, clause, condition }
}

/// Takes a constraint away.
pub(super) fn take_away(change: &mut Change<'_>, site: &Site) -> Result<(), Refusal> {
    change.needs_copy = true;
    match site.place {
        Place::Table(at) => {
            change.constraints.remove(at);
        }
        Place::Column(at) => {
            let text = &mut change.columns[at].item.text;
            remove(text, site.clause.range.clone());
            if matches!(site.clause.kind, Kind::ForeignKey(_)) {
                let before = text.clone();
                take(text, |kind| *kind == Kind::Deferrable)
                    .map_err(|unread| change.unread(&before, &unread))?;
            }
        }
    }
    Ok(())
}

/// Adds a constraint; one of the same name, or the primary key that there is, gives way, as with Alembic.
pub(super) fn add(change: &mut Change<'_>, constraint: &Constraint) -> Result<(), Refusal> {
    let mut constraint = constraint.clone();
    match &mut constraint {
        Constraint::PrimaryKey(key) => in_names_of_copy(change, &mut key.columns)?,
        Constraint::Unique(unique) => in_names_of_copy(change, &mut unique.columns)?,
        Constraint::ForeignKey(key) => {
            in_names_of_copy(change, &mut key.columns)?;
            if key.referenced_table.name.eq_ignore_ascii_case(&change.input.table.name) {
                in_names_of_copy(change, &mut key.referenced_columns)?;
            }
        }
        Constraint::Check(_) | Constraint::Exclude(_) => {}
    }
    let mut autoincrement = false;
    for site in sites(change)?.iter().rev() {
        let replaced = match (&site.clause.kind, &constraint) {
            (Kind::PrimaryKey(old), Constraint::PrimaryKey(new)) => {
                autoincrement |= old.autoincrement && same(&site.columns(), &new.columns);
                true
            }
            _ => constraint.name().is_some_and(|name| site.is_named(name)),
        };
        if replaced {
            take_away(change, site)?;
        }
    }
    if let Constraint::PrimaryKey(key) = &mut constraint {
        key.autoincrement |= autoincrement;
    }
    let text = written(change, &constraint)?;
    change.needs_copy = true;
    change.constraints.push(ConstraintState { item: Item::new(text), fresh: true });
    Ok(())
}

fn same(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

fn in_names_of_copy(change: &Change<'_>, columns: &mut [String]) -> Result<(), Refusal> {
    for name in columns {
        let column = change.find(name).ok_or_else(|| change.no_column(name))?;
        name.clone_from(&change.columns[column].build);
    }
    Ok(())
}

/// Returns a constraint as SQL, read out of a whole `CREATE TABLE`.
fn written(change: &Change<'_>, constraint: &Constraint) -> Result<String, Refusal> {
    let (table, name) = (&change.input.table, constraint.name().unwrap_or("without a name"));
    let refuse = |why: &str| Refusal::new(format!("constraint `{name}` cannot be added to `{table}`: {why}"));
    let mut model = Table::new("t".into());
    model.columns.push(Column::new("c", ColumnType::parse(Dialect::Sqlite, "TEXT")));
    match constraint.clone() {
        Constraint::PrimaryKey(key) if key.autoincrement && key.columns.len() == 1 => {
            let column = quote_identifier(&key.columns[0]);
            let name = key.name.map(|name| format!("CONSTRAINT {} ", quote_identifier(&name)));
            return Ok(format!("{}PRIMARY KEY ({column} AUTOINCREMENT)", name.unwrap_or_default()));
        }
        Constraint::PrimaryKey(key) => model.primary_key = Some(key),
        Constraint::Unique(unique) => model.uniques.push(unique),
        Constraint::ForeignKey(key) => model.foreign_keys.push(key),
        Constraint::Check(check) => model.checks.push(check),
        Constraint::Exclude(_) => return Err(refuse("SQLite has no EXCLUDE")),
    }
    let deferrable = match constraint {
        Constraint::PrimaryKey(key) => key.deferrable,
        Constraint::Unique(unique) => unique.deferrable,
        _ => Deferrable::No,
    };
    if deferrable != Deferrable::No {
        return Err(refuse("only foreign keys are DEFERRABLE in SQLite"));
    }
    let text = body_of(model).and_then(|mut body| body.constraints.pop());
    text.map(|item| item.text).ok_or_else(|| refuse("its text is not valid SQL"))
}

/// Drops a constraint by its name, or one without a name by kind and columns.
pub(super) fn drop(change: &mut Change<'_>, op: &DropConstraint) -> Result<(), Refusal> {
    let sites = sites(change)?;
    let of_kind = |site: &&Site| op.kind.is_none() || site.kind() == op.kind;
    let named = |site: &&Site| op.name.as_deref().is_some_and(|name| site.is_named(name));
    let found = sites.iter().filter(of_kind).find(named).or_else(|| sites.iter().find(named));
    let found = match found {
        Some(found) => Some(found),
        None => sites.iter().filter(of_kind).find(|site| is_unnamed_one(change, op, site)),
    };
    match found {
        Some(found) => take_away(change, found),
        None if op.if_exists => Ok(()),
        None => Err(no_such(change, op, &sites)),
    }
}

/// Tells whether a constraint without a name is the one that is meant by columns, or by its condition.
fn is_unnamed_one(change: &Change<'_>, op: &DropConstraint, site: &Site) -> bool {
    if site.clause.name.is_some() || op.kind.is_none() || (op.columns.is_empty() && op.name.is_some()) {
        return false;
    }
    if site.kind() == Some(ConstraintKind::Check) {
        return op.columns.iter().any(|condition| site.canonical() == canonical(condition));
    }
    let mut columns = op.columns.clone();
    // There is one primary key only.
    let any = columns.is_empty() && site.kind() == Some(ConstraintKind::PrimaryKey);
    any || (in_names_of_copy(change, &mut columns).is_ok() && same(&site.columns(), &columns))
}

fn no_such(change: &Change<'_>, op: &DropConstraint, sites: &[Site]) -> Refusal {
    let table = &change.input.table;
    let name = op.name.clone().unwrap_or_else(|| op.columns.join(", "));
    let refusal = Refusal::new(format!("No such constraint: '{name}' on `{table}`"));
    let names: Vec<&str> = sites.iter().filter_map(|site| site.clause.name.as_deref()).collect();
    let unnamed = sites.len() - names.len();
    match (names.as_slice(), unnamed) {
        ([], 0) => refusal.hint(format!("`{table}` has no constraints")),
        ([], _) => refusal.hint("its constraints have no names: give naming_convention to the batch"),
        (names, _) => refusal.hint(format!("its constraints are `{}`", names.join("`, `"))),
    }
}

/// Renames a constraint.
pub(super) fn rename(change: &mut Change<'_>, op: &RenameConstraint) -> Result<(), Refusal> {
    let sites = sites(change)?;
    let Some(site) = sites.iter().find(|site| site.is_named(&op.name)) else {
        let table = &change.input.table;
        return Err(Refusal::new(format!("No such constraint: '{}' on `{table}`", op.name)));
    };
    if let Some(range) = site.clause.name_range.clone() {
        replace(text_of(change, site), range, &quote_identifier(&op.new_name));
        change.needs_copy = true;
    }
    Ok(())
}

fn text_of<'t>(change: &'t mut Change<'_>, site: &Site) -> &'t mut String {
    match site.place {
        Place::Column(at) => &mut change.columns[at].item.text,
        Place::Table(at) => &mut change.constraints[at].item.text,
    }
}

/// Gives unnamed keys and constraints the names of the batch's naming convention.
pub(super) fn name_by_convention(change: &mut Change<'_>) -> Result<(), Refusal> {
    let Some(convention) = &change.input.naming_convention else { return Ok(()) };
    for site in sites(change)?.iter().rev().filter(|site| site.clause.name.is_none()) {
        let kind = match &site.clause.kind {
            Kind::PrimaryKey(_) => ConventionKind::PrimaryKey,
            Kind::Unique(_) => ConventionKind::Unique,
            Kind::ForeignKey(_) => ConventionKind::ForeignKey,
            _ => continue,
        };
        let mut facts = ConventionFacts {
            table: change.input.table.name.clone(),
            namespace: change.input.table.namespace.clone(),
            columns: site.columns(),
            ..ConventionFacts::default()
        };
        if let Kind::ForeignKey(reference) = &site.clause.kind {
            facts.referred_table.clone_from(&reference.table);
            facts.referred_columns.clone_from(&reference.referenced);
        }
        if let Some(Ok(name)) = convention.apply(Dialect::Sqlite, kind, &facts) {
            let name = format!("CONSTRAINT {} ", quote_identifier(&name));
            text_of(change, site).insert_str(site.clause.keyword, &name);
            change.needs_copy = true;
        }
    }
    Ok(())
}

/// Leaves unnamed CHECKs out where the batch restates CHECKs: with Alembic that is the way to change them.
pub(super) fn leave_out_restated(change: &mut Change<'_>) -> Result<(), Refusal> {
    let Some(extra) = change.input.extra.as_ref().filter(|extra| !extra.checks.is_empty()) else {
        return Ok(());
    };
    let restated: Vec<String> = extra.checks.iter().map(|check| canonical(check.expr.text())).collect();
    for site in sites(change)?.iter().rev().filter(|site| site.is_unnamed_check()) {
        if !restated.contains(&site.canonical()) {
            change.notices.push(format!(
                "the {} of `{}` is left out, because table_args restate the CHECKs",
                site.words(),
                change.input.table
            ));
        }
        take_away(change, site)?;
    }
    Ok(())
}

/// Leaves out the unnamed CHECK by which SQLAlchemy limits a column to the values of a Boolean or Enum: it belongs to
/// the type that the column no longer has, `CHECK (state IN ('new', 'done'))`.
pub(super) fn leave_out_checks_of_type(change: &mut Change<'_>, column: usize) -> Result<(), Refusal> {
    let name = change.columns[column].build.clone();
    for site in sites(change)?.iter().rev().filter(|site| site.is_unnamed_check()) {
        if is_list_of_values(&site.condition, &name) {
            change.notices.push(format!(
                "the {} of `{}` is left out with the type that `{name}` had",
                site.words(),
                change.input.table
            ));
            take_away(change, site)?;
        }
    }
    Ok(())
}

/// Tells whether a condition is `column IN (literal, …)`.
fn is_list_of_values(condition: &str, column: &str) -> bool {
    let read = super::body::with_cursor(condition, |cursor| {
        let name = cursor.identifier()?;
        cursor.expect("IN")?;
        let mut values = cursor.parenthesised()?;
        cursor.expect_end()?;
        let literals = values.list().iter().all(|value| {
            let is_literal = |kind| matches!(kind, crate::lex::Kind::Text | crate::lex::Kind::Number);
            value.token().is_some_and(|token| is_literal(token.kind)) && value.ahead(1).is_none()
        });
        Ok(literals && name.eq_ignore_ascii_case(column))
    });
    read.unwrap_or(false)
}

/// Adds the constraints of `table_args` that the table does not have.
pub(super) fn add_extra(change: &mut Change<'_>) -> Result<(), Refusal> {
    let Some(extra) = &change.input.extra else { return Ok(()) };
    let key = extra.primary_key.iter().cloned().map(Constraint::PrimaryKey);
    let uniques = extra.uniques.iter().cloned().map(Constraint::Unique);
    let checks = extra.checks.iter().cloned().map(Constraint::Check);
    let foreign_keys = extra.foreign_keys.iter().cloned().map(Constraint::ForeignKey);
    for constraint in key.chain(uniques).chain(checks).chain(foreign_keys) {
        let restates = |site: &Site| restates(site, &constraint);
        if !sites(change)?.iter().any(restates) {
            add(change, &constraint)?;
        }
    }
    Ok(())
}

/// Tells whether a constraint says what one of the table says, under the same name or under none.
fn restates(site: &Site, constraint: &Constraint) -> bool {
    let said = match constraint {
        Constraint::Check(check) => site.canonical() == canonical(check.expr.text()),
        Constraint::ForeignKey(key) => match &site.clause.kind {
            Kind::ForeignKey(reference) => {
                reference.table.eq_ignore_ascii_case(&key.referenced_table.name)
                    && same(&reference.referenced, &key.referenced_columns)
                    && same(&site.columns(), &key.columns)
            }
            _ => false,
        },
        other => same(&site.columns(), other.columns()),
    };
    let is_same_name = constraint.name().is_none_or(|name| site.is_named(name));
    said && is_same_name && site.kind() == Some(constraint.kind())
}

impl Change<'_> {
    /// Tells whether a column alone is the primary key of a table with row numbers, in a form that could be the number.
    pub(super) fn is_row_number(&self, at: usize) -> Result<bool, Refusal> {
        let build = &self.columns[at].build;
        let is_key = |site: &Site| match &site.clause.kind {
            Kind::PrimaryKey(key) => !key.descending && same(&site.columns(), std::slice::from_ref(build)),
            _ => false,
        };
        Ok(!self.frame.has("WITHOUT ROWID") && sites(self)?.iter().any(is_key))
    }
}
