//! The stored text of a table, cut into columns and constraints and put together again.
//!
//! What nobody changes is written back byte by byte, comments and white space included. A comment belongs to what
//! stands before it on its line, or else to what follows: `a INT, -- kept with a`.

use std::ops::Range;

use super::clause::Clause;
use crate::cursor::{Cursor, Read, Unread};
use crate::lex::Lexer;
use crate::sqlite::table::is_table_constraint;
use trueup_schema::Dialect;

/// A column's definition or a constraint of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    /// Which of the stored items it was; `None` for a new one.
    pub(super) place: Option<usize>,
}

impl Item {
    pub(super) fn new(text: String) -> Self {
        Self { text, place: None }
    }
}

/// What stands around the items of a table.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// `CREATE TABLE `.
    head: String,
    /// The table's name without quotes.
    pub(super) name: String,
    /// From behind the name up to and with the parenthesis.
    open: String,
    /// What stands before the first item, between two, and behind the last.
    gaps: Vec<String>,
    /// From the closing parenthesis to the end: ` STRICT, WITHOUT ROWID`.
    pub(super) close: String,
}

/// A table's text in parts.
pub(super) struct Body {
    pub(super) frame: Frame,
    pub(super) columns: Vec<Item>,
    pub(super) constraints: Vec<Item>,
}

