//! The statements of a PL/pgSQL body; conditions and SQL stay tokens until they are run.

use crate::cursor::{Cursor, Read, Unread};
use crate::lex::Kind;

/// Blocks inside of each other that are read.
const MAX_DEPTH: usize = 40;

/// One statement.
pub(super) enum Node<'a> {
    Block(Block<'a>),
    /// Conditions with what follows each; a last one without condition is ELSE.
    If(Vec<(Option<Cursor<'a>>, Vec<Node<'a>>)>),
    Loop(Header<'a>, Vec<Node<'a>>),
    /// `name := expression`.
    Assign(String, Cursor<'a>),
    /// `EXECUTE expression [INTO …] [USING …]`: the expression and the targets.
    Execute(Cursor<'a>, Vec<String>),
    /// `SELECT … INTO name …`: the query without its INTO is in two parts.
    SelectInto {
        targets: Vec<String>,
        before: Cursor<'a>,
        after: Cursor<'a>,
    },
    /// `RAISE EXCEPTION` and bare `RAISE`.
    Fail,
    Return,
    /// Variables that get a value only the server knows.
    Forget(Vec<String>),
    /// Statements that change neither schema nor flow.
    Nothing,
    /// What only a database can follow, such as `EXIT` or `FETCH`.
    Other(Cursor<'a>),
    /// `PERFORM …`: a query whose result nobody wants.
    Perform(Cursor<'a>),
    /// An SQL statement.
    Sql(Cursor<'a>),
}

/// `DECLARE … BEGIN … EXCEPTION … END`.
pub(super) struct Block<'a> {
    /// Variables with their first value.
    pub(super) declared: Vec<(String, Option<Cursor<'a>>)>,
    pub(super) body: Vec<Node<'a>>,
    /// Names of conditions with what is done.
    pub(super) handlers: Vec<(Vec<String>, Vec<Node<'a>>)>,
}

/// How a loop gets its values.
pub(super) enum Header<'a> {
    /// `FOR name IN query`.
    Query(String, Cursor<'a>),
    /// `FOR name IN a..b`.
    Range(String, Cursor<'a>, Cursor<'a>),
    /// `FOREACH name IN ARRAY expression`.
    Array(String, Cursor<'a>),
    /// `WHILE`, `LOOP`, loops over cursors or dynamic queries.
    Open,
}

/// Reads a whole body.
pub(super) fn body<'a>(cursor: &mut Cursor<'a>) -> Read<Block<'a>> {
    label(cursor)?;
    let block = block(cursor, 0)?;
    cursor.eat(";");
    cursor.expect_end()?;
    Ok(block)
}

fn label(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat("<<") {
        cursor.identifier()?;
        cursor.expect(">>")?;
    }
    Ok(())
}

fn block<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<Block<'a>> {
    if depth > MAX_DEPTH {
        return Err(Unread { message: "blocks nest too deep".to_owned(), span: cursor.here() });
    }
    let mut declared = Vec::new();
    while cursor.eat("DECLARE") {
        while !cursor.is("BEGIN") && !cursor.is("DECLARE") && !cursor.is_end() {
            declared.extend(declaration(cursor)?);
        }
    }
    cursor.expect("BEGIN")?;
    let body = statements(cursor, depth)?;
    let mut handlers = Vec::new();
    if cursor.eat("EXCEPTION") {
        while cursor.eat("WHEN") {
            handlers.push(handler(cursor, depth)?);
        }
    }
    cursor.expect("END")?;
    if !cursor.is(";") && !cursor.is_end() {
        cursor.identifier()?;
    }
    Ok(Block { declared, body, handlers })
}

fn handler<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<(Vec<String>, Vec<Node<'a>>)> {
    let mut conditions = Vec::new();
    loop {
        if cursor.eat("SQLSTATE") {
            conditions.push(cursor.string()?);
        } else {
            conditions.push(cursor.identifier()?);
        }
        if !cursor.eat("OR") {
            break;
        }
    }
    cursor.expect("THEN")?;
    Ok((conditions, statements(cursor, depth)?))
}

/// Reads `name [CONSTANT] type [:= expression];`; cursors and aliases declare nothing of interest.
fn declaration<'a>(cursor: &mut Cursor<'a>) -> Read<Option<(String, Option<Cursor<'a>>)>> {
    let name = cursor.identifier()?;
    let start = cursor.position();
    cursor.skip_until(|cursor| cursor.is(";") || cursor.is(":=") || cursor.is("=") || cursor.is("DEFAULT"));
    let is_cursor = cursor.part(start, cursor.position()).mentions(&["CURSOR", "ALIAS"]);
    let value = if cursor.eat(":=") || cursor.eat("=") || cursor.eat("DEFAULT") {
        Some(until(cursor, ";"))
    } else {
        None
    };
    cursor.expect(";")?;
    Ok((!is_cursor).then_some((name, value)))
}

/// Returns the tokens up to a word outside of parentheses and of CASE.
fn until<'a>(cursor: &mut Cursor<'a>, stop: &str) -> Cursor<'a> {
    let start = cursor.position();
    loop {
        cursor.skip_until(|cursor| cursor.is(stop) || cursor.is("CASE"));
        if !cursor.eat("CASE") {
            return cursor.part(start, cursor.position());
        }
        cursor.skip_until(|cursor| cursor.is("END"));
        cursor.advance();
    }
}

fn statements<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<Vec<Node<'a>>> {
    let mut found = Vec::new();
    let ends = ["END", "ELSE", "ELSIF", "ELSEIF", "EXCEPTION", "WHEN"];
    while !cursor.is_end() && !ends.iter().any(|end| cursor.is(end)) {
        found.push(statement(cursor, depth + 1)?);
    }
    Ok(found)
}

