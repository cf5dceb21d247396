//! Splits a text into statements without understanding them.
//!
//! A `;` always ends a statement, save in the three places where the grammar has statements inside of a statement:
//! `BEGIN ATOMIC … END`, the parentheses of `CREATE RULE`, and the body of an SQLite trigger. Counting parentheses
//! everywhere, as psql does, would let one forgotten `)` swallow the rest of the file.

use trueup_schema::{Dialect, Span};

use crate::lex::{Kind, Lexer, Token, span};

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The statement, without the `;`.
    pub text: &'a str,
    /// Its bytes in the whole text.
    pub span: Span,
}

/// Returns the statements of a text; psql's meta-commands and the rows of `COPY … FROM stdin` are left out.
///
/// ```
/// use trueup_schema::Dialect;
///
/// let found = trueup_sql::split(Dialect::Postgresql, "SELECT ';'; -- one\nSELECT $$;$$");
/// assert_eq!(found.len(), 2);
/// assert_eq!(found[1].text, "SELECT $$;$$");
/// ```
pub fn split(dialect: Dialect, text: &str) -> Vec<Statement<'_>> {
    pieces(dialect, text).statements.iter().map(|piece| piece.statement(text)).collect()
}

/// A command of psql that reads another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The file, as it is written.
    pub file: String,
    /// Whether it is looked for from the folder of the including file (`\ir`), rather than from where psql was started.
    pub is_relative: bool,
    /// The bytes of the command in the whole text.
    pub span: Span,
}

/// Returns the commands `\i` and `\ir` of a text for psql, outside of quotes and comments.
///
/// ```
/// use trueup_schema::Dialect;
///
/// let found = trueup_sql::includes(Dialect::Postgresql, "SELECT '\\i no';\n\\ir 'a b.sql'\n");
/// assert_eq!((found.len(), found[0].file.as_str(), found[0].is_relative), (1, "a b.sql", true));
/// ```
pub fn includes(dialect: Dialect, text: &str) -> Vec<Include> {
    let mut lexer = Lexer::new(dialect, text);
    let mut found = Vec::new();
    while let Some(token) = lexer.token() {
        if token.kind != Kind::Meta {
            continue;
        }
        let command = text[token.start..token.end].trim_end();
        let (name, file) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let is_relative = match name {
            "\\i" | "\\include" => false,
            "\\ir" | "\\include_relative" => true,
            _ => continue,
        };
        let file = file.trim().trim_matches('\'').to_owned();
        found.push(Include { file, is_relative, span: token.span() });
    }
    found
}

/// A statement as tokens.
pub(crate) struct Piece {
    pub(crate) tokens: Vec<Token>,
    pub(crate) notices: Vec<String>,
}

impl Piece {
    pub(crate) fn start(&self) -> usize {
        self.tokens.first().map_or(0, |token| token.start)
    }

    pub(crate) fn end(&self) -> usize {
        self.tokens.last().map_or(0, |token| token.end)
    }

    pub(crate) fn statement<'a>(&self, text: &'a str) -> Statement<'a> {
        Statement { text: &text[self.start()..self.end()], span: span(self.start(), self.end()) }
    }
}

/// All statements of a text, and what was wrong with its quotes.
pub(crate) struct Pieces {
    pub(crate) statements: Vec<Piece>,
    pub(crate) errors: Vec<(String, Span)>,
    /// Meta-commands that were left out, with their place.
    pub(crate) skipped: Vec<(String, Span)>,
}

pub(crate) fn pieces(dialect: Dialect, text: &str) -> Pieces {
    let mut lexer = Lexer::new(dialect, text);
    let mut found = Pieces { statements: Vec::new(), errors: Vec::new(), skipped: Vec::new() };
    let mut current = Open::new(dialect);
    while let Some(token) = lexer.token() {
        let word = &text[token.start..token.end];
        if token.kind == Kind::Meta {
            found.skipped.push((meta_command(word), token.span()));
            // `\gexec` and its kin send what was written so far.
            if word.starts_with("\\g") || word.starts_with("\\crosstabview") {
                current.close(&mut found.statements);
            }
            continue;
        }
        if word == ";" && current.can_end() {
            let copies = current.copies_rows;
            current.close(&mut found.statements);
            if copies {
                skip_rows(&mut lexer, text);
                if let Some(last) = found.statements.last_mut() {
                    last.notices.push("the rows of COPY are not read".to_owned());
                }
            }
            continue;
        }
        current.push(token, word);
    }
    current.close(&mut found.statements);
    found.errors = lexer.errors;
    found
}

fn meta_command(word: &str) -> String {
    let name = word.split_whitespace().next().unwrap_or(word);
    format!("psql command `{name}` is not carried out")
}

/// Moves behind the line `\.` that ends the rows.
fn skip_rows(lexer: &mut Lexer<'_>, text: &str) {
    let rest = &text[lexer.at..];
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == "\\." {
            break;
        }
    }
    lexer.at += at;
}

/// The statement that is being read.
struct Open {
    dialect: Dialect,
    tokens: Vec<Token>,
    /// The first words in upper case, as far as they decide how it ends.
    head: Vec<String>,
    form: Form,
    /// Open `BEGIN` and `CASE`, or parentheses of a rule.
    depth: usize,
    copies_rows: bool,
    previous: String,
}

/// How a statement ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Routine,
    Rule,
    Trigger,
}

impl Open {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            tokens: Vec::new(),
            head: Vec::new(),
            form: Form::Plain,
            depth: 0,
            copies_rows: false,
            previous: String::new(),
        }
    }

    fn can_end(&self) -> bool {
        self.depth == 0
    }

    fn push(&mut self, token: Token, word: &str) {
        self.tokens.push(token);
        match word {
            "(" if self.form == Form::Rule => self.depth += 1,
            ")" if self.form == Form::Rule => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if token.kind != Kind::Word {
            self.previous.clear();
            return;
        }
        let word = word.to_ascii_uppercase();
        if self.head.len() < 5 && self.form == Form::Plain {
            self.head.push(word.clone());
            self.form = self.form_of_head();
        }
        match word.as_str() {
            "STDIN" if self.previous == "FROM" => {
                self.copies_rows |= self.head.first().is_some_and(|head| head == "COPY");
            }
            "BEGIN" if self.form == Form::Trigger => self.depth += 1,
            "ATOMIC" if self.form == Form::Routine && self.previous == "BEGIN" => self.depth += 1,
            "CASE" if self.depth > 0 && self.form != Form::Rule => self.depth += 1,
            "END" if self.form != Form::Rule => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.previous = word;
    }

    fn form_of_head(&self) -> Form {
        let mut words = self.head.iter().map(String::as_str);
        if words.next() != Some("CREATE") {
            return Form::Plain;
        }
        match words.find(|word| !matches!(*word, "OR" | "REPLACE" | "TEMP" | "TEMPORARY")) {
            Some("FUNCTION" | "PROCEDURE") => Form::Routine,
            Some("RULE") => Form::Rule,
            Some("TRIGGER") if self.dialect == Dialect::Sqlite => Form::Trigger,
            _ => Form::Plain,
        }
    }

    fn close(&mut self, statements: &mut Vec<Piece>) {
        let closed = std::mem::replace(self, Self::new(self.dialect));
        if !closed.tokens.is_empty() {
            statements.push(Piece { tokens: closed.tokens, notices: Vec::new() });
        }
    }
}
