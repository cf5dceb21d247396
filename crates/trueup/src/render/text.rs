//! `--format text`: for a tired person at night.
//!
//! Errors first, then warnings, those of one rule together, each with the place and what to do next. Of many findings of
//! one rule the first few are shown with their source and the others take a line; notes take a line each. `--verbose`
//! shows everything in full.
//! The last lines say what was read and how much is wrong.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use trueup_project::report::{Failure, Report};
use trueup_schema::{Diagnostic, Severity};

/// Places beyond the first that are shown with a finding, unless `--verbose`.
const RELATED: usize = 3;

/// Up to so many findings of one rule are all shown with their source.
const IN_FULL_ALL: usize = 5;

/// Of more than that, so many are.
const IN_FULL: usize = 3;

/// So many findings of one rule get a line each; the rest is only counted.
const LINES: usize = 20;

/// How much to print.
pub(crate) struct Style {
    /// No summary.
    pub(crate) quiet: bool,
    /// Everything in full.
    pub(crate) verbose: bool,
}

pub(crate) fn render(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    let (full, notes): (Vec<&Diagnostic>, Vec<&Diagnostic>) = report
        .diagnostics
        .iter()
        .partition(|diagnostic| style.verbose || diagnostic.severity != Severity::Info);
    for cluster in clusters(full) {
        out.push_str(&findings(&cluster, report, style));
    }
    for cluster in clusters(notes) {
        lines(&mut out, &cluster, report);
    }
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
    if !style.quiet {
        out.push_str(&summary(report));
    }
    if let Some(failure) = &report.failure {
        out.push_str(&failure_text(failure));
    }
    if !style.quiet {
        out.push_str(&verdict(report));
    }
    out
}

/// Puts findings of one rule and severity beside each other, in the order in which the first of each came.
fn clusters(diagnostics: Vec<&Diagnostic>) -> Vec<Vec<&Diagnostic>> {
    let mut clusters: Vec<Vec<&Diagnostic>> = Vec::new();
    for diagnostic in diagnostics {
        let same = |cluster: &&mut Vec<&Diagnostic>| {
            cluster[0].rule == diagnostic.rule && cluster[0].severity == diagnostic.severity
        };
        match clusters.iter_mut().find(same) {
            Some(cluster) => cluster.push(diagnostic),
            None => clusters.push(vec![diagnostic]),
        }
    }
    clusters
}

/// Returns the findings of one rule: a few with their source, which shows what is meant, the others a line each.
fn findings(cluster: &[&Diagnostic], report: &Report, style: &Style) -> String {
    let in_full = if style.verbose || cluster.len() <= IN_FULL_ALL { cluster.len() } else { IN_FULL };
    let (full, short) = cluster.split_at(in_full);
    let mut out = String::new();
    let mut told = None;
    for diagnostic in full {
        // Advice is worth reading once.
        let help = diagnostic.help.as_deref().filter(|help| style.verbose || told != Some(*help));
        told = diagnostic.help.as_deref();
        out.push_str(&finding(diagnostic, help, report, style));
        out.push_str("\n\n");
    }
    if !short.is_empty() {
        lines(&mut out, short, report);
        out.push('\n');
    }
    out
}

/// Writes a line for each finding, and for those beyond a screenful only how many there are.
fn lines(out: &mut String, diagnostics: &[&Diagnostic], report: &Report) {
    let shown = if diagnostics.len() <= LINES + 1 { diagnostics.len() } else { LINES };
    for diagnostic in &diagnostics[..shown] {
        let _ = writeln!(out, "{}", one_line(diagnostic, report));
    }
    if let [first, ..] = diagnostics[shown..] {
        let more = diagnostics.len() - shown;
        let _ = writeln!(out, "… and {more} more of [{}]; `--verbose` shows all", first.rule);
    }
}

fn finding(diagnostic: &Diagnostic, help: Option<&str>, report: &Report, style: &Style) -> String {
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
            (Some(text), Some(span))
                if span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some() =>
            {
                let range = clip(text, span.start as usize, span.end as usize);
                // Only the line: handing over the file for each of a thousand findings in it would be quadratic.
                let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
                let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
                let line =
                    report.texts.position(&location.path, span.start).map_or(1, |position| position.line);
                group = group.element(
                    Snippet::source(&text[start..end])
                        .line_start(line)
                        .path(&*location.path)
                        .annotation(AnnotationKind::Primary.span(range.start - start..range.end - start)),
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
        let _ = write!(trailer, "… and {}", counted(diagnostic.related.len() - shown, "more place"));
        group = group.element(Level::NOTE.message(trailer.as_str()));
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help));
    }
    groups.push(group);
    Renderer::styled().render(&groups)
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
    let unproven = match project.unproven {
        0 => String::new(),
        count => format!(" ({count} unproven)"),
    };
    let read = [counted(project.revisions, "revision") + &unproven, counted(project.tables, "table")];
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
    out
}

fn failure_text(failure: &Failure) -> String {
    let mut out = format!("\u{1b}[1;31merror\u{1b}[0m\u{1b}[1m:\u{1b}[0m {}\n", failure.message);
    if let Some(hint) = &failure.hint {
        let _ = writeln!(out, "  \u{1b}[1mhint:\u{1b}[0m {hint}");
    }
    out
}

fn verdict(report: &Report) -> String {
    let mut out = String::new();
    let counts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")]
            .into_iter()
            .map(|(severity, word)| (report.count(severity), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(count, word))
            .collect();
    if counts.is_empty() {
        let text = if report.failure.is_some() { "Nothing else wrong." } else { "Nothing wrong." };
        let _ = writeln!(out, "\u{1b}[1;32m{text}\u{1b}[0m");
    } else {
        let _ = writeln!(
            out,
            "\u{1b}[1mFound {}.\u{1b}[0m `trueup explain RULE` tells more about a rule.",
            counts.join(", ")
        );
    }
    out
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
