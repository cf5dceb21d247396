//! The part *graph*: revision files and how they hang together.

use std::rc::Rc;

use trueup_alembic::{Context, new_vm};
use trueup_lint::context::{GraphContext, RevisionFacts};
use trueup_python::Value;
use trueup_schema::revision::{Reference, Revision, RevisionGraph};
use trueup_schema::{Dialect, Origin, Schema, Span};

use super::drift::Expected;
use super::{Checking, Group, engine};
use crate::headers::RevisionFile;
use crate::sources::ProjectSources;

/// Characters of a value that a message shows.
const MAX_SHOWN: usize = 60;

impl Checking<'_> {
    pub(super) fn build_graph(&mut self) -> RevisionGraph {
        let graph = RevisionGraph::build(self.revisions.iter().map(|file| file.revision.clone()).collect());
        self.summary.heads = graph.ids(graph.heads());
        graph
    }

    pub(super) fn graph_rules(
        &mut self,
        graph: &RevisionGraph,
        facts: &[RevisionFacts],
        applied: Option<&[String]>,
    ) {
        if !self.wants(Group::Graph) {
            return;
        }
        let context = GraphContext {
            facts,
            applied,
            version_table: &self.version_table,
            file_template: self.configuration.file_template.as_deref(),
            dialect: self.dialect,
            ..GraphContext::new(graph)
        };
        engine::check_graph(&context, &mut self.findings);
        self.summary.checked.push("the graph of revisions");
    }

    /// Evaluates the headers that are no literals.
    pub(super) fn settle_headers(&mut self, sources: &Rc<ProjectSources>) {
        settle_headers(&mut self.revisions, sources, self.dialect);
    }

    /// Returns the schema that the revisions build up to the ones a database records, and the same where rebuilds of
    /// SQLite lose nothing; `None` when it records one that is not known, which a rule of the graph reports.
    pub(super) fn schema_at(
        &self,
        graph: &RevisionGraph,
        replayed: &trueup_alembic::replay::Replay,
        applied: &[String],
    ) -> Option<Expected> {
        let rows: Vec<usize> = applied.iter().map(|id| graph.get(id)).collect::<Option<_>>()?;
        let mut done: std::collections::BTreeSet<usize> = rows.iter().copied().collect();
        for row in &rows {
            done.extend(graph.ancestors(*row));
        }
        // Above a gap nobody knows what the schema should be.
        if graph.disconnected().iter().any(|revision| done.contains(revision)) {
            return None;
        }
        let kept = replayed
            .schema_without_losses(|at| graph.order().get(at).is_some_and(|index| done.contains(index)));
        if done.len() == graph.order().len() {
            return Some(Expected { schema: replayed.schema.clone(), kept });
        }
        // The order is one of many; what the database has may not be a prefix of it, so it is replayed by itself.
        let mut schema = Schema::new(self.dialect);
        if let Some(first) = replayed.revisions.first() {
            schema = first.before.clone();
        }
        for (index, revision) in graph.order().iter().zip(&replayed.revisions) {
            if done.contains(index) {
                for recorded in &revision.operations {
                    // What failed in the replay of everything fails here too, and is reported there.
                    let _ = recorded.operation.apply(&mut schema);
                }
            }
        }
        Some(Expected { schema, kept })
    }
}

/// Evaluates the headers that are no literals.
pub(in crate::pipelines) fn settle_headers(
    revisions: &mut [RevisionFile],
    sources: &Rc<ProjectSources>,
    dialect: Dialect,
) {
    if revisions.iter().all(|file| file.computed.is_empty()) {
        return;
    }
    let sources: Rc<dyn trueup_alembic::Sources> = sources.clone();
    let mut vm = new_vm(sources, Rc::new(Context::new(dialect)));
    for (number, file) in revisions.iter_mut().enumerate() {
        for (attribute, span) in std::mem::take(&mut file.computed) {
            let name = format!("trueup_revision_{number}");
            let module = vm.add_module(&name, &file.revision.path, &file.text, false);
            match vm.module_attr(&module.name.clone(), attribute) {
                Ok(value) => {
                    let shown = vm.repr_text(&value);
                    settle(&mut file.revision, attribute, &value, &shown, span);
                }
                Err(raised) if vm.raised_is(&raised, "AttributeError") && span.is_none() => {
                    problem(&mut file.revision, format!("it has no `{attribute}`"), None);
                }
                Err(raised) => {
                    let reason = raised.summary();
                    problem(&mut file.revision, format!("it computes `{attribute}`: {reason}"), span);
                }
            }
        }
    }
}

/// Stores an evaluated attribute, or why it is not known.
fn settle(revision: &mut Revision, attribute: &str, value: &Value, shown: &str, span: Option<Span>) {
    if let Value::Unknown(unknown) = value {
        let reason = format!("it computes `{attribute}`, and it cannot be told: {}", unknown.reason);
        return problem(revision, reason, span);
    }
    let texts = match (attribute, value) {
        (_, Value::None) => Some(Vec::new()),
        (_, value) if value.as_str().is_some() => {
            Some(value.as_str().iter().map(ToString::to_string).collect())
        }
        ("revision", _) => None,
        (_, Value::List(_) | Value::Tuple(_) | Value::Set(_) | Value::FrozenSet(_)) => value
            .items()
            .and_then(|items| items.iter().map(|item| Some(item.as_str()?.to_string())).collect()),
        _ => None,
    };
    let Some(texts) = texts else {
        let wanted = if attribute == "revision" { "a text" } else { "a revision id, several, or None" };
        let shown: String = shown.chars().take(MAX_SHOWN).collect();
        return problem(revision, format!("its `{attribute}` is {shown}, not {wanted}"), span);
    };
    let origin = match span {
        Some(span) => Origin::at(revision.path.clone(), span),
        None => Origin::none(),
    };
    let references = || {
        texts
            .iter()
            .map(|target| Reference { target: target.clone(), origin: origin.clone() })
            .collect::<Vec<_>>()
    };
    match attribute {
        "revision" => {
            revision.id = texts.first().cloned();
            revision.id_origin = origin;
        }
        "down_revision" => {
            revision.down_revisions = references();
            revision.down_origin = origin;
        }
        "branch_labels" => revision.branch_labels = texts,
        _ => revision.depends_on = references(),
    }
}

/// Notes why a revision cannot be loaded; the first reason stands.
fn problem(revision: &mut Revision, reason: String, span: Option<Span>) {
    revision.problem.get_or_insert((reason, span));
}
