//! Which views and triggers use a column, as far as their texts tell.
//!
//! A qualified name tells, and so do `NEW.a` in a trigger of the table, the columns that it inserts and updates, and
//! any name in a view on nothing but the table. Elsewhere only SQLite knows whose column a name is: that is *perhaps*,
//! and becomes a check that the statement still compiles.

use trueup_schema::Dialect;

use crate::lex::{Kind, Lexer, Token, identifier};

/// Whether a text uses a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    No,
    Perhaps,
    Surely,
}

/// What a trigger waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Delete,
    Insert,
    /// With the columns of `UPDATE OF`.
    Update(Vec<String>),
}

/// The head of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TriggerHead {
    pub(super) event: Event,
    /// The table or view whose rows it watches.
    pub(super) on: String,
}

/// A text in tokens.
struct Words<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

/// Words that end what belongs to a table in a list of tables, and so are no alias.
const NO_ALIAS: &[&str] = &[
    "BEGIN",
    "CROSS",
    "DEFAULT",
    "DO",
    "END",
    "EXCEPT",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "INDEXED",
    "INNER",
    "INTERSECT",
    "JOIN",
    "LEFT",
    "LIMIT",
    "NATURAL",
    "NOT",
    "ON",
    "ORDER",
    "OUTER",
    "RETURNING",
    "RIGHT",
    "SELECT",
    "SET",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
];

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, tokens: Lexer::all(Dialect::Sqlite, text).0 }
    }

    fn spelled(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind != Kind::Quoted && token.kind != Kind::Text)
            && self.spelled(at).eq_ignore_ascii_case(word)
    }

    fn is_before(&self, at: usize, word: &str) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is(before, word))
    }

    fn name(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at).filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted))?;
        identifier(Dialect::Sqlite, *token, self.text)
    }

    fn names(&self, at: usize, name: &str) -> bool {
        self.name(at).is_some_and(|found| found.eq_ignore_ascii_case(name))
    }

    /// Returns the places where a relation is named, rather than a column's qualifier.
    fn relations(&self, name: &str) -> Vec<usize> {
        let calls = |at: usize| self.is(at + 1, "(") && !self.is_before(at, "INTO");
        let is_relation = |at: &usize| self.names(*at, name) && !self.is(at + 1, ".") && !calls(*at);
        let places = (0..self.tokens.len()).filter(is_relation);
        // `main.t` names it, `x.t` is a column.
        places.filter(|at| !self.is_before(*at, ".") || self.is(at.saturating_sub(2), "main")).collect()
    }

    /// Returns what a relation is called besides its name: `t AS x`, `t x`.
    fn aliases(&self, name: &str) -> Vec<String> {
        let alias = |at: usize| {
            let at = if self.is(at + 1, "AS") { at + 2 } else { at + 1 };
            self.name(at).filter(|_| !NO_ALIAS.iter().any(|word| self.is(at, word)))
        };
        self.relations(name).into_iter().filter_map(alias).collect()
    }

    /// Returns the place behind the head of a trigger, and the head.
    fn trigger(&self) -> Option<(usize, TriggerHead)> {
        let start = (0..self.tokens.len()).find(|at| self.is(*at, "TRIGGER"))?;
        let words = ["DELETE", "INSERT", "UPDATE"];
        let at = (start + 2..self.tokens.len()).find(|at| words.iter().any(|word| self.is(*at, word)))?;
        let on = (at..self.tokens.len()).find(|at| self.is(*at, "ON"))?;
        let event = if self.is(at, "DELETE") {
            Event::Delete
        } else if self.is(at, "INSERT") {
            Event::Insert
        } else {
            Event::Update((at + 2..on).filter_map(|at| self.name(at)).collect())
        };
        Some((on + 2, TriggerHead { event, on: self.name(on + 1)? }))
    }

    /// Tells whether `INSERT INTO t (…)` or `UPDATE t SET …` names the column.
    fn writes(&self, relation: usize, column: &str) -> bool {
        let until = |from: usize, end: &dyn Fn(usize) -> bool| {
            (from..self.tokens.len()).take_while(|at| !end(*at)).collect::<Vec<_>>()
        };
        if self.is_before(relation, "INTO") && self.is(relation + 1, "(") {
            return until(relation + 2, &|at| self.is(at, ")")).into_iter().any(|at| self.names(at, column));
        }
        let updates = (relation.saturating_sub(3)..relation).any(|at| self.is(at, "UPDATE"));
        if !updates || !self.is(relation + 1, "SET") {
            return false;
        }
        let set = until(relation + 2, &|at| self.is(at, "WHERE") || self.is(at, ";") || self.is(at, "FROM"));
        set.into_iter().any(|at| {
            let is_target = self.is_before(at, "SET") || self.is_before(at, ",");
            is_target && self.is(at + 1, "=") && self.names(at, column)
        })
    }
}

