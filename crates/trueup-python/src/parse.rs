//! From text to our syntax tree; the only module that knows the parser we use.
//!
//! The parser itself grows its stack, so nesting is refused for what comes after it: lowering keeps a depth and
//! gives up below `MAX_DEPTH`, and a tree that was deeper than that is leaked rather than dropped recursively.

use std::rc::Rc;

use ruff_python_ast as ruff;
use ruff_python_parser::{ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;

use crate::ast::{
    Alias, BinaryOp, Call, ClassDef, CompareOp, Comprehension, ComprehensionKind, Expr, ExprKind, ForClause,
    FormatPart, FunctionDef, Handler, MatchCase, ModuleAst, Name, Param, ParamKind, Pattern, Span, Stmt,
    StmtKind, Try, UnaryOp,
};

mod nesting;
mod syntax;

pub use syntax::Syntax;
use syntax::cannot_nest_deep;

/// How deep expressions and statements may nest.
const MAX_DEPTH: usize = 400;

/// A text of which no tree can be too deep to be dropped.
const SHORT_BYTES: usize = 64 * 1024;

/// A line that is longer than people write.
const LONG_LINE_BYTES: usize = 2_000;

/// Parses a module. Never fails: errors are in the result, and the tree is what could be recovered.
pub fn parse(source: &str) -> ModuleAst {
    parse_where(source, |_| true)
}

/// Parses a module but keeps only its top-level assignments, with all errors of the whole text.
///
/// The header of a revision is all that a graph needs, and most of a tree's cost is building it.
pub fn parse_assignments(source: &str) -> ModuleAst {
    // What is not lowered is not measured either, and dropping a tree takes stack by its depth; a short text cannot
    // nest too deep for that.
    // Absurd nesting is to be told wherever it stands.
    if !cannot_nest_deep(source) {
        return parse(source);
    }
    parse_where(source, |stmt| matches!(stmt, ruff::Stmt::Assign(_) | ruff::Stmt::AnnAssign(_)))
}

/// Parses a module and keeps the top-level statements that are wanted.
fn parse_where(source: &str, wanted: fn(&ruff::Stmt) -> bool) -> ModuleAst {
    let mut syntax = Syntax::read(source);
    let (ast, is_too_deep) = syntax.lower_wanted(wanted);
    if is_too_deep {
        std::mem::forget(syntax);
    } else {
        syntax.discard();
    }
    ast
}

/// Parses one expression, such as the text of a string annotation; `None` when it is not one.
pub fn parse_expression(source: &str) -> Option<Expr> {
    if nesting::refuse(source).is_some() {
        return None;
    }
    let parsed = parse_unchecked(source.trim(), ParseOptions::from(ruff_python_parser::Mode::Expression));
    if !parsed.errors().is_empty() {
        return None;
    }
    let syntax = parsed.into_syntax();
    let mut lower = Lower::new(0);
    let expr = match &syntax {
        ruff::Mod::Expression(module) => Some(lower.expr(&module.body)),
        ruff::Mod::Module(_) => None,
    };
    if lower.too_deep.is_some() {
        std::mem::forget(syntax);
        return None;
    }
    expr
}

fn docstring(body: &[ruff::Stmt]) -> Option<(Rc<str>, TextRange)> {
    match body.first()? {
        ruff::Stmt::Expr(stmt) => match &*stmt.value {
            ruff::Expr::StringLiteral(literal) => Some((Rc::from(literal.value.to_str()), literal.range)),
            _ => None,
        },
        _ => None,
    }
}

struct Lower {
    offset: u32,
    depth: usize,
    too_deep: Option<Span>,
    names: FxHashSet<Name>,
    functions: Vec<FunctionFacts>,
}

/// What is learnt about a function while its body is lowered.
#[derive(Default)]
struct FunctionFacts {
    is_generator: bool,
}

impl Lower {
    fn new(offset: u32) -> Self {
        Self { offset, depth: 0, too_deep: None, names: FxHashSet::default(), functions: Vec::new() }
    }

    fn span(&self, range: TextRange) -> Span {
        Span { start: range.start().to_u32() + self.offset, end: range.end().to_u32() + self.offset }
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Name = Rc::from(text);
        self.names.insert(name.clone());
        name
    }

    fn wanted(&mut self, body: &[ruff::Stmt], wanted: fn(&ruff::Stmt) -> bool) -> Vec<Stmt> {
        body.iter().filter(|stmt| wanted(stmt)).map(|stmt| self.stmt(stmt)).collect()
    }

    fn body(&mut self, body: &[ruff::Stmt]) -> Vec<Stmt> {
        body.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&mut self, stmt: &ruff::Stmt) -> Stmt {
        let span = self.span(stmt.range());
        if self.depth >= MAX_DEPTH {
            self.too_deep.get_or_insert(span);
            return Stmt { span, kind: StmtKind::Unsupported("code is nested too deeply") };
        }
        self.depth += 1;
        let kind = stacker::maybe_grow(128 << 10, 2 << 20, || self.stmt_kind(stmt, span));
        self.depth -= 1;
        Stmt { span, kind }
    }

    fn expr(&mut self, expr: &ruff::Expr) -> Expr {
        let span = self.span(expr.range());
        if self.depth >= MAX_DEPTH {
            self.too_deep.get_or_insert(span);
            return Expr { span, kind: ExprKind::Unsupported("code is nested too deeply") };
        }
        self.depth += 1;
        let kind = stacker::maybe_grow(128 << 10, 2 << 20, || self.expr_kind(expr, span));
        self.depth -= 1;
        Expr { span, kind }
    }

    fn boxed(&mut self, expr: &ruff::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn optional(&mut self, expr: Option<&ruff::Expr>) -> Option<Expr> {
        expr.map(|expr| self.expr(expr))
    }

    fn exprs(&mut self, exprs: &[ruff::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn stmt_kind(&mut self, stmt: &ruff::Stmt, span: Span) -> StmtKind {
        match stmt {
            ruff::Stmt::FunctionDef(node) => self.function(node, span),
            ruff::Stmt::ClassDef(node) => self.class(node, span),
            ruff::Stmt::Return(node) => StmtKind::Return(self.optional(node.value.as_deref())),
            ruff::Stmt::Delete(node) => StmtKind::Delete(self.exprs(&node.targets)),
            ruff::Stmt::TypeAlias(node) => match &*node.name {
                ruff::Expr::Name(name) => {
                    StmtKind::TypeAlias { name: self.name(&name.id), value: Rc::new(self.expr(&node.value)) }
                }
                _ => StmtKind::Unsupported("this type alias"),
            },
            ruff::Stmt::Assign(node) => {
                StmtKind::Assign { targets: self.exprs(&node.targets), value: self.expr(&node.value) }
            }
            ruff::Stmt::AugAssign(node) => StmtKind::AugAssign {
                target: self.expr(&node.target),
                op: binary_op(node.op),
                value: self.expr(&node.value),
            },
            ruff::Stmt::AnnAssign(node) => StmtKind::AnnAssign {
                target: self.expr(&node.target),
                annotation: Rc::new(self.expr(&node.annotation)),
                value: self.optional(node.value.as_deref()),
                simple: node.simple,
            },
            ruff::Stmt::For(node) => StmtKind::For {
                target: self.expr(&node.target),
                iter: self.expr(&node.iter),
                body: self.body(&node.body),
                orelse: self.body(&node.orelse),
            },
            ruff::Stmt::While(node) => StmtKind::While {
                test: self.expr(&node.test),
                body: self.body(&node.body),
                orelse: self.body(&node.orelse),
            },
            ruff::Stmt::If(node) => self.if_chain(node, span),
            ruff::Stmt::With(node) => {
                let items = node
                    .items
                    .iter()
                    .map(|item| (self.expr(&item.context_expr), self.optional(item.optional_vars.as_deref())))
                    .collect();
                StmtKind::With { items, body: self.body(&node.body) }
            }
            ruff::Stmt::Match(node) => {
                let subject = self.expr(&node.subject);
                let cases = node
                    .cases
                    .iter()
                    .map(|case| MatchCase {
                        pattern: self.pattern(&case.pattern),
                        guard: self.optional(case.guard.as_deref()),
                        body: self.body(&case.body),
                    })
                    .collect();
                StmtKind::Match { subject, cases }
            }
            ruff::Stmt::Raise(node) => StmtKind::Raise {
                exception: self.optional(node.exc.as_deref()),
                cause: self.optional(node.cause.as_deref()),
            },
            ruff::Stmt::Try(node) => {
                let body = self.body(&node.body);
                let handlers = node.handlers.iter().map(|handler| self.handler(handler)).collect();
                StmtKind::Try(Box::new(Try {
                    body,
                    handlers,
                    orelse: self.body(&node.orelse),
                    finalbody: self.body(&node.finalbody),
                }))
            }
            ruff::Stmt::Assert(node) => {
                StmtKind::Assert { test: self.expr(&node.test), message: self.optional(node.msg.as_deref()) }
            }
            ruff::Stmt::Import(node) => StmtKind::Import(self.aliases(&node.names)),
            ruff::Stmt::ImportFrom(node) => StmtKind::ImportFrom {
                module: node.module.as_ref().map(|name| self.name(&name.id)),
                level: node.level,
                names: self.aliases(&node.names),
            },
            ruff::Stmt::Global(node) => {
                StmtKind::Global(node.names.iter().map(|name| self.name(&name.id)).collect())
            }
            ruff::Stmt::Nonlocal(node) => {
                StmtKind::Nonlocal(node.names.iter().map(|name| self.name(&name.id)).collect())
            }
            ruff::Stmt::Expr(node) => StmtKind::Expr(self.expr(&node.value)),
            ruff::Stmt::Pass(_) => StmtKind::Pass,
            ruff::Stmt::Break(_) => StmtKind::Break,
            ruff::Stmt::Continue(_) => StmtKind::Continue,
            ruff::Stmt::IpyEscapeCommand(_) => StmtKind::Unsupported("an IPython command"),
        }
    }

    /// Nests the `elif` clauses, iteratively: a long chain is not deep nesting for the reader.
    fn if_chain(&mut self, node: &ruff::StmtIf, span: Span) -> StmtKind {
        let mut orelse: Vec<Stmt> = Vec::new();
        for (count, clause) in node.elif_else_clauses.iter().rev().enumerate() {
            let clause_span = self.span(clause.range);
            let body = self.body(&clause.body);
            match &clause.test {
                None => orelse = body,
                Some(test) => {
                    if count > MAX_DEPTH {
                        self.too_deep.get_or_insert(span);
                        return StmtKind::Unsupported("a chain of `elif` that is too long");
                    }
                    let test = self.expr(test);
                    orelse = vec![Stmt { span: clause_span, kind: StmtKind::If { test, body, orelse } }];
                }
            }
        }
        StmtKind::If { test: self.expr(&node.test), body: self.body(&node.body), orelse }
    }

    fn handler(&mut self, handler: &ruff::ExceptHandler) -> Handler {
        let ruff::ExceptHandler::ExceptHandler(handler) = handler;
        Handler {
            span: self.span(handler.range),
            class: self.optional(handler.type_.as_deref()),
            name: handler.name.as_ref().map(|name| self.name(&name.id)),
            body: self.body(&handler.body),
        }
    }

    fn aliases(&mut self, names: &[ruff::Alias]) -> Vec<Alias> {
        names
            .iter()
            .map(|alias| Alias {
                span: self.span(alias.range),
                name: self.name(&alias.name.id),
                asname: alias.asname.as_ref().map(|name| self.name(&name.id)),
            })
            .collect()
    }

    fn params(&mut self, parameters: &ruff::Parameters) -> Vec<Param> {
        let mut params = Vec::new();
        for (list, kind) in
            [(&parameters.posonlyargs, ParamKind::PositionalOnly), (&parameters.args, ParamKind::Normal)]
        {
            for param in list {
                params.push(self.param(&param.parameter, param.default.as_deref(), kind));
            }
        }
        if let Some(param) = &parameters.vararg {
            params.push(self.param(param, None, ParamKind::VarArgs));
        }
        for param in &parameters.kwonlyargs {
            params.push(self.param(&param.parameter, param.default.as_deref(), ParamKind::KeywordOnly));
        }
        if let Some(param) = &parameters.kwarg {
            params.push(self.param(param, None, ParamKind::VarKeywords));
        }
        params
    }

    fn param(&mut self, param: &ruff::Parameter, default: Option<&ruff::Expr>, kind: ParamKind) -> Param {
        Param {
            name: self.name(&param.name.id),
            kind,
            default: self.optional(default),
            annotation: param.annotation.as_deref().map(|expr| Rc::new(self.expr(expr))),
        }
    }

    fn function(&mut self, node: &ruff::StmtFunctionDef, span: Span) -> StmtKind {
        let decorators =
            node.decorator_list.iter().map(|decorator| self.expr(&decorator.expression)).collect();
        let params = self.params(&node.parameters);
        let returns = node.returns.as_deref().map(|expr| Rc::new(self.expr(expr)));
        self.functions.push(FunctionFacts::default());
        let body = self.body(&node.body);
        let facts = self.functions.pop().unwrap_or_default();
        let mut globals = Vec::new();
        let mut nonlocals = Vec::new();
        declared(&body, &mut globals, &mut nonlocals);
        let mut names = crate::module::Names::bound_by(&body);
        names.extend(params.iter().map(|param| param.name.clone()));
        names.retain(|name| !globals.contains(name) && !nonlocals.contains(name));
        let docstring = docstring(&node.body).map(|(text, _)| text);
        let rest = &body[usize::from(docstring.is_some())..];
        let is_stub =
            matches!(rest, [Stmt { kind: StmtKind::Expr(Expr { kind: ExprKind::Ellipsis, .. }), .. }]);
        StmtKind::FunctionDef(Rc::new(FunctionDef {
            name: self.name(&node.name.id),
            name_span: self.span(node.name.range),
            span,
            decorators,
            params,
            returns,
            is_stub,
            body,
            docstring,
            is_async: node.is_async,
            is_generator: facts.is_generator,
            locals: names,
            globals,
            nonlocals,
        }))
    }

    fn class(&mut self, node: &ruff::StmtClassDef, span: Span) -> StmtKind {
        let decorators =
            node.decorator_list.iter().map(|decorator| self.expr(&decorator.expression)).collect();
        let (bases, keywords) = match node.arguments.as_deref() {
            Some(arguments) => self.arguments(arguments),
            None => (Vec::new(), Vec::new()),
        };
        let type_params = node
            .type_params
            .iter()
            .flat_map(|params| params.type_params.iter())
            .map(|param| match param {
                ruff::TypeParam::TypeVar(param) => &param.name,
                ruff::TypeParam::TypeVarTuple(param) => &param.name,
                ruff::TypeParam::ParamSpec(param) => &param.name,
            })
            .map(|name| Rc::from(&*name.id))
            .collect();
        // `yield` in a class body belongs to nothing.
        self.functions.push(FunctionFacts::default());
        let body = self.body(&node.body);
        self.functions.pop();
        StmtKind::ClassDef(Rc::new(ClassDef {
            name: self.name(&node.name.id),
            name_span: self.span(node.name.range),
            span,
            decorators,
            bases,
            keywords,
            type_params,
            docstring: docstring(&node.body).map(|(text, _)| text),
            body,
        }))
    }

    fn arguments(&mut self, arguments: &ruff::Arguments) -> (Vec<Expr>, Vec<(Option<Name>, Expr)>) {
        let args = self.exprs(&arguments.args);
        let keywords = arguments
            .keywords
            .iter()
            .map(|keyword| (keyword.arg.as_ref().map(|name| self.name(&name.id)), self.expr(&keyword.value)))
            .collect();
        (args, keywords)
    }

    fn expr_kind(&mut self, expr: &ruff::Expr, span: Span) -> ExprKind {
        match expr {
            ruff::Expr::BoolOp(node) => {
                ExprKind::BoolOp { is_and: node.op == ruff::BoolOp::And, values: self.exprs(&node.values) }
            }
            ruff::Expr::Named(node) => match &*node.target {
                ruff::Expr::Name(name) => {
                    ExprKind::Walrus { target: self.name(&name.id), value: self.boxed(&node.value) }
                }
                _ => ExprKind::Unsupported("this assignment expression"),
            },
            ruff::Expr::BinOp(node) => ExprKind::Binary {
                op: binary_op(node.op),
                left: self.boxed(&node.left),
                right: self.boxed(&node.right),
            },
            ruff::Expr::UnaryOp(node) => self.unary(node),
            ruff::Expr::Lambda(node) => self.lambda(node, span),
            ruff::Expr::If(node) => ExprKind::Conditional {
                test: self.boxed(&node.test),
                body: self.boxed(&node.body),
                orelse: self.boxed(&node.orelse),
            },
            ruff::Expr::Dict(node) => ExprKind::Dict(
                node.items
                    .iter()
                    .map(|item| (self.optional(item.key.as_ref()), self.expr(&item.value)))
                    .collect(),
            ),
            ruff::Expr::Set(node) => ExprKind::Set(self.exprs(&node.elts)),
            ruff::Expr::ListComp(node) => {
                self.comprehension(ComprehensionKind::List, None, &node.elt, &node.generators)
            }
            ruff::Expr::SetComp(node) => {
                self.comprehension(ComprehensionKind::Set, None, &node.elt, &node.generators)
            }
            ruff::Expr::DictComp(node) => self.comprehension(
                ComprehensionKind::Dict,
                node.key.as_deref(),
                &node.value,
                &node.generators,
            ),
            ruff::Expr::Generator(node) => {
                self.comprehension(ComprehensionKind::Generator, None, &node.elt, &node.generators)
            }
            ruff::Expr::Await(node) => ExprKind::Await(self.boxed(&node.value)),
            ruff::Expr::Yield(node) => {
                self.mark_generator();
                ExprKind::Yield(node.value.as_deref().map(|value| self.boxed(value)))
            }
            ruff::Expr::YieldFrom(node) => {
                self.mark_generator();
                ExprKind::YieldFrom(self.boxed(&node.value))
            }
            ruff::Expr::Compare(node) => ExprKind::Compare {
                left: self.boxed(&node.left),
                rest: node
                    .ops
                    .iter()
                    .zip(node.comparators.iter())
                    .map(|(op, value)| (compare_op(*op), self.expr(value)))
                    .collect(),
            },
            ruff::Expr::Call(node) => {
                let function = self.expr(&node.func);
                let (args, keywords) = self.arguments(&node.arguments);
                ExprKind::Call(Box::new(Call { function, args, keywords }))
            }
            ruff::Expr::FString(node) => self.f_string(node),
            ruff::Expr::TString(_) => ExprKind::Unsupported("a template string"),
            ruff::Expr::StringLiteral(node) => ExprKind::Str(Rc::from(node.value.to_str())),
            ruff::Expr::BytesLiteral(node) => ExprKind::Bytes(node.value.bytes().collect()),
            ruff::Expr::NumberLiteral(node) => number(&node.value),
            ruff::Expr::BooleanLiteral(node) => ExprKind::Bool(node.value),
            ruff::Expr::NoneLiteral(_) => ExprKind::None,
            ruff::Expr::EllipsisLiteral(_) => ExprKind::Ellipsis,
            ruff::Expr::Attribute(node) => {
                ExprKind::Attribute { value: self.boxed(&node.value), attr: self.name(&node.attr.id) }
            }
            ruff::Expr::Subscript(node) => {
                ExprKind::Subscript { value: self.boxed(&node.value), index: self.boxed(&node.slice) }
            }
            ruff::Expr::Starred(node) => ExprKind::Starred(self.boxed(&node.value)),
            ruff::Expr::Name(node) => {
                if node.id.is_empty() {
                    ExprKind::Unsupported("an expression that is missing (syntax error)")
                } else {
                    ExprKind::Name(self.name(&node.id))
                }
            }
            ruff::Expr::List(node) => ExprKind::List(self.exprs(&node.elts)),
            ruff::Expr::Tuple(node) => ExprKind::Tuple(self.exprs(&node.elts)),
            ruff::Expr::Slice(node) => ExprKind::Slice {
                lower: node.lower.as_deref().map(|value| self.boxed(value)),
                upper: node.upper.as_deref().map(|value| self.boxed(value)),
                step: node.step.as_deref().map(|value| self.boxed(value)),
            },
            ruff::Expr::IpyEscapeCommand(_) => ExprKind::Unsupported("an IPython command"),
        }
    }

    fn mark_generator(&mut self) {
        if let Some(facts) = self.functions.last_mut() {
            facts.is_generator = true;
        }
    }

    fn unary(&mut self, node: &ruff::ExprUnaryOp) -> ExprKind {
        let op = match node.op {
            ruff::UnaryOp::Invert => UnaryOp::Invert,
            ruff::UnaryOp::Not => UnaryOp::Not,
            ruff::UnaryOp::UAdd => UnaryOp::Plus,
            ruff::UnaryOp::USub => UnaryOp::Minus,
        };
        let operand = self.expr(&node.operand);
        // A negative literal is one value for whoever reads arguments as written.
        match (op, &operand.kind) {
            (UnaryOp::Minus, ExprKind::Int(value)) => ExprKind::Int(-value),
            (UnaryOp::Minus, ExprKind::Float(value)) => ExprKind::Float(-value),
            _ => ExprKind::Unary { op, operand: Box::new(operand) },
        }
    }

    fn lambda(&mut self, node: &ruff::ExprLambda, span: Span) -> ExprKind {
        let params = node.parameters.as_deref().map(|params| self.params(params)).unwrap_or_default();
        self.functions.push(FunctionFacts::default());
        let body = self.expr(&node.body);
        let facts = self.functions.pop().unwrap_or_default();
        let body_span = body.span;
        ExprKind::Lambda(Rc::new(FunctionDef {
            name: self.name("<lambda>"),
            name_span: span,
            span,
            decorators: Vec::new(),
            locals: params.iter().map(|param| param.name.clone()).collect(),
            params,
            returns: None,
            body: vec![Stmt { span: body_span, kind: StmtKind::Return(Some(body)) }],
            docstring: None,
            is_async: false,
            is_generator: facts.is_generator,
            is_stub: false,
            globals: Vec::new(),
            nonlocals: Vec::new(),
        }))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        key: Option<&ruff::Expr>,
        element: &ruff::Expr,
        clauses: &[ruff::Comprehension],
    ) -> ExprKind {
        let key = self.optional(key);
        let element = self.expr(element);
        let clauses = clauses
            .iter()
            .map(|clause| ForClause {
                target: self.expr(&clause.target),
                iter: self.expr(&clause.iter),
                conditions: self.exprs(&clause.ifs),
            })
            .collect();
        ExprKind::Comprehension(Rc::new(Comprehension { kind, element, key, clauses }))
    }

    fn f_string(&mut self, node: &ruff::ExprFString) -> ExprKind {
        let mut parts = Vec::new();
        for part in node.value.as_slice() {
            match part {
                ruff::FStringPart::Literal(literal) => {
                    parts.push(FormatPart::Literal(Rc::from(literal.as_str())));
                }
                ruff::FStringPart::FString(f_string) => self.format_parts(&f_string.elements, &mut parts),
            }
        }
        ExprKind::Format(parts)
    }

    fn format_parts(&mut self, elements: &[ruff::InterpolatedStringElement], parts: &mut Vec<FormatPart>) {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(literal) => {
                    parts.push(FormatPart::Literal(Rc::from(&*literal.value)));
                }
                ruff::InterpolatedStringElement::Interpolation(field) => {
                    let mut spec = Vec::new();
                    if self.depth < MAX_DEPTH
                        && let Some(format_spec) = &field.format_spec
                    {
                        self.depth += 1;
                        self.format_parts(&format_spec.elements, &mut spec);
                        self.depth -= 1;
                    }
                    parts.push(FormatPart::Field {
                        value: self.expr(&field.expression),
                        conversion: field.conversion.to_byte().map(char::from),
                        spec,
                        debug: field.debug_text.as_ref().map(|text| Rc::from(text.as_str())),
                    });
                }
            }
        }
    }

    fn pattern(&mut self, pattern: &ruff::Pattern) -> Pattern {
        if self.depth >= MAX_DEPTH {
            self.too_deep.get_or_insert(self.span(pattern.range()));
            return Pattern::Singleton(None);
        }
        self.depth += 1;
        let pattern = stacker::maybe_grow(128 << 10, 2 << 20, || self.pattern_kind(pattern));
        self.depth -= 1;
        pattern
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> Vec<Pattern> {
        patterns.iter().map(|pattern| self.pattern(pattern)).collect()
    }

    fn pattern_kind(&mut self, pattern: &ruff::Pattern) -> Pattern {
        match pattern {
            ruff::Pattern::MatchValue(node) => Pattern::Value(self.expr(&node.value)),
            ruff::Pattern::MatchSingleton(node) => Pattern::Singleton(match node.value {
                ruff::Singleton::None => None,
                ruff::Singleton::True => Some(true),
                ruff::Singleton::False => Some(false),
            }),
            ruff::Pattern::MatchSequence(node) => Pattern::Sequence(self.patterns(&node.patterns)),
            ruff::Pattern::MatchMapping(node) => Pattern::Mapping {
                entries: node
                    .keys
                    .iter()
                    .zip(node.patterns.iter())
                    .map(|(key, pattern)| (self.expr(key), self.pattern(pattern)))
                    .collect(),
                rest: node.rest.as_ref().map(|name| self.name(&name.id)),
            },
            ruff::Pattern::MatchClass(node) => Pattern::Class {
                class: self.expr(&node.cls),
                positional: self.patterns(&node.arguments.patterns),
                keywords: node
                    .arguments
                    .keywords
                    .iter()
                    .map(|keyword| (self.name(&keyword.attr.id), self.pattern(&keyword.pattern)))
                    .collect(),
            },
            ruff::Pattern::MatchStar(node) => {
                Pattern::Star(node.name.as_ref().map(|name| self.name(&name.id)))
            }
            ruff::Pattern::MatchAs(node) => Pattern::As {
                pattern: node.pattern.as_deref().map(|pattern| Box::new(self.pattern(pattern))),
                name: node.name.as_ref().map(|name| self.name(&name.id)),
            },
            ruff::Pattern::MatchOr(node) => Pattern::Or(self.patterns(&node.patterns)),
        }
    }
}

/// Collects `global` and `nonlocal` declarations of a function body, not of functions inside it.
fn declared(body: &[Stmt], globals: &mut Vec<Name>, nonlocals: &mut Vec<Name>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Global(names) => globals.extend(names.iter().cloned()),
            StmtKind::Nonlocal(names) => nonlocals.extend(names.iter().cloned()),
            StmtKind::If { body, orelse, .. }
            | StmtKind::For { body, orelse, .. }
            | StmtKind::While { body, orelse, .. } => {
                declared(body, globals, nonlocals);
                declared(orelse, globals, nonlocals);
            }
            StmtKind::With { body, .. } => declared(body, globals, nonlocals),
            StmtKind::Try(node) => {
                declared(&node.body, globals, nonlocals);
                for handler in &node.handlers {
                    declared(&handler.body, globals, nonlocals);
                }
                declared(&node.orelse, globals, nonlocals);
                declared(&node.finalbody, globals, nonlocals);
            }
            _ => {}
        }
    }
}

fn number(number: &ruff::Number) -> ExprKind {
    match number {
        ruff::Number::Int(value) => match value.as_u64() {
            Some(value) => ExprKind::Int(i128::from(value)),
            None => {
                let text = value.to_string();
                let parsed = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
                    Some("0x") => i128::from_str_radix(&text[2..].replace('_', ""), 16),
                    Some("0o") => i128::from_str_radix(&text[2..].replace('_', ""), 8),
                    Some("0b") => i128::from_str_radix(&text[2..].replace('_', ""), 2),
                    _ => text.replace('_', "").parse(),
                };
                parsed.map_or(ExprKind::Unsupported("an integer of more than 128 bits"), ExprKind::Int)
            }
        },
        ruff::Number::Float(value) => ExprKind::Float(*value),
        ruff::Number::Complex { .. } => ExprKind::Unsupported("a complex number"),
    }
}

