//! The revisions of a project as `heads`, `branches`, `history`, `show` and `current` tell them.
//!
//! Reading them runs nothing of the project. A graph that Alembic would not load, or would load wrongly, is no history
//! to tell: it is refused with the findings of `check --only graph`.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use trueup_schema::revision::{Defect, IdentifierError, RevisionGraph};
use trueup_schema::{Dialect, Severity};

use super::check::graph::settle_headers;
use super::check::{CheckRequest, check, dialect};
use crate::config::Configuration;
use crate::headers;
use crate::report::Report;
use crate::sources::ProjectSources;

/// The revisions of a project.
pub struct History {
    /// How they hang together.
    pub graph: RevisionGraph,
    files: Vec<PathBuf>,
}

/// Why there is no history to tell.
pub enum NoHistory {
    /// The graph is broken; the findings say where.
    Broken(Box<Report>),
    /// The request or the settings name something that does not exist.
    Settings(String),
}

impl History {
    /// Reads the revisions of a project.
    ///
    /// # Errors
    /// When the graph has a defect at which Alembic would stop. Files that share an id are none: as in Alembic the
    /// last one counts, and `check` reports them.
    pub fn read(configuration: &Configuration, dialect: Option<Dialect>) -> Result<Self, NoHistory> {
        let request = CheckRequest { dialect, only: vec!["graph".to_owned()], ..CheckRequest::default() };
        let said = dialect::said(configuration, &request).unwrap_or(Dialect::Postgresql);
        let found = headers::read_all(
            &configuration.root,
            &configuration.version_locations,
            configuration.recursive_version_locations,
            said,
        );
        let mut files = found.files;
        settle_headers(&mut files, &Rc::new(ProjectSources::new(configuration)), said);
        let paths = files.iter().map(|file| file.file.clone()).collect();
        let graph = RevisionGraph::build(files.into_iter().map(|file| file.revision).collect());
        if stops(&graph) {
            return Err(Self::defects(configuration, &request));
        }
        Ok(Self { graph, files: paths })
    }

    /// Returns the findings for which a project has no history to tell.
    pub(super) fn defects(configuration: &Configuration, request: &CheckRequest) -> NoHistory {
        match check(configuration, request) {
            Ok(mut report) => {
                report.diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
                NoHistory::Broken(Box::new(report))
            }
            Err(message) => NoHistory::Settings(message),
        }
    }

    /// Returns what there is to tell of a revision; `current` are the revisions that a database records.
    pub fn entry(&self, revision: usize, current: &[usize]) -> Entry {
        let header = &self.graph.revisions()[revision];
        let targets = |references: &[trueup_schema::revision::Reference]| {
            references.iter().map(|reference| reference.target.clone()).collect()
        };
        // Alembic keeps both in sets, so that theirs is any order.
        let mut labels = self.graph.labels(revision).to_vec();
        labels.sort();
        let mut next = self.graph.ids(self.graph.next(revision));
        next.sort();
        Entry {
            id: self.graph.id(revision).to_owned(),
            down_revisions: targets(&header.down_revisions),
            depends_on: targets(&header.depends_on),
            labels,
            next,
            is_head: self.graph.is_head(revision),
            is_real_head: self.graph.is_real_head(revision),
            is_branch_point: self.graph.is_branch_point(revision),
            is_merge_point: self.graph.is_merge_point(revision),
            is_current: current.contains(&revision),
            path: self.path(revision).to_owned(),
            documentation: header.docstring.as_deref().unwrap_or_default().trim().to_owned(),
        }
    }

    /// Returns the file of a revision.
    pub fn path(&self, revision: usize) -> &Path {
        &self.files[revision]
    }
}

/// Tells whether a graph has a defect at which Alembic stops: any but files that share an id.
pub(super) fn stops(graph: &RevisionGraph) -> bool {
    graph.defects().iter().any(|defect| !matches!(defect, Defect::DuplicateId { .. }))
}

/// What there is to tell of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// `down_revision` as written; empty for a base.
    pub down_revisions: Vec<String>,
    /// `depends_on` as written.
    pub depends_on: Vec<String>,
    /// The labels of the branches that it is on, sorted.
    pub labels: Vec<String>,
    /// The revisions that follow it.
    pub next: Vec<String>,
    /// No revision follows it.
    pub is_head: bool,
    /// No revision follows it or depends on it.
    pub is_real_head: bool,
    /// More than one revision follows it.
    pub is_branch_point: bool,
    /// It follows more than one revision.
    pub is_merge_point: bool,
    /// A database records it.
    pub is_current: bool,
    /// Its file.
    pub path: PathBuf,
    /// Its docstring.
    pub documentation: String,
}

impl Entry {
    /// Returns the first paragraph of the docstring.
    pub fn summary(&self) -> &str {
        self.documentation.split("\n\n").next().unwrap_or_default()
    }
}

/// Returns what to do about an identifier that cannot be used.
pub fn identifier_hint(error: &IdentifierError) -> &'static str {
    use IdentifierError as E;
    match error {
        E::Lookup(_) => "`trueup history` lists all revisions; the beginning of an id is enough",
        E::NoBranch(_) => "`trueup branches` and `trueup heads` show the labels of branches",
        E::NotOnBranch { .. } => "leave the branch away, or name a revision that is on it",
        E::SeveralHeads { .. } => "write `heads` for all of them, `LABEL@head` for one, or merge them",
        E::Fork { .. } => "name the revision instead of counting, or the branch: `LABEL@+1`",
        E::TooFar { .. } => "count fewer steps, or name the revision; `trueup history` lists them",
        E::WrongWay { .. } => "upgrade and downgrade each count in their own direction",
        E::SeveralApplied { .. } => "say which one: `LABEL@-1`, `LABEL@+1`, or name the revision",
        E::Overlap { .. } => "ask for the upper one alone",
        E::NotAbove { .. } => "the lower end comes first: `LOWER:UPPER`",
        E::NotBelow { .. } => "`trueup current` shows what is applied",
        E::Between { .. } => "stamp with `--purge`, which empties the version table first",
        E::AlreadyMoved { .. } => "stamp with `--purge`, which empties the version table first",
        E::Twice(_) => "name each revision once; labels and `heads` count too",
        E::UnknownApplied(_) => "a file may be missing here, or the database belongs to another project",
    }
}
