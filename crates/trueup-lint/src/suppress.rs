//! Suppression comments: `# trueup: ignore[rule] reason` and `-- trueup: ignore[rule] reason`.
//!
//! A comment after code speaks of its own line; a comment alone on a line speaks of the next line that is neither empty
//! nor a comment. `ignore-file[rule]` in the first block of comments speaks of the whole file. A comment that suppresses
//! nothing is reported, so that none outlives its reason.

use std::collections::BTreeMap;

use trueup_schema::{Diagnostic, Edit, Fix, Location, Severity, Span};

use crate::report::path_of;
use crate::{Group, Selection, rules};

/// Name of the rule that reports suppressions without effect.
const UNUSED: &str = "unused-suppression";

/// The texts of the project's files, by project-relative path.
pub trait Sources {
    /// Returns the text of a file.
    fn text(&self, path: &str) -> Option<&str>;

    /// Returns the paths in which unused suppressions are looked for.
    fn paths(&self) -> Vec<&str>;
}

impl Sources for BTreeMap<String, String> {
    fn text(&self, path: &str) -> Option<&str> {
        self.get(path).map(String::as_str)
    }

    fn paths(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// No files: nothing can be suppressed.
impl Sources for () {
    fn text(&self, _path: &str) -> Option<&str> {
        None
    }

    fn paths(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules between the brackets; empty when there are no brackets.
    pub rules: Vec<String>,
    /// What follows the brackets.
    pub reason: String,
    /// The line it speaks of (from 0), or the whole file.
    pub line: Option<usize>,
    /// The comment, from its marker to the end of the line.
    pub span: Span,
}

/// Reads the suppression comments of a Python or SQL text.
pub fn suppressions(text: &str) -> Vec<Suppression> {
    let mut found = Vec::new();
    if !text.contains("trueup:") {
        return found;
    }
    let mut waiting: Vec<Suppression> = Vec::new();
    let mut in_first_comments = true;
    let mut offset = 0;
    for (number, line) in text.split('\n').enumerate() {
        let start = offset;
        offset += line.len() + 1;
        let trimmed = line.trim();
        let is_comment = trimmed.starts_with('#') || trimmed.starts_with("--");
        let parsed = parse_comment(line, start);
        if let Some((mut suppression, whole_file)) = parsed {
            match (whole_file, is_comment) {
                // Below the first block of comments it would be overlooked by readers, so it has no effect there.
                (true, _) if in_first_comments => suppression.line = None,
                (_, true) => {
                    suppression.line = Some(number);
                    waiting.push(suppression);
                    continue;
                }
                (_, false) => suppression.line = Some(number),
            }
            found.push(suppression);
        }
        if !trimmed.is_empty() && !is_comment {
            in_first_comments = false;
            for mut suppression in waiting.drain(..) {
                suppression.line = Some(number);
                found.push(suppression);
            }
        }
    }
    found.append(&mut waiting);
    found
}

/// Reads the comment in a line; the flag tells whether it says `ignore-file`.
fn parse_comment(line: &str, start: usize) -> Option<(Suppression, bool)> {
    let marker = line.find("trueup:")?;
    let before = line[..marker].trim_end();
    let sign = ["#", "--"].iter().find(|sign| before.ends_with(**sign))?;
    let sign = before.len() - sign.len();
    let rest = line[marker + "trueup:".len()..].trim_start();
    let (rest, whole_file) = match rest.strip_prefix("ignore-file") {
        Some(rest) => (rest, true),
        None => (rest.strip_prefix("ignore")?, false),
    };
    let (rules, reason) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (names, reason) = rest.split_once(']')?;
            (
                names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
                reason,
            )
        }
        None if rest.is_empty() || rest.starts_with(char::is_whitespace) => (Vec::new(), rest),
        None => return None,
    };
    let end = start + line.trim_end().len();
    let span = Span::new((start + sign) as u32, end as u32);
    Some((Suppression { rules, reason: reason.trim().to_owned(), line: None, span }, whole_file))
}

impl Suppression {
    fn names(&self, rule: &str) -> bool {
        self.rules.iter().any(|name| {
            name == rule
                || name == "all"
                || Group::from_name(name)
                    .is_some_and(|group| rules::rule(rule).is_some_and(|rule| rule.group == group))
        })
    }
}

/// The suppressions of one file, with what is needed to match lines.
struct File {
    line_starts: Vec<usize>,
    suppressions: Vec<Suppression>,
    used: Vec<bool>,
}

impl File {
    fn read(text: &str) -> Self {
        let suppressions = suppressions(text);
        let used = vec![false; suppressions.len()];
        let line_starts = if suppressions.is_empty() {
            Vec::new()
        } else {
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        };
        Self { line_starts, suppressions, used }
    }

    fn line(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= offset as usize).saturating_sub(1)
    }

    /// Tells whether a comment covers the finding, and marks it used.
    fn suppresses(&mut self, diagnostic: &Diagnostic) -> bool {
        let lines = diagnostic.location.as_ref().and_then(|location| location.span).map(|span| {
            // A statement over several lines can be suppressed above its first or behind its last line.
            (self.line(span.start), self.line(span.end.saturating_sub(1).max(span.start)))
        });
        let mut suppressed = false;
        for (suppression, used) in self.suppressions.iter().zip(&mut self.used) {
            let covers = match (suppression.line, lines) {
                (None, _) => true,
                (Some(line), Some((first, last))) => line == first || line == last,
                (Some(line), None) => line == 0,
            };
            if covers && suppression.names(diagnostic.rule) {
                *used = true;
                suppressed = true;
            }
        }
        suppressed
    }
}

