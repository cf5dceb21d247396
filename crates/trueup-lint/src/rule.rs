//! The shape of a rule.

use trueup_schema::Severity;

use crate::Report;
use crate::context::{
    DriftContext, GraphContext, ModelsContext, OperationContext, ProjectContext, RevisionContext,
};

/// One rule: its name, its page, and the function that finds.
#[derive(Debug)]
pub struct Rule {
    /// Name in kebab-case; it names the problem.
    pub name: &'static str,
    /// Group.
    pub group: Group,
    /// Severity unless settings change it; a finding may be milder.
    pub severity: Severity,
    /// One sentence, without a full stop.
    pub summary: &'static str,
    /// Whether it runs when nothing is selected.
    pub enabled: bool,
    /// The page: documentation, the text of `explain`, and tests.
    pub docs: &'static str,
    /// How it finds.
    pub check: Check,
}

/// How a rule finds, by what it looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Looks at the graph of revisions.
    Graph(fn(&GraphContext<'_>, &mut Report)),
    /// Looks at the project's Python.
    Project(fn(&ProjectContext<'_>, &mut Report)),
    /// Looks at the schema of the models, or of the revisions where there are no models.
    Models(fn(&ModelsContext<'_>, &mut Report)),
    /// Looks at one revision as a whole.
    Revision(fn(&RevisionContext<'_>, &mut Report)),
    /// Looks at one operation and the schema before it.
    Operation(fn(&OperationContext<'_>, &mut Report)),
    /// Looks at the differences of two schemas.
    Drift(fn(&DriftContext<'_>, &mut Report)),
    /// Found by whoever reads, replays or asks, and handed to [`Report::push`].
    Reported,
}

/// The groups of rules, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the words of the command line contract")]
pub enum Group {
    Graph,
    Project,
    Replay,
    Drift,
    Safety,
    Models,
    Audit,
    Query,
}

impl Group {
    /// All groups, most important first.
    pub const ALL: [Self; 8] = [
        Self::Graph,
        Self::Project,
        Self::Replay,
        Self::Drift,
        Self::Safety,
        Self::Models,
        Self::Audit,
        Self::Query,
    ];

    /// Returns the group as settings and output spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Project => "project",
            Self::Replay => "replay",
            Self::Drift => "drift",
            Self::Safety => "safety",
            Self::Models => "models",
            Self::Audit => "audit",
            Self::Query => "query",
        }
    }

    /// Returns the group of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}
