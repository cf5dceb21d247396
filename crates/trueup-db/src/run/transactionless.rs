//! Which statements cannot, or must not, run inside of a transaction.
//!
//! Known by the words only. Two facts need more than words and are left out: `REINDEX` of a partitioned table and
//! `CLUSTER` of one. `ALTER TYPE … ADD VALUE` is missing on purpose: since PostgreSQL 12 it may run in a transaction,
//! and older servers are refused.
//!
//! Sources: PostgreSQL 17 reference, the "Notes" of each command, and SQLite's "PRAGMA Statements" and "VACUUM"; what the
//! tables say is compared with a real server and a real SQLite in `tests/it/run/transactionless.rs`.

use trueup_schema::Dialect;

use crate::run::words::statements;

/// Tells whether a text contains a statement that must be run outside of a transaction.
///
/// PostgreSQL refuses such a statement in a transaction; SQLite refuses it or, as with `PRAGMA foreign_keys`, ignores it.
pub fn needs_no_transaction(dialect: Dialect, sql: &str) -> bool {
    let needs = match dialect {
        Dialect::Postgresql => postgres,
        Dialect::Sqlite => sqlite,
    };
    statements(sql).iter().any(|words| needs(&words.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn postgres(words: &[&str]) -> bool {
    match words {
        ["VACUUM", ..] | ["CLUSTER"] | ["CLUSTER", "VERBOSE"] => true,
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE" | "SUBSCRIPTION", ..] => true,
        ["ALTER", "SYSTEM", ..] | ["DISCARD", "ALL"] | ["COMMIT" | "ROLLBACK", "PREPARED", ..] => true,
        ["ALTER", "DATABASE", rest @ ..] => rest.windows(2).any(|pair| pair == ["SET", "TABLESPACE"]),
        ["ALTER", "SUBSCRIPTION", rest @ ..] => rest.contains(&"REFRESH") || rest.contains(&"PUBLICATION"),
        ["CREATE", "INDEX", "CONCURRENTLY", ..] | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..] => true,
        ["DROP", "INDEX", "CONCURRENTLY", ..] => true,
        ["REINDEX", rest @ ..] => reindex(rest),
        ["ALTER", "TABLE", rest @ ..] => {
            rest.contains(&"DETACH") && rest.last().is_some_and(|word| *word == "CONCURRENTLY")
        }
        _ => false,
    }
}

/// `REINDEX [(options)] {INDEX | TABLE | SCHEMA | DATABASE | SYSTEM} [CONCURRENTLY] name`.
fn reindex(words: &[&str]) -> bool {
    let kinds = ["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"];
    let Some(at) = words.iter().position(|word| kinds.contains(word)) else { return false };
    let concurrently = words[..at].contains(&"CONCURRENTLY") || words.get(at + 1) == Some(&"CONCURRENTLY");
    concurrently || matches!(words[at], "SCHEMA" | "DATABASE" | "SYSTEM")
}

fn sqlite(words: &[&str]) -> bool {
    const PRAGMAS: [&str; 4] = ["FOREIGN_KEYS", "JOURNAL_MODE", "SYNCHRONOUS", "TEMP_STORE"];
    match words {
        ["VACUUM", ..] => true,
        // Without a value a pragma only tells; `PRAGMA main.synchronous = 1` names a database first.
        ["PRAGMA", name, _] | ["PRAGMA", _, name, _] => PRAGMAS.contains(name),
        _ => false,
    }
}