fn statement<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<Node<'a>> {
    if depth > MAX_DEPTH {
        return Err(Unread { message: "statements nest too deep".to_owned(), span: cursor.here() });
    }
    label(cursor)?;
    if cursor.is("DECLARE") || cursor.is("BEGIN") {
        let block = block(cursor, depth)?;
        cursor.expect(";")?;
        return Ok(Node::Block(block));
    }
    if cursor.eat("IF") {
        return if_statement(cursor, depth);
    }
    if ["FOR", "FOREACH", "WHILE", "LOOP"].iter().any(|word| cursor.is(word)) {
        return loop_statement(cursor, depth);
    }
    if cursor.is("CASE") {
        let start = cursor.position();
        cursor.skip_until(|cursor| cursor.is("END CASE"));
        let whole = cursor.part(start, cursor.position());
        cursor.expect("END CASE")?;
        cursor.expect(";")?;
        return Ok(Node::Other(whole));
    }
    let mut simple = until_semicolon(cursor);
    cursor.expect(";")?;
    simple_statement(&mut simple)
}

/// `;` never stands inside of a statement, whatever its parentheses are.
fn until_semicolon<'a>(cursor: &mut Cursor<'a>) -> Cursor<'a> {
    let start = cursor.position();
    while !cursor.is_end() && !cursor.is(";") {
        cursor.advance();
    }
    cursor.part(start, cursor.position())
}

fn if_statement<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<Node<'a>> {
    let mut arms = Vec::new();
    loop {
        let condition = until(cursor, "THEN");
        cursor.expect("THEN")?;
        arms.push((Some(condition), statements(cursor, depth)?));
        if cursor.eat("ELSIF") || cursor.eat("ELSEIF") {
            continue;
        }
        if cursor.eat("ELSE") {
            arms.push((None, statements(cursor, depth)?));
        }
        cursor.expect("END IF")?;
        cursor.expect(";")?;
        return Ok(Node::If(arms));
    }
}

fn loop_statement<'a>(cursor: &mut Cursor<'a>, depth: usize) -> Read<Node<'a>> {
    let header = if cursor.eat("FOREACH") {
        let name = cursor.identifier()?;
        cursor.expect("IN ARRAY")?;
        Header::Array(name, until(cursor, "LOOP"))
    } else if cursor.eat("FOR") {
        let name = cursor.identifier()?;
        let single = cursor.eat("IN") && !cursor.is("REVERSE") && !cursor.is("EXECUTE");
        let mut source = until(cursor, "LOOP");
        source.skip_until(|cursor| cursor.is(".."));
        let middle = source.position();
        if !single {
            Header::Open
        } else if source.eat("..") {
            let from = source.part(0, middle);
            source.rest();
            Header::Range(name, from, source.part(middle + 1, source.position()))
        } else {
            source.go(0);
            Header::Query(name, source)
        }
    } else {
        cursor.skip_until(|cursor| cursor.is("LOOP"));
        Header::Open
    };
    cursor.expect("LOOP")?;
    let body = statements(cursor, depth)?;
    cursor.expect("END LOOP")?;
    if !cursor.is(";") {
        cursor.identifier()?;
    }
    cursor.expect(";")?;
    Ok(Node::Loop(header, body))
}