/// Cuts a text of SQLite into tokens and hands them to a reader.
pub(super) fn with_cursor<T>(text: &str, read: impl FnOnce(&mut Cursor<'_>) -> Read<T>) -> Result<T, Unread> {
    let (tokens, errors) = Lexer::all(Dialect::Sqlite, text);
    if let Some((message, span)) = errors.into_iter().next() {
        return Err(Unread { message, span });
    }
    read(&mut Cursor::new(Dialect::Sqlite, text, &tokens))
}

/// Returns the bytes from a position of the cursor up to the next token.
pub(super) fn since(cursor: &Cursor<'_>, position: usize) -> Range<usize> {
    let span = cursor.span_since(position);
    span.start as usize..span.end as usize
}

impl Body {
    /// Reads `CREATE TABLE name (…) options`.
    pub(super) fn read(sql: &str) -> Result<Self, Unread> {
        with_cursor(sql, |cursor| {
            cursor.expect("CREATE")?;
            let _ = cursor.eat("TEMPORARY") || cursor.eat("TEMP");
            cursor.expect("TABLE")?;
            cursor.eat("IF NOT EXISTS");
            let start = cursor.here().start as usize;
            let mut parts = cursor.dotted()?;
            let name_end = since(cursor, 0).end;
            let open_end = cursor.here().end as usize;
            let mut inner = cursor.parenthesised()?;
            let close = since(cursor, 0).end - 1;
            let items = items(&mut inner)?;
            options(cursor)?;
            let frame = Frame {
                head: sql[..start].to_owned(),
                name: parts.pop().unwrap_or_default(),
                open: sql[name_end..open_end].to_owned(),
                gaps: gaps(sql, open_end, close, &items),
                close: sql[close..].to_owned(),
            };
            let mut body = Self { frame, columns: Vec::new(), constraints: Vec::new() };
            for (place, (is_constraint, range)) in items.into_iter().enumerate() {
                let list = if is_constraint { &mut body.constraints } else { &mut body.columns };
                list.push(Item { text: sql[range].to_owned(), place: Some(place) });
            }
            Ok(body)
        })
    }
}

/// Returns what stands in the parentheses: whether it is a constraint of the table, and its bytes.
fn items(inner: &mut Cursor<'_>) -> Read<Vec<(bool, Range<usize>)>> {
    let mut items = Vec::new();
    for mut part in inner.list() {
        if part.is_end() {
            return Err(part.unexpected("a column or constraint"));
        }
        if !is_table_constraint(&part) {
            let position = part.position();
            part.rest();
            items.push((false, since(&part, position)));
            continue;
        }
        // The comma between two constraints of the table may be missing.
        while !part.is_end() {
            items.push((true, Clause::of_table(&mut part)?.range));
        }
    }
    Ok(items)
}

fn options(cursor: &mut Cursor<'_>) -> Read<()> {
    while !cursor.is_end() {
        if !(cursor.eat("STRICT") || cursor.eat("WITHOUT ROWID") || cursor.eat(",")) {
            return Err(cursor.unexpected("`STRICT` or `WITHOUT ROWID`"));
        }
    }
    Ok(())
}

fn gaps(sql: &str, start: usize, end: usize, items: &[(bool, Range<usize>)]) -> Vec<String> {
    let mut gaps = Vec::with_capacity(items.len() + 1);
    let mut at = start;
    for (_, range) in items {
        gaps.push(sql[at..range.start].to_owned());
        at = range.end;
    }
    gaps.push(sql[at..end].to_owned());
    gaps
}

impl Frame {
    /// Tells whether the table has an option, in upper case.
    pub(super) fn has(&self, option: &str) -> bool {
        let found = with_cursor(&self.close, |cursor| {
            cursor.skip_until(|cursor| cursor.is(option));
            Ok(!cursor.is_end())
        });
        found.unwrap_or(false)
    }

    /// Adds an option or takes it away.
    pub(super) fn set(&mut self, option: &str, on: bool) {
        if self.has(option) == on {
            return;
        }
        let known = ["STRICT", "WITHOUT ROWID"];
        let kept = known.into_iter().filter(|known| if *known == option { on } else { self.has(known) });
        let kept: Vec<&str> = kept.collect();
        self.close = if kept.is_empty() { ")".to_owned() } else { format!(") {}", kept.join(", ")) };
    }

    /// Tells whether a comment stands beside a stored item.
    pub(super) fn has_comment_beside(&self, place: usize) -> bool {
        self.gaps[place..(place + 2).min(self.gaps.len())].iter().any(|gap| has_comment(gap))
    }

    /// Writes the statement that creates the table with these items under a name, which is SQL already.
    pub(super) fn write(&self, name: &str, items: &[&Item]) -> String {
        let mut sql = format!("{}{name}{}", self.head, self.open);
        let mut previous: Option<&Item> = None;
        for item in items {
            self.write_gap(&mut sql, previous, item);
            sql.push_str(&item.text);
            previous = Some(item);
        }
        self.write_end(&mut sql, previous);
        sql + &self.close
    }

    fn write_gap(&self, sql: &mut String, previous: Option<&Item>, item: &Item) {
        let follows = |previous: usize, place: usize| previous + 1 == place;
        match (previous.map(|item| item.place), item.place) {
            (None, Some(0)) => return sql.push_str(&self.gaps[0]),
            (Some(Some(previous)), Some(place)) if follows(previous, place) => {
                return sql.push_str(&self.gaps[place]);
            }
            _ => {}
        }
        let trail = match previous {
            None => Gap::split(&self.gaps[0]).trail,
            Some(previous) => previous.place.map_or_else(String::new, |place| self.gap(place + 1).trail),
        };
        let mut lead = item.place.map_or_else(|| self.indent(), |place| self.gap(place).lead);
        if lead.is_empty() && previous.is_some() {
            " ".clone_into(&mut lead);
        }
        if previous.is_none() && lead == " " {
            lead = self.gaps[0].chars().take_while(|character| *character == ' ').collect();
        }
        if previous.is_some() {
            sql.push(',');
        }
        sql.push_str(&trail);
        break_line(sql, &trail, &lead);
        sql.push_str(&lead);
    }

    fn write_end(&self, sql: &mut String, last: Option<&Item>) {
        let end = self.gaps.len() - 1;
        let Some(place) = last.map(|last| last.place) else { return };
        if place.is_some_and(|place| place + 1 == end) {
            return sql.push_str(&self.gaps[end]);
        }
        let trail = place.map_or_else(String::new, |place| self.gap(place + 1).trail);
        let closing = self.gap(end).lead;
        sql.push_str(&trail);
        break_line(sql, &trail, &closing);
        sql.push_str(&closing);
    }

    /// Returns what stands before an item. Where a comma is missing before it, that is what stands before the first of
    /// the constraints that follow each other.
    fn gap(&self, at: usize) -> Gap {
        let is_run =
            |at: &usize| *at > 0 && *at + 1 < self.gaps.len() && find(&self.gaps[*at], b',').is_none();
        let gap = Gap::split(&self.gaps[at]);
        if !is_run(&at) || has_comment(&self.gaps[at]) {
            return gap;
        }
        let first = (0..at).rev().find(|at| !is_run(at)).unwrap_or_default();
        Gap { trail: gap.trail, lead: Gap::split(&self.gaps[first]).lead }
    }

    /// Returns what stands before an item that nobody has written yet: a line of its own, if the others have one.
    fn indent(&self) -> String {
        let first = &self.gaps[0];
        match first.rfind('\n') {
            Some(line) => first[line..].to_owned(),
            None => " ".to_owned(),
        }
    }
}

/// What stands between two items, by whose it is; without the comma.
struct Gap {
    trail: String,
    lead: String,
}

impl Gap {
    fn split(gap: &str) -> Self {
        let (before, after) = match find(gap, b',') {
            Some(comma) => (&gap[..comma], &gap[comma + 1..]),
            None => ("", gap),
        };
        let line = find(after, b'\n').unwrap_or(after.len());
        let (same_line, lead) = if has_comment(&after[..line]) { after.split_at(line) } else { ("", after) };
        let mut trail = if has_comment(before) { before.trim_end().to_owned() } else { String::new() };
        if !same_line.is_empty() {
            let ended = trail.clone();
            break_line(&mut trail, &ended, same_line);
        }
        trail.push_str(same_line.trim_end());
        Self { trail, lead: lead.to_owned() }
    }
}

/// Ends the line of a comment before something else is written.
fn break_line(sql: &mut String, trail: &str, next: &str) {
    if trail.contains("--") && !next.starts_with('\n') {
        sql.push('\n');
    }
}

/// Tells whether white space between tokens has a comment in it.
fn has_comment(gap: &str) -> bool {
    gap.contains("--") || gap.contains("/*")
}

/// Returns the first such byte outside of comments.
fn find(gap: &str, wanted: u8) -> Option<usize> {
    let bytes = gap.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"--") {
            at += gap[at..].find('\n')?;
        } else if bytes[at..].starts_with(b"/*") {
            at += gap[at..].find("*/")? + 2;
            continue;
        }
        if bytes[at] == wanted {
            return Some(at);
        }
        at += 1;
    }
    None
}
