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
    /// `resolve`, `current`, `upgrade`, `downgrade`, `history`, or what becomes of the version table: `upgrade-rows`,
    /// `downgrade-rows`, `stamp`.
    pub(crate) kind: &'static str,
    /// The identifier, the range, or the targets of a stamp.
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
        let dependencies = if random.one_in(6) { 1 + random.below(5) / 3 } else { 0 };
        for _ in 0..if known.is_empty() { 0 } else { dependencies } {
            let labels: Vec<String> = lines.iter().flat_map(|line| line.labels.iter().cloned()).collect();
            let target = if random.one_in(3) && !labels.is_empty() {
                random.pick(&labels)
            } else {
                random.pick(&known)
            };
            if !line.down.contains(target) && !line.depends.contains(target) {
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
        out.extend(runs(graph, random));
    }
    out
}

/// Returns runs of which the version table is looked at.
fn runs(graph: &RevisionGraph, random: &mut Random) -> Vec<Question> {
    let mut applied = state(graph, random);
    if random.one_in(8) {
        // Nobody's upgrade leaves rows of which one builds on the other, but hands and merged databases do.
        applied.push(random.below(graph.revisions().len()));
        applied.sort_unstable();
        applied.dedup();
    }
    let mut out = Vec::new();
    for kind in
        ["upgrade-rows", "downgrade-rows", "upgrade-rows", "downgrade-rows", "stamp", "stamp", "stamp"]
    {
        let targets = if kind == "stamp" { [1, 1, 2, 3][random.below(4)] } else { 1 };
        let text: Vec<String> = (0..targets).map(|_| target(graph, kind, random)).collect();
        out.push(Question { kind, text: text.join(" "), applied: applied.clone() });
    }
    out
}

/// Returns where a run is to lead; mostly somewhere that exists.
fn target(graph: &RevisionGraph, kind: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 if kind == "downgrade-rows" => "base".to_owned(),
        0 => "heads".to_owned(),
        1..=3 => graph.id(random.below(graph.revisions().len())).to_owned(),
        _ => identifier(graph, random),
    }
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
