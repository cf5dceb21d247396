//! No text may make the reader panic, overflow the stack, hang or take more than linear time.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trueup_schema::{Dialect, Schema};
use trueup_sql::{ReadContext, read, split};

const DIALECTS: [Dialect; 2] = [Dialect::Postgresql, Dialect::Sqlite];

/// Every statement of the scenarios, as seeds for mutations.
fn seeds() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let pages = trueup_testkit::scenario::pages(&folder);
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let text: String = pages.iter().map(read).collect();
    let mut sql = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line.starts_with("```sql");
        } else if inside {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    sql
}

fn check(text: &str) {
    for dialect in DIALECTS {
        let schema = Schema::new(dialect);
        let context = ReadContext { schema: Some(&schema), ..ReadContext::default() };
        let result = read(dialect, text, &context);
        for statement in &result.statements {
            assert!(statement.span.start <= statement.span.end && statement.span.end as usize <= text.len());
        }
        for error in &result.errors {
            assert!(text.is_char_boundary(error.span.start as usize), "{error:?} in {text:?}");
            assert!(text.is_char_boundary(error.span.end as usize), "{error:?} in {text:?}");
        }
    }
}

/// A small generator: the tests must not depend on a clock or on the machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ".",
    "'",
    "\"",
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "\\",
    "::",
    ":=",
    "..",
    "<<",
    ">>",
    "E'",
    "U&\"\\",
    "é",
    "\u{0}",
    "\u{feff}",
    "NOT",
    "NULL",
    "DEFAULT",
    "CASE",
    "END",
    "BEGIN",
    "ATOMIC",
    "IF",
    "ON",
    "IN",
    "SELECT",
    "FROM",
    "WHERE",
    "DO",
    "EXECUTE",
    "LOOP",
    "%",
    "9999999999999999999999",
    "-",
    "TABLE",
    "USING",
];

#[test]
fn mutated_statements_do_not_panic() {
    let seeds = seeds();
    let statements: Vec<&str> = seeds.split_inclusive(";\n").collect();
    assert!(statements.len() > 150, "{}", statements.len());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..6_000 {
        let mut text: Vec<char> = statements[round % statements.len()].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(text.len() + 1);
            match random.below(4) {
                0 => drop(text.drain(at..(at + random.below(12)).min(text.len()))),
                1 => drop(text.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
                2 => text.truncate(at),
                _ => {
                    let other = statements[random.below(statements.len())];
                    let piece: Vec<char> = other.chars().skip(random.below(40)).take(20).collect();
                    drop(text.splice(at..at, piece));
                }
            }
        }
        check(&text.into_iter().collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,80}") {
        check(&text);
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("ARRAY[", "]")] {
        for head in ["SELECT ", "CREATE TABLE t (a int DEFAULT ", "CREATE INDEX i ON t (", "DO $$ BEGIN IF "]
        {
            let text = format!("{head}{}1{}", open.repeat(100_000), close.repeat(100_000));
            check(&text);
        }
    }
    let result =
        read(Dialect::Postgresql, &format!("SELECT {}", "(".repeat(100_000)), &ReadContext::default());
    assert_eq!(result.errors[0].message, "more than 60 parentheses are open");
    assert_eq!(result.errors[0].span.start, 7 + 60);
}

#[test]
fn long_chains_do_not_overflow() {
    for link in [
        "+ 1 ",
        "AND a ",
        "|| b ",
        ":: int ",
        "NOT ",
        "- ",
        "CASE WHEN ",
        "a . ",
        "UNION SELECT 1 ",
        "IS NULL ",
    ] {
        check(&format!("SELECT 1 {}", link.repeat(20_000)));
        check(&format!("CREATE VIEW v AS SELECT 1 {}", link.repeat(20_000)));
        check(&format!("ALTER TABLE t ADD CHECK (1 {})", link.repeat(20_000)));
    }
    for link in ["IF true THEN ", "BEGIN ", "LOOP ", "DECLARE BEGIN ", "IF NOT ", "<<a>> ", "CASE "] {
        check(&format!("DO $$ BEGIN {} END $$", link.repeat(20_000)));
    }
    check(&"BEGIN ATOMIC ".repeat(50_000));
    check(&format!("CREATE FUNCTION f() BEGIN ATOMIC {}", "BEGIN CASE ".repeat(50_000)));
}

#[test]
fn time_grows_with_the_text() {
    let table = |number: usize| {
        format!("CREATE TABLE t{number} (id serial PRIMARY KEY, a varchar(10) DEFAULT 'x' NOT NULL);\n")
    };
    let rows = |number: usize| format!("INSERT INTO t VALUES ({number}, 'abc', NULL);\n");
    for line in [&table as &dyn Fn(usize) -> String, &rows] {
        let text = |count: usize| (0..count).map(line).collect::<String>();
        let (small, large) = (text(500), text(4_000));
        let (small, large) = (time(&small), time(&large));
        assert!(large < small * 24 + Duration::from_millis(500), "500 lines {small:?}, 4000 lines {large:?}");
    }
    // 5 MB of one list of rows.
    let text = format!("INSERT INTO t VALUES {};", "(1, 'abc', NULL),\n".repeat(280_000));
    assert!(time(&text) < Duration::from_secs(20));
    assert_eq!(split(Dialect::Postgresql, &text).len(), 1);
}

fn time(text: &str) -> Duration {
    let start = Instant::now();
    let schema = Schema::new(Dialect::Postgresql);
    let context = ReadContext { schema: Some(&schema), ..ReadContext::default() };
    let _ = read(Dialect::Postgresql, text, &context);
    start.elapsed()
}
