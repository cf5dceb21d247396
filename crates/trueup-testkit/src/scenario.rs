//! Markdown files as tests.
//!
//! A scenario is a page of headings, prose and fenced blocks. A block's info string is its language and, after a blank,
//! its label: ` ```sql current `, ` ```py app/models.py `, ` ```snapshot `. The label is the block's name; a block
//! without a label is named by its language. For every section that has blocks the test is given the [`Section`] and
//! returns named texts; a text whose name is a block's name is compared with that block.
//!
//! - A text without a block is not compared: a section asserts what it shows. Write an empty block to see more.
//! - A block that the test neither read nor compared fails the section, so that a mistyped name cannot pass.
//!   Blocks that only illustrate are written in the language `text`, `console` or `sh` without a label.
//! - `TRUEUP_UPDATE=1` rewrites the compared blocks in place. Read the difference before committing it.
//! - `TRUEUP_SCENARIO=word` runs only the sections whose file or title contains the word.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::diff::line_diff;

/// What a test computed for one section, by block name.
pub type Outputs = BTreeMap<String, String>;

/// A parsed page.
#[derive(Debug)]
pub struct Scenario {
    /// The sections in the order of the page; what stands before the first heading is a section without title.
    pub sections: Vec<Section>,
    text: String,
}

/// A heading with what follows up to the next heading of any level.
#[derive(Debug)]
pub struct Section {
    /// The heading's text.
    pub title: String,
    /// Number of `#`; 0 before the first heading.
    pub level: usize,
    /// The heading's line; the first line is 1.
    pub line: usize,
    /// Everything that is neither heading nor block.
    pub prose: String,
    /// The fenced blocks.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    /// First word of the info string.
    pub language: String,
    /// The rest of the info string.
    pub label: String,
    /// The content; ends with a line break unless it is empty.
    pub text: String,
    /// The line of the opening fence; the content begins on the next one.
    pub line: usize,
    used: Cell<bool>,
    lines: std::ops::Range<usize>,
}

/// What a run of a scenario found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many sections were given to the test.
    pub sections: usize,
    /// One entry per section that failed.
    pub failures: Vec<Failure>,
    /// The page with all compared blocks rewritten, when something differs.
    pub updated: Option<String>,
}

/// A section that failed.
#[derive(Debug)]
pub struct Failure {
    /// Line, title, and what is wrong, with the differences.
    pub text: String,
    /// Whether rewriting the page mends it; an error of the test or an unused block cannot be mended so.
    pub can_update: bool,
}

/// Runs one page and fails with everything that differs.
///
/// # Panics
/// When the page cannot be read, when nothing in it is a test, or when a section fails.
pub fn run_file(path: impl AsRef<Path>, test: impl FnMut(&Section) -> Result<Outputs, String>) {
    run_files(&[path.as_ref().to_path_buf()], test);
}

/// Runs every `.md` page in a folder and the folders below it, in order of path.
///
/// # Panics
/// As [`run_file`]; also when the folder holds no page, so that a moved folder cannot pass.
pub fn run_folder(folder: impl AsRef<Path>, test: impl FnMut(&Section) -> Result<Outputs, String>) {
    run_files(&pages(folder.as_ref()), test);
}

/// Returns all `.md` files in a folder and the folders below it, sorted.
///
/// # Panics
/// When a folder cannot be read.
pub fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn run_files(paths: &[PathBuf], test: impl FnMut(&Section) -> Result<Outputs, String>) {
    let update = env::var("TRUEUP_UPDATE").is_ok_and(|value| value == "1");
    let wanted = env::var("TRUEUP_SCENARIO").unwrap_or_default();
    let failures = run_pages(paths, update, &wanted, test);
    assert!(failures.is_empty(), "{failures}\n`TRUEUP_UPDATE=1` rewrites the expectations");
}

