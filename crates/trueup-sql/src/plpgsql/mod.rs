//! `DO` blocks: a small evaluator for the shapes that make a script safe to run twice.
//!
//! A body is parsed into statements (`parse`), run over the simulated schema (`run`), and its conditions and queries
//! on the system catalogs are answered from that schema ([`catalog`](crate::catalog)). Everything is three-valued:
//! what the schema cannot tell is unknown, and an unknown condition in front of a schema change makes the whole
//! block opaque. Nothing is recognised by its text as a whole.

mod condition;
mod effect;
mod parse;
mod run;

use trueup_schema::Dialect;

use crate::cursor::Cursor;
use crate::lex::{Lexer, Token, text_value};
use crate::reader::{Outcome, Reader};

/// Reads a `DO` block, whose body is a string token of the statement.
pub(crate) fn do_block(reader: &mut Reader, statement: &Cursor<'_>, token: Token) -> Outcome {
    let (spelled, statement) = (statement.spelled(token), statement.whole());
    let body = text_value(spelled);
    let (tokens, errors) = Lexer::all(Dialect::Postgresql, &body);
    if let Some((message, _)) = errors.first() {
        return Outcome::opaque(statement, format!("its body could not be read: {message}"));
    }
    if crate::check::too_deep(&body, &tokens).is_some() {
        return Outcome::opaque(statement, "its body nests too deep");
    }
    let mut cursor = Cursor::new(Dialect::Postgresql, &body, &tokens);
    match parse::body(&mut cursor) {
        Ok(block) => run::run(reader, statement, &block, verbatim_start(token, spelled)),
        Err(unread) => Outcome::opaque(statement, format!("its body could not be read: {}", unread.message)),
    }
}

/// Returns where the body stands in the text byte for byte, which it does between dollar quotes only.
fn verbatim_start(token: Token, spelled: &str) -> Option<u32> {
    let tag = spelled.strip_prefix('$')?.find('$')? + 2;
    Some((token.start + tag) as u32)
}
