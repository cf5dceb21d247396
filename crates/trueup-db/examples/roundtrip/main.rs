//! For every dump of a folder: what its text builds in memory against what a database that ran it tells, and what our
//! own statements build against what the dump builds, judged by `pg_dump`.
//!
//! Where there is a `*.ops.json` beside the dump (a list of revisions, each with the statements it sent as `sql`), these
//! statements are carried out in memory too and compared with the same database.
//!
//! `cargo run -p trueup-db --example roundtrip -- ../shared/truth [part of a name …]`; files are `*.pg.sql`,
//! `*.sqlite.sql`, or these as `.xz`. Needs `pg_dump` and, for `.xz`, `xz`.

mod harness;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{Live, built, continued, differences, statements};
use trueup_schema::{Dialect, Schema};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "../shared/truth".to_owned());
    let wanted: Vec<String> = arguments.collect();
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut out = std::io::stdout().lock();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dialect = match name.trim_end_matches(".xz") {
            name if name.ends_with(".pg.sql") => Dialect::Postgresql,
            name if name.ends_with(".sqlite.sql") => Dialect::Sqlite,
            _ => continue,
        };
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part)) {
            let _ = writeln!(out, "{}", report(&file, &name, dialect));
        }
    }
}

fn report(file: &Path, name: &str, dialect: Dialect) -> String {
    let mut sql = text_of(file);
    if dialect.is_sqlite() {
        sql = tables_first(&sql);
    }
    let live = Live::run(dialect, name, &sql);
    let actual = live.inspect();
    let (expected, problems) = built(dialect, &sql);
    let (different, unknown) = differences(&expected, &actual);
    let again = statements(&expected);
    let (rebuilt, dumps) = match std::panic::catch_unwind(|| Live::run(dialect, &format!("{name}-2"), &again))
    {
        Ok(second) => {
            let dumps = match (live.postgres_url(), second.postgres_url()) {
                (Some(first), Some(second)) => lines_apart(&dump(first), &dump(second)),
                _ => Vec::new(),
            };
            (differences(&actual, &second.inspect()).0, dumps)
        }
        Err(_) => (vec!["our statements do not run, see above".to_owned()], Vec::new()),
    };
    let (replay_problems, replayed) = replay(file, name, &actual);
    let mut out = format!(
        "{name}: {} tables, {} problems, {} differences, {} unknown, rebuilt {} differences, dump {} lines, replay {} problems, {} differences",
        actual.tables.len(),
        problems.len(),
        different.len(),
        unknown.len(),
        rebuilt.len(),
        dumps.len(),
        replay_problems.len(),
        replayed.len()
    );
    let parts = [
        ("problem", problems),
        ("", different),
        ("unknown", unknown),
        ("rebuilt", rebuilt),
        ("dump", dumps),
        ("replay problem", replay_problems),
        ("replay", replayed),
    ];
    for (word, lines) in parts {
        for line in lines {
            let short: String = line.chars().take(40000).collect();
            out.push_str(&format!("\n  {word} {}", short.replace('\n', " ")));
        }
    }
    out
}

/// Carries out what the revisions sent, one statement after the other, and compares with the database.
fn replay(file: &Path, name: &str, actual: &Schema) -> (Vec<String>, Vec<String>) {
    let sent = file.with_file_name(name.replace(".sql", ".ops.json"));
    if !sent.exists() {
        return (Vec::new(), Vec::new());
    }
    let revisions: serde_json::Value =
        serde_json::from_str(&text_of(&sent)).unwrap_or_else(|error| panic!("{}: {error}", sent.display()));
    let mut schema = Schema::new(actual.dialect);
    let mut problems = Vec::new();
    for revision in revisions.as_array().into_iter().flatten() {
        let sent = revision["sql"].as_array().into_iter().flatten().filter_map(|sql| sql.as_str());
        for sql in sent {
            let id = revision["rev"].as_str().unwrap_or_default();
            // The driver of PostgreSQL halves them.
            let sql = if actual.dialect.is_sqlite() { sql.to_owned() } else { sql.replace("%%", "%") };
            problems.extend(continued(&mut schema, &sql).into_iter().map(|text| format!("{id}: {text}")));
        }
    }
    (problems, differences(&schema, actual).0)
}

/// Returns a dump's SQL, without the commands that only psql knows.
fn text_of(file: &Path) -> String {
    let bytes = if file.extension().is_some_and(|extension| extension == "xz") {
        output(Command::new("xz").arg("-dc").arg(file))
    } else {
        std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    let text = String::from_utf8(bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let is_sql = |line: &&str| !line.starts_with('\\');
    text.split('\n').filter(is_sql).collect::<Vec<_>>().join("\n")
}

/// Returns the statements with the tables first: `.schema` sorts by name, so an index may stand before its table.
fn tables_first(sql: &str) -> String {
    let mut statements = trueup_sql::split(Dialect::Sqlite, sql);
    statements.sort_by_key(|statement| !statement.text.to_ascii_uppercase().starts_with("CREATE TABLE"));
    statements.iter().map(|statement| statement.text).collect::<Vec<_>>().join(";\n")
}

fn dump(url: &str) -> Vec<String> {
    let text = output(Command::new("pg_dump").args(["--schema-only", "--no-owner", url]));
    let text = String::from_utf8_lossy(&text).into_owned();
    let is_noise = |line: &&str| line.is_empty() || line.starts_with("--") || line.starts_with('\\');
    text.lines().filter(|line| !is_noise(line)).map(str::to_owned).collect()
}

/// Returns the lines that only one of two dumps has.
fn lines_apart(first: &[String], second: &[String]) -> Vec<String> {
    let only = |here: &[String], there: &[String], sign: &str| {
        let mut rest: Vec<&str> = there.iter().map(|line| line.trim_end_matches(',')).collect();
        rest.sort_unstable();
        let mut counts = std::collections::BTreeMap::new();
        for line in rest {
            *counts.entry(line).or_insert(0_usize) += 1;
        }
        let mut apart = Vec::new();
        for line in here {
            match counts.get_mut(line.trim_end_matches(',')) {
                Some(count) if *count > 0 => *count -= 1,
                _ => apart.push(format!("{sign} {line}")),
            }
        }
        apart
    };
    let mut apart = only(first, second, "-");
    apart.extend(only(second, first, "+"));
    apart
}

fn output(command: &mut Command) -> Vec<u8> {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}
