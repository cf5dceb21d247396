//! Arguments of the developer tool; see the library.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line tool")]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use trueup_oracle::{
    autogenerate, bench, commands, conformance, corpus, differential, drift, faults, fuzz, graphs, paths,
    runs,
};
use trueup_schema::Dialect;

const USAGE: &str = "\
usage: trueup-oracle <command>

  fuzz [--minutes N] [--seed N] [TARGET…]   mutated texts for every reader
  corpus [PROJECT…] [--verbose] [--update] [--truth DIR] [--dialect NAME] [--no-alembic]
                                            real histories against what real Alembic built
  bench graph|check|replay|upgrade [--trueup FILE] [--no-record]
                                            trueup beside real Alembic
  models [PROJECT…] [--verbose] [--update]  schemas of real models, against SQLAlchemy's create_all
  downgrades [PROJECT…] [--verbose] [--update]
                                            real histories on the way down, by real Alembic and by trueup
  differential [--projects N] [--seed N] [--python FILE] [FOLDER…]
                                            random projects, or those in the folders, by real Alembic and by trueup
  commands [--projects N] [--seed N] [--trueup FILE]
                                            what heads, branches, history, show and current print,
                                            and what revision, merge and init write
  autogenerate [--projects N] [--seed N] [--trueup FILE]
                                            generated revisions, run by real Alembic
  conformance --cases DIR [SUITE…] [--only N,…] [--update]
                                            pairs of states that peers test themselves on, there and back
  graphs [--graphs N] [--seed N]            what identifiers and runs mean on random graphs of revisions
  runs [--projects N] [--seed N] [--trueup FILE] [PROJECT…]
                                            what upgrade, downgrade and stamp leave of databases
  drift [PROJECT…] [--truth DIR]            clean databases are clean, ten changes are ten findings
  faults [--runs N] [--seed N] [--only KIND,…] [--trueup FILE] [--no-record]
                                            runs that are killed, cut off, starved and crowded";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = arguments.split_first().context(USAGE)?;
    match command.as_str() {
        "fuzz" => fuzz(rest).map(verdict),
        "corpus" => on_large_stack(|| corpus(rest)).map(verdict),
        "drift" => on_large_stack(|| drift(rest)).map(verdict),
        "models" => on_large_stack(|| models(rest)).map(verdict),
        "downgrades" => on_large_stack(|| downgrades(rest)).map(verdict),
        "differential" => differential(rest).map(verdict),
        "commands" => commands(rest).map(verdict),
        "autogenerate" => autogenerate(rest).map(verdict),
        "conformance" => on_large_stack(|| conformance(rest)).map(verdict),
        "graphs" => graphs(rest).map(verdict),
        "runs" => runs::run(&runs::options(rest)?).map(verdict),
        "faults" => faults(rest).map(verdict),
        "bench" => bench(rest).map(verdict),
        "bench-parse" => {
            let folder = rest.first().context("usage: bench-parse FOLDER")?;
            println!("{} statements", bench::parse(folder.as_ref())?);
            Ok(ExitCode::SUCCESS)
        }
        "bench-sqlite" => {
            let [database, text] = rest else { bail!("usage: bench-sqlite DATABASE FILE") };
            bench::run_sqlite(database.as_ref(), text.as_ref())?;
            Ok(ExitCode::SUCCESS)
        }
        "fuzz-worker" => fuzz_worker(rest),
        "fuzz-case" => match rest {
            [target, file] => fuzz::worker::run_case(target, file.as_ref()),
            _ => bail!("usage: fuzz-case TARGET FILE"),
        },
        _ => bail!("{USAGE}"),
    }
}

fn verdict(holds: bool) -> ExitCode {
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The interpreter's limits are chosen for the stack that the command line gives its thread.
fn on_large_stack<T: Send>(body: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(256 * 1024 * 1024).spawn_scoped(scope, body)?;
        worker.join().unwrap_or_else(|_| bail!("panic"))
    })
}

fn corpus(arguments: &[String]) -> Result<bool> {
    let mut options = corpus::Options {
        truth: paths::workspace().join(corpus::projects::DEFAULT_TRUTH),
        ..corpus::Options::default()
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--truth" => options.truth = arguments.next().context("--truth wants a folder")?.into(),
            "--dialect" => {
                let name = arguments.next().context("--dialect wants a name")?;
                options.dialect =
                    Some(Dialect::from_name(name).context("--dialect wants postgresql or sqlite")?);
            }
            "--verbose" => options.verbose = true,
            "--update" => options.update = true,
            "--no-alembic" => options.no_alembic = true,
            name => options.names.push(name.to_owned()),
        }
    }
    corpus::run(&options)
}

fn drift(arguments: &[String]) -> Result<bool> {
    let truth = paths::workspace().join(corpus::projects::DEFAULT_TRUTH);
    let mut options = drift::Options { names: Vec::new(), truth };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--truth" => options.truth = arguments.next().context("--truth wants a folder")?.into(),
            name => options.names.push(name.to_owned()),
        }
    }
    drift::run(&options)
}

fn models(arguments: &[String]) -> Result<bool> {
    let mut options = corpus::declared::Options::default();
    for argument in arguments {
        match argument.as_str() {
            "--verbose" => options.verbose = true,
            "--update" => options.update = true,
            name => options.names.push(name.to_owned()),
        }
    }
    corpus::declared::run(&options)
}

