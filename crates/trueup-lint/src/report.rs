//! Collects findings, folds consequences into their cause, applies settings, and puts the rest in order.

use std::collections::{BTreeMap, BTreeSet};

use trueup_schema::{Diagnostic, Location, Severity};

use crate::select::Selection;
use crate::suppress::{self, Sources};
use crate::{Rule, rules};

/// At most this many places are listed with a cause; the rest is only counted.
const PLACES_PER_CAUSE: usize = 20;

/// Something that can be missing or broken and so explain other findings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// A Python module, by its dotted name.
    Module(String),
    /// A class, by its bare name.
    Class(String),
    /// A table, as it is displayed.
    Table(String),
    /// An object of a schema, by kind and name.
    Object(trueup_schema::ObjectKind, String),
    /// A revision, by its path.
    Revision(String),
    /// Whatever a rule needs to say once, by a name of its own.
    Once(&'static str, String),
}

impl Cause {
    /// A defect of the graph that leaves open what comes before a revision: what the revision then lacks is no news.
    pub fn order(revision: &str) -> Self {
        Self::Once("order of revisions", revision.to_owned())
    }

    /// Causes for a revision and all that builds on it.
    pub(crate) fn order_from(graph: &trueup_schema::revision::RevisionGraph, revision: usize) -> Vec<Self> {
        graph.descendants(revision).into_iter().map(|above| Self::order(graph.id(above))).collect()
    }
}

/// Collects findings.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
    told: BTreeSet<Cause>,
}

#[derive(Debug)]
struct Finding {
    diagnostic: Diagnostic,
    /// What this finding explains.
    explains: Vec<Cause>,
    /// What explains this finding.
    explained_by: Vec<Cause>,
    /// It is the first one with its key, so that it stands for all of them.
    is_first: bool,
}

impl Report {
    /// Returns an empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding that stands for itself.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.add(diagnostic, Vec::new(), Vec::new());
    }

    /// Adds a finding that explains others.
    pub fn push_cause(&mut self, diagnostic: Diagnostic, explains: Vec<Cause>) {
        self.add(diagnostic, explains, Vec::new());
    }

    /// Adds a finding that is dropped, and only listed with its cause, when something else explains it.
    pub fn push_unless(&mut self, diagnostic: Diagnostic, explained_by: Vec<Cause>) {
        self.add(diagnostic, Vec::new(), explained_by);
    }

    /// Adds a finding of which only the first with the same key stands; later ones are listed with it.
    pub fn push_once(&mut self, diagnostic: Diagnostic, key: impl Into<String>) {
        self.push_once_unless(diagnostic, key, Vec::new());
    }

    /// Adds a finding that is told once per key, and not at all when something else explains it.
    pub fn push_once_unless(
        &mut self,
        diagnostic: Diagnostic,
        key: impl Into<String>,
        mut explained_by: Vec<Cause>,
    ) {
        let cause = Cause::Once(diagnostic.rule, key.into());
        if self.told.insert(cause.clone()) {
            let explains = vec![cause];
            self.findings.push(Finding { diagnostic, explains, explained_by, is_first: true });
        } else {
            explained_by.push(cause);
            self.add(diagnostic, Vec::new(), explained_by);
        }
    }

    /// Adds a finding with everything told.
    pub fn add(&mut self, diagnostic: Diagnostic, explains: Vec<Cause>, explained_by: Vec<Cause>) {
        self.findings.push(Finding { diagnostic, explains, explained_by, is_first: false });
    }

    /// Adds the findings of another report as if they had been added one by one.
    pub fn append(&mut self, other: Self) {
        for mut finding in other.findings {
            if finding.is_first && finding.explains.iter().any(|cause| self.told.contains(cause)) {
                finding.is_first = false;
                finding.explained_by.append(&mut finding.explains);
            }
            self.findings.push(finding);
        }
        self.told.extend(other.told);
    }

    /// Returns the findings as they came, for tests and for rules that build on others.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().map(|finding| &finding.diagnostic)
    }

    /// Returns what is to be told: consequences folded, suppressions and settings applied, duplicates removed, in a
    /// stable order (severity, group, path, place).
    ///
    /// Unused suppression comments are reported for the files that `sources` lists.
    pub fn finish(self, selection: &Selection, sources: &dyn Sources) -> Vec<Diagnostic> {
        let mut diagnostics = fold_consequences(self.findings);
        diagnostics.retain(|diagnostic| selection.is_selected(diagnostic.rule, path_of(diagnostic)));
        for diagnostic in &mut diagnostics {
            if let Some(severity) = selection.severity(diagnostic.rule) {
                diagnostic.severity = severity;
            }
        }
        let mut diagnostics = suppress::apply(diagnostics, selection, sources);
        diagnostics.sort_by(|left, right| order_key(left).cmp(&order_key(right)));
        diagnostics.dedup_by(|left, right| {
            left.rule == right.rule && left.location == right.location && left.message == right.message
        });
        diagnostics
    }
}

