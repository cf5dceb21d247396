//! Turns the parts of a template into the text of a Python module with one function, which writes what the template says.
//!
//! Every line of that text knows the line of the template that it was made of, so that whatever goes wrong while it is
//! evaluated is told where the user can mend it.

use super::TemplateError;
use super::lex::{Node, NodeKind};

/// The function that renders.
pub(super) const RENDER: &str = "__trueup_render";
/// The function that a rendered piece of text is handed to.
pub(super) const WRITE: &str = "__trueup_write";
/// The module of filters, `context` and the like.
pub(super) const PRELUDE: &str = "__trueup_prelude";

/// A generated module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Generated {
    /// Its text.
    pub(super) text: String,
    /// For each line of the text the line of the template, 0 for those that are ours.
    pub(super) lines: Vec<usize>,
}

impl Generated {
    /// Returns the line of the template that a byte of the text was made of.
    pub(super) fn template_line(&self, offset: usize) -> Option<usize> {
        let line = self.text.get(..offset.min(self.text.len()))?.matches('\n').count();
        self.lines.get(line).copied().filter(|line| *line > 0)
    }

    /// Adds lines that were made of consecutive lines of the template.
    fn push(&mut self, text: &str, line: usize) {
        for (index, part) in text.split('\n').enumerate() {
            self.text.push_str(part);
            self.text.push('\n');
            self.lines.push(if line == 0 { 0 } else { line + index });
        }
    }
}

/// A control structure that is open.
struct Open {
    keyword: String,
    line: usize,
    has_loop: bool,
}

/// Returns the module for a template; `names` are what its function takes from the context, as Python says it.
pub(super) fn generate(nodes: &[Node], names: &[String]) -> Result<Generated, TemplateError> {
    let mut out = Generated::default();
    for node in nodes {
        if let NodeKind::Code { text, is_module: true } = &node.kind {
            out.push(&reindented(text, ""), node.line);
        }
    }
    out.push(&format!("def {RENDER}():"), 0);
    for name in names {
        out.push(&format!("    {name}"), 0);
    }
    let mut open: Vec<Open> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let indent = "    ".repeat(open.len() + 1);
        match &node.kind {
            NodeKind::Text(text) => out.push(&format!("{indent}{WRITE}({})", literal(text)), node.line),
            NodeKind::Expression { code, filters } => {
                out.push(&format!("{indent}{WRITE}({})", filtered(code, filters)), node.line);
            }
            NodeKind::Code { text, is_module: false } => out.push(&reindented(text, &indent), node.line),
            NodeKind::Code { .. } => {}
            NodeKind::Control { keyword, is_end: true, .. } => {
                close(&mut out, &mut open, keyword, node.line)?;
            }
            NodeKind::Control { keyword, text, .. } => {
                begin(&mut out, &mut open, keyword, text, node.line, &nodes[index..])?;
            }
        }
    }
    if let Some(open) = open.last() {
        return Err(TemplateError::at(open.line, format!("`% {}` is never closed", open.keyword)));
    }
    out.push("    return True", 0);
    Ok(out)
}

/// Writes a control line that opens something, or goes on with it.
fn begin(
    out: &mut Generated,
    open: &mut Vec<Open>,
    keyword: &str,
    text: &str,
    line: usize,
    rest: &[Node],
) -> Result<(), TemplateError> {
    let goes_on = match keyword {
        "if" | "for" | "while" | "try" | "with" => false,
        "elif" | "else" | "except" | "finally" => true,
        _ => {
            return Err(TemplateError::at(line, format!("`% {keyword}` is no control line that Mako knows")));
        }
    };
    if !opens_block(text) {
        return Err(TemplateError::at(line, format!("`% {text}` does not end with a colon")));
    }
    if goes_on {
        let fits = match open.last().map(|open| open.keyword.as_str()) {
            Some("if") => matches!(keyword, "elif" | "else"),
            Some("for" | "while") => keyword == "else",
            Some("try") => matches!(keyword, "except" | "finally" | "else"),
            _ => false,
        };
        if !fits {
            return Err(TemplateError::at(
                line,
                format!("`% {keyword}` does not go on with what is open here"),
            ));
        }
        let indent = "    ".repeat(open.len());
        out.push(&format!("{indent}{text}"), line);
        out.push(&format!("{indent}    pass"), line);
        return Ok(());
    }
    let indent = "    ".repeat(open.len() + 1);
    let header = (keyword == "for" && mentions_loop(rest)).then(|| split_for(text)).flatten();
    match &header {
        Some((target, items)) => {
            let parent = if open.iter().any(|open| open.has_loop) { "loop" } else { "None" };
            out.push(&format!("{indent}loop = {PRELUDE}.Loop({items}, {parent})"), line);
            out.push(&format!("{indent}for {target} in loop._items:"), line);
            out.push(&format!("{indent}    loop.index += 1"), line);
        }
        None => out.push(&format!("{indent}{text}"), line),
    }
    // A block may hold nothing but comments.
    out.push(&format!("{indent}    pass"), line);
    open.push(Open { keyword: keyword.to_owned(), line, has_loop: header.is_some() });
    Ok(())
}