/// Returns what failed, as text; in an update, what rewriting has mended is no failure.
fn run_pages(
    paths: &[PathBuf],
    update: bool,
    wanted: &str,
    mut test: impl FnMut(&Section) -> Result<Outputs, String>,
) -> String {
    let (mut sections, mut failures) = (0, String::new());
    for path in paths {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let in_path = path.display().to_string().contains(wanted);
        let scenario = Scenario::parse(&text);
        let report = scenario.check_some(|section| in_path || section.title.contains(wanted), &mut test);
        sections += report.sections;
        if update && let Some(updated) = &report.updated {
            fs::write(path, updated).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        for failure in report.failures.iter().filter(|failure| !(update && failure.can_update)) {
            let _ = writeln!(failures, "{}:{}", path.display(), failure.text);
        }
    }
    if sections == 0 && wanted.is_empty() {
        failures.push_str("no section with blocks was found\n");
    }
    failures
}

impl Scenario {
    /// Reads a page. Anything is a page: a fence that is never closed reaches to the end.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut sections = vec![Section::titled(String::new(), 0, 1)];
        let mut index = 0;
        while index < lines.len() {
            let line = lines[index];
            let section = sections.last_mut().expect("there is always a section");
            if let Some((fence, info)) = opening_fence(line) {
                let end =
                    (index + 1..lines.len()).find(|&at| closes(lines[at], fence)).unwrap_or(lines.len());
                section.blocks.push(Block::new(info, &lines, index, end));
                index = end + 1;
                continue;
            }
            if let Some((level, title)) = heading(line) {
                sections.push(Section::titled(title.to_owned(), level, index + 1));
            } else {
                section.prose.push_str(line);
                section.prose.push('\n');
            }
            index += 1;
        }
        if sections[0].blocks.is_empty() && sections[0].prose.trim().is_empty() {
            sections.remove(0);
        }
        Self { sections, text: text.to_owned() }
    }

    /// Gives every section with blocks to the test and compares.
    pub fn check(&self, test: impl FnMut(&Section) -> Result<Outputs, String>) -> Report {
        self.check_some(|_| true, test)
    }

    fn check_some(
        &self,
        wanted: impl Fn(&Section) -> bool,
        mut test: impl FnMut(&Section) -> Result<Outputs, String>,
    ) -> Report {
        let mut report = Report::default();
        let mut rewritten: Vec<(std::ops::Range<usize>, String)> = Vec::new();
        for section in &self.sections {
            if section.blocks.iter().all(Block::only_illustrates) || !wanted(section) {
                continue;
            }
            report.sections += 1;
            let outputs = catch_unwind(AssertUnwindSafe(|| test(section)))
                .unwrap_or_else(|panic| Err(format!("panicked: {}", panic_text(&*panic))));
            let (differences, complaints) = match outputs {
                Ok(outputs) => (section.differences(&outputs, &mut rewritten), section.complaints(&outputs)),
                Err(message) => (String::new(), message),
            };
            if !differences.is_empty() || !complaints.is_empty() {
                let text = format!("{}: {}\n{complaints}{differences}", section.line, section.title);
                report.failures.push(Failure { text, can_update: complaints.is_empty() });
            }
        }
        if !rewritten.is_empty() {
            report.updated = Some(self.rewrite(&rewritten));
        }
        report
    }

    fn rewrite(&self, blocks: &[(std::ops::Range<usize>, String)]) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut text = String::new();
        let mut at = 0;
        for (range, content) in blocks {
            // A fence must be longer than any run of backticks in what it encloses.
            let fence = "`".repeat(longest_backticks(content).max(2) + 1);
            let info = lines[range.start].trim_start_matches(['`', '~']);
            lines[at..range.start].iter().for_each(|line| push_line(&mut text, line));
            push_line(&mut text, &format!("{fence}{info}"));
            text.push_str(content);
            push_line(&mut text, &fence);
            at = (range.end + 1).min(lines.len());
        }
        lines[at..].iter().for_each(|line| push_line(&mut text, line));
        text
    }
}

impl Section {
    fn titled(title: String, level: usize, line: usize) -> Self {
        Self { title, level, line, prose: String::new(), blocks: Vec::new() }
    }

