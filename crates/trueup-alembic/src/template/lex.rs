//! Takes a Mako template apart: text, expressions, control lines, Python blocks.
//!
//! Facts about the language are those of Mako 1.3, tried on the real thing; the commands' oracle compares what comes
//! out. Tags other than `<%text>` and `<%doc>` are refused: a file that makes revisions has no use for them.

use super::TemplateError;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// What it is.
    pub(super) kind: NodeKind,
    /// The line that it begins in, from 1.
    pub(super) line: usize,
}

/// What a part of a template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// Copied.
    Text(String),
    /// `${code | filters}`.
    Expression {
        /// Python.
        code: String,
        /// Names of filters, or calls that return one.
        filters: Vec<String>,
    },
    /// `% if x:`, `% endif`.
    Control {
        /// `if`, also for `endif`.
        keyword: String,
        /// It closes what the keyword has opened.
        is_end: bool,
        /// All of the line after the percent sign.
        text: String,
    },
    /// `<% … %>`, or `<%! … %>` that runs once, before the template.
    Code {
        /// Python.
        text: String,
        /// Whether it is `<%! … %>`.
        is_module: bool,
    },
}

/// Takes a template apart.
pub(super) fn nodes(source: &str) -> Result<Vec<Node>, TemplateError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut lexer = Lexer { source, at: 0, nodes: Vec::new() };
    lexer.skip_encoding()?;
    while lexer.at < source.len() {
        let is_taken = lexer.expression()?
            || lexer.control_line()?
            || lexer.documentation()
            || lexer.tag()?
            || lexer.code()?
            || lexer.percent_sign();
        if !is_taken {
            lexer.text();
        }
    }
    Ok(lexer.nodes)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    nodes: Vec<Node>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn line_at(&self, offset: usize) -> usize {
        self.source[..offset].matches('\n').count() + 1
    }

    fn is_line_start(&self) -> bool {
        self.at == 0 || self.source[..self.at].ends_with('\n')
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> TemplateError {
        TemplateError { line: Some(self.line_at(offset)), message: message.into() }
    }

    fn push(&mut self, start: usize, kind: NodeKind) {
        let line = self.line_at(start);
        self.nodes.push(Node { kind, line });
    }

    /// A comment in the first line may name the encoding; it is no part of the template's text.
    fn skip_encoding(&mut self) -> Result<(), TemplateError> {
        let Some(end) = self.source.find('\n') else { return Ok(()) };
        let line = &self.source[..end];
        let Some(after) = line
            .starts_with('#')
            .then(|| line.find("coding:").or_else(|| line.find("coding=")))
            .flatten()
            .map(|at| line[at + "coding:".len()..].trim_start())
        else {
            return Ok(());
        };
        let name: String = after
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
            .collect();
        match name.to_lowercase().as_str() {
            "" => return Ok(()),
            "utf-8" | "utf8" | "ascii" | "us-ascii" => {}
            _ => {
                return Err(
                    self.error(0, format!("the encoding `{name}` is not read: save the file as UTF-8"))
                );
            }
        }
        self.at = end + 1;
        Ok(())
    }

    fn expression(&mut self) -> Result<bool, TemplateError> {
        if !self.rest().starts_with("${") {
            return Ok(false);
        }
        let start = self.at;
        self.at += 2;
        let (code, end) = self.until(start, true, &["|", "}"])?;
        let filters = if end == "|" { self.until(start, true, &["}"])?.0 } else { "" };
        let kind = NodeKind::Expression { code: code.replace("\r\n", "\n"), filters: filter_names(filters) };
        self.push(start, kind);
        Ok(true)
    }

    fn control_line(&mut self) -> Result<bool, TemplateError> {
        if !self.is_line_start() {
            return Ok(false);
        }
        let (start, content) = (self.at, self.rest().trim_start_matches([' ', '\t']));
        let is_comment = content.starts_with("##");
        let is_control = content.starts_with('%') && !content.starts_with("%%");
        if !is_comment && !is_control {
            return Ok(false);
        }
        let begin = self.source.len() - content.len() + if is_comment { 2 } else { 1 };
        let end = logical_line_end(self.source, begin);
        let text = self.source[begin..end].trim_start_matches([' ', '\t']).trim_end_matches('\r').to_owned();
        self.at = (end + 1).min(self.source.len());
        if is_comment {
            return Ok(true);
        }
        let word: String =
            text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if word.is_empty() {
            return Err(self.error(start, format!("`% {text}` is no control line: text needs `%%`")));
        }
        let (keyword, is_end) = match word.strip_prefix("end") {
            Some(keyword) if !keyword.is_empty() => (keyword.to_owned(), true),
            _ => (word, false),
        };
        self.push(start, NodeKind::Control { keyword, is_end, text });
        Ok(true)
    }

    fn documentation(&mut self) -> bool {
        let Some(inside) = self.rest().strip_prefix("<%doc>") else { return false };
        let Some(end) = inside.find("</%doc>") else { return false };
        self.at += "<%doc>".len() + end + "</%doc>".len();
        true
    }

    fn tag(&mut self) -> Result<bool, TemplateError> {
        if self.rest().starts_with("</%") {
            return Err(self.error(self.at, "a tag is closed that was not opened"));
        }
        let Some((name, length)) = tag_start(self.rest()) else { return Ok(false) };
        let start = self.at;
        if name != "text" {
            let what = if name == "doc" {
                "`<%doc>` is never closed".to_owned()
            } else {
                format!("the tag `<%{name}>` is not read by trueup")
            };
            return Err(self.error(start, what));
        }
        let inside = &self.rest()[length..];
        let Some(end) = inside.find("</%text>") else {
            return Err(self.error(start, "`<%text>` is never closed"));
        };
        if end > 0 {
            self.push(start, NodeKind::Text(inside[..end].to_owned()));
        }
        self.at += length + end + "</%text>".len();
        Ok(true)
    }

    fn code(&mut self) -> Result<bool, TemplateError> {
        if !self.rest().starts_with("<%") {
            return Ok(false);
        }
        let start = self.at;
        self.at += 2;
        let is_module = self.rest().starts_with('!');
        self.at += usize::from(is_module);
        let (text, _) = self.until(start, false, &["%>"])?;
        self.push(start, NodeKind::Code { text: text.replace("\r\n", "\n"), is_module });
        Ok(true)
    }

    /// `%%` at the start of a line is a percent sign.
    fn percent_sign(&mut self) -> bool {
        let content = self.rest().trim_start();
        if !self.is_line_start() || !content.starts_with("%%") {
            return false;
        }
        let start = self.at;
        let indent = &self.rest()[..self.rest().len() - content.len()];
        let signs = content.len() - content.trim_start_matches('%').len();
        self.push(start, NodeKind::Text(format!("{indent}{}", "%".repeat(signs - 1))));
        self.at += indent.len() + signs;
        true
    }

    /// Text up to whatever is no text; a line break after a backslash is left out.
    fn text(&mut self) {
        let (start, bytes) = (self.at, self.source.as_bytes());
        let mut end = start;
        let mut next = start;
        while end < bytes.len() {
            let rest = &self.source[end..];
            let is_new_line = end > start && bytes[end - 1] == b'\n';
            let content = rest.trim_start_matches([' ', '\t']);
            if is_new_line && (content.starts_with('%') || content.starts_with("##")) {
                break;
            }
            if ["${", "<%", "</%"].iter().any(|construct| rest.starts_with(construct)) {
                break;
            }
            if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                next = end + rest.find('\n').map_or(rest.len(), |at| at + 1);
                break;
            }
            end += rest.chars().next().map_or(1, char::len_utf8);
        }
        if end > start {
            self.push(start, NodeKind::Text(self.source[start..end].to_owned()));
        }
        self.at = next.max(end);
    }

    /// Returns the Python up to one of some ends, which are not looked for in strings and comments, and which end.
    fn until(
        &mut self,
        start: usize,
        is_nested: bool,
        ends: &[&'static str],
    ) -> Result<(&'a str, &'static str), TemplateError> {
        let begin = self.at;
        // Braces, parentheses and brackets that are open.
        let mut open = [0_i64; 3];
        while self.at < self.source.len() {
            let rest = self.rest();
            if let Some(length) = comment_length(rest).or_else(|| string_length(rest)) {
                self.at += length;
                continue;
            }
            let end = ends.iter().find(|end| rest.starts_with(**end));
            if let Some(end) = end
                && !(is_nested && open.iter().any(|count| *count > 0))
            {
                let code = &self.source[begin..self.at];
                self.at += end.len();
                return Ok((code, end));
            }
            let letter = rest.chars().next().unwrap_or_default();
            match letter {
                '{' => open[0] += 1,
                '}' => open[0] -= 1,
                '(' => open[1] += 1,
                ')' => open[1] -= 1,
                '[' => open[2] += 1,
                ']' => open[2] -= 1,
                _ => {}
            }
            self.at += letter.len_utf8();
        }
        let what = if is_nested { "the expression `${…}`" } else { "the block `<% … %>`" };
        Err(self.error(start, format!("{what} is never closed")))
    }
}

