//! `commands`: what `heads`, `branches`, `history`, `show` and `current` print, and what `revision`, `merge` and `init`
//! write, by real Alembic and by trueup, on random projects.
//!
//! The text must be the same byte for byte, but for the order of what Alembic keeps in sets, and for dates. What one side
//! refuses the other must refuse.

mod environments;
mod writing;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::json;
use trueup_schema::revision::RevisionGraph;

use crate::graphs::generate::{Line, graph, identifier, state};
use crate::random::Random;
use crate::venv::Conversation;
use crate::{paths, venv};

const PROGRAM: &str = include_str!("alembic.py");

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// How many projects.
    pub projects: usize,
    /// The first project's seed; the others follow.
    pub seed: u64,
    /// The program to try.
    pub trueup: PathBuf,
}

/// At most this many differences are printed.
const PRINTED: usize = 12;

const INI: &str =
    "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\nsqlalchemy.url = sqlite:///app.db\n";

const ENV: &str = "from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option(\"sqlalchemy.url\"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
";

/// Runs all projects; returns whether there is no difference.
pub fn run(options: &Options) -> Result<bool> {
    let python = venv::python("alembic", &["alembic"])?;
    println!("{}", venv::versions(&python, &["alembic"])?);
    let mut sides = Sides {
        trueup: options.trueup.clone(),
        alembic: Conversation::start(&python, PROGRAM, Stdio::inherit())?,
        tally: Tally::default(),
    };
    let folder = tempfile::tempdir()?;
    for seed in options.seed..options.seed + options.projects as u64 {
        let mut random = Random::new(seed);
        let revisions = graph(&mut random);
        let built = RevisionGraph::build(revisions.iter().map(Line::revision).collect());
        if !built.defects().is_empty() {
            continue;
        }
        let root = folder.path().join("project");
        write(&root, &revisions, &built, &mut random)?;
        let lines: Vec<Vec<String>> = (0..8).map(|_| command_line(&built, &mut random)).collect();
        sides.ask(&format!("project {seed}"), &root, &lines)?;
    }
    environments::check(&python, &options.trueup, folder.path())?;
    writing::run(options, &python, &mut sides, folder.path())?;
    let Sides { tally, .. } = sides;
    println!(
        "{} projects from seed {}: {} commands alike, {} refused by both, {} different",
        options.projects, options.seed, tally.alike, tally.refused, tally.different
    );
    for (reason, count) in &tally.explained {
        println!("on purpose, {count}: {reason}");
    }
    Ok(tally.different == 0)
}

struct Sides {
    trueup: PathBuf,
    alembic: Conversation,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    alike: usize,
    refused: usize,
    different: usize,
    explained: BTreeMap<&'static str, usize>,
}

impl Sides {
    fn ask(&mut self, name: &str, root: &Path, lines: &[Vec<String>]) -> Result<()> {
        let answers = self.alembic.ask(&json!({"folder": root, "lines": lines}))?;
        let answers = answers.as_array().context("no list of answers")?;
        for (line, theirs) in lines.iter().zip(answers) {
            let ours = Command::new(&self.trueup)
                .args(line)
                .current_dir(root)
                .env_remove("DATABASE_URL")
                .env_remove("TRUEUP_DATABASE_URL")
                .output()?;
            let output = String::from_utf8_lossy(&ours.stdout).into_owned();
            let (is_taken, text) = (theirs["ok"] == true, theirs["out"].as_str().unwrap_or_default());
            match (ours.status.success(), is_taken) {
                (true, true) if comparable(line, &output) == comparable(line, text) => self.tally.alike += 1,
                (false, false) => self.tally.refused += 1,
                (success, _) => match explained(line, success, text) {
                    Some(reason) => *self.tally.explained.entry(reason).or_default() += 1,
                    None => {
                        self.tally.different += 1;
                        if self.tally.different <= PRINTED {
                            let errors = String::from_utf8_lossy(&ours.stderr);
                            println!(
                                "{name}: {}\n--- Alembic\n{text}\n--- trueup\n{output}{errors}",
                                line.join(" ")
                            );
                        }
                    }
                },
            }
        }
        Ok(())
    }
}

