//! Python text: literals and calls, laid out as people lay them out.

/// How wide a call may be before each of its arguments gets a line of its own.
const WIDTH: usize = 100;

/// Returns a text as Python's `repr()` writes it.
pub(super) fn string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => {
                out.push('\\');
                out.push(c);
            }
            _ if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// Returns a text of several lines in three quotes, everything else as [`string`] does.
pub(super) fn text(text: &str) -> String {
    let plain = |c: char| c == '\n' || !c.is_control();
    if !text.contains('\n') || !text.chars().all(plain) {
        return string(text);
    }
    let escaped = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    format!("\"\"\"\n{escaped}\n\"\"\"")
}

/// Returns a list of texts.
pub(super) fn strings<T: AsRef<str>>(items: &[T]) -> String {
    list(&items.iter().map(|item| string(item.as_ref())).collect::<Vec<_>>())
}

/// Returns a list of expressions.
pub(super) fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

/// Returns a truth value.
pub(super) fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A call under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    name: String,
    arguments: Vec<String>,
    /// Whether each argument has a line of its own, however short they are.
    tall: bool,
}

impl Call {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: Vec::new(), tall: false }
    }

    /// Gives each argument a line of its own.
    pub(super) fn tall(mut self) -> Self {
        self.tall = true;
        self
    }

    /// Adds an argument, a Python expression.
    pub(super) fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds a named argument.
    pub(super) fn keyword(self, name: &str, value: impl AsRef<str>) -> Self {
        let argument = format!("{name}={}", value.as_ref());
        self.arg(argument)
    }

    /// Adds a named argument that is a text, if there is one.
    pub(super) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.keyword(name, string(value)),
            None => self,
        }
    }

    /// Returns the call in one line.
    pub(super) fn inline(&self) -> String {
        format!("{}({})", self.name, self.arguments.join(", "))
    }

    /// Returns the call as a statement, indented.
    pub(super) fn statement(&self, indent: &str) -> String {
        let line = self.inline();
        let has_text = self.arguments.iter().any(|argument| argument.contains('\n'));
        if has_text || (!self.tall && (indent.len() + line.len() <= WIDTH || self.arguments.len() < 2)) {
            return format!("{indent}{line}");
        }
        let mut out = format!("{indent}{}(\n", self.name);
        for argument in &self.arguments {
            out.push_str(&format!("{indent}    {argument},\n"));
        }
        out.push_str(&format!("{indent})"));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_python_writes_them() {
        for (text, expected) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("both ' and \"", "'both \\' and \"'"),
            ("a\\b\n", "'a\\\\b\\n'"),
            ("é", "'é'"),
        ] {
            assert_eq!(string(text), expected);
        }
        assert_eq!(super::text("a\n\\b"), "\"\"\"\na\n\\\\b\n\"\"\"");
    }

    #[test]
    fn long_calls_get_a_line_for_each_argument() {
        let call = Call::new("op.f").arg("'a'").keyword("b", "1");
        assert_eq!(call.statement("    "), "    op.f('a', b=1)");
        assert_eq!(call.tall().statement("    "), "    op.f(\n        'a',\n        b=1,\n    )");
    }
}