fn binary_op(op: ruff::Operator) -> BinaryOp {
    match op {
        ruff::Operator::Add => BinaryOp::Add,
        ruff::Operator::Sub => BinaryOp::Sub,
        ruff::Operator::Mult => BinaryOp::Mul,
        ruff::Operator::MatMult => BinaryOp::MatMul,
        ruff::Operator::Div => BinaryOp::Div,
        ruff::Operator::Mod => BinaryOp::Mod,
        ruff::Operator::Pow => BinaryOp::Pow,
        ruff::Operator::LShift => BinaryOp::LShift,
        ruff::Operator::RShift => BinaryOp::RShift,
        ruff::Operator::BitOr => BinaryOp::BitOr,
        ruff::Operator::BitXor => BinaryOp::BitXor,
        ruff::Operator::BitAnd => BinaryOp::BitAnd,
        ruff::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn compare_op(op: ruff::CmpOp) -> CompareOp {
    match op {
        ruff::CmpOp::Eq => CompareOp::Eq,
        ruff::CmpOp::NotEq => CompareOp::NotEq,
        ruff::CmpOp::Lt => CompareOp::Lt,
        ruff::CmpOp::LtE => CompareOp::LtE,
        ruff::CmpOp::Gt => CompareOp::Gt,
        ruff::CmpOp::GtE => CompareOp::GtE,
        ruff::CmpOp::Is => CompareOp::Is,
        ruff::CmpOp::IsNot => CompareOp::IsNot,
        ruff::CmpOp::In => CompareOp::In,
        ruff::CmpOp::NotIn => CompareOp::NotIn,
    }
}