    /// The first block of this name, marked as read.
    pub fn block(&self, name: &str) -> Option<&Block> {
        let block = self.blocks.iter().find(|block| block.name() == name)?;
        block.used.set(true);
        Some(block)
    }

    /// The text of the block of this name; the empty text when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.block(name).map_or("", |block| &block.text)
    }

    /// All blocks of this language, marked as read.
    pub fn blocks_in<'a>(&'a self, language: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(move |block| block.language == language)
            .inspect(|block| block.used.set(true))
    }

    /// All blocks that are files (see [`Block::file`]), marked as read.
    pub fn files(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.file().is_some()).inspect(|block| block.used.set(true))
    }

    /// Compares the blocks that have an output; what differs goes to `rewritten`, too.
    fn differences(
        &self,
        outputs: &Outputs,
        rewritten: &mut Vec<(std::ops::Range<usize>, String)>,
    ) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            let Some(actual) = outputs.get(block.name()) else { continue };
            let actual = with_line_break(actual);
            let diff = line_diff(&block.text, &actual);
            if !diff.is_empty() {
                let place = format!("line {}: `{}` differs (- expected, + actual)", block.line, block.name());
                let _ = writeln!(text, "{place}\n{diff}");
                rewritten.push((block.lines.clone(), actual));
            }
        }
        text
    }

    /// What no rewriting can mend: blocks that nobody reads, and a section that compares nothing.
    fn complaints(&self, outputs: &Outputs) -> String {
        let mut text = String::new();
        let is_output = |block: &&Block| outputs.contains_key(block.name());
        for block in self.blocks.iter().filter(|block| !is_output(block)) {
            if !block.used.get() && !block.only_illustrates() {
                let _ =
                    writeln!(text, "line {}: block `{}` is not used by the test", block.line, block.name());
            }
        }
        if !self.blocks.iter().any(|block| is_output(&block)) && !outputs.is_empty() {
            let names: Vec<String> = outputs.keys().map(|name| format!("`{name}`")).collect();
            let advice = format!("write an empty block named {}", names.join(" or "));
            let _ = writeln!(text, "the section asserts nothing; {advice}");
        }
        text
    }
}

impl Block {
    fn new(info: &str, lines: &[&str], start: usize, end: usize) -> Self {
        let (language, label) = info.trim().split_once(char::is_whitespace).unwrap_or((info.trim(), ""));
        let mut text = String::new();
        lines[start + 1..end].iter().for_each(|line| push_line(&mut text, line));
        Self {
            language: language.to_owned(),
            label: label.trim().to_owned(),
            text,
            line: start + 1,
            used: Cell::new(false),
            lines: start..end,
        }
    }

    /// The label, or the language of a block without label.
    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.language } else { &self.label }
    }

    /// The path of the file that the block is: ` ```py file=app/models.py `, or a label that looks like a path.
    pub fn file(&self) -> Option<&str> {
        let is_path = self.label.contains(['.', '/']) && !self.label.contains([' ', '=']);
        self.label.strip_prefix("file=").or_else(|| is_path.then_some(self.label.as_str()))
    }

    fn only_illustrates(&self) -> bool {
        self.label.is_empty() && matches!(self.language.as_str(), "" | "text" | "console" | "sh")
    }
}

/// Splits "```sql current" into the fence and the info string.
fn opening_fence(line: &str) -> Option<(&str, &str)> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|character| *character == mark).count();
    let (fence, info) = line.split_at(length);
    (length >= 3 && !info.contains('`')).then_some((fence, info))
}

/// A fence is closed by the same mark, at least as long, with nothing after it.
fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim_end();
    line.len() >= fence.len() && line.starts_with(fence) && line.chars().all(|mark| fence.starts_with(mark))
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.chars().take_while(|character| *character == '#').count();
    let title = line[level..].strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, title.trim()))
}

fn longest_backticks(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().take_while(|character| *character == '`').count())
        .max()
        .unwrap_or_default()
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn with_line_break(text: &str) -> String {
    let text = text.trim_end_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
#[path = "scenario_tests.rs"]
mod tests;