/// Returns where a line ends that goes on after a backslash.
fn logical_line_end(source: &str, begin: usize) -> usize {
    let mut at = begin;
    loop {
        let Some(end) = source[at..].find('\n').map(|end| at + end) else { return source.len() };
        if !source[begin..end].trim_end_matches('\r').ends_with('\\') {
            return end;
        }
        at = end + 1;
    }
}

fn comment_length(rest: &str) -> Option<usize> {
    if rest.starts_with('#') { rest.find('\n').map(|end| end + 1) } else { None }
}

/// Returns the length of the Python string that stands here; a quote that is never closed is none.
fn string_length(rest: &str) -> Option<usize> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote))?;
    let mut at = quote.len();
    while at < rest.len() {
        if rest[at..].starts_with(quote) {
            return Some(at + quote.len());
        }
        let mut letters = rest[at..].chars();
        let letter = letters.next()?;
        at += letter.len_utf8();
        if letter == '\\' {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    None
}

/// Returns the name and the length of an opening tag such as `<%def name="x">`.
fn tag_start(rest: &str) -> Option<(&str, usize)> {
    let inside = rest.strip_prefix("<%")?;
    let end = inside
        .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.' | ':')))
        .filter(|end| *end > 0)?;
    let mut at = end;
    while let Some(letter) = inside[at..].chars().next() {
        match letter {
            '>' => return Some((&inside[..end], 2 + at + 1)),
            '/' if inside[at..].starts_with("/>") => return Some((&inside[..end], 2 + at + 2)),
            '"' | '\'' => at += 1 + inside[at + 1..].find(letter)? + 1,
            letter
                if letter.is_whitespace()
                    || letter.is_alphanumeric()
                    || matches!(letter, '_' | '=' | ',') =>
            {
                at += letter.len_utf8();
            }
            _ => return None,
        }
    }
    None
}

/// Splits `comma, f(1, 2)` into names and calls.
fn filter_names(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            names.push(String::new());
        } else if let Some(name) = names.last_mut() {
            name.push(letter);
        }
    }
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<NodeKind> {
        nodes(source).expect("it is a template").into_iter().map(|node| node.kind).collect()
    }

    fn text(text: &str) -> NodeKind {
        NodeKind::Text(text.to_owned())
    }

    #[test]
    fn expressions_end_at_the_brace_that_closes_them() {
        let expression = |code: &str, filters: &[&str]| NodeKind::Expression {
            code: code.to_owned(),
            filters: filters.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            kinds("${ {'a': '}'}['a'] }${a | comma,n}${(a | b)}"),
            [
                expression(" {'a': '}'}['a'] ", &[]),
                expression("a ", &["comma", "n"]),
                expression("(a | b)", &[])
            ]
        );
    }

    #[test]
    fn control_lines_take_their_line_break_with_them() {
        let control = |keyword: &str, is_end, text: &str| NodeKind::Control {
            keyword: keyword.to_owned(),
            is_end,
            text: text.to_owned(),
        };
        assert_eq!(
            kinds("a\n  % if x:\nb\n% endif\n## gone\n%% c\n"),
            [
                text("a\n"),
                control("if", false, "if x:"),
                text("b\n"),
                control("if", true, "endif"),
                text("%"),
                text(" c\n")
            ]
        );
    }

    #[test]
    fn blocks_comments_and_literal_text() {
        let code = |text: &str, is_module| NodeKind::Code { text: text.to_owned(), is_module };
        assert_eq!(
            kinds("<%!\nimport re\n%>x\\\ny<%doc>${gone}</%doc><% z = '%>' %><%text>${kept}</%text>"),
            [code("\nimport re\n", true), text("x"), text("y"), code(" z = '%>' ", false), text("${kept}")]
        );
    }

    #[test]
    fn what_is_never_closed_is_told_with_its_line() {
        let failure = |source: &str| nodes(source).expect_err("it is broken");
        assert_eq!(failure("\n${a").line, Some(2));
        assert_eq!(failure("a\n\n<% b").line, Some(3));
        assert_eq!(failure("<%def name=\"f()\">x</%def>").message, "the tag `<%def>` is not read by trueup");
        assert_eq!(failure("x</%text>").message, "a tag is closed that was not opened");
    }
}
