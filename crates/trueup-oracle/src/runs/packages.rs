//! The histories of the corpus, upgraded and downgraded by both sides.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use trueup_project::pipelines::history::History;
use trueup_schema::Dialect;
use trueup_schema::revision::RevisionGraph;

use super::command::{By, Command};
use super::package::Package;
use super::sides::Sides;
use super::tally::Tally;
use super::trial::{Step, Subject, Trial};
use crate::corpus::{declared, projects};

/// Runs the named packages, or all; returns what was found.
pub(super) fn run(names: &[String], trueup: &Path) -> Result<Tally> {
    let names: &[String] = if names.iter().any(|name| name == "all") { &[] } else { names };
    let known = declared::known()?;
    let mut all = Tally::default();
    for project in projects::listed(names)? {
        for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
            if !known.has(&project.id, dialect) {
                continue;
            }
            for (has_rows, with) in [(false, ""), (true, " with rows")] {
                let name = format!("{} {}{with}", project.id, projects::short(dialect));
                match one(&name, project.clone(), dialect, has_rows, trueup) {
                    Ok(tally) => {
                        println!("{name}: {}", tally.summary());
                        all.add(tally);
                    }
                    Err(error) => println!("{name}: not run: {error:#}"),
                }
            }
        }
    }
    Ok(all)
}

fn one(
    name: &str,
    project: projects::Project,
    dialect: Dialect,
    has_rows: bool,
    trueup: &Path,
) -> Result<Tally> {
    let (root, _) = project.place()?;
    let history = History::read(&project.configuration()?, Some(dialect))
        .ok()
        .context("the revisions are no history")?;
    let commands = commands(&history.graph, has_rows);
    let folder = tempfile::tempdir()?;
    let package = Package::new(project, dialect, folder.path())?;
    let mut tally = Tally { trials: 1, ..Tally::default() };
    let mut sides = Sides::of_package(package, trueup, dialect);
    let mut differences = Vec::new();
    let mut trial = Trial::new(Subject::Folder(&root), dialect, &mut sides, &mut tally)?;
    trial.give()?;
    for command in commands {
        let text = command.text();
        match trial.step(command)? {
            Step::Goes => {}
            Step::Ends => break,
            Step::Differs(difference) => {
                let head: Vec<&str> = difference.text.lines().take(40).collect();
                println!("{name}: {text}: {}\n  {}", difference.kind, head.join("\n  "));
                differences.push(difference.kind);
                // Further commands would tell the same again.
                if !trial.meet()? {
                    break;
                }
            }
        }
    }
    drop(trial);
    for kind in &differences {
        tally.different(kind);
    }
    Ok(tally)
}

/// What is done to a package's database: in stages up, a few steps down, up again; with rows between the stages or
/// without, since rows of chance stop many a revision.
fn commands(graph: &RevisionGraph, has_rows: bool) -> Vec<Command> {
    let order = graph.order();
    let at = |share: usize| graph.id(order[(order.len() * share / 10).min(order.len() - 1)]).to_owned();
    let run = |words: &[&str], by| Command::Run(words.iter().map(|&word| word.to_owned()).collect(), by);
    if has_rows {
        return vec![
            run(&["upgrade", &at(3)], By::Native),
            Command::Fill(1),
            run(&["upgrade", &at(6)], By::Auto),
            Command::Fill(2),
            run(&["upgrade", "heads"], By::Native),
            Command::Fill(3),
            run(&["downgrade", &at(8)], By::Native),
            run(&["upgrade", "heads"], By::Alembic),
        ];
    }
    let heads: BTreeSet<&str> = graph.heads().iter().map(|head| graph.id(*head)).collect();
    let back: Vec<&str> = ["stamp", "--purge"].into_iter().chain(heads).collect();
    vec![
        run(&["upgrade", &at(4)], By::Native),
        run(&["upgrade", &at(6)], By::Alembic),
        run(&["upgrade", "heads"], By::Native),
        run(&["current"], By::Native),
        run(&["downgrade", "-1"], By::Native),
        run(&["downgrade", "-1"], By::Auto),
        run(&["upgrade", "heads"], By::Native),
        run(&["stamp", &at(5)], By::Native),
        run(&back, By::Native),
        Command::Script(vec!["upgrade".to_owned(), "heads".to_owned()], By::Native),
        Command::Script(vec!["stamp".to_owned(), format!("base:{}", at(9))], By::Native),
        run(&["downgrade", &at(7)], By::Native),
        run(&["upgrade", "heads"], By::Auto),
        run(&["downgrade", "base"], By::Native),
    ]
}
