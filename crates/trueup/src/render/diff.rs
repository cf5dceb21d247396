//! What turns one source into another, for people: one line per operation, grouped by table.

use std::fmt::Write as _;

use trueup_project::pipelines::diff::{Change, Comparison, Planned, Step, Undo};
use trueup_project::pipelines::source::NotKnown;
use trueup_schema::diff::Unknown;

use crate::args::Global;
use crate::error::CommandError;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// Widest column that lines are aligned for.
const WIDEST: usize = 40;

/// Operations of one table, or those beside all tables.
struct Group<'a> {
    table: Option<&'a str>,
    entries: Vec<(&'a Step, &'a Planned)>,
}

/// Returns a comparison as text.
pub(crate) fn text(global: &Global, comparison: &Comparison) -> String {
    if comparison.is_empty() {
        return if global.quiet {
            String::new()
        } else {
            format!("no difference between {} and {}\n", comparison.from, comparison.to)
        };
    }
    let mut out = String::new();
    if !global.quiet {
        let _ = write!(out, "{BOLD}from{RESET} {}\n{BOLD}to{RESET}   {}\n\n", comparison.from, comparison.to);
    }
    let groups = groups(comparison);
    let widths = widths(&groups);
    for group in &groups {
        if let Some(table) = group.table {
            let is_rebuilt = group.entries.iter().any(|(step, _)| step.is_rebuild);
            let note = if is_rebuilt {
                format!("  {DIM}made anew, its rows are copied{RESET}")
            } else {
                String::new()
            };
            let _ = writeln!(out, "{BOLD}{table}{RESET}{note}");
        }
        for (step, planned) in &group.entries {
            write_entry(&mut out, step, planned, widths);
        }
        out.push('\n');
    }
    if global.quiet {
        return out.trim_end().to_owned() + "\n";
    }
    out.push_str(&summary(comparison));
    out
}

fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups = vec![Group { table: None, entries: Vec::new() }];
    for step in &comparison.steps {
        for planned in &step.operations {
            let table = planned.words.table.as_deref();
            match groups.iter_mut().find(|group| group.table == table) {
                Some(group) => group.entries.push((step, planned)),
                None => groups.push(Group { table, entries: vec![(step, planned)] }),
            }
        }
    }
    groups.retain(|group| !group.entries.is_empty());
    groups
}

/// Returns how wide kinds and names are.
fn widths(groups: &[Group<'_>]) -> (usize, usize) {
    let all = || groups.iter().flat_map(|group| &group.entries).map(|(_, planned)| &planned.words);
    let widest = |text: &dyn Fn(&trueup_project::pipelines::diff::Words) -> usize| {
        all().map(text).filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    (widest(&|words| words.kind.chars().count()), widest(&|words| words.name.chars().count()))
}

fn write_entry(out: &mut String, step: &Step, planned: &Planned, (kinds, names): (usize, usize)) {
    let words = &planned.words;
    let (paint, sign) = match words.change {
        Change::Add => ("\u{1b}[32m", '+'),
        Change::Remove => ("\u{1b}[31m", '-'),
        Change::Alter => (YELLOW, '~'),
    };
    let line = format!("{:kinds$}  {:names$}  {}", words.kind, words.name, words.detail);
    let _ = writeln!(out, "  {paint}{sign} {}{RESET}", line.trim_end());
    for note in notes(step, planned) {
        let _ = writeln!(out, "      {YELLOW}{note}{RESET}");
    }
}

fn notes(step: &Step, planned: &Planned) -> Vec<String> {
    let mut notes = planned.hazards.clone();
    match planned.undo {
        Undo::Full => {}
        Undo::SchemaOnly => notes.push("a way back restores the schema, not the data".to_owned()),
        Undo::None => notes.push("no operation takes it back".to_owned()),
    }
    if !step.is_rebuild && step.statements.iter().any(|statement| statement.outside_transaction) {
        notes.push("outside of a transaction".to_owned());
    }
    notes.extend(step.obstacle.iter().map(|obstacle| format!("no SQL does it: {obstacle}")));
    notes
}

fn summary(comparison: &Comparison) -> String {
    let count = comparison.operations().count();
    let plural = if count == 1 { "" } else { "s" };
    let all = comparison.steps.iter().flat_map(|step| &step.operations);
    let losing = all.filter(|planned| planned.undo == Undo::SchemaOnly).count();
    let losses = match losing {
        0 => String::new(),
        1 => ", 1 loses data".to_owned(),
        more => format!(", {more} lose data"),
    };
    format!("{count} operation{plural}{losses}\n")
}

/// Tells on standard error what sources do not tell, and what is worth knowing.
pub(crate) fn open_questions(global: &Global, unknown: &[NotKnown], notes: &[String]) {
    for unknown in unknown {
        let mut problem = CommandError::new(unknown.message.clone());
        if let Some(location) = &unknown.location {
            let line = unknown.line.map(|line| format!(":{line}")).unwrap_or_default();
            problem = problem.place(format!("{}{line}", location.path));
        }
        problem.print_as_warning(global.color);
    }
    if !global.quiet {
        for note in notes {
            tell(global, &format!("note: {note}"));
        }
    }
}

/// Tells on standard error what could not be compared.
pub(crate) fn incomparable(global: &Global, all: &[Unknown]) {
    for unknown in all {
        let Unknown { object, property, reason } = unknown;
        CommandError::new(format!("the {property} of {object} is not compared: {reason}"))
            .print_as_warning(global.color);
    }
}

/// Writes a line to standard error.
pub(crate) fn tell(global: &Global, line: &str) {
    use std::io::Write as _;
    let mut err = anstream::AutoStream::new(std::io::stderr().lock(), global.color.choice());
    // Nothing can be done when standard error is closed.
    let _ = writeln!(err, "{line}");
}