/// Tells whether a text names a relation anywhere.
pub(super) fn names_relation(text: &str, name: &str) -> bool {
    let words = Words::new(text);
    (0..words.tokens.len()).any(|at| words.names(at, name))
}

/// Returns the head of a trigger.
pub(super) fn trigger_head(text: &str) -> Option<TriggerHead> {
    Words::new(text).trigger().map(|(_, head)| head)
}

/// Tells whether a view uses a column of a table.
pub(super) fn in_view(text: &str, table: &str, column: &str) -> Use {
    let words = Words::new(text);
    let only = crate::used_tables(Dialect::Sqlite, text);
    let is_only = only.iter().all(|used| used.name.name.eq_ignore_ascii_case(table));
    let labels = (0..words.tokens.len()).any(|at| words.names(at, column) && words.is_before(at, "AS"));
    let unqualified = if is_only && !only.is_empty() && !labels { Use::Surely } else { Use::Perhaps };
    use_in(&words, table, column, &[], unqualified)
}

/// Tells whether a trigger uses a column of a table.
pub(super) fn in_trigger(text: &str, table: &str, column: &str) -> Use {
    let words = Words::new(text);
    let Some((body, head)) = words.trigger() else { return Use::Perhaps };
    let own = head.on.eq_ignore_ascii_case(table);
    let rows: &[&str] = if own { &["new", "old"] } else { &[] };
    if let Event::Update(columns) = &head.event
        && own
        && columns.iter().any(|found| found.eq_ignore_ascii_case(column))
    {
        return Use::Surely;
    }
    let relations = words.relations(table);
    if relations.iter().any(|relation| *relation >= body && words.writes(*relation, column)) {
        return Use::Surely;
    }
    let reads = relations.iter().any(|relation| *relation >= body);
    let unqualified = if reads { Use::Perhaps } else { Use::No };
    use_in(&words, table, column, rows, unqualified)
}