fn downgrades(arguments: &[String]) -> Result<bool> {
    let mut options = corpus::descent::Options::default();
    for argument in arguments {
        match argument.as_str() {
            "--verbose" => options.verbose = true,
            "--update" => options.update = true,
            name => options.names.push(name.to_owned()),
        }
    }
    corpus::descent::run(&options)
}

fn differential(arguments: &[String]) -> Result<bool> {
    let mut options = differential::Options { projects: 200, seed: 1, folders: Vec::new(), python: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--projects" => {
                options.projects = arguments.next().context("--projects wants a number")?.parse()?;
            }
            "--seed" => options.seed = arguments.next().context("--seed wants a number")?.parse()?,
            "--python" => options.python = Some(arguments.next().context("--python wants a file")?.into()),
            option if option.starts_with('-') => bail!("`{option}` is not understood"),
            folder => options.folders.push(folder.into()),
        }
    }
    differential::run(&options)
}

fn commands(arguments: &[String]) -> Result<bool> {
    let mut options = commands::Options { projects: 400, seed: 1, trueup: commands::built() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--projects" => {
                options.projects = arguments.next().context("--projects wants a number")?.parse()?;
            }
            "--seed" => options.seed = arguments.next().context("--seed wants a number")?.parse()?,
            "--trueup" => options.trueup = arguments.next().context("--trueup wants a file")?.into(),
            other => bail!("`{other}` is not understood"),
        }
    }
    commands::run(&options)
}

fn autogenerate(arguments: &[String]) -> Result<bool> {
    let mut options = autogenerate::Options { projects: 100, seed: 1, trueup: commands::built() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--projects" => {
                options.projects = arguments.next().context("--projects wants a number")?.parse()?;
            }
            "--seed" => options.seed = arguments.next().context("--seed wants a number")?.parse()?,
            "--trueup" => options.trueup = arguments.next().context("--trueup wants a file")?.into(),
            other => bail!("`{other}` is not understood"),
        }
    }
    autogenerate::run(&options)
}

fn conformance(arguments: &[String]) -> Result<bool> {
    let mut options = conformance::Options::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--cases" => options.cases = arguments.next().context("--cases wants a folder")?.into(),
            "--only" => {
                let numbers = arguments.next().context("--only wants numbers")?.split(',');
                options.only = numbers.map(str::parse).collect::<Result<_, _>>()?;
            }
            "--update" => options.update = true,
            option if option.starts_with('-') => bail!("`{option}` is not understood"),
            suite => options.suites.push(suite.to_owned()),
        }
    }
    if options.cases.as_os_str().is_empty() {
        bail!("the cases are no part of the repository\nhint: name their folder with --cases DIR");
    }
    conformance::run(&options)
}

fn graphs(arguments: &[String]) -> Result<bool> {
    let mut options = graphs::Options { graphs: 3000, seed: 1 };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--graphs" => options.graphs = arguments.next().context("--graphs wants a number")?.parse()?,
            "--seed" => options.seed = arguments.next().context("--seed wants a number")?.parse()?,
            other => bail!("`{other}` is not understood"),
        }
    }
    graphs::run(&options)
}

fn faults(arguments: &[String]) -> Result<bool> {
    let mut options =
        faults::Options { runs: 500, seed: 1, only: Vec::new(), trueup: commands::built(), record: true };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => options.runs = arguments.next().context("--runs wants a number")?.parse()?,
            "--seed" => options.seed = arguments.next().context("--seed wants a number")?.parse()?,
            "--only" => {
                let kinds =
                    arguments.next().with_context(|| format!("--only wants of {}", faults::kinds()))?;
                options.only = kinds.split(',').map(str::to_owned).collect();
            }
            "--trueup" => options.trueup = arguments.next().context("--trueup wants a file")?.into(),
            "--no-record" => options.record = false,
            other => bail!("`{other}` is not understood"),
        }
    }
    faults::run(&options)
}

fn bench(arguments: &[String]) -> Result<bool> {
    let (name, rest) = arguments.split_first().context("usage: bench graph|check|replay|upgrade")?;
    let trueup = paths::workspace().join("target/release/trueup");
    let mut options = bench::Options { name: name.clone(), trueup, record: true };
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--trueup" => options.trueup = rest.next().context("--trueup wants a file")?.into(),
            "--no-record" => options.record = false,
            other => bail!("`{other}` is not understood"),
        }
    }
    bench::run(&options)
}

fn fuzz(arguments: &[String]) -> Result<bool> {
    let mut options = fuzz::Options { duration: Duration::from_mins(1), targets: Vec::new(), seed: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--minutes" => {
                let minutes: f64 = arguments.next().context("--minutes wants a number")?.parse()?;
                options.duration = Duration::from_secs_f64(minutes * 60.0);
            }
            "--seed" => options.seed = Some(arguments.next().context("--seed wants a number")?.parse()?),
            target => options.targets.push(target.to_owned()),
        }
    }
    fuzz::run(&options)
}

fn fuzz_worker(arguments: &[String]) -> Result<ExitCode> {
    let [target, milliseconds, seed, folder, known @ ..] = arguments else {
        bail!("usage: fuzz-worker TARGET MILLISECONDS SEED FOLDER [PLACE…]");
    };
    fuzz::worker::run(&fuzz::worker::Work {
        target: target.clone(),
        duration: Duration::from_millis(milliseconds.parse()?),
        seed: seed.parse()?,
        folder: folder.into(),
        known: known.to_vec(),
    })
}