impl Rule {
    /// Returns a finding of this rule.
    pub fn finding(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, message)
    }

    /// Returns a finding of this rule that is milder or graver than usual.
    pub fn finding_as(&self, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name, severity, message)
    }
}

/// Returns the path a finding is reported at, empty if it has none.
pub(crate) fn path_of(diagnostic: &Diagnostic) -> &str {
    diagnostic.location.as_ref().map_or("", |location| &location.path)
}

fn order_key(
    diagnostic: &Diagnostic,
) -> (std::cmp::Reverse<Severity>, Option<crate::Group>, &str, u32, &str, &str) {
    let group = rules::rule(diagnostic.rule).map(|rule| rule.group);
    let start = diagnostic.location.as_ref().and_then(|location| location.span).map_or(0, |span| span.start);
    let severity = std::cmp::Reverse(diagnostic.severity);
    (severity, group, path_of(diagnostic), start, diagnostic.rule, &diagnostic.message)
}

/// Drops findings that another one explains, and lists their places with it.
fn fold_consequences(findings: Vec<Finding>) -> Vec<Diagnostic> {
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for cause in &finding.explains {
            causes.entry(cause.clone()).or_insert(index);
        }
    }
    let mut consequences: BTreeMap<usize, Vec<(Option<Location>, String)>> = BTreeMap::new();
    let mut dropped = vec![false; findings.len()];
    for (index, finding) in findings.iter().enumerate() {
        let cause = finding.explained_by.iter().find_map(|cause| causes.get(cause).copied());
        if let Some(cause) = cause.filter(|cause| *cause != index) {
            dropped[index] = true;
            let diagnostic = &finding.diagnostic;
            consequences
                .entry(cause)
                .or_default()
                .push((diagnostic.location.clone(), diagnostic.message.clone()));
        }
    }
    let mut kept = Vec::new();
    for (index, finding) in findings.into_iter().enumerate() {
        let mut diagnostic = finding.diagnostic;
        if let Some(consequences) = consequences.remove(&index) {
            diagnostic.evidence.push(("consequences", consequences.len().into()));
            // What is told about the very same place is told already.
            let elsewhere = consequences.into_iter().filter(|(place, _)| *place != diagnostic.location);
            for (location, note) in elsewhere.take(PLACES_PER_CAUSE).collect::<Vec<_>>() {
                diagnostic = diagnostic.related(location, note);
            }
        }
        // What a dropped finding explains is dropped with it: the root of both is told.
        if !dropped[index] {
            kept.push(diagnostic);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Diagnostic, Severity};

    use super::Report;

    #[test]
    fn what_two_reports_tell_once_is_told_once() {
        let found = |message: &str| Diagnostic::new("a-rule", Severity::Warning, message.to_owned());
        let mut first = Report::new();
        first.push_once(found("first"), "key");
        let mut second = Report::new();
        second.push_once(found("second"), "key");
        second.push_once(found("third"), "another key");
        first.append(second);
        first.push_once(found("fourth"), "another key");
        let told = super::fold_consequences(first.findings);
        assert_eq!(told.iter().map(|told| &*told.message).collect::<Vec<_>>(), ["first", "third"]);
    }
}
