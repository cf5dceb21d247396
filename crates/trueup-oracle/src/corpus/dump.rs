//! Compares dumps of PostgreSQL databases, object by object.
//!
//! The text of `pg_dump` is taken as it is: cut at its own headings (`-- Name: t; Type: TABLE; Schema: public`), rid of
//! settings and blank lines, and of the version table. Neither our SQL reader nor our inspector has a say.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The objects of a dump: kind and name, and the text that creates each.
pub type Objects = BTreeMap<String, String>;

/// Dumps the schema of a database, without owners and privileges.
pub fn dump(url: &str) -> Result<String> {
    dump_with(url, &["--no-owner", "--no-privileges"])
}

/// Dumps the schema of a database with options.
pub fn dump_with(url: &str, options: &[&str]) -> Result<String> {
    let mut command = Command::new("pg_dump");
    command.arg("--schema-only").args(options).args(["--dbname", url]);
    let output = command
        .output()
        .context("no `pg_dump`\nhint: install the PostgreSQL client of the server's major version")?;
    if !output.status.success() {
        bail!("pg_dump: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Returns what `psql` would send: the dump without its meta commands.
pub fn executable(dump: &str) -> String {
    let lines = dump.lines().filter(|line| !line.starts_with('\\'));
    // The settings of the dump's session, foremost the empty search path, are fine for a session of its own.
    lines.collect::<Vec<_>>().join("\n")
}

/// Cuts a dump into objects.
pub fn objects(dump: &str) -> Objects {
    let mut out = Objects::new();
    let mut heading: Option<String> = None;
    for line in dump.lines() {
        if let Some(rest) = line.strip_prefix("-- Name: ") {
            heading = Some(heading_of(rest));
            continue;
        }
        let is_noise = line.is_empty()
            || line.starts_with("--")
            || line.starts_with('\\')
            || line.starts_with("SET ")
            || line.starts_with("SELECT pg_catalog.set_config");
        if is_noise {
            continue;
        }
        if let Some(heading) = &heading {
            let text = out.entry(heading.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    without_version_tables(out)
}

/// `t; Type: TABLE; Schema: public; Owner: -` becomes `TABLE t`.
fn heading_of(rest: &str) -> String {
    let mut parts = rest.split("; ");
    let name = parts.next().unwrap_or_default();
    let mut kind = "";
    let mut namespace = "";
    for part in parts {
        if let Some(word) = part.strip_prefix("Type: ") {
            kind = word;
        } else if let Some(word) = part.strip_prefix("Schema: ") {
            namespace = word;
        }
    }
    let place = if matches!(namespace, "public" | "-") { String::new() } else { format!("{namespace}.") };
    format!("{kind} {place}{name}")
}

/// Alembic's own table is no part of what revisions build; it is known by its only column.
fn without_version_tables(mut objects: Objects) -> Objects {
    let is_version_table = |text: &str| {
        let columns: Vec<&str> = text.lines().filter(|line| line.starts_with("    ")).collect();
        columns.len() == 1 && columns[0].trim_start().starts_with("version_num character varying")
    };
    let tables: Vec<String> = objects
        .iter()
        .filter(|(key, text)| key.starts_with("TABLE ") && is_version_table(text))
        .filter_map(|(key, _)| key.strip_prefix("TABLE ").map(str::to_owned))
        .collect();
    objects.retain(|key, _| {
        let name = key.split_once(' ').map_or("", |(_, name)| name);
        let owner = key.split_once("CONSTRAINT ").map_or(name, |(_, owner)| owner);
        !tables.iter().any(|table| owner == table || owner.split(' ').next() == Some(table))
    });
    objects
}

/// Returns what differs, one entry per object; tables whose columns only stand in another order are told apart.
pub fn differences(truth: &Objects, ours: &Objects) -> Vec<String> {
    let mut out = Vec::new();
    for (key, expected) in truth {
        match ours.get(key) {
            None => out.push(format!("missing {key}\n{}", indented(expected, '-'))),
            Some(actual) if actual == expected => {}
            Some(actual) if sorted(actual) == sorted(expected) => out.push(format!("order {key}")),
            Some(actual) => out.push(format!("changed {key}\n{}", lines_between(expected, actual))),
        }
    }
    let extra = ours.iter().filter(|(key, _)| !truth.contains_key(*key));
    out.extend(extra.map(|(key, text)| format!("extra {key}\n{}", indented(text, '+'))));
    out
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines
}

/// The lines that only one side has.
fn lines_between(expected: &str, actual: &str) -> String {
    let (left, right) = (sorted(expected), sorted(actual));
    let only = |these: &[&str], those: &[&str], sign: char| {
        let lines: Vec<String> = these
            .iter()
            .filter(|line| !those.contains(line))
            .map(|line| format!("    {sign} {}", line.trim()))
            .collect();
        lines.join("\n")
    };
    format!("{}\n{}", only(&left, &right, '-'), only(&right, &left, '+'))
}

fn indented(text: &str, sign: char) -> String {
    text.lines().map(|line| format!("    {sign} {}", line.trim())).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "SET lock_timeout = 0;\n\n--\n-- Name: t; Type: TABLE; Schema: public; Owner: -\n--\n\n\
        CREATE TABLE public.t (\n    a integer,\n    b text\n);\n\n\n--\n-- Name: alembic_version; Type: TABLE; \
        Schema: public; Owner: -\n--\n\nCREATE TABLE public.alembic_version (\n    version_num character varying(32) \
        NOT NULL\n);\n\n--\n-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -\n\
        --\n\nALTER TABLE ONLY public.alembic_version\n    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY \
        (version_num);\n";

    #[test]
    fn a_dump_is_cut_into_objects_without_the_version_table() {
        let found = objects(DUMP);
        let keys: Vec<&String> = found.keys().collect();
        assert_eq!(keys, ["TABLE t"]);
    }

    #[test]
    fn differences_are_told_by_kind() {
        let truth = objects(DUMP);
        assert!(differences(&truth, &truth).is_empty());
        let moved = objects(&DUMP.replace("    a integer,\n    b text\n", "    b text,\n    a integer\n"));
        assert_eq!(differences(&truth, &moved), ["order TABLE t"]);
        let changed = objects(&DUMP.replace("b text", "b text NOT NULL"));
        assert_eq!(differences(&truth, &changed), ["changed TABLE t\n    - b text\n    + b text NOT NULL"]);
        let lost = differences(&truth, &Objects::new());
        assert!(lost[0].starts_with("missing TABLE t\n    - CREATE TABLE"), "{lost:?}");
    }
}
