//! Parsing apart from translating: the parser's own tree can be made by another thread, ours cannot.

use ruff_python_ast as ruff;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::{LONG_LINE_BYTES, Lower, SHORT_BYTES, docstring, nesting};
use crate::ast::{Comment, ModuleAst, Stmt, SyntaxError};
use crate::import_graph::resolve;

/// A text as the parser understands it, not yet in our tree.
///
/// Translating leaves it whole, so that it can be dropped where it was made: memory is given back fastest there.
pub struct Syntax {
    /// Length of the byte order mark.
    offset: u32,
    /// The tree, or why the text is not parsed.
    tree: Result<ruff::Mod, SyntaxError>,
    comments: Vec<Comment>,
    errors: Vec<SyntaxError>,
}

impl Syntax {
    /// Parses a text ahead of somebody who will ask for its tree; `None` for one that looks as if it nested absurdly,
    /// which only [`parse`](crate::parse) takes care of.
    pub fn of(source: &str) -> Option<Self> {
        cannot_nest_deep(source).then(|| Self::read(source))
    }

    pub(super) fn read(source: &str) -> Self {
        let (source, offset) = match source.strip_prefix('\u{feff}') {
            Some(rest) => (rest, 3),
            None => (source, 0),
        };
        if let Some(error) = nesting::refuse(source) {
            return Self { offset, tree: Err(error), comments: Vec::new(), errors: Vec::new() };
        }
        let parsed = stacker::maybe_grow(4 << 20, 32 << 20, || {
            parse_unchecked(source, ParseOptions::from(ruff_python_parser::Mode::Module))
        });
        let lower = Lower::new(offset);
        let errors = parsed
            .errors()
            .iter()
            .map(|error| SyntaxError { span: lower.span(error.location), message: error.error.to_string() })
            .collect();
        let comments = parsed
            .tokens()
            .iter()
            .filter(|token| token.kind() == TokenKind::Comment)
            .map(|token| Comment {
                span: lower.span(token.range()),
                text: source.get(token.range().to_std_range()).unwrap_or_default().to_owned(),
            })
            .collect();
        Self { offset, tree: Ok(parsed.into_syntax()), comments, errors }
    }

    /// Returns our tree of the text.
    pub fn lower(&mut self) -> ModuleAst {
        self.lower_wanted(|_| true).0
    }

    /// Returns our tree of some of the top-level statements, and whether the text nests too deeply to be dropped.
    pub(super) fn lower_wanted(&mut self, wanted: fn(&ruff::Stmt) -> bool) -> (ModuleAst, bool) {
        let mut errors = std::mem::take(&mut self.errors);
        let tree = match &self.tree {
            Ok(tree) => tree,
            Err(error) => {
                errors.push(error.clone());
                return (ModuleAst { errors, ..ModuleAst::default() }, false);
            }
        };
        let mut lower = Lower::new(self.offset);
        let (body, docstring): (Vec<Stmt>, _) = match tree {
            ruff::Mod::Module(module) => (lower.wanted(&module.body, wanted), docstring(&module.body)),
            ruff::Mod::Expression(_) => (Vec::new(), None),
        };
        let docstring = docstring.map(|(text, range)| (text, lower.span(range)));
        if let Some(span) = lower.too_deep {
            errors.push(SyntaxError { span, message: "code is nested too deeply to be read".to_owned() });
        }
        let comments = std::mem::take(&mut self.comments);
        (ModuleAst { body, docstring, comments, errors }, lower.too_deep.is_some())
    }

    /// Returns the modules that the text, as that of a module, may import: each with the names after `import`, which
    /// may be submodules; in the order of the text. What functions import is left out unless asked for.
    pub fn imports(&self, module: &str, is_package: bool, in_functions: bool) -> Vec<(String, Vec<String>)> {
        let mut imports = Imports { module, is_package, in_functions, found: Vec::new() };
        if let Ok(ruff::Mod::Module(tree)) = &self.tree {
            imports.visit_body(&tree.body);
        }
        imports.found
    }

    /// Drops a tree without running out of stack.
    pub(super) fn discard(self) {
        stacker::maybe_grow(4 << 20, 32 << 20, || drop(self));
    }
}

/// Tells whether no tree of a text can be too deep to be dropped: long lines are what absurd nesting looks like.
pub(super) fn cannot_nest_deep(source: &str) -> bool {
    source.len() <= SHORT_BYTES && source.lines().all(|line| line.len() <= LONG_LINE_BYTES)
}

struct Imports<'a> {
    module: &'a str,
    is_package: bool,
    in_functions: bool,
    found: Vec<(String, Vec<String>)>,
}

impl<'a> StatementVisitor<'a> for Imports<'_> {
    fn visit_stmt(&mut self, stmt: &'a ruff::Stmt) {
        match stmt {
            ruff::Stmt::Import(node) => {
                self.found.extend(node.names.iter().map(|alias| (alias.name.to_string(), Vec::new())));
            }
            ruff::Stmt::ImportFrom(node) => {
                let from = node.module.as_ref().map(ruff::Identifier::as_str);
                if let Some(target) = resolve(self.module, self.is_package, from, node.level) {
                    let names = node.names.iter().map(|alias| alias.name.to_string()).collect();
                    self.found.push((target, names));
                }
            }
            ruff::Stmt::FunctionDef(_) if !self.in_functions => {}
            _ => walk_stmt(self, stmt),
        }
    }
}