/// Tells why the two answer differently, where that is on purpose; see also `graphs`.
fn explained(line: &[String], is_taken: bool, theirs: &str) -> Option<&'static str> {
    let range = line.iter().any(|word| word.starts_with("-r"));
    let is_current = line.iter().any(|word| word.ends_with(":current") || word.starts_with("-rcurrent:"));
    match is_taken {
        true if theirs.starts_with("AssertionError") => Some("an assertion of Alembic's fails"),
        _ if is_current => Some("nothing is applied, which Alembic takes for `base` or `heads`"),
        true if range => Some("the lower end of a range is counted down to base"),
        _ if theirs.contains("'NoneType' object") => Some("counted down below base"),
        _ => None,
    }
}

/// Returns an output in an order of its own where Alembic's is that of a set.
fn comparable(line: &[String], text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if matches!(line[0].as_str(), "branches" | "current" | "show") {
        lines.sort();
    }
    lines
}

/// Writes a project whose database is somewhere in its history.
fn write(root: &Path, lines: &[Line], graph: &RevisionGraph, random: &mut Random) -> Result<()> {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root.join("alembic/versions"))?;
    fs::write(root.join("alembic.ini"), INI)?;
    fs::write(root.join("alembic/env.py"), ENV)?;
    for line in lines {
        fs::write(root.join(format!("alembic/versions/{}_step.py", line.id)), revision(line, random))?;
    }
    let database = rusqlite::Connection::open(root.join("app.db"))?;
    database.execute_batch(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    )?;
    for id in graph.ids(&state(graph, random)) {
        database.execute("INSERT INTO alembic_version VALUES (?1)", [id])?;
    }
    Ok(())
}

/// Returns the text of a revision file, with a docstring in one of the shapes that occur.
fn revision(line: &Line, random: &mut Random) -> String {
    let literal = |values: &[String]| match values {
        [] => "None".to_owned(),
        [only] => format!("\"{only}\""),
        several => {
            format!("({})", several.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", "))
        }
    };
    let id = &line.id;
    let docstring = match random.below(6) {
        0 => String::new(),
        1 => format!("\"\"\"step {id}\"\"\"\n"),
        2 => format!("\"\"\"step {id}\n\n    indented: more\n\nRevision ID: {id}\n\"\"\"\n"),
        3 => format!("\"\"\"two lines\nof {id}\n\nRevises: nothing\n\"\"\"\n"),
        4 => format!("\"\"\"\n    step {id}  \n\n\n  tail \n\"\"\"\n"),
        _ => {
            format!("'''Größe \"{id}\" \\\\ é\n\nRevision ID: {id}\nRevises: {}\n'''\n", line.down.join(", "))
        }
    };
    format!(
        "{docstring}revision = \"{id}\"\ndown_revision = {}\nbranch_labels = {}\ndepends_on = {}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n",
        literal(&line.down),
        literal(&line.labels),
        literal(&line.depends)
    )
}

fn command_line(graph: &RevisionGraph, random: &mut Random) -> Vec<String> {
    let words: Vec<String> = match random.below(12) {
        0 => vec!["heads".to_owned()],
        1 => vec!["heads".to_owned(), "--resolve-dependencies".to_owned()],
        2 | 3 => vec!["branches".to_owned()],
        4 => vec!["history".to_owned()],
        5 => vec!["history".to_owned(), "-i".to_owned()],
        6 | 7 => {
            let mut end = || match random.below(5) {
                0 => String::new(),
                1 => "current".to_owned(),
                _ => identifier(graph, random),
            };
            vec!["history".to_owned(), format!("-r{}:{}", end(), end())]
        }
        8 => vec!["show".to_owned(), "current".to_owned()],
        9 => match identifier(graph, random) {
            // A word that begins with a dash would be an option.
            text if text.starts_with('-') => vec!["show".to_owned(), "head".to_owned()],
            text => vec!["show".to_owned(), text],
        },
        10 => vec!["current".to_owned(), "--check-heads".to_owned()],
        _ => vec!["current".to_owned()],
    };
    let is_verbose = words[0] != "show" && !words.contains(&"--check-heads".to_owned()) && random.one_in(3);
    let verbose = is_verbose.then(|| "-v".to_owned()).filter(|_| words[0] != "current");
    words.into_iter().chain(verbose).collect()
}

/// Where the program is built for developer commands.
pub fn built() -> PathBuf {
    paths::workspace().join("target/fast/trueup")
}
