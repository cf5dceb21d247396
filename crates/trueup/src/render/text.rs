//! `--format text`: for a tired person at night.
//!
//! Errors first, then warnings, each with the place and what to do next; notes take a line each unless `--verbose`.
//! The last lines say what was read and how much is wrong.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use trueup_project::report::Report;
use trueup_schema::{Diagnostic, Severity};

/// Places beyond the first that are shown with a finding, unless `--verbose`.
const RELATED: usize = 3;

/// How much to print.
pub(crate) struct Style {
    /// No summary.
    pub(crate) quiet: bool,
    /// Everything in full.
    pub(crate) verbose: bool,
}

pub(crate) fn render(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    let (full, short): (Vec<_>, Vec<_>) = report
        .diagnostics
        .iter()
        .partition(|diagnostic| style.verbose || diagnostic.severity != Severity::Info);
    for diagnostic in full {
        out.push_str(&finding(diagnostic, report, style));
        out.push_str("\n\n");
    }
    for diagnostic in &short {
        let _ = writeln!(out, "{}", one_line(diagnostic, report));
    }
    if !short.is_empty() {
        out.push('\n');
    }
    if !style.quiet {
        out.push_str(&summary(report));
    }
    out
}

fn finding(diagnostic: &Diagnostic, report: &Report, style: &Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut groups = Vec::new();
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule);
    let mut group = Group::with_title(title);
    let mut trailer = String::new();
    if let Some(location) = &diagnostic.location {
        match (report.texts.get(&location.path), location.span) {
            (Some(text), Some(span)) if (span.end as usize) <= text.len() && span.start <= span.end => {
                let range = clip(text, span.start as usize, span.end as usize);
                group = group.element(
                    Snippet::source(text).line_start(1).path(&*location.path).annotation(AnnotationKind::Primary.span(range)),
                );
            }
            _ => group = group.element(annotate_snippets::Origin::path(&*location.path)),
        }
    }
    let shown = if style.verbose { diagnostic.related.len() } else { RELATED };
    let notes: Vec<String> = diagnostic
        .related
        .iter()
        .take(shown)
        .map(|(location, note)| {
            let place = report.texts.range(location).map_or_else(
                || location.path.to_string(),
                |(start, _)| format!("{}:{}:{}", location.path, start.line, start.column),
            );
            format!("{place}: {note}")
        })
        .collect();
    for note in &notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if diagnostic.related.len() > shown {
        let _ = write!(trailer, "… and {} more places", diagnostic.related.len() - shown);
        group = group.element(Level::NOTE.message(trailer.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    groups.push(group);
    Renderer::styled().render(&groups).to_string()
}

/// Cuts a range to its first line, so that a finding about a whole function does not print the function.
fn clip(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    start..end.min(line_end).max(start)
}

fn one_line(diagnostic: &Diagnostic, report: &Report) -> String {
    let place = diagnostic.location.as_ref().map(|location| match report.texts.range(location) {
        Some((start, _)) => format!("{}:{}: ", location.path, start.line),
        None => format!("{}: ", location.path),
    });
    format!(
        "{}{}[{}]: {}",
        place.unwrap_or_default(),
        diagnostic.severity.name(),
        diagnostic.rule,
        diagnostic.message
    )
}

fn summary(report: &Report) -> String {
    let project = &report.project;
    let mut out = String::new();
    for note in &project.notes {
        let _ = writeln!(out, "note: {note}");
    }
    let mut read = vec![counted(project.revisions, "revision"), counted(project.tables, "table")];
    if project.unproven > 0 {
        read.push(format!("{} not proved", counted(project.unproven, "revision")));
    }
    let config = project.config.as_deref().unwrap_or("no configuration file");
    let dialect = project.dialect.unwrap_or("no dialect");
    let _ = writeln!(
        out,
        "Read {} ({config}, {dialect}) in {} ms.",
        read.join(", "),
        project.elapsed.as_millis().max(1)
    );
    if !project.checked.is_empty() {
        let _ = writeln!(out, "Checked {}.", project.checked.join(", "));
    }
    if let Some(failure) = &report.failure {
        let _ = writeln!(out, "\u{1b}[1;31merror\u{1b}[0m: {}", failure.message);
        if let Some(hint) = &failure.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    let counts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
        .into_iter()
        .map(|(severity, word)| (report.count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    if counts.is_empty() {
        out.push_str("\u{1b}[1;32mNothing wrong.\u{1b}[0m\n");
    } else {
        let _ = writeln!(out, "\u{1b}[1mFound {}.\u{1b}[0m `trueup explain RULE` tells more about a rule.", counts.join(", "));
    }
    out
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
