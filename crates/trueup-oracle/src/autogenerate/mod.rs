//! `autogenerate`: revisions that trueup writes without a database, run by real Alembic.
//!
//! Random models become a revision, then other models another one. Real Alembic upgrades with each, finds nothing
//! between database and models (`compare_metadata`), goes back and finds nothing there either, and leaves nothing when
//! everything is taken back. trueup itself finds nothing to do right after.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;

use crate::differential::histories::{Databases, random_models};
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

/// At most this many rename questions are answered for one revision.
const ANSWERS: usize = 60;

const INI: &str =
    "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = %(here)s\npath_separator = os\n";

const ENV: &str = "from alembic import context
from sqlalchemy import create_engine, pool

from models import metadata

engine = create_engine(context.config.get_main_option(\"sqlalchemy.url\"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
";

const TEMPLATE: &str = "\"\"\"${message}\n\nRevision ID: ${up_revision}\nRevises: ${down_revision | comma,n}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n${imports if imports else \"\"}\n\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\nbranch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n\n\ndef upgrade():\n    ${upgrades if upgrades else \"pass\"}\n\n\ndef downgrade():\n    ${downgrades if downgrades else \"pass\"}\n";

#[derive(Default)]
struct Tally {
    alike: usize,
    refused: BTreeMap<String, usize>,
    one_way: usize,
    different: usize,
}

/// What came of one project.
enum Verdict {
    Alike,
    /// SQLAlchemy does not create the models either; with its reason.
    Refused(String),
    /// The way back says that there is none.
    OneWay,
    Different(String),
}

/// Runs all projects; returns whether there is no difference.
pub fn run(options: &Options) -> Result<bool> {
    let python = venv::python("differential-2.0", &["alembic", "sqlalchemy<2.1", "psycopg[binary]"])?;
    println!("{}", venv::versions(&python, &["alembic", "sqlalchemy"])?);
    let mut alembic = Conversation::start(&python, PROGRAM, Stdio::inherit())?;
    let mut tally = Tally::default();
    for seed in options.seed..options.seed + options.projects as u64 {
        for dialect in [Dialect::Sqlite, Dialect::Postgresql] {
            let root = paths::workspace().join("target/autogenerate").join(format!("{seed}-{dialect}"));
            match project(&options.trueup, &mut alembic, seed, dialect, &root)? {
                Verdict::Alike => tally.alike += 1,
                Verdict::Refused(reason) => {
                    let words: String = reason.chars().take(60).collect();
                    *tally.refused.entry(words).or_default() += 1;
                }
                Verdict::OneWay => tally.one_way += 1,
                Verdict::Different(what) => {
                    tally.different += 1;
                    println!("{}\n  {}", root.display(), what.trim().replace('\n', "\n  "));
                    continue;
                }
            }
            fs::remove_dir_all(&root)?;
        }
    }
    let Tally { alike, refused, one_way, different } = tally;
    for (reason, count) in &refused {
        println!("refused by SQLAlchemy, {count}: {reason}");
    }
    let refused: usize = refused.values().sum();
    println!(
        "{} projects from seed {}: {alike} databases lead to the models and back, {one_way} there and not back, \
         {refused} refused by SQLAlchemy, {different} different",
        options.projects, options.seed
    );
    Ok(different == 0)
}

/// One project on one database.
struct Trial<'a> {
    trueup: &'a Path,
    alembic: &'a mut Conversation,
    root: &'a Path,
    url: String,
    dialect: Dialect,
    /// What Alembic finds where SQLAlchemy itself created the first and the second models.
    known: [Vec<String>; 2],
}

fn project(
    trueup: &Path,
    alembic: &mut Conversation,
    seed: u64,
    dialect: Dialect,
    root: &Path,
) -> Result<Verdict> {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root.join("alembic/versions"))?;
    let databases = if dialect == Dialect::Sqlite { Databases::Sqlite } else { Databases::Postgresql };
    let first = random_models(databases, &mut Random::new(seed));
    let second = random_models(databases, &mut Random::new(seed + 1_000_000));
    fs::write(root.join("alembic.ini"), INI)?;
    fs::write(root.join("alembic/env.py"), ENV)?;
    fs::write(root.join("alembic/script.py.mako"), TEMPLATE)?;
    fs::write(root.join("models_1.txt"), &first)?;
    fs::write(root.join("models_2.txt"), &second)?;
    let scratch = (dialect == Dialect::Postgresql).then(|| Postgres::shared().scratch_database());
    let url = match &scratch {
        Some(scratch) => scratch.url().to_owned(),
        None => format!("sqlite:///{}", root.join("app.db").display()),
    };
    let mut trial = Trial { trueup, alembic, root, url, dialect, known: Default::default() };
    for (at, models) in [&first, &second].into_iter().enumerate() {
        fs::write(root.join("models.py"), models)?;
        match trial.ask("create", Some("models.py"))? {
            Ok(known) => trial.known[at] = known,
            Err(reason) => {
                return Ok(Verdict::Refused(reason.lines().next().unwrap_or_default().to_owned()));
            }
        }
    }
    Ok(match trial.steps(&first, &second)? {
        Ok(true) => Verdict::Alike,
        Ok(false) => Verdict::OneWay,
        Err(what) => Verdict::Different(what),
    })
}