fn close(out: &mut Generated, open: &mut Vec<Open>, keyword: &str, line: usize) -> Result<(), TemplateError> {
    match open.pop() {
        Some(last) if last.keyword == keyword => {
            if last.has_loop {
                out.push(&format!("{}loop = loop.parent", "    ".repeat(open.len() + 1)), line);
            }
            Ok(())
        }
        Some(last) => {
            let message = format!("`% end{keyword}` closes the `% {}` of line {}", last.keyword, last.line);
            Err(TemplateError::at(line, message))
        }
        None => Err(TemplateError::at(line, format!("`% end{keyword}` closes nothing"))),
    }
}

/// Tells whether a control line ends with a colon, a comment left aside.
fn opens_block(text: &str) -> bool {
    let is_open = |text: &str| text.trim_end().ends_with(':');
    is_open(text) || text.match_indices('#').any(|(at, _)| is_open(&text[..at]))
}

/// Tells whether the body of the loop that comes first asks for `loop`.
fn mentions_loop(nodes: &[Node]) -> bool {
    let mut depth = 0_usize;
    for node in nodes {
        let code = match &node.kind {
            NodeKind::Control { keyword, is_end, text } => {
                if keyword == "for" && *is_end {
                    depth -= 1;
                    if depth == 0 {
                        return false;
                    }
                } else if keyword == "for" {
                    depth += 1;
                }
                text
            }
            NodeKind::Expression { code, .. } => code,
            NodeKind::Code { text, .. } => text,
            NodeKind::Text(_) => continue,
        };
        if code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(|word| word == "loop")
        {
            return true;
        }
    }
    false
}

/// Splits `for a, b in items:`.
fn split_for(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("for")?;
    let (target, items) = inside.split_once(" in ")?;
    let end = items.rfind(':')?;
    Some((target.trim(), items[..end].trim()))
}

/// Wraps an expression into its filters, the first one innermost.
fn filtered(code: &str, filters: &[String]) -> String {
    let is_plain = filters.iter().any(|filter| filter == "n");
    // A line break, because the expression may end in a comment.
    let mut out = if code.contains('#') { format!("{code}\n") } else { code.to_owned() };
    if !is_plain {
        out = format!("str({out})");
    } else if code.trim().contains(['\n', ',']) {
        out = format!("({out})");
    }
    for filter in filters.iter().filter(|filter| *filter != "n") {
        let (name, call) = match filter.find('(') {
            Some(at) => filter.split_at(at),
            None => (filter.as_str(), ""),
        };
        out = format!("{}{call}({out})", filter_function(name));
    }
    out
}

fn filter_function(name: &str) -> String {
    match name {
        "x" => format!("{PRELUDE}.xml_escape"),
        "h" => format!("{PRELUDE}.html_escape"),
        "u" => format!("{PRELUDE}.url_escape"),
        "entity" => format!("{PRELUDE}.entity"),
        "trim" => format!("{PRELUDE}.trim"),
        "unicode" | "str" => "str".to_owned(),
        name if name == "decode" || name.starts_with("decode.") => format!("{PRELUDE}.{name}"),
        name => name.to_owned(),
    }
}

/// Returns a text as a Python string.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            letter if letter.is_control() => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('\'');
    out
}

