//! Revisions as text that scripts parse: byte for byte what Alembic prints (alembic 1.20, `Script.cmd_format`).

use std::fmt::Write as _;

use trueup_project::pipelines::history::Entry;
use trueup_project::wire::HistoryWire;

/// What a line tells beside the id and whether it is a head.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    /// Labels of branches.
    pub(crate) labels: bool,
    /// Whether it is a branch point or a merge point.
    pub(crate) points: bool,
    /// The first paragraph of the docstring.
    pub(crate) summary: bool,
    /// What it follows and depends on.
    pub(crate) parents: bool,
}

/// Returns a line for each revision, or everything there is to tell of it.
pub(crate) fn lines(entries: &[Entry], parts: Parts, is_verbose: bool) -> String {
    let text = |entry| if is_verbose { full(entry) } else { line(entry, parts) };
    entries.iter().map(|entry| text(entry) + "\n").collect()
}

/// Returns a branch point and the revisions that follow it.
pub(crate) fn branch_point(entry: &Entry, next: &[Entry], is_verbose: bool) -> String {
    let head = if is_verbose {
        full(entry)
    } else {
        line(entry, Parts { labels: true, points: true, ..Parts::default() })
    };
    let indent = " ".repeat(entry.id.chars().count());
    let parts = Parts { labels: true, points: true, summary: is_verbose, ..Parts::default() };
    let ways: Vec<String> = next.iter().map(|next| format!("{indent} -> {}", line(next, parts))).collect();
    format!("{head}\n{}\n\n", ways.join("\n"))
}

fn line(entry: &Entry, parts: Parts) -> String {
    let mut text = String::new();
    if parts.parents {
        text.push_str(&down_revisions(entry));
        if !entry.depends_on.is_empty() {
            let _ = write!(text, " ({})", entry.depends_on.join(", "));
        }
        text.push_str(" -> ");
    }
    text.push_str(&entry.id);
    if parts.labels && !entry.labels.is_empty() {
        let _ = write!(text, " ({})", entry.labels.join(", "));
    }
    let marks = [
        (entry.is_real_head, " (head)"),
        (entry.is_head && !entry.is_real_head, " (effective head)"),
        (entry.is_current, " (current)"),
        (parts.points && entry.is_branch_point, " (branchpoint)"),
        (parts.points && entry.is_merge_point, " (mergepoint)"),
    ];
    text.extend(marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| *mark));
    if parts.summary {
        let _ = write!(text, ", {}", entry.summary());
    }
    text
}

fn full(entry: &Entry) -> String {
    let marks = [
        (entry.is_head, " (head)"),
        (entry.is_branch_point, " (branchpoint)"),
        (entry.is_merge_point, " (mergepoint)"),
        (entry.is_current, " (current)"),
    ];
    let marks: String = marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| *mark).collect();
    let mut text = format!("Rev: {}{marks}\n", entry.id);
    let parents = if entry.is_merge_point { "Merges" } else { "Parent" };
    let _ = writeln!(text, "{parents}: {}", down_revisions(entry));
    if !entry.depends_on.is_empty() {
        let _ = writeln!(text, "Also depends on: {}", entry.depends_on.join(", "));
    }
    if entry.is_branch_point {
        let _ = writeln!(text, "Branches into: {}", entry.next.join(", "));
    }
    if !entry.labels.is_empty() {
        let _ = writeln!(text, "Branch names: {}", entry.labels.join(", "));
    }
    let paragraphs: Vec<String> = entry.documentation.lines().map(|line| format!("    {line}")).collect();
    let _ = writeln!(text, "Path: {}\n\n{}", entry.path.display(), paragraphs.join("\n"));
    text
}

fn down_revisions(entry: &Entry) -> String {
    if entry.down_revisions.is_empty() { "<base>".to_owned() } else { entry.down_revisions.join(", ") }
}

/// Returns the one object that `--format json` prints.
pub(crate) fn json(wire: &HistoryWire) -> String {
    // The shapes hold only texts, truth values and lists, which cannot fail to serialise.
    let mut text = serde_json::to_string_pretty(wire).unwrap_or_default();
    text.push('\n');
    text
}
