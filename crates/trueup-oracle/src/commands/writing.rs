//! What `revision` and `merge` write: the same random command lines on two copies of a project, by real Alembic and by
//! trueup. Names and texts of the files, dates aside, and what is printed must be the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::json;
use trueup_schema::revision::RevisionGraph;

use super::{ENV, Options, PRINTED, Sides, revision};
use crate::graphs::generate::{Line, graph, identifier};
use crate::random::Random;

/// Templates beside those that Alembic ships: what projects have made of them, and what Mako can do.
const TEMPLATES: &[&str] = &[
    include_str!("templates/plain.mako"),
    include_str!("templates/blocks.mako"),
    include_str!("templates/filters.mako"),
    include_str!("templates/layout.mako"),
];

const MESSAGES: &[&str] = &[
    "add users",
    "Größe ändern, jetzt!",
    "a message that is far longer than any name of a file should ever become, really",
    "x",
    "",
    "tabs\tand 'quotes' & <signs>",
    "100% of ${nothing}",
    "ends with a quote\"",
    "triple \"\"\" quotes",
    "back\\slash",
    "two\nlines",
];

const FILE_TEMPLATES: &[&str] = &[
    "%%(rev)s_%%(slug)s",
    "%%(year)d_%%(month).2d_%%(day).2d-%%(rev)s_%%(slug)s",
    "%%(slug).12s__%%(rev)-10s%%%%",
    "%%(year)04d/%%(month)02d/%%(rev)s",
    "rev_%%(rev)s",
    "%%(author)s_%%(rev)s",
];

/// One project in two places.
struct Copies {
    alembic: PathBuf,
    trueup: PathBuf,
}

/// Runs all projects.
pub(super) fn run(options: &Options, python: &Path, sides: &mut Sides, folder: &Path) -> Result<()> {
    let stock = stock_templates(python)?;
    let copies = Copies { alembic: folder.join("by/alembic"), trueup: folder.join("by/trueup") };
    for seed in options.seed..options.seed + options.projects as u64 {
        let mut random = Random::new(seed ^ 0x77_7269_7465);
        let lines = graph(&mut random);
        let built = RevisionGraph::build(lines.iter().map(Line::revision).collect());
        if !built.defects().is_empty() {
            continue;
        }
        let files = project(&lines, &stock, &mut random);
        for root in [&copies.alembic, &copies.trueup] {
            let _ = fs::remove_dir_all(root);
            write_all(root, &files)?;
        }
        for number in 0..6 {
            let line = command_line(&built, number, &mut random);
            if !copies.ask(sides, &format!("project {seed}"), &line)? {
                break;
            }
        }
    }
    Ok(())
}

