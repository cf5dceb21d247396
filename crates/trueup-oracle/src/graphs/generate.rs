//! Random graphs, states that a database can be in, and identifiers that people write.

use trueup_schema::Origin;
use trueup_schema::revision::{Reference, Revision, RevisionGraph};

use crate::random::Random;

/// The header of one revision.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) down: Vec<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) depends: Vec<String>,
}

impl Line {
    pub(crate) fn revision(&self) -> Revision {
        let references = |targets: &[String]| {
            targets
                .iter()
                .map(|target| Reference { target: target.clone(), origin: Origin::none() })
                .collect()
        };
        Revision {
            id: Some(self.id.clone()),
            down_revisions: references(&self.down),
            branch_labels: self.labels.clone(),
            depends_on: references(&self.depends),
            path: format!("versions/{}.py", self.id).into(),
            ..Revision::default()
        }
    }
}

/// What both sides are asked.
pub(crate) struct Question {
    /// `resolve`, `current`, `upgrade`, `downgrade` or `history`.
    pub(crate) kind: &'static str,
    /// The identifier, or the range.
    pub(crate) text: String,
    /// The rows of the version table.
    pub(crate) applied: Vec<usize>,
}

/// Returns the revisions of a graph in some loading order.
pub(crate) fn graph(random: &mut Random) -> Vec<Line> {
    let count = 1 + random.below(14);
    let mut lines: Vec<Line> = Vec::new();
    for number in 0..count {
        // Beginnings are shared now and then, so that partial ids are ambiguous.
        let id = format!("{:03x}{number:x}{:02x}", 0xa10 + random.below(6), random.below(256));
        let mut line = Line { id, down: Vec::new(), labels: Vec::new(), depends: Vec::new() };
        let known: Vec<String> = lines.iter().map(|line| line.id.clone()).collect();
        if !known.is_empty() && !random.one_in(7) {
            let recent = known.len() - 1 - random.below(known.len().min(3));
            line.down.push(known[recent].clone());
            if random.one_in(5) {
                let other = random.pick(&known).clone();
                if !line.down.contains(&other) {
                    line.down.push(other);
                }
            }
        }
        if random.one_in(6) {
            line.labels.push(format!("lab{number}"));
        }
        if !known.is_empty() && random.one_in(6) {
            let labels: Vec<String> = lines.iter().flat_map(|line| line.labels.iter().cloned()).collect();
            let target = if random.one_in(3) && !labels.is_empty() {
                random.pick(&labels)
            } else {
                random.pick(&known)
            };
            if !line.down.contains(target) {
                line.depends.push(target.clone());
            }
        }
        lines.push(line);
    }
    for at in (1..lines.len()).rev() {
        lines.swap(at, random.below(at + 1));
    }
    lines
}

/// Returns questions about a graph.
pub(crate) fn questions(graph: &RevisionGraph, random: &mut Random) -> Vec<Question> {
    let mut out = Vec::new();
    for _ in 0..4 {
        let applied = state(graph, random);
        out.push(Question { kind: "current", text: String::new(), applied: applied.clone() });
        for kind in ["resolve", "upgrade", "downgrade", "upgrade", "downgrade"] {
            out.push(Question { kind, text: identifier(graph, random), applied: applied.clone() });
        }
        let mut end = || match random.below(4) {
            0 => String::new(),
            1 => "current".to_owned(),
            _ => identifier(graph, random),
        };
        let text = format!("{}:{}", end(), end());
        out.push(Question { kind: "history", text, applied });
    }
    out
}

/// Returns the rows of a version table after some upgrade.
pub(crate) fn state(graph: &RevisionGraph, random: &mut Random) -> Vec<usize> {
    let count = graph.revisions().len();
    let targets: Vec<usize> = (0..random.below(3)).map(|_| random.below(count)).collect();
    let active = graph.active(&targets);
    let is_row = |revision: &&usize| !graph.all_next(**revision).iter().any(|next| active.contains(next));
    active.iter().filter(is_row).copied().collect()
}

/// Returns an identifier as people write them, now and then one that names nothing.
pub(crate) fn identifier(graph: &RevisionGraph, random: &mut Random) -> String {
    let some_id = |random: &mut Random| graph.id(random.below(graph.revisions().len())).to_owned();
    let labels: Vec<&String> = graph.label_owners().keys().collect();
    let symbol = match random.below(9) {
        0 | 1 => some_id(random),
        2 => some_id(random)[..3 + random.below(3)].to_owned(),
        3 => "head".to_owned(),
        4 => "heads".to_owned(),
        5 => "base".to_owned(),
        6 if !labels.is_empty() => (*random.pick(&labels)).clone(),
        7 => "nope".to_owned(),
        _ => String::new(),
    };
    let branch = match random.below(4) {
        0 if !labels.is_empty() => format!("{}@", random.pick(&labels)),
        1 if random.one_in(2) => format!("{}@", some_id(random)),
        _ => String::new(),
    };
    let steps = match random.below(3) {
        0 => format!("+{}", 1 + random.below(3)),
        1 => format!("-{}", 1 + random.below(3)),
        _ if symbol.is_empty() => "-1".to_owned(),
        _ => String::new(),
    };
    format!("{branch}{symbol}{steps}")
}
