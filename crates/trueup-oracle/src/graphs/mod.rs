//! `graphs`: random graphs of revisions, and what identifiers and runs mean on them, by real Alembic and by trueup.
//!
//! Graphs have branches, merges, several bases, labels and dependencies; questions are what people write behind
//! `upgrade`, `downgrade`, `history -r` and `show`, from any state that a database can be in. Both sides must name the
//! same revisions in the same order, or both refuse. What runs do to the version table is in `rows`.

pub(crate) mod generate;
mod rows;

use std::collections::BTreeMap;
use std::process::Stdio;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use trueup_schema::revision::{Bound, End, IdentifierError, RevisionGraph};

use crate::random::Random;
use crate::venv::{self, Conversation};
use generate::{Question, graph, questions};

const PROGRAM: &str = include_str!("alembic.py");

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// How many graphs.
    pub graphs: usize,
    /// The first graph's seed; the others follow.
    pub seed: u64,
}

/// At most this many differences are printed.
const PRINTED: usize = 20;

/// Asks both sides; returns whether there is no difference.
pub fn run(options: &Options) -> Result<bool> {
    let python = venv::python("alembic", &["alembic"])?;
    println!("{}", venv::versions(&python, &["alembic"])?);
    let mut alembic = Conversation::start(&python, PROGRAM, Stdio::inherit())?;
    let mut tally = Tally::default();
    for seed in options.seed..options.seed + options.graphs as u64 {
        let mut random = Random::new(seed);
        let revisions = graph(&mut random);
        let ours = RevisionGraph::build(revisions.iter().map(generate::Line::revision).collect());
        if !ours.defects().is_empty() {
            continue;
        }
        let questions = questions(&ours, &mut random);
        let answer = alembic.ask(&request(&revisions, &ours, &questions))?;
        let Some(found) = answer["answers"].as_array() else {
            bail!("graph {seed}: Alembic does not load it: {}", answer["error"]);
        };
        for (question, theirs) in questions.iter().zip(found) {
            tally.judge(seed, &ours, question, theirs);
        }
    }
    println!(
        "{} graphs from seed {}: {} answers alike, {} refused by both, {} different",
        options.graphs, options.seed, tally.alike, tally.refused, tally.different
    );
    for (reason, count) in &tally.explained {
        println!("on purpose, {count}: {reason}");
    }
    Ok(tally.different == 0)
}

fn request(lines: &[generate::Line], graph: &RevisionGraph, questions: &[Question]) -> Value {
    let revisions: Vec<Value> = lines
        .iter()
        .map(|line| json!({"id": line.id, "down": line.down, "labels": line.labels, "depends": line.depends}))
        .collect();
    let questions: Vec<Value> = questions
        .iter()
        .map(|question| {
            json!({"kind": question.kind, "text": question.text, "applied": graph.ids(&question.applied)})
        })
        .collect();
    json!({"revisions": revisions, "questions": questions})
}

#[derive(Default)]
struct Tally {
    alike: usize,
    refused: usize,
    different: usize,
    explained: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn judge(&mut self, seed: u64, graph: &RevisionGraph, question: &Question, answer: &Value) {
        let ours = ask(graph, question);
        let theirs = match answer["found"].as_array() {
            Some(found) => Ok(found.iter().map(|id| id.as_str().unwrap_or("base").to_owned()).collect()),
            None => Err(answer["error"].as_str().unwrap_or_default().to_owned()),
        };
        let theirs: Theirs = theirs;
        let is_set = matches!(question.kind, "resolve" | "current");
        let sorted = |mut ids: Vec<String>| {
            if is_set {
                ids.sort();
            }
            ids
        };
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) if sorted(ours.clone()) == sorted(theirs.clone()) => self.alike += 1,
            (Err(_), Err(_)) => self.refused += 1,
            (Ok(ours), Err(_)) if rows::alembic_cannot_merge(graph, question, &ours, answer) => {
                *self.explained.entry(rows::CANNOT_MERGE).or_default() += 1;
            }
            (ours, theirs) => match explained(question, &ours, &theirs) {
                Some(reason) => *self.explained.entry(reason).or_default() += 1,
                None => self.differs(seed, graph, question, ours, &theirs),
            },
        }
    }

    fn differs(
        &mut self,
        seed: u64,
        graph: &RevisionGraph,
        question: &Question,
        ours: Ours,
        theirs: &Theirs,
    ) {
        self.different += 1;
        if self.different > PRINTED {
            return;
        }
        println!(
            "graph {seed}: {} {} from [{}]\n  Alembic: {theirs:?}\n  trueup:  {}",
            question.kind,
            question.text,
            graph.ids(&question.applied).join(" "),
            ours.map_or_else(|error| error.to_string(), |ids| format!("{ids:?}")),
        );
    }
}

type Ours = Result<Vec<String>, IdentifierError>;
type Theirs = Result<Vec<String>, String>;

/// Tells why the two answer differently, where that is on purpose.
fn explained(question: &Question, ours: &Ours, theirs: &Theirs) -> Option<&'static str> {
    match (ours, theirs) {
        (Err(IdentifierError::SeveralApplied { .. }), Ok(_)) => {
            Some("counted from one of several applied revisions, whichever the database returns first")
        }
        (Err(IdentifierError::TooFar { asked }), Ok(_)) if asked.contains("base-") => {
            Some("counted down from base, which leads Alembic to the heads")
        }
        (Err(IdentifierError::TooFar { .. }), Ok(_)) if matches!(question.kind, "resolve" | "stamp") => {
            Some("counted down below base, which gives Alembic no revision to show")
        }
        (Ok(_), Err(theirs)) if question.kind == "history" && theirs.starts_with("AssertionError") => {
            Some("an assertion of Alembic's fails")
        }
        (Ok(_), Err(_)) if question.kind == "history" && question.text.starts_with('-') => {
            Some("the lower end of a range is counted down to base")
        }
        (Ok(_), Err(_)) if question.kind == "history" && question.text.contains("@-") => {
            Some("the lower end of a range is counted down to base")
        }
        _ => None,
    }
}

fn ask(graph: &RevisionGraph, question: &Question) -> Ours {
    let text = question.text.as_str();
    let found = match question.kind {
        "resolve" => {
            let name =
                |end: End| end.revision().map_or_else(|| "base".to_owned(), |at| graph.id(at).to_owned());
            return Ok(graph.resolve(text)?.into_iter().map(name).collect());
        }
        "current" => graph.current(&question.applied),
        "upgrade" => graph.upgrade_steps(text, &question.applied)?,
        "downgrade" => graph.downgrade_steps(text, &question.applied)?,
        "stamp" | "upgrade-rows" | "downgrade-rows" => return rows::run(graph, question),
        _ => {
            let (lower, upper) = text.split_once(':').unwrap_or_default();
            let bound = |text| match text {
                "current" => Bound::Applied(&question.applied),
                text => Bound::Identifier(text),
            };
            graph.range(bound(lower), bound(upper))?
        }
    };
    Ok(graph.ids(&found))
}
