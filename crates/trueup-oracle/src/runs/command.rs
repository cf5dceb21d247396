//! What is asked of both sides, one command after the other.

use trueup_schema::revision::RevisionGraph;

use crate::graphs::generate::identifier;
use crate::random::Random;

/// Who works on the second database; on the first one it is always Alembic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// trueup alone; what it refuses as unproven it does again with the project's Python.
    Native,
    /// trueup, and the project's Python where it must.
    Auto,
    /// trueup, and the project's Python for every revision.
    Python,
    /// Alembic: what one tool began the other one goes on with.
    Alembic,
}

/// A command.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// A command line.
    Run(Vec<String>, By),
    /// A command line that writes a script: where it begins and ends, and whether it leads up.
    Script(Vec<String>, By),
    /// Rows are put into both databases by hand.
    Fill(u64),
}

impl Command {
    /// The command line as it is told.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Run(words, by) => format!("{} [{by:?}]", words.join(" ")),
            Self::Script(words, by) => format!("{} --sql [{by:?}]", words.join(" ")),
            Self::Fill(seed) => format!("rows of seed {seed}"),
        }
    }
}

/// Commands in an order that people use them in; each is chosen when the one before is done.
pub(super) struct Sequence {
    by: By,
    is_mixed: bool,
    /// What comes next, last first.
    pending: Vec<Vec<String>>,
    phase: usize,
    middle: usize,
}

impl Sequence {
    pub(super) fn new(random: &mut Random) -> Self {
        let by = *random.pick(&[By::Native, By::Native, By::Native, By::Auto, By::Python]);
        let middle = 1 + random.below(5);
        Self { by, is_mixed: random.one_in(3), pending: Vec::new(), phase: 0, middle }
    }

    /// Returns the next command, where the version table has these rows; none at the end.
    pub(super) fn next(
        &mut self,
        graph: &RevisionGraph,
        rows: &[String],
        random: &mut Random,
    ) -> Option<Command> {
        if self.pending.is_empty() {
            if self.phase > 0 && random.one_in(3) {
                return Some(Command::Fill(random.next() % 1_000_000));
            }
            if random.one_in(5) {
                return Some(Command::Script(script(graph, rows, random), self.by()));
            }
            self.fill(graph, rows, random);
        }
        let words = self.pending.pop()?;
        let by = if self.is_mixed && random.one_in(2) { By::Alembic } else { self.by() };
        Some(Command::Run(words, by))
    }

    fn by(&self) -> By {
        self.by
    }

    fn fill(&mut self, graph: &RevisionGraph, rows: &[String], random: &mut Random) {
        let next = match self.phase {
            0 => ascent(graph, random),
            phase if phase <= self.middle => middle(graph, rows, random),
            phase if phase == self.middle + 1 => match random.below(3) {
                0 => vec![words(&["downgrade", "-1"]), words(&["downgrade", "base"])],
                _ => vec![words(&["downgrade", "base"])],
            },
            phase if phase == self.middle + 2 => vec![words(&["upgrade", "heads"])],
            _ => Vec::new(),
        };
        self.phase += 1;
        self.pending = next.into_iter().rev().collect();
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Ways from nothing to the heads.
fn ascent(graph: &RevisionGraph, random: &mut Random) -> Vec<Vec<String>> {
    let id = |random: &mut Random| graph.id(random.below(graph.revisions().len())).to_owned();
    let all = if graph.heads().len() == 1 && random.one_in(2) { "head" } else { "heads" };
    let mut out = match random.below(6) {
        0 | 1 => Vec::new(),
        2 => graph.order().iter().map(|_| words(&["upgrade", "+1"])).collect(),
        3 => graph.order().iter().map(|revision| words(&["upgrade", graph.id(*revision)])).collect(),
        4 => vec![words(&["ensure_version"]), words(&["upgrade", &id(random)[..4]])],
        _ => vec![words(&["upgrade", &id(random)]), words(&["current"])],
    };
    let labels: Vec<&String> = graph.label_owners().keys().collect();
    if !labels.is_empty() && random.one_in(2) {
        out.push(words(&["upgrade", &format!("{}@head", random.pick(&labels))]));
    }
    out.push(words(&["upgrade", all]));
    out
}

/// Something that people do with a database that is somewhere.
fn middle(graph: &RevisionGraph, rows: &[String], random: &mut Random) -> Vec<Vec<String>> {
    let id = |random: &mut Random| graph.id(random.below(graph.revisions().len())).to_owned();
    let labels: Vec<&String> = graph.label_owners().keys().collect();
    match random.below(12) {
        0 | 1 => vec![words(&["downgrade", "-1"]), words(&["upgrade", "+1"])],
        2 => vec![words(&["downgrade", &id(random)]), words(&["current"]), words(&["upgrade", "heads"])],
        3 => vec![
            words(&["downgrade", "base"]),
            words(&["upgrade", &id(random)]),
            words(&["upgrade", "heads"]),
        ],
        4 => vec![words(&["downgrade", &id(random)])],
        5 if !labels.is_empty() => {
            let label = random.pick(&labels);
            let target = *random.pick(&["base", "-1"]);
            vec![
                words(&["downgrade", &format!("{label}@{target}")]),
                words(&["upgrade", &format!("{label}@head")]),
            ]
        }
        6 | 7 => stamps(rows, &id(random), random),
        8 => vec![words(&["ensure_version"]), words(&["current"])],
        9 => match identifier(graph, random) {
            text if text.starts_with('-') => vec![words(&["downgrade", &text])],
            text => vec![words(&["upgrade", &text])],
        },
        10 => vec![words(&["downgrade", &identifier(graph, random)])],
        _ => vec![words(&["upgrade", "+2"]), words(&["upgrade", &id(random)])],
    }
}

/// A stamp, and one back to what is true.
fn stamps(rows: &[String], id: &str, random: &mut Random) -> Vec<Vec<String>> {
    let target = *random.pick(&["base", "heads", id]);
    let purge = if random.one_in(3) { vec!["--purge"] } else { Vec::new() };
    let away: Vec<&str> = [vec!["stamp"], purge.clone(), vec![target]].concat();
    let back: Vec<&str> =
        if rows.is_empty() { vec!["base"] } else { rows.iter().map(String::as_str).collect() };
    // Several rows of one line would not be what was there.
    let back = [vec!["stamp", "--purge"], back].concat();
    vec![words(&away), words(&["current"]), words(&back)]
}

/// `upgrade A:B`, `downgrade B:A`, `stamp A:B`.
fn script(graph: &RevisionGraph, rows: &[String], random: &mut Random) -> Vec<String> {
    let some = |random: &mut Random| graph.id(random.below(graph.revisions().len())).to_owned();
    let below = |of: &str, random: &mut Random| {
        let ancestors = graph.get(of).map(|at| graph.ancestors(at)).unwrap_or_default();
        if ancestors.is_empty() || random.one_in(3) {
            "base".to_owned()
        } else {
            graph.id(*random.pick(&ancestors)).to_owned()
        }
    };
    let high = some(random);
    let low = below(&high, random);
    match random.below(8) {
        0 | 1 => words(&["upgrade", &high]),
        2 => words(&["upgrade", "heads"]),
        3 | 4 => words(&["upgrade", &format!("{low}:{high}")]),
        5 => words(&["downgrade", &format!("{high}:{low}")]),
        6 => words(&["stamp", &format!("{low}:{high}")]),
        _ if rows.is_empty() => words(&["ensure_version"]),
        _ => words(&["stamp", &high]),
    }
}
