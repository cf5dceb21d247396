//! The part *graph*: revision files and how they hang together.

use trueup_lint::context::GraphContext;

use super::{Checking, Group, RevisionGraph, engine};

impl Checking<'_> {
    pub(super) fn graph(&mut self) {
        let graph = RevisionGraph::build(self.revisions.iter().map(|file| file.revision.clone()).collect());
        self.summary.heads = graph.ids(graph.heads());
        if !self.wants(Group::Graph) {
            return;
        }
        let context = GraphContext {
            file_template: self.configuration.file_template.as_deref(),
            dialect: self.dialect,
            ..GraphContext::new(&graph)
        };
        engine::check_graph(&context, &mut self.findings);
        self.summary.checked.push("the graph of revisions");
    }
}
