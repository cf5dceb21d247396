//! What `upgrade`, `downgrade`, `stamp` and `ensure_version` share: the request, what is told while they run, how they
//! end.

use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use trueup_project::config::Configuration;
use trueup_project::pipelines::run::{
    CancelHandle, Event, FailedStatement, NotRun, Progress, RunEngine, RunFailure, RunFailureKind, RunReport,
    RunRequest,
};
use trueup_project::wire::RunWire;
use trueup_schema::Dialect;

use super::check::environment;
use super::reading;
use crate::args::{Format, Global, RunArgs};
use crate::error::{CommandError, DATABASE, ENVIRONMENT, REFUSED};
use crate::render;

/// Lines of a statement that a failure shows.
const SHOWN_LINES: usize = 12;

/// What Ctrl-C stops. A signal has no arguments, so that this is the one thing a whole process shares.
static RUNNING: Mutex<Option<CancelHandle>> = Mutex::new(None);

/// Returns what a run is asked for.
pub(super) fn request(global: &Global, args: &RunArgs) -> RunRequest {
    RunRequest {
        database: reading::database(global),
        engine: match args.engine.as_str() {
            "native" => RunEngine::Native,
            "alembic" => RunEngine::Alembic,
            _ => RunEngine::Auto,
        },
        python: args.python.clone(),
        tag: args.tag.clone(),
        lock_timeout: args.lock_timeout,
        statement_timeout: args.statement_timeout,
        wait: if args.no_wait { Some(Duration::ZERO) } else { args.wait },
        backup: None,
        allows_data_loss: args.yes || args.allow.iter().any(|hazard| hazard == "data-loss"),
        journal: !args.no_journal,
        who: who(),
        on_progress: (!global.quiet && !global.no_progress).then_some(progress),
    }
}

/// Tells what a statement that takes long is doing.
fn progress(progress: &Progress) {
    let mut line = format!("  still running after {} s", progress.elapsed.as_secs());
    if let Some(index) = &progress.index {
        let (done, total) = match index.tuples_total {
            0 => (index.blocks_done, index.blocks_total),
            total => (index.tuples_done, total),
        };
        let share = if total > 0 { format!(" ({} %)", done * 100 / total) } else { String::new() };
        line.push_str(&format!(": index on {}, {}{share}", index.table, index.phase));
    } else if let Some(waits_for) = &progress.waits_for {
        line.push_str(&format!(": waits for {waits_for}"));
    }
    if let [first, ..] = &progress.blocked_by[..] {
        line.push_str(&format!(", held by {first}"));
    }
    // Nothing can be done when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Returns who runs, `user@host`.
pub(super) fn who() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(environment);
    let host = ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(environment);
    let host = host.or_else(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned())
    });
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), host.as_deref().unwrap_or("unknown"))
}

/// Returns the configuration, for a command that writes text or JSON.
pub(super) fn configuration(global: &Global) -> Result<Configuration, CommandError> {
    reading::configuration(global)
}

/// Returns the dialect of `--dialect`.
pub(super) fn dialect(global: &Global) -> Option<Dialect> {
    global.dialect.as_deref().and_then(Dialect::from_name)
}

/// Lets the first Ctrl-C end the run in a known state, and the second one the process.
pub(super) fn stop_on_signals() {
    let handler = || {
        let running = RUNNING.lock().ok().and_then(|running| running.clone());
        let asked = running.filter(|handle| !handle.is_requested()).map(|handle| handle.cancel());
        if asked.is_none() {
            std::process::abort();
        }
        let _ = writeln!(std::io::stderr(), "stopping: what is not committed is rolled back");
    };
    // Without a handler Ctrl-C ends the process, and the database rolls back by itself.
    let _ = ctrlc::set_handler(handler);
}