fn simple_statement<'a>(cursor: &mut Cursor<'a>) -> Read<Node<'a>> {
    if cursor.is_end() || cursor.is("NULL") || cursor.is("ASSERT") {
        return Ok(Node::Nothing);
    }
    if cursor.eat("GET") {
        return diagnostics(cursor);
    }
    if cursor.eat("RAISE") {
        let harmless = ["NOTICE", "INFO", "LOG", "DEBUG", "WARNING"].iter().any(|level| cursor.is(level));
        return Ok(if harmless { Node::Nothing } else { Node::Fail });
    }
    if cursor.is("RETURN") {
        return Ok(Node::Return);
    }
    if ["EXIT", "CONTINUE", "OPEN", "FETCH", "CLOSE", "MOVE", "COMMIT", "ROLLBACK"]
        .iter()
        .any(|word| cursor.is(word))
    {
        return Ok(Node::Other(cursor.clone()));
    }
    if cursor.eat("EXECUTE") {
        let start = cursor.position();
        cursor.skip_until(|cursor| cursor.is("INTO") || cursor.is("USING"));
        let expression = cursor.part(start, cursor.position());
        let targets = into(cursor)?;
        return Ok(Node::Execute(expression, targets));
    }
    if cursor.is("PERFORM") {
        return Ok(Node::Perform(cursor.clone()));
    }
    if let Some(node) = assignment(cursor) {
        return Ok(node);
    }
    if cursor.is("SELECT") {
        return select(cursor);
    }
    Ok(Node::Sql(cursor.clone()))
}

/// Returns the variables that `INSERT … RETURNING … INTO a, b` assigns.
pub(super) fn returned(statement: &Cursor<'_>) -> Vec<String> {
    let mut cursor = statement.clone();
    cursor.skip_until(|cursor| cursor.is("RETURNING"));
    cursor.skip_until(|cursor| cursor.is("INTO"));
    into(&mut cursor).unwrap_or_default()
}

/// Reads `INTO [STRICT] a, b`.
fn into(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    if !cursor.eat("INTO") {
        return Ok(Vec::new());
    }
    cursor.eat("STRICT");
    let mut names = vec![cursor.dotted()?.join(".")];
    while cursor.eat(",") {
        names.push(cursor.dotted()?.join("."));
    }
    Ok(names)
}

/// Reads what follows GET: `[CURRENT | STACKED] DIAGNOSTICS a = item, …`.
fn diagnostics<'a>(cursor: &mut Cursor<'a>) -> Read<Node<'a>> {
    let _ = cursor.eat("CURRENT") || cursor.eat("STACKED");
    cursor.expect("DIAGNOSTICS")?;
    let mut names = Vec::new();
    for mut item in cursor.list() {
        names.push(item.dotted()?.join("."));
    }
    Ok(Node::Forget(names))
}

fn assignment<'a>(cursor: &Cursor<'a>) -> Option<Node<'a>> {
    let mut ahead = cursor.clone();
    let is_word = ahead.token().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
    let name = ahead.dotted().ok().filter(|_| is_word)?.join(".");
    if !ahead.eat(":=") && !ahead.eat("=") {
        return None;
    }
    let start = ahead.position();
    ahead.rest();
    Some(Node::Assign(name, ahead.part(start, ahead.position())))
}

fn select<'a>(cursor: &mut Cursor<'a>) -> Read<Node<'a>> {
    let whole = cursor.clone();
    let start = cursor.position();
    cursor.skip_until(|cursor| cursor.is("INTO"));
    let middle = cursor.position();
    let targets = into(cursor)?;
    if targets.is_empty() {
        return Ok(Node::Sql(whole));
    }
    let from = cursor.position();
    cursor.rest();
    Ok(Node::SelectInto {
        targets,
        before: cursor.part(start, middle),
        after: cursor.part(from, cursor.position()),
    })
}