/// Drops suppressed findings and adds the suppressions without effect.
pub(crate) fn apply(
    diagnostics: Vec<Diagnostic>,
    selection: &Selection,
    sources: &dyn Sources,
) -> Vec<Diagnostic> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for path in sources.paths() {
        if let Some(text) = sources.text(path).filter(|text| text.contains("trueup:")) {
            files.insert(path.to_owned(), File::read(text));
        }
    }
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in diagnostics {
        let path = path_of(&diagnostic);
        if !files.contains_key(path) {
            let Some(text) = sources.text(path) else {
                kept.push(diagnostic);
                continue;
            };
            files.insert(path.to_owned(), File::read(text));
        }
        if !files.get_mut(path).is_some_and(|file| file.suppresses(&diagnostic)) {
            kept.push(diagnostic);
        }
    }
    for (path, file) in &files {
        for (suppression, used) in file.suppressions.iter().zip(&file.used) {
            if !used && selection.is_selected(UNUSED, path) && !suppression.names(UNUSED) {
                let mut diagnostic = unused(path, suppression);
                diagnostic.severity = selection.severity(UNUSED).unwrap_or(diagnostic.severity);
                kept.push(diagnostic);
            }
        }
    }
    kept
}

fn unused(path: &str, suppression: &Suppression) -> Diagnostic {
    let unknown = suppression
        .rules
        .iter()
        .find(|name| *name != "all" && rules::rule(name).is_none() && Group::from_name(name).is_none());
    let (message, help) = match (unknown, suppression.rules.is_empty()) {
        (_, true) => (
            "the suppression names no rule and so suppresses nothing".to_owned(),
            "write the rule in brackets: `trueup: ignore[rule] reason`".to_owned(),
        ),
        (Some(name), false) => (
            format!("the suppression names `{name}`, which is no rule"),
            crate::select::similar(name).map_or_else(
                || "see `trueup explain` for the rules".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
        ),
        (None, false) => (
            format!("nothing is suppressed here for `{}`", suppression.rules.join("`, `")),
            "remove the comment".to_owned(),
        ),
    };
    let remove = Edit { path: path.into(), span: suppression.span, text: String::new() };
    Diagnostic::new(UNUSED, Severity::Warning, message)
        .at(Some(Location::at(path, suppression.span)))
        .help(help)
        .fix(Fix { title: "remove the suppression".to_owned(), safe: true, edits: vec![remove] })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use trueup_schema::{Diagnostic, Location, Severity, Span};

    use super::{apply, suppressions};
    use crate::Selection;

    fn finding(text: &str, at: &str) -> Diagnostic {
        let start = text.find(at).unwrap() as u32;
        Diagnostic::new("multiple-heads", Severity::Error, "x")
            .at(Some(Location::at("a.py", Span::new(start, start + at.len() as u32))))
    }

    fn rules_left(text: &str, at: &str) -> Vec<&'static str> {
        let sources = BTreeMap::from([("a.py".to_owned(), text.to_owned())]);
        let left = apply(vec![finding(text, at)], &Selection::default(), &sources);
        left.iter().map(|diagnostic| diagnostic.rule).collect()
    }

    #[test]
    fn on_the_line() {
        assert!(rules_left("a\nbad()  # trueup: ignore[multiple-heads] known\n", "bad()").is_empty());
    }

    #[test]
    fn on_a_line_above_with_other_comments_between() {
        assert!(rules_left("# trueup: ignore[multiple-heads]\n# more\n\nbad()\n", "bad()").is_empty());
    }

    #[test]
    fn at_either_end_of_a_long_statement() {
        assert!(
            rules_left("bad(\n  1,\n)  # trueup: ignore[graph] all of the group\n", "bad(\n  1,\n)")
                .is_empty()
        );
    }

    #[test]
    fn in_sql() {
        assert!(rules_left("DROP TABLE t; -- trueup: ignore[multiple-heads]\n", "DROP TABLE t;").is_empty());
    }

    #[test]
    fn for_the_whole_file_only_in_the_first_comments() {
        assert!(rules_left("# x\n# trueup: ignore-file[multiple-heads]\na = 1\nbad()\n", "bad()").is_empty());
        let late = rules_left("a = 1\n# trueup: ignore-file[multiple-heads]\nb = 2\nbad()\n", "bad()");
        assert_eq!(late, ["multiple-heads", "unused-suppression"]);
    }

    #[test]
    fn another_rule_or_line_is_unused() {
        let left = rules_left("bad()  # trueup: ignore[multiple-bases]\n", "bad()");
        assert_eq!(left, ["multiple-heads", "unused-suppression"]);
        let left = rules_left("bad()\nfine()  # trueup: ignore[multiple-heads]\n", "bad()");
        assert_eq!(left, ["multiple-heads", "unused-suppression"]);
    }

    #[test]
    fn a_reason_and_several_rules_are_read() {
        let found = suppressions("x = 1  # trueup: ignore[a, b] because\n");
        assert_eq!(
            (found[0].rules.clone(), found[0].reason.as_str()),
            (vec!["a".to_owned(), "b".to_owned()], "because")
        );
        assert!(suppressions("text = 'trueup: ignore[a]'\n").is_empty());
    }
}