impl Trial<'_> {
    /// Goes there, further, back and there again; whether it came back, or what was not as it should be.
    fn steps(&mut self, first: &str, second: &str) -> Result<Result<bool, String>> {
        for (at, (name, models)) in [("r1", first), ("r2", second)].into_iter().enumerate() {
            fs::write(self.root.join("models.py"), models)?;
            if let Err(what) = self.generate(name)? {
                return Ok(Err(what));
            }
            if let Err(what) = self.nothing("upgrade", Some(("models.py", at)))? {
                return Ok(Err(format!("upgrade to {name}: {what}")));
            }
        }
        fs::write(self.root.join("before.py"), first)?;
        let (old, new) = (Some(("before.py", 0)), Some(("models.py", 1)));
        let back = [("-1", old), ("upgrade", new), ("base", None), ("upgrade", new)];
        for (step, models) in back {
            if let Err(what) = self.nothing(step, models)? {
                if what.contains("NotImplementedError") {
                    return Ok(Ok(false));
                }
                return Ok(Err(format!("then {step}: {what}")));
            }
        }
        Ok(Ok(true))
    }

    /// Lets trueup write a revision; what looks like a rename is none here.
    fn generate(&self, name: &str) -> Result<Result<(), String>> {
        let mut drops: Vec<String> = Vec::new();
        loop {
            let mut words = vec!["revision", "--autogenerate", "-m", name, "--rev-id", name];
            words.extend(drops.iter().flat_map(|drop| ["--drop", drop.as_str()]));
            let (code, text) = self.trueup(&words)?;
            if code == 0 && text.contains("No new upgrade operations") {
                break;
            }
            if code == 0 {
                let (code, text) = self.trueup(&["revision", "--autogenerate", "-m", "again"])?;
                if code != 0 || !text.contains("No new upgrade operations detected") {
                    return Ok(Err(format!("after {name} there is more to do: {text}")));
                }
                let (code, text) = self.trueup(&["check", "--only", "drift"])?;
                if code != 0 {
                    return Ok(Err(format!("after {name} check finds: {text}")));
                }
                break;
            }
            let answer = text.split("`--drop ").nth(1).and_then(|rest| rest.split('`').next());
            match answer {
                Some(answer) if drops.len() < ANSWERS => drops.push(answer.to_owned()),
                _ => return Ok(Err(format!("no revision {name}: {text}"))),
            }
        }
        Ok(Ok(()))
    }

    fn trueup(&self, words: &[&str]) -> Result<(i32, String)> {
        let output = Command::new(self.trueup)
            .args(words)
            .args(["--dialect", self.dialect.name(), "--color", "never"])
            .current_dir(self.root)
            .env_remove("DATABASE_URL")
            .env_remove("TRUEUP_DATABASE_URL")
            .output()?;
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        Ok((output.status.code().unwrap_or(-1), text.concat()))
    }

    /// Lets Alembic take a step, after which there must be nothing to compare.
    fn nothing(&mut self, step: &str, models: Option<(&str, usize)>) -> Result<Result<(), String>> {
        let found = self.ask(step, models.map(|(file, _)| file))?;
        Ok(found.and_then(|mut found| {
            if let Some((_, at)) = models {
                found.retain(|difference| !self.known[at].contains(difference));
            }
            if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
        }))
    }

    fn ask(&mut self, step: &str, models: Option<&str>) -> Result<Result<Vec<String>, String>> {
        let request = json!({"folder": self.root, "url": self.url, "do": step, "models": models});
        let answer = self.alembic.ask(&request)?;
        if let Some(error) = answer["error"].as_str() {
            let place = answer["where"].as_str().unwrap_or_default();
            return Ok(Err(format!("{error}\n{place}")));
        }
        let found = answer["found"].as_array().context("no list of differences")?;
        Ok(Ok(found.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
    }
}
