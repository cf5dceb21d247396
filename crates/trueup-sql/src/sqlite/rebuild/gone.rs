//! What still names a column that is dropped: some of it goes along, the rest is a reason to refuse.
//!
//! As with Alembic the column leaves the primary key, and unique constraints and foreign keys over it go. A CHECK without
//! a name that is about dropped columns only goes too, since nobody could drop it. Indexes, named CHECKs, computed
//! columns, triggers and views are somebody's intention: they must be dropped by name.

use super::body::with_cursor;
use super::change::Change;
use super::clause::{Clause, Kind};
use super::constraint::{Place, Site, sites, take_away};
use super::definition::replace;
use super::mention::mentions;
use super::uses::{Use, in_trigger, in_view, names_relation, trigger_head};
use super::{Refusal, column};

/// What uses a column, and what can be done about it.
#[derive(Default)]
struct Users {
    words: Vec<String>,
    hints: Vec<&'static str>,
}

impl Users {
    fn add(&mut self, words: String, hint: &'static str) {
        self.words.push(words);
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
    }
}

const IN_BATCH: &str = "drop what uses it in the same batch";
const BESIDE: &str = "drop the views and triggers before the batch and create them again after it";
const RESTATE: &str = "restate the CHECK without the column in table_args";

/// Takes along what goes with dropped columns, and refuses what cannot.
pub(super) fn settle(change: &mut Change<'_>) -> Result<(), Refusal> {
    let gone: Vec<String> = change
        .columns
        .iter()
        .filter(|column| column.dropped && column.stored)
        .map(|column| column.build.clone())
        .filter(|name| !change.live().any(|(_, column)| column.build.eq_ignore_ascii_case(name)))
        .collect();
    for name in &gone {
        let mut users = Users::default();
        settle_keys(change, name, &mut users)?;
        settle_checks(change, name, &gone, &mut users)?;
        find_in_columns(change, name, &mut users)?;
        find_beside(change, name, &mut users);
        if !users.words.is_empty() {
            let table = &change.input.table;
            let message =
                format!("column `{name}` of `{table}` cannot be dropped: {} uses it", listed(&users.words));
            return Err(Refusal::new(message).hint(users.hints.join("; ")));
        }
    }
    Ok(())
}

fn listed(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        [rest @ .., last] => format!("each of {} and {last}", rest.join(", ")),
        [] => String::new(),
    }
}

fn settle_keys(change: &mut Change<'_>, name: &str, users: &mut Users) -> Result<(), Refusal> {
    let is = |column: &String| column.eq_ignore_ascii_case(name);
    // From the last to the first, so that the places of the others hold.
    for site in sites(change)?.iter().rev() {
        if let Kind::ForeignKey(reference) = &site.clause.kind
            && reference.table.eq_ignore_ascii_case(&change.frame.name)
            && reference.referenced.iter().any(is)
            && !site.columns().iter().any(is)
        {
            users.add(site.words(), IN_BATCH);
        }
        if !site.columns().iter().any(is) {
            continue;
        }
        if !shorten_key(change, site, name)? {
            take_away(change, site)?;
            let table = &change.input.table;
            change.notices.push(format!("the {} of `{table}` goes with `{name}`", site.words()));
        }
    }
    Ok(())
}

/// Takes a column out of a primary key that has others.
fn shorten_key(change: &mut Change<'_>, site: &Site, name: &str) -> Result<bool, Refusal> {
    let (Kind::PrimaryKey(key), Place::Table(at)) = (&site.clause.kind, site.place) else { return Ok(false) };
    let Some(part) = key.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)) else {
        return Ok(false);
    };
    if key.columns.len() == 1 {
        return Ok(false);
    }
    let range = match part {
        0 => key.columns[0].range.start..key.columns[1].range.start,
        _ => key.columns[part - 1].range.end..key.columns[part].range.end,
    };
    let text = &mut change.constraints[at].item.text;
    let before = text.clone();
    replace(text, range, "");
    with_cursor(&text.clone(), Clause::of_table).map_err(|unread| change.unread(&before, &unread))?;
    change.needs_copy = true;
    let table = &change.input.table;
    change.notices.push(format!("`{name}` leaves the primary key of `{table}`"));
    Ok(true)
}

fn settle_checks(
    change: &mut Change<'_>,
    name: &str,
    gone: &[String],
    users: &mut Users,
) -> Result<(), Refusal> {
    for site in sites(change)?.iter().rev() {
        if !matches!(site.clause.kind, Kind::Check(_)) || !mentions(&site.condition, name) {
            continue;
        }
        let mentioned = column::stored_columns(change, &site.condition);
        let is_gone = |column: &&str| gone.iter().any(|gone| gone.eq_ignore_ascii_case(column));
        if site.clause.name.is_none() && mentioned.iter().all(is_gone) {
            take_away(change, site)?;
            let table = &change.input.table;
            change.notices.push(format!("the {} of `{table}` goes with `{name}`", site.words()));
        } else {
            users.add(site.words(), if site.clause.name.is_some() { IN_BATCH } else { RESTATE });
        }
    }
    Ok(())
}

fn find_in_columns(change: &Change<'_>, name: &str, users: &mut Users) -> Result<(), Refusal> {
    for (_, column) in change.live() {
        for clause in change.definition(column)?.clauses {
            if let Kind::Generated(expression) = clause.kind
                && mentions(&column.item.text[expression], name)
            {
                users.add(format!("generated column `{}`", column.key), IN_BATCH);
            }
        }
    }
    Ok(())
}

fn find_beside(change: &mut Change<'_>, name: &str, users: &mut Users) {
    let table = change.frame.name.clone();
    for index in change.indexes.iter().filter(|index| mentions(indexed(&index.sql), name)) {
        users.add(format!("index `{}`", index.name), IN_BATCH);
    }
    let others = change.input.other_triggers.iter().filter(|trigger| names_relation(&trigger.sql, &table));
    let triggers = change.triggers.iter().map(|trigger| (trigger, IN_BATCH));
    for (trigger, hint) in triggers.chain(others.map(|trigger| (trigger, BESIDE))) {
        match (in_trigger(&trigger.sql, &table, name), trigger_head(&trigger.sql)) {
            (Use::Surely, _) => users.add(format!("trigger `{}`", trigger.name), hint),
            (Use::Perhaps, Some(head)) => change.doubtful.push((trigger.name.clone(), head)),
            _ => {}
        }
    }
    for view in change.input.views.iter().filter(|view| names_relation(&view.sql, &table)) {
        if in_view(&view.sql, &table, name) == Use::Surely {
            users.add(format!("view `{}`", view.name), BESIDE);
        }
    }
}

/// Returns what an index is about: all behind `ON table`.
fn indexed(sql: &str) -> &str {
    let start = with_cursor(sql, |cursor| {
        cursor.skip_until(|cursor| cursor.is("ON"));
        cursor.expect("ON")?;
        cursor.dotted()?;
        Ok(cursor.here().start as usize)
    });
    start.map_or(sql, |start| &sql[start..])
}