/// Returns the templates that Alembic itself ships.
fn stock_templates(python: &Path) -> Result<Vec<String>> {
    let program = "import alembic, json, pathlib
folder = pathlib.Path(alembic.__file__).parent / 'templates'
print(json.dumps([(folder / name / 'script.py.mako').read_text() for name in ('generic', 'multidb')]))";
    let output = Command::new(python).args(["-c", program]).output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Returns the files of a project.
fn project(lines: &[Line], stock: &[String], random: &mut Random) -> BTreeMap<String, String> {
    let mut ini =
        "[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\ndatabases = one, two\n"
            .to_owned();
    let has_two_locations = random.one_in(4);
    if has_two_locations {
        ini.push_str("version_locations = %(here)s/alembic/versions:%(here)s/more\n");
    }
    if random.one_in(2) {
        ini.push_str(&format!("file_template = {}\n", random.pick(FILE_TEMPLATES)));
        ini.push_str("recursive_version_locations = true\n");
    }
    if random.one_in(3) {
        ini.push_str(&format!("truncate_slug_length = {}\n", random.pick(&[0, 5, 12, 80])));
    }
    if random.one_in(3) {
        ini.push_str(&format!(
            "timezone = {}\n",
            random.pick(&["UTC", "Europe/Vienna", "america/new_york", "Nowhere/Land"])
        ));
    }
    let template = match random.below(TEMPLATES.len() + stock.len()) {
        at if at < stock.len() => stock[at].clone(),
        at => TEMPLATES[at - stock.len()].to_owned(),
    };
    let mut files = BTreeMap::from([
        ("alembic.ini".to_owned(), ini),
        ("alembic/env.py".to_owned(), ENV.to_owned()),
        ("alembic/script.py.mako".to_owned(), template),
        ("naming.py".to_owned(), "def title(text):\n    return text.title()\n".to_owned()),
    ]);
    for line in lines {
        let folder = if has_two_locations && random.one_in(3) { "more" } else { "alembic/versions" };
        files.insert(format!("{folder}/{}_step.py", line.id), revision(line, random));
    }
    // A location may be empty, but the first one is always there.
    files.insert("alembic/versions/notes.txt".to_owned(), String::new());
    files
}

/// Returns an identifier; mostly a head or an id, because most of the others lead nowhere.
fn named(graph: &RevisionGraph, random: &mut Random) -> String {
    match random.below(5) {
        0 => identifier(graph, random),
        1 => graph.id(random.below(graph.revisions().len())).to_owned(),
        _ => graph.id(*random.pick(graph.heads())).to_owned(),
    }
}

fn command_line(graph: &RevisionGraph, number: usize, random: &mut Random) -> Vec<String> {
    let is_merge = random.one_in(3);
    let mut words = vec![if is_merge { "merge" } else { "revision" }.to_owned()];
    let mut option = |name: &str, value: String| words.push(format!("{name}={value}"));
    // An id of chance would be another one on each side. Of the ids that are taken only a head's is tried: one that others
    // build on can close a circle, in which real Alembic runs for ever.
    let id = if random.one_in(12) {
        graph.id(*random.pick(graph.heads())).to_owned()
    } else {
        format!("new{number}{:x}", random.below(4096))
    };
    let id = if random.one_in(20) { format!("{id}-x") } else { id };
    option("--rev-id", id);
    if !random.one_in(5) {
        option("--message", (*random.pick(MESSAGES)).to_owned());
    }
    if random.one_in(5) {
        let labels: Vec<&String> = graph.label_owners().keys().collect();
        let label = if random.one_in(3) && !labels.is_empty() {
            (*random.pick(&labels)).clone()
        } else {
            format!("branch{number}")
        };
        option("--branch-label", label);
    }
    if !is_merge && !random.one_in(3) {
        option("--head", named(graph, random));
    }
    if !is_merge && random.one_in(4) {
        option("--version-path", (*random.pick(&["more", "alembic/versions", "elsewhere"])).to_owned());
    }
    for _ in 0..if is_merge { 0 } else { random.below(4).saturating_sub(1) } {
        option("--depends-on", named(graph, random));
    }
    if random.one_in(2) {
        words.push("--splice".to_owned());
    }
    if is_merge {
        let count = 1 + random.below(3);
        let revisions = (0..count).map(|_| named(graph, random)).filter(|text| !text.starts_with('-'));
        let revisions: Vec<String> = revisions.collect();
        words.extend(if revisions.is_empty() || random.one_in(3) {
            vec!["heads".to_owned()]
        } else {
            revisions
        });
    }
    words
}

impl Copies {
    /// Runs a command on both sides and compares; tells whether the two are still alike.
    fn ask(&self, sides: &mut Sides, name: &str, line: &[String]) -> Result<bool> {
        let before = (files_of(&self.alembic)?, files_of(&self.trueup)?);
        let answers = sides.alembic.ask(&json!({"folder": self.alembic, "lines": [line]}))?;
        let output = Command::new(&sides.trueup)
            .args(line)
            .current_dir(&self.trueup)
            .env_remove("DATABASE_URL")
            .env_remove("TRUEUP_DATABASE_URL")
            .output()?;
        let after = (files_of(&self.alembic)?, files_of(&self.trueup)?);
        let (theirs, ours) = (&answers[0], String::from_utf8_lossy(&output.stdout).into_owned());
        let (is_taken, text) = (theirs["ok"] == true, theirs["out"].as_str().unwrap_or_default());
        let explained = match (output.status.success(), is_taken) {
            (true, true) => {
                let printed = told(text, &self.alembic) == told(&ours, &self.trueup);
                if printed && masked_files(&after.0) == masked_files(&after.1) {
                    sides.tally.alike += 1;
                    return Ok(true);
                }
                None
            }
            (false, false) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                if class(text, THEIRS) == class(&errors, OURS) {
                    sides.tally.refused += 1;
                } else {
                    let reason = "refused by both; where several things are wrong, another one is told first";
                    *sides.tally.explained.entry(reason).or_default() += 1;
                }
                anyhow::ensure!(
                    after.1 == before.1,
                    "{name}: trueup refused {} and wrote all the same",
                    line.join(" ")
                );
                // Alembic may have made folders, and a file that it cannot load.
                fs::remove_dir_all(&self.alembic)?;
                write_all(&self.alembic, &before.0)?;
                return Ok(true);
            }
            (false, true) => on_purpose(&String::from_utf8_lossy(&output.stderr)),
            (true, false) => better(text),
        };
        if let Some(reason) = explained {
            *sides.tally.explained.entry(reason).or_default() += 1;
            return Ok(false);
        }
        sides.tally.different += 1;
        if sides.tally.different <= PRINTED {
            let errors = String::from_utf8_lossy(&output.stderr);
            println!("{name}: {line:?}\n--- Alembic\n{text}\n--- trueup\n{ours}{errors}");
            for (path, text) in &masked_files(&after.0) {
                match masked_files(&after.1).get(path) {
                    Some(ours) if ours == text => {}
                    Some(ours) => println!("--- {path} by Alembic\n{text}\n--- {path} by trueup\n{ours}"),
                    None => println!("--- only by Alembic: {path}"),
                }
            }
        }
        Ok(false)
    }
}

