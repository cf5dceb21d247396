//! Looks at the words of a text without understanding statements: for text that is not valid, or not ours to judge.
//!
//! Code hands statements to a driver, with placeholders of all sorts in them; which tables they name can be told from
//! the words alone. The answers are on the safe side: what is composed, a function or a query's own name is no table.

use std::collections::BTreeSet;

use trueup_schema::{Dialect, ObjectName, Span};

use crate::lex::{Kind, Lexer, Token, identifier};

/// One word or sign of a text; comments and white space are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it is written.
    pub text: &'a str,
    /// Its bytes in the text.
    pub span: Span,
    /// Whether it is code, rather than a string or a name in quotes.
    pub is_code: bool,
}

/// Returns the words of a text.
///
/// ```
/// use trueup_schema::Dialect;
///
/// let found = trueup_sql::words(Dialect::Postgresql, "SELECT 'a b' -- c");
/// let texts: Vec<_> = found.iter().map(|word| word.text).collect();
/// assert_eq!(texts, ["SELECT", "'a b'"]);
/// ```
pub fn words(dialect: Dialect, text: &str) -> Vec<Word<'_>> {
    let (tokens, _) = Lexer::all(dialect, text);
    let word = |token: Token| Word {
        text: &text[token.start..token.end],
        span: token.span(),
        is_code: !matches!(token.kind, Kind::Text | Kind::Quoted),
    };
    tokens.into_iter().map(word).collect()
}

/// A table that a statement on rows names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedTable {
    /// Its name; without a namespace it may be in any on the search path.
    pub name: ObjectName,
    /// The words before it, such as `INSERT INTO`.
    pub verb: &'static str,
    /// The bytes of the name in the text.
    pub span: Span,
}

/// Returns the tables that the statements of a text read or write, once each, in order.
///
/// Names that the statement gives itself (`WITH x AS …`), functions, and names that are composed (`FROM %s`) are left
/// out. The text need not be valid.
///
/// ```
/// use trueup_schema::Dialect;
///
/// let sql = "WITH late AS (SELECT * FROM runs) DELETE FROM jobs USING late WHERE id = ?";
/// let names: Vec<_> =
///     trueup_sql::used_tables(Dialect::Postgresql, sql).into_iter().map(|table| table.name.name).collect();
/// assert_eq!(names, ["runs", "jobs"]);
/// ```
pub fn used_tables(dialect: Dialect, text: &str) -> Vec<UsedTable> {
    let (tokens, _) = Lexer::all(dialect, text);
    let mut reader =
        Reader { dialect, text, tokens: &tokens, found: Vec::new(), levels: vec![Level::default()] };
    let own = reader.own_names();
    reader.run();
    let mut seen = BTreeSet::new();
    let mut found = reader.found;
    found.retain(|table| {
        let is_own = table.name.namespace.is_none() && own.contains(&table.name.name);
        !is_own && seen.insert(table.name.clone())
    });
    found
}

/// What is known between two parentheses.
#[derive(Clone, Copy, Default)]
struct Level {
    /// It is an argument list or expression, in which `FROM` belongs to a function: `extract(year FROM at)`.
    is_expression: bool,
    /// A list of tables is being read, so that a comma brings the next.
    in_list: bool,
}

struct Reader<'a> {
    dialect: Dialect,
    text: &'a str,
    tokens: &'a [Token],
    found: Vec<UsedTable>,
    levels: Vec<Level>,
}

/// Words that begin a query or a statement.
const STARTS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE", "MERGE"];
/// Words that end a list of tables.
const CLAUSES: &[&str] = &[
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "WINDOW",
    "RETURNING",
    "SET",
    "SELECT",
    "VALUES",
    "FOR",
    "ON",
    "USING",
];
/// Words that stand where a table could and are none.
const NO_TABLES: &[&str] = &[
    "SELECT", "VALUES", "LATERAL", "UNNEST", "ROWS", "STDIN", "STDOUT", "ONLY", "WHERE", "SET", "DUAL",
    "TABLE",
];

/// Tokens of the list of columns after a query's name; looking back without a bound would be quadratic.
const MAX_COLUMN_TOKENS: usize = 2_000;

