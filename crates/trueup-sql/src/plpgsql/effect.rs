//! What statements do to the schema, told from their own words: nothing is run.

use super::parse::Node;
use crate::cursor::Cursor;

/// First words of statements that leave tables and what belongs to them alone: roles, databases, settings of the
/// cluster, privileges. Privileges on tables are part of a schema, so whoever leaves these out says so.
const APART: &[&str] = &[
    "GRANT",
    "REVOKE",
    "CREATE ROLE",
    "CREATE USER",
    "CREATE GROUP",
    "ALTER ROLE",
    "ALTER USER",
    "ALTER GROUP",
    "DROP ROLE",
    "DROP USER",
    "DROP GROUP",
    "ALTER DATABASE",
    "ALTER DEFAULT PRIVILEGES",
    "REASSIGN OWNED",
    "REFRESH MATERIALIZED VIEW",
];

/// First words of statements on rows.
const ROWS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "ANALYZE"];

/// Tells whether none of these statements does more than read and write rows.
pub(super) fn only_data(nodes: &[Node<'_>]) -> bool {
    all(nodes, &|node| match node {
        Node::Execute(expression, _) => begins(expression, ROWS),
        Node::Other(tokens) | Node::Sql(tokens) => is_data(tokens),
        _ => true,
    })
}

/// Tells whether none of these statements changes the schema, so that it does not matter whether they run.
pub(super) fn spares_schema(nodes: &[Node<'_>]) -> bool {
    all(nodes, &|node| match node {
        Node::Execute(expression, _) => begins(expression, ROWS) || begins(expression, APART),
        Node::Other(tokens) | Node::Sql(tokens) => is_data(tokens) || is_apart(tokens),
        _ => true,
    })
}

/// Tells whether any of these statements grants or revokes something.
pub(super) fn grants(nodes: &[Node<'_>]) -> bool {
    !all(nodes, &|node| match node {
        Node::Execute(expression, _) => !begins(expression, &["GRANT", "REVOKE"]),
        Node::Sql(tokens) => !tokens.is("GRANT") && !tokens.is("REVOKE"),
        _ => true,
    })
}

/// Tells whether any of these statements ends the body early.
pub(super) fn returns(nodes: &[Node<'_>]) -> bool {
    !all(nodes, &|node| !matches!(node, Node::Return))
}

/// Asks every statement, those inside of others too.
fn all(nodes: &[Node<'_>], holds: &dyn Fn(&Node<'_>) -> bool) -> bool {
    nodes.iter().all(|node| match node {
        Node::Block(block) => {
            all(&block.body, holds) && block.handlers.iter().all(|(_, body)| all(body, holds))
        }
        Node::If(arms) => arms.iter().all(|(_, body)| all(body, holds)),
        Node::Loop(_, body) => all(body, holds),
        other => holds(other),
    })
}

/// Tells whether the text of an EXECUTE surely begins with one of these and is one statement, whatever is put into it:
/// `'GRANT … TO ' || name`, `format('GRANT … TO %I', name)`.
fn begins(expression: &Cursor<'_>, words: &[&str]) -> bool {
    let mut cursor = expression.clone();
    cursor.eat("FORMAT (");
    let Ok(text) = cursor.string() else { return false };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let single = !text.trim_end_matches(';').contains(';');
    let starts = |words: &&str| {
        text.strip_prefix(*words).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(']))
    };
    single && words.iter().any(starts)
}

/// Tells whether a statement has none of the words that change a schema.
pub(super) fn is_data(tokens: &Cursor<'_>) -> bool {
    let words = ["CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "EXECUTE", "SET", "RESET"];
    let update = ["UPDATE", "INSERT", "MERGE", "WITH", "DELETE"].iter().any(|word| tokens.is(word));
    update || !tokens.mentions(&words)
}

fn is_apart(tokens: &Cursor<'_>) -> bool {
    APART.iter().any(|words| tokens.is(words))
}