/// Looks at every place where the column's name stands; `unqualified` is what a name alone means.
fn use_in(words: &Words<'_>, table: &str, column: &str, rows: &[&str], unqualified: Use) -> Use {
    let mut qualifiers = words.aliases(table);
    qualifiers.push(table.to_owned());
    qualifiers.extend(rows.iter().map(|row| (*row).to_owned()));
    let mut found = Use::No;
    // A column may be called like its table.
    let is_namesake = column.eq_ignore_ascii_case(table);
    let unqualified = if is_namesake && unqualified == Use::Surely { Use::Perhaps } else { unqualified };
    let is_table = |at: usize| {
        is_namesake && ["FROM", "JOIN", "INTO", "ON", "UPDATE"].iter().any(|word| words.is_before(at, word))
    };
    for at in (0..words.tokens.len()).filter(|at| words.names(*at, column) && !is_table(*at)) {
        if words.is(at + 1, "(") || words.is(at + 1, ".") || words.is_before(at, "AS") {
            continue;
        }
        if !words.is_before(at, ".") {
            match unqualified {
                Use::Surely => return Use::Surely,
                Use::Perhaps => found = Use::Perhaps,
                Use::No => {}
            }
            continue;
        }
        let Some(qualifier) = at.checked_sub(2).and_then(|at| words.name(at)) else { continue };
        if qualifiers.iter().any(|name| name.eq_ignore_ascii_case(&qualifier)) {
            return Use::Surely;
        }
        // The qualifier may be a subquery's name.
        if unqualified != Use::No {
            found = Use::Perhaps;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> Use {
        in_view(text, "t", "a")
    }

    fn trigger(text: &str) -> Use {
        in_trigger(text, "t", "a")
    }

    #[test]
    fn views() {
        assert_eq!(view("CREATE VIEW v AS SELECT a FROM t"), Use::Surely);
        assert_eq!(view("CREATE VIEW v AS SELECT b, 'a' FROM t -- a"), Use::No);
        assert_eq!(view("CREATE VIEW v AS SELECT * FROM t"), Use::No);
        assert_eq!(view("CREATE VIEW v AS SELECT x.\"A\" FROM u JOIN t AS x ON 1"), Use::Surely);
        assert_eq!(view("CREATE VIEW v AS SELECT u.a FROM t, u"), Use::Perhaps);
        assert_eq!(view("CREATE VIEW v AS SELECT a FROM t, u"), Use::Perhaps);
        assert_eq!(view("CREATE VIEW v AS SELECT a(b) FROM t"), Use::No);
        assert_eq!(view("CREATE VIEW v AS SELECT b AS a FROM t ORDER BY a"), Use::Perhaps);
        assert_eq!(in_view("CREATE VIEW v AS SELECT a FROM t", "t", "t"), Use::No);
        assert_eq!(in_view("CREATE VIEW v AS SELECT t FROM t", "t", "t"), Use::Perhaps);
    }

    #[test]
    fn triggers_of_the_table() {
        let after = |event: &str, body: &str| {
            trigger(&format!("CREATE TRIGGER x AFTER {event} ON t BEGIN {body}; END"))
        };
        assert_eq!(after("UPDATE OF b, a", "SELECT 1"), Use::Surely);
        assert_eq!(after("UPDATE OF b", "SELECT 1"), Use::No);
        assert_eq!(after("INSERT", "INSERT INTO log VALUES (NEW.a)"), Use::Surely);
        assert_eq!(after("INSERT", "INSERT INTO log (a) VALUES (NEW.b)"), Use::No);
        assert_eq!(after("INSERT", "UPDATE t SET b = 1, a = 2 WHERE id = NEW.id"), Use::Surely);
        assert_eq!(after("INSERT", "UPDATE t SET b = a WHERE id = NEW.id"), Use::Perhaps);
    }

    #[test]
    fn triggers_of_others() {
        let on = |body: &str| trigger(&format!("CREATE TRIGGER x AFTER INSERT ON u BEGIN {body}; END"));
        assert_eq!(on("INSERT INTO log VALUES (NEW.a)"), Use::No);
        assert_eq!(on("INSERT INTO t (b, a) VALUES (1, NEW.a)"), Use::Surely);
        assert_eq!(on("UPDATE OR IGNORE t SET a = 1"), Use::Surely);
        assert_eq!(on("DELETE FROM t WHERE t.a = NEW.id"), Use::Surely);
        assert_eq!(on("DELETE FROM t WHERE a = NEW.id"), Use::Perhaps);
    }

    #[test]
    fn heads() {
        let head = |text: &str| trigger_head(text).map(|head| (head.event, head.on));
        let text =
            "CREATE TRIGGER IF NOT EXISTS \"insert\" INSTEAD OF UPDATE OF a, [b c] ON v BEGIN SELECT 1; END";
        let columns = vec!["a".to_owned(), "b c".to_owned()];
        assert_eq!(head(text), Some((Event::Update(columns), "v".to_owned())));
        assert_eq!(
            head("CREATE TRIGGER x DELETE ON \"t\" BEGIN SELECT 1; END"),
            Some((Event::Delete, "t".to_owned()))
        );
        assert_eq!(head("CREATE TABLE t (a)"), None);
    }
}