/// Moves a block of Python to an indentation; what stands inside strings of several lines stays where it is.
fn reindented(block: &str, indent: &str) -> String {
    let mut margin: Option<usize> = None;
    let mut quote: Option<&str> = None;
    let mut is_continued = false;
    let mut out = Vec::new();
    for line in block.split('\n') {
        if quote.is_some() || is_continued {
            out.push(line.to_owned());
        } else {
            let content = line.trim_start_matches([' ', '\t']);
            let width = indentation(&line[..line.len() - content.len()]);
            if margin.is_none() && !content.is_empty() && !content.starts_with('#') {
                margin = Some(width);
            }
            let inner = width.saturating_sub(margin.unwrap_or(width));
            let text = if content.is_empty() {
                String::new()
            } else {
                format!("{indent}{}{content}", " ".repeat(inner))
            };
            out.push(text);
        }
        quote = open_quote(line, quote);
        is_continued = quote.is_none() && line.ends_with('\\');
    }
    out.join("\n")
}

/// Returns how wide an indentation is; a tab reaches to the next multiple of eight.
fn indentation(space: &str) -> usize {
    space.chars().fold(0, |width, letter| if letter == '\t' { (width / 8 + 1) * 8 } else { width + 1 })
}

/// Returns the triple quote that is open after a line.
fn open_quote(line: &str, mut quote: Option<&'static str>) -> Option<&'static str> {
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        match quote {
            Some(open) if rest.starts_with(open) => {
                quote = None;
                at += open.len();
                continue;
            }
            Some(_) => {}
            None if rest.starts_with('#') => return None,
            None => {
                if let Some(triple) = ["\"\"\"", "'''"].into_iter().find(|triple| rest.starts_with(triple)) {
                    quote = Some(triple);
                    at += triple.len();
                    continue;
                }
                if let Some(sign) = rest.chars().next().filter(|sign| matches!(sign, '"' | '\'')) {
                    at += single_line_string(rest, sign);
                    continue;
                }
            }
        }
        let mut letters = rest.chars();
        let letter = letters.next().unwrap_or_default();
        at += letter.len_utf8();
        if letter == '\\' {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    quote
}

/// Returns the length of a string that ends in its line.
fn single_line_string(rest: &str, sign: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            letter if letter == sign => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::super::lex::nodes;
    use super::*;

    fn generated(source: &str) -> Generated {
        generate(&nodes(source).expect("it is a template"), &[]).expect("it can be written")
    }

    #[test]
    fn lines_know_where_they_come_from() {
        let module = generated("a\n% if x:\n${x\n + 1}\n% endif\n");
        let at = |text: &str| module.template_line(module.text.find(text).expect("it is there"));
        assert_eq!(at("'a\\n'"), Some(1));
        assert_eq!(at("if x:"), Some(2));
        assert_eq!((at("str(x"), at(" + 1")), (Some(3), Some(4)));
        assert_eq!(at("return True"), None);
    }

    #[test]
    fn blocks_keep_the_text_of_their_strings() {
        let module = generated("<%\n    a = '''x\n  y'''\n    if a:\n        b = 1\n%>");
        assert!(
            module.text.contains("\n    a = '''x\n  y'''\n    if a:\n        b = 1\n"),
            "{}",
            module.text
        );
    }

    #[test]
    fn filters_are_applied_from_left_to_right() {
        let module = generated("${a | trim, h}${a | comma,n}${a | f(1, 2)}");
        assert!(
            module.text.contains("__trueup_prelude.html_escape(__trueup_prelude.trim(str(a )))"),
            "{}",
            module.text
        );
        assert!(module.text.contains("__trueup_write(comma(a ))"), "{}", module.text);
        assert!(module.text.contains("f(1, 2)(str(a ))"), "{}", module.text);
    }

    #[test]
    fn structures_that_do_not_fit_are_told() {
        let failure =
            |source: &str| generate(&nodes(source).expect("nodes"), &[]).expect_err("it does not fit");
        assert_eq!(failure("% endif\n").message, "`% endif` closes nothing");
        assert_eq!(failure("% if a:\n% endfor\n").message, "`% endfor` closes the `% if` of line 1");
        assert_eq!(failure("\n% for a in b:\n").line, Some(2));
        assert_eq!(failure("% if a\n% endif\n").message, "`% if a` does not end with a colon");
        assert_eq!(failure("% import x\n").message, "`% import` is no control line that Mako knows");
    }
}
