//! Marks in a file that say which part of it goes up and which goes down.

use trueup_schema::Span;

/// The parts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sections {
    pub(super) up: Span,
    pub(super) down: Option<Span>,
}

/// What a marked line begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Up,
    Down,
}

/// Returns a file without marks: all of it goes up.
pub(super) fn whole(text: &str) -> Sections {
    Sections { up: span(0, text.len()), down: None }
}

/// Tells whether a file has marks.
pub(super) fn has_marks(text: &str) -> bool {
    text.lines().any(|line| mark(line).is_some())
}

/// Returns the parts of a file; one without marks goes up as a whole.
pub(super) fn sections(text: &str) -> Sections {
    let (mut up, mut down) = (None, None);
    let mut open: Option<(Mark, usize)> = None;
    let mut at = 0;
    let mut close = |open: Option<(Mark, usize)>, end: usize| match open {
        Some((Mark::Up, start)) => up = up.or(Some(span(start, end))),
        Some((Mark::Down, start)) => down = down.or(Some(span(start, end))),
        None => {}
    };
    for line in text.split_inclusive('\n') {
        if let Some(mark) = mark(line) {
            close(open, at);
            open = Some((mark, at + line.len()));
        }
        at += line.len();
    }
    close(open, at);
    match (up, down) {
        (None, None) => whole(text),
        (up, down) => Sections { up: up.unwrap_or_default(), down },
    }
}

/// Reads `-- migrate:up` (dbmate), `-- +goose Up`, `-- +migrate Up` (sql-migrate) and their counterparts.
fn mark(line: &str) -> Option<Mark> {
    let comment = line.trim_start().strip_prefix("--")?.trim().to_ascii_lowercase();
    let word = ["migrate:", "+goose ", "+migrate "].iter().find_map(|prefix| comment.strip_prefix(prefix))?;
    match word.split_whitespace().next() {
        Some("up") => Some(Mark::Up),
        Some("down") => Some(Mark::Down),
        _ => None,
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