/// Tells a person what happens; on standard error, which is not for results.
pub(super) fn tell(global: &Global) -> impl FnMut(Event<'_>) + '_ {
    let mut last_wait = None;
    move |event| {
        if let Event::Opened(handle) = event {
            if let Ok(mut running) = RUNNING.lock() {
                *running = Some(handle);
            }
            return;
        }
        let Some(line) = line(&event, &mut last_wait) else { return };
        if global.quiet && !matches!(event, Event::Note(_)) {
            return;
        }
        let mut err = anstream::AutoStream::new(std::io::stderr(), global.color.choice());
        // Nothing can be done when standard error is closed.
        let _ = writeln!(err, "{line}");
    }
}

fn line(event: &Event<'_>, last_wait: &mut Option<String>) -> Option<String> {
    Some(match event {
        Event::Opened(_) => return None,
        Event::Waiting(wait) => {
            let holders: Vec<String> = wait.holders.iter().map(ToString::to_string).collect();
            let by = if holders.is_empty() { String::new() } else { format!(" by {}", holders.join(", ")) };
            let line = format!("waiting for the lock on the database, which is held{by}");
            if last_wait.as_ref() == Some(&line) {
                return None;
            }
            *last_wait = Some(line.clone());
            line
        }
        Event::Retrying(attempt) => format!(
            "a lock was not granted in time ({}); trying again in {:.1} s, attempt {} of {}",
            attempt.error.message,
            attempt.pause.as_secs_f32(),
            attempt.attempt + 1,
            attempt.attempts
        ),
        Event::BackedUp(backup) => {
            format!("Backed up to {} ({} kB)", backup.path.display(), backup.bytes.div_ceil(1000))
        }
        Event::Revision(step) => running(step.way.function(), &step.line, &step.summary),
        Event::Delegated(step, reason) => format!(
            "{}\n  by the project's own Python: {reason}",
            running(step.way.function(), &step.line, &step.summary)
        ),
        Event::Stamped(line) => format!("Running stamp_revision {line}"),
        Event::Notice(notice) => format!("  {}: {}", notice.severity.to_lowercase(), notice.message),
        Event::Note(note) => format!("  note: {note}"),
    })
}

fn running(function: &str, line: &str, summary: &str) -> String {
    let summary = summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let comma = if summary.is_empty() { "" } else { ", " };
    format!("Running {function} {line}{comma}{summary}")
}

/// Writes what came of a run, and returns the exit code.
pub(super) fn finish(
    global: &Global,
    command: &'static str,
    result: Result<RunReport, NotRun>,
) -> Result<u8, CommandError> {
    let is_json = global.format == Format::Json;
    match result {
        Ok(report) => {
            if is_json {
                render::write(global, &RunWire::new(command, &report, None).to_json())?;
            }
            Ok(0)
        }
        Err(NotRun::NoHistory(no_history)) => reading::no_history(global, no_history),
        Err(NotRun::Failed(failure)) => {
            if is_json {
                render::write(global, &RunWire::new(command, &failure.report, Some(&failure)).to_json())?;
            } else {
                problem(&failure).print(global.color);
            }
            Ok(match failure.kind {
                RunFailureKind::Request | RunFailureKind::Environment => ENVIRONMENT,
                RunFailureKind::Database => DATABASE,
                RunFailureKind::Refused => REFUSED,
            })
        }
    }
}

/// Writes SQL, or says why there is none.
pub(super) fn write_sql(
    global: &Global,
    command: &'static str,
    result: Result<String, NotRun>,
) -> Result<u8, CommandError> {
    match result {
        Ok(sql) => render::write(global, &sql).map(|()| 0),
        Err(error) => finish(global, command, Err(error)),
    }
}

fn problem(failure: &RunFailure) -> CommandError {
    let mut problem = CommandError::new(failure.message.clone());
    if let Some(location) = &failure.location {
        let line = failure.line.map(|line| format!(":{line}")).unwrap_or_default();
        problem = problem.place(format!("{}{line}", location.path));
    }
    if let Some(statement) = &failure.statement {
        problem = problem.text(shown(statement));
    }
    for fact in &failure.facts {
        problem = problem.fact(fact.clone());
    }
    for hint in &failure.hints {
        problem = problem.hint(hint.clone());
    }
    problem
}

/// Returns the lines of a statement around the place that the server points at, with that place marked.
fn shown(statement: &FailedStatement) -> String {
    let lines: Vec<&str> = statement.sql.trim_end().lines().collect();
    let at = statement.place.map_or(1, |(line, _)| line);
    let first = at.saturating_sub(SHOWN_LINES / 2 + 1);
    let mut shown = Vec::new();
    if first > 0 {
        shown.push("…".to_owned());
    }
    for (number, line) in lines.iter().enumerate().skip(first).take(SHOWN_LINES) {
        shown.push((*line).to_owned());
        if let Some((line, column)) = statement.place
            && line == number + 1
        {
            shown.push(format!("{}^", " ".repeat(column.saturating_sub(1))));
        }
    }
    if first + SHOWN_LINES < lines.len() {
        shown.push("…".to_owned());
    }
    shown.join("\n")
}
