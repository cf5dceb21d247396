//! The developer commands of the workspace: `cargo xtask <command>`.
#![expect(clippy::print_stderr, reason = "a command line tool")]

use std::process::ExitCode;

use anyhow::Context as _;
use xtask::{corpus, new, oracle, test, tidy};

const USAGE: &str = "\
usage: cargo xtask <command>

  test [--postgres 13,18]     everything that must hold: format, tidy, clippy, all tests on real databases
  tidy [--write]              the rules of ARCHITECTURE.md; --write refreshes its code map
  new rule NAME --group GROUP a lint rule: file, page, entry in the list
  new op NAME                 an operation: file, page, entry in the list
  new audit NAME              an audit: file, page, entry in the list
  corpus fetch [--truth DIR]  real packages with Alembic histories, into a cache outside the tree
  corpus run [PROJECT…] [--verbose] [--update]
                              replays them and compares with what real Alembic built
  corpus models [PROJECT…] [--verbose] [--update]
                              the schema of their models, against SQLAlchemy's create_all
  corpus downgrades [PROJECT…] [--verbose] [--update]
                              where their downgrades end, against real Alembic
  differential [--projects N] [--seed N]
  graphs [--graphs N] [--seed N]
  commands [--projects N] [--seed N] [--trueup FILE]
                              random projects, built by real Alembic and by trueup
  autogenerate [--projects N] [--seed N] [--trueup FILE]
                              generated revisions, run by real Alembic
  conformance --cases DIR [SUITE…] [--only N,…] [--update]
                              pairs of states that peers test themselves on, there and back
  drift [PROJECT…]            databases as Alembic built them are clean, ten manual changes are ten findings
  faults [--runs N] [--seed N] [--only KIND,…] [--trueup FILE] [--no-record]
                              runs that are killed, cut off, starved and crowded, into docs/reliability.md
  fuzz [--minutes N] [TARGET…]
                              mutated texts for every reader
  bench graph|check|replay|upgrade   trueup beside real Alembic, into benches/results";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["test"] => return tested(test::run(&[])),
        ["test", "--postgres", majors] => {
            return tested(majors_of(majors).and_then(|majors| test::run(&majors)));
        }
        ["tidy"] => tidy::run(tidy::Mode::Check),
        ["tidy", "--write"] => tidy::run(tidy::Mode::Write),
        ["new", "rule", name, "--group", group] => new::rule(&xtask::root(), name, group),
        ["new", "op", name] => new::operation(&xtask::root(), name),
        ["new", "audit", name] => new::audit(&xtask::root(), name),
        ["corpus", "fetch"] => corpus::fetch(&xtask::root().join(corpus::DEFAULT_TRUTH)),
        ["corpus", "fetch", "--truth", folder] => corpus::fetch(folder.as_ref()),
        ["corpus", "run", rest @ ..] => return tested(oracle::run("corpus", rest)),
        ["corpus", "models", rest @ ..] => return tested(oracle::run("models", rest)),
        ["corpus", "downgrades", rest @ ..] => return tested(oracle::run("downgrades", rest)),
        [command @ ("autogenerate" | "commands"), rest @ ..] => return tested(oracle::run(command, rest)),
        [
            command @ ("fuzz" | "bench" | "differential" | "conformance" | "graphs" | "drift" | "faults"),
            rest @ ..,
        ] => {
            return tested(oracle::run(command, rest));
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    tested(result.map(|()| true))
}

/// What holds is success; what does not has been said already; an error is said here.
fn tested(result: anyhow::Result<bool>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn majors_of(text: &str) -> anyhow::Result<Vec<u32>> {
    let numbers = text.split(',').map(|major| major.trim().parse());
    numbers
        .collect::<Result<_, _>>()
        .with_context(|| format!("`{text}` is not a list of major versions such as 13,18"))
}