impl<'a> Reader<'a> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        let is_word = self.tokens.get(at).is_some_and(|token| token.kind == Kind::Word);
        is_word && self.word(at).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(at, word))
    }

    /// Returns the names that `WITH name [(columns)] AS [NOT] [MATERIALIZED] (query)` introduces.
    fn own_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if !(0..self.tokens.len()).any(|at| self.is_word(at, "WITH")) {
            return names;
        }
        for at in (0..self.tokens.len()).filter(|at| self.is_word(*at, "AS")) {
            let mut next = at + 1;
            while self.is_any(next, &["NOT", "MATERIALIZED"]) {
                next += 1;
            }
            if self.word(next) != "(" || !(self.is_any(next + 1, STARTS) || self.word(next + 1) == "(") {
                continue;
            }
            let named = self.before_columns(at).and_then(|at| self.tokens.get(at));
            names.extend(named.and_then(|token| identifier(self.dialect, *token, self.text)));
        }
        names
    }

    /// Returns the place of the word before `AS`, or before the parentheses that stand before it.
    fn before_columns(&self, at: usize) -> Option<usize> {
        let mut place = at.checked_sub(1)?;
        if self.word(place) == ")" {
            let far = place.saturating_sub(MAX_COLUMN_TOKENS);
            while self.word(place) != "(" {
                place = place.checked_sub(1).filter(|place| *place >= far)?;
            }
            place = place.checked_sub(1)?;
        }
        Some(place)
    }

    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            match self.word(at) {
                "(" => {
                    let is_expression = !(self.is_any(at + 1, STARTS) || self.word(at + 1) == "(");
                    // `FROM (a JOIN b …)` groups tables: it is a list of its own.
                    let groups = self.level().in_list && self.follows_list_word(at);
                    self.levels.push(Level { is_expression: is_expression && !groups, in_list: groups });
                    at = if groups && is_expression { self.table(at + 1, "FROM") } else { at + 1 };
                }
                ")" => {
                    if self.levels.len() > 1 {
                        self.levels.pop();
                    }
                    at += 1;
                }
                ";" => {
                    self.levels = vec![Level::default()];
                    at += 1;
                }
                "," if self.level().in_list => at = self.table(at + 1, "FROM"),
                _ => at = self.keyword(at),
            }
        }
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn follows_list_word(&self, at: usize) -> bool {
        at.checked_sub(1)
            .is_some_and(|before| self.is_any(before, &["FROM", "JOIN"]) || self.word(before) == ",")
    }

    /// Reads what a keyword begins and returns the next place.
    fn keyword(&mut self, at: usize) -> usize {
        let before = at.checked_sub(1);
        let after = |words: &[&str]| before.is_some_and(|before| self.is_any(before, words));
        if self.is_word(at, "FROM") {
            // `IS DISTINCT FROM`, `extract(year FROM at)`, `COPY t FROM STDIN`
            if self.levels.last().is_some_and(|level| level.is_expression) || after(&["DISTINCT"]) {
                return at + 1;
            }
            let verb = if after(&["DELETE"]) { "DELETE FROM" } else { "FROM" };
            self.level().in_list = true;
            return self.table(at + 1, verb);
        }
        if self.is_word(at, "JOIN") {
            self.level().in_list = true;
            return self.table(at + 1, "JOIN");
        }
        if self.is_word(at, "INTO") && after(&["INSERT", "MERGE", "REPLACE", "IGNORE"]) {
            let verb = if after(&["MERGE"]) { "MERGE INTO" } else { "INSERT INTO" };
            return self.table(at + 1, verb);
        }
        let starts = before.is_none_or(|before| matches!(self.word(before), "(" | ")" | ";"));
        if self.is_word(at, "UPDATE") && starts {
            return self.table(at + 1, "UPDATE");
        }
        if self.is_word(at, "TRUNCATE") && starts {
            let next = if self.is_word(at + 1, "TABLE") { at + 2 } else { at + 1 };
            return self.table(next, "TRUNCATE");
        }
        if self.is_any(at, CLAUSES) {
            self.level().in_list = false;
        }
        at + 1
    }

    /// Reads a table's name if one is next, and returns the place behind it.
    fn table(&mut self, start: usize, verb: &'static str) -> usize {
        let mut at = start;
        if self.is_word(at, "ONLY") {
            at += 1;
        }
        if self.is_any(at, NO_TABLES) {
            return at;
        }
        let first = at;
        let mut parts = Vec::new();
        loop {
            let Some(token) = self.tokens.get(at) else { return at };
            let Some(name) = identifier(self.dialect, *token, self.text) else { return start };
            parts.push(name);
            at += 1;
            if self.word(at) != "." {
                break;
            }
            at += 1;
        }
        let (from, to) = (self.tokens[first].start, self.tokens[at - 1].end);
        let calls = self.word(at) == "(" && matches!(verb, "FROM" | "JOIN");
        if calls || self.is_composed(from, to) || parts.len() > 2 {
            return at;
        }
        let name = parts.pop().unwrap_or_default();
        let name = ObjectName::qualified(self.dialect, parts.pop().as_deref(), name);
        self.found.push(UsedTable { name, verb, span: crate::lex::span(from, to) });
        at
    }

    /// Tells whether a name is put together at run time: `jobs_%s`, `{prefix}jobs`, `jobs$$`.
    fn is_composed(&self, from: usize, to: usize) -> bool {
        let signs = ['%', '{', '}', '$', '<', '?', '#', '@'];
        self.text[..from].ends_with(signs)
            || self.text[to..].starts_with(signs)
            || self.text[from..to].contains(['%', '{', '}', '?'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        used_tables(Dialect::Postgresql, sql).into_iter().map(|table| table.name.to_string()).collect()
    }

    #[test]
    fn plain_statements() {
        assert_eq!(
            names("SELECT * FROM a, b AS x JOIN s.c ON a.id = c.id WHERE d = 1, e"),
            ["a", "b", "s.c"]
        );
        assert_eq!(names("insert into \"Jobs\" (id) values (1)"), ["Jobs"]);
        assert_eq!(names("UPDATE jobs SET x = (SELECT max(y) FROM runs)"), ["jobs", "runs"]);
        assert_eq!(names("DELETE FROM ONLY public.jobs"), ["jobs"]);
        assert_eq!(names("TRUNCATE TABLE jobs"), ["jobs"]);
        assert_eq!(names("SELECT 1 FROM (a JOIN b USING (id))"), ["a", "b"]);
    }

    #[test]
    fn what_is_no_table() {
        assert!(names("SELECT extract(year FROM at), trim(both from x)").is_empty());
        assert!(names("SELECT * FROM generate_series(1, 2), unnest($1) AS u").is_empty());
        assert!(names("SELECT a IS DISTINCT FROM b").is_empty());
        assert_eq!(names("SELECT * FROM a FOR UPDATE"), ["a"]);
        assert_eq!(names("INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET x = 1"), ["a"]);
        assert_eq!(
            names(
                "WITH RECURSIVE t (n) AS NOT MATERIALIZED (SELECT n FROM a UNION SELECT n FROM t) SELECT * FROM t"
            ),
            ["a"]
        );
        assert!(names("SELECT 'INSERT INTO x' -- FROM y").is_empty());
    }

    #[test]
    fn names_that_are_composed() {
        for sql in [
            "SELECT * FROM %s",
            "SELECT * FROM jobs_%s WHERE a = 1",
            "SELECT * FROM {table}",
            "SELECT * FROM {schema}.jobs",
            "SELECT * FROM app.{table}",
            "INSERT INTO \"%s\" VALUES (1)",
            "SELECT * FROM $1",
        ] {
            assert!(names(sql).is_empty(), "{sql}: {:?}", names(sql));
        }
    }

    #[test]
    fn any_text_is_read() {
        for sql in [
            "",
            "FROM",
            "FROM (",
            "((((FROM a",
            ")))) FROM a,",
            "WITH AS (",
            "AS (SELECT",
            "WITH ) AS (SELECT",
        ] {
            let _ = names(sql);
        }
    }
}