/// What Alembic's refusals say, by class.
const THEIRS: &[(&str, &str)] = &[
    ("not allowed in revision identifier", "id"),
    ("Multiple heads are present", "several"),
    ("Ambiguous walk", "several"),
    ("Can't locate timezone", "zone"),
    ("Can't locate revision", "identifier"),
    ("Branch name", "label"),
    ("Duplicate head", "twice"),
    ("is not a head revision", "no head"),
    ("not represented in current version locations", "location"),
    ("Multiple version locations", "location"),
    ("KeyError: 'author'", "file name"),
    ("SyntaxError", "text"),
    ("IndentationError", "text"),
    ("specified branch_labels", "headers"),
];

/// What trueup's refusals say, by class.
const OURS: &[(&str, &str)] = &[
    ("which identifiers use themselves", "id"),
    ("is not one revision", "several"),
    ("which is no time zone", "zone"),
    ("no such revision or branch", "identifier"),
    ("no revision to depend on", "identifier"),
    ("several revisions start with", "identifier"),
    ("is not on the branch", "identifier"),
    ("no branch is called", "identifier"),
    ("the branch label", "label"),
    ("is named twice", "twice"),
    ("is no head", "no head"),
    ("version location", "location"),
    ("which cannot be filled in", "file name"),
    ("cannot be a revision", "text"),
    ("was asked for", "headers"),
];

fn class(text: &str, classes: &[(&str, &'static str)]) -> Option<&'static str> {
    classes.iter().find(|(words, _)| text.contains(words)).map(|(_, class)| *class)
}

/// What trueup refuses and Alembic writes, on purpose.
fn on_purpose(errors: &str) -> Option<&'static str> {
    let reasons = [
        ("alone cannot be merged", "a merge of one revision is refused"),
        ("nothing to merge", "a merge of nothing is refused"),
        (
            "asking for both says the same thing twice",
            "a merge of a revision with what it builds on is refused",
        ),
        ("the revision id", "an id that is taken, or that means something else, is refused"),
        ("leads out of the history", "counted down below base"),
    ];
    reasons.iter().find(|(words, _)| errors.contains(words)).map(|(_, reason)| *reason)
}

/// What trueup writes and Alembic refuses, on purpose.
fn better(theirs: &str) -> Option<&'static str> {
    let reasons = [
        (
            "is not represented in current version locations",
            "a file in a folder below a version location is followed there",
        ),
        ("Can't locate timezone", "a time zone is found however it is capitalised"),
        ("AssertionError", "an assertion of Alembic's fails"),
    ];
    reasons.iter().find(|(words, _)| theirs.contains(words)).map(|(_, reason)| *reason)
}

/// Returns what is printed without the project's folder.
fn told(text: &str, root: &Path) -> String {
    masked(&text.replace(&*root.to_string_lossy(), "ROOT"))
}

fn write_all(root: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Returns all files below a folder, what Python leaves aside.
fn files_of(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "__pycache__") {
                    pending.push(path);
                }
                continue;
            }
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            found.insert(name, String::from_utf8_lossy(&fs::read(&path)?).into_owned());
        }
    }
    Ok(found)
}

fn masked_files(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| (name.clone(), masked(text))).collect()
}

/// Replaces the digits of what looks like a time of day, with a fraction or without.
fn masked(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_digits = |from: usize, count: usize| {
        bytes.get(from..from + count).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_clock = |at: usize| {
        is_digits(at, 2)
            && bytes.get(at + 2) == Some(&b':')
            && is_digits(at + 3, 2)
            && bytes.get(at + 5) == Some(&b':')
            && is_digits(at + 6, 2)
    };
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        if is_clock(at) {
            out.push_str("TIME");
            at += 8;
            if bytes.get(at) == Some(&b'.') {
                at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            }
            continue;
        }
        let letter = text[at..].chars().next().unwrap_or_default();
        out.push(letter);
        at += letter.len_utf8();
    }
    out
}
