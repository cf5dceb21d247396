//! The syntax tree that the interpreter walks: small, cheap to share, with a byte range on every node.
//!
//! It represents the statements and expressions of the whole language; what the interpreter does not run is
//! `Unsupported` with a reason. It knows nothing of the parser that made it (`parse`).

use std::rc::Rc;

/// A name that appears in source: shared, compared by content.
pub type Name = Rc<str>;

/// A range of bytes in one source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// An expression with its range.
#[derive(Debug)]
pub struct Expr {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// An integer that fits 128 bits.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A string literal, implicit concatenation already joined.
    Str(Rc<str>),
    /// A bytes literal.
    Bytes(Rc<[u8]>),
    /// `...`
    Ellipsis,
    /// A name.
    Name(Name),
    /// `value.attr`
    Attribute { value: Box<Expr>, attr: Name },
    /// `value[index]`
    Subscript { value: Box<Expr>, index: Box<Expr> },
    /// `lower:upper:step` inside a subscript.
    Slice { lower: Option<Box<Expr>>, upper: Option<Box<Expr>>, step: Option<Box<Expr>> },
    /// `function(arguments)`
    Call(Box<Call>),
    /// `[a, *b]`
    List(Vec<Expr>),
    /// `(a, *b)`
    Tuple(Vec<Expr>),
    /// `{a, *b}`
    Set(Vec<Expr>),
    /// `{key: value, **other}`; an entry without key is `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// `*value`
    Starred(Box<Expr>),
    /// `left op right`
    Binary { op: BinaryOp, left: Box<Expr>, right: Box<Expr> },
    /// `op operand`
    Unary { op: UnaryOp, operand: Box<Expr> },
    /// `a and b and c`, `a or b`
    BoolOp { is_and: bool, values: Vec<Expr> },
    /// `a < b <= c`
    Compare { left: Box<Expr>, rest: Vec<(CompareOp, Expr)> },
    /// `body if test else orelse`
    Conditional { test: Box<Expr>, body: Box<Expr>, orelse: Box<Expr> },
    /// `name := value`
    Walrus { target: Name, value: Box<Expr> },
    /// `lambda …: …`; the body is one `return`.
    Lambda(Rc<FunctionDef>),
    /// A list, set, dict comprehension or a generator expression.
    Comprehension(Rc<Comprehension>),
    /// An f-string.
    Format(Vec<FormatPart>),
    /// `await value`
    Await(Box<Expr>),
    /// `yield value`
    Yield(Option<Box<Expr>>),
    /// `yield from value`
    YieldFrom(Box<Expr>),
    /// Something the interpreter does not evaluate, with the reason.
    Unsupported(&'static str),
}

/// A call expression.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub function: Expr,
    /// Positional arguments; `Starred` spreads.
    pub args: Vec<Expr>,
    /// Keyword arguments; no name means `**value`.
    pub keywords: Vec<(Option<Name>, Expr)>,
}

/// A part of an f-string.
#[derive(Debug)]
pub enum FormatPart {
    /// Text as it is.
    Literal(Rc<str>),
    /// `{value!conversion:spec}`; `debug` is the text of `{value=}`.
    Field { value: Expr, conversion: Option<char>, spec: Vec<FormatPart>, debug: Option<Rc<str>> },
}

/// A comprehension of any kind.
#[derive(Debug)]
pub struct Comprehension {
    /// What it builds.
    pub kind: ComprehensionKind,
    /// The element, or the value of a dict comprehension.
    pub element: Expr,
    /// The key of a dict comprehension.
    pub key: Option<Expr>,
    /// The `for … in … if …` clauses.
    pub clauses: Vec<ForClause>,
}

/// What a comprehension builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`
    List,
    /// `{…}`
    Set,
    /// `{…: …}`
    Dict,
    /// `(…)`
    Generator,
}

/// One `for target in iter if …` of a comprehension.
#[derive(Debug)]
pub struct ForClause {
    /// What is bound.
    pub target: Expr,
    /// What is iterated.
    pub iter: Expr,
    /// The conditions.
    pub conditions: Vec<Expr>,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    MatMul,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

impl BinaryOp {
    /// Returns the operator as written.
    pub fn symbol(self) -> &'static str {
        self.names().0
    }

    /// Returns the name of the special method, such as `__add__`.
    pub fn method(self) -> &'static str {
        self.names().1
    }

    /// Returns the name of the reflected special method, such as `__radd__`.
    pub fn reflected(self) -> &'static str {
        self.names().2
    }

    /// Returns the name of the in-place special method, such as `__iadd__`.
    pub fn in_place(self) -> &'static str {
        self.names().3
    }

    fn names(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Add => ("+", "__add__", "__radd__", "__iadd__"),
            Self::Sub => ("-", "__sub__", "__rsub__", "__isub__"),
            Self::Mul => ("*", "__mul__", "__rmul__", "__imul__"),
            Self::MatMul => ("@", "__matmul__", "__rmatmul__", "__imatmul__"),
            Self::Div => ("/", "__truediv__", "__rtruediv__", "__itruediv__"),
            Self::Mod => ("%", "__mod__", "__rmod__", "__imod__"),
            Self::Pow => ("**", "__pow__", "__rpow__", "__ipow__"),
            Self::LShift => ("<<", "__lshift__", "__rlshift__", "__ilshift__"),
            Self::RShift => (">>", "__rshift__", "__rrshift__", "__irshift__"),
            Self::BitOr => ("|", "__or__", "__ror__", "__ior__"),
            Self::BitXor => ("^", "__xor__", "__rxor__", "__ixor__"),
            Self::BitAnd => ("&", "__and__", "__rand__", "__iand__"),
            Self::FloorDiv => ("//", "__floordiv__", "__rfloordiv__", "__ifloordiv__"),
        }
    }
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Invert,
    Not,
    Plus,
    Minus,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

impl CompareOp {
    /// Returns the operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::NotEq => "!=",
            Self::Lt => "<",
            Self::LtE => "<=",
            Self::Gt => ">",
            Self::GtE => ">=",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// A statement with its range.
#[derive(Debug)]
pub struct Stmt {
    /// Where it is written.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements.
#[derive(Debug)]
pub enum StmtKind {
    /// An expression by itself.
    Expr(Expr),
    /// `a = b = value`
    Assign { targets: Vec<Expr>, value: Expr },
    /// `target op= value`
    AugAssign { target: Expr, op: BinaryOp, value: Expr },
    /// `target: annotation = value`; `simple` when the target is a bare name.
    AnnAssign { target: Expr, annotation: Rc<Expr>, value: Option<Expr>, simple: bool },
    /// `return value`
    Return(Option<Expr>),
    /// `del a, b`
    Delete(Vec<Expr>),
    /// `if …` with the rest of the chain nested in `orelse`.
    If { test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `for target in iter`
    For { target: Expr, iter: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `while test`
    While { test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `with a as b, c as d`
    With { items: Vec<(Expr, Option<Expr>)>, body: Vec<Stmt> },
    /// `raise exception from cause`
    Raise { exception: Option<Expr>, cause: Option<Expr> },
    /// `try …`
    Try(Box<Try>),
    /// `assert test, message`
    Assert { test: Expr, message: Option<Expr> },
    /// `import a.b as c`
    Import(Vec<Alias>),
    /// `from .module import name as other`
    ImportFrom { module: Option<Name>, level: u32, names: Vec<Alias> },
    /// `global a`
    Global(Vec<Name>),
    /// `nonlocal a`
    Nonlocal(Vec<Name>),
    /// `def`
    FunctionDef(Rc<FunctionDef>),
    /// `class`
    ClassDef(Rc<ClassDef>),
    /// `match subject`
    Match { subject: Expr, cases: Vec<MatchCase> },
    /// `type X = …`
    TypeAlias { name: Name, value: Rc<Expr> },
    /// `pass`
    Pass,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// Something the interpreter does not run, with the reason.
    Unsupported(&'static str),
}

/// A `try` statement.
#[derive(Debug)]
pub struct Try {
    /// The guarded statements.
    pub body: Vec<Stmt>,
    /// The handlers in order.
    pub handlers: Vec<Handler>,
    /// `else`
    pub orelse: Vec<Stmt>,
    /// `finally`
    pub finalbody: Vec<Stmt>,
}

/// One `except` clause.
#[derive(Debug)]
pub struct Handler {
    /// Where it is written.
    pub span: Span,
    /// The exception class or a tuple of them; none catches everything.
    pub class: Option<Expr>,
    /// `as name`
    pub name: Option<Name>,
    /// What runs.
    pub body: Vec<Stmt>,
}

/// A name in an import statement.
#[derive(Debug)]
pub struct Alias {
    /// Where it is written.
    pub span: Span,
    /// The name, dotted in `import a.b`, or `*`.
    pub name: Name,
    /// `as asname`
    pub asname: Option<Name>,
}

/// A function or a lambda.
#[derive(Debug)]
pub struct FunctionDef {
    /// The name, or `<lambda>`.
    pub name: Name,
    /// Where the name is written (for a lambda, the whole expression).
    pub name_span: Span,
    /// The whole definition.
    pub span: Span,
    /// Decorators, outermost first.
    pub decorators: Vec<Expr>,
    /// Parameters in the order of the signature.
    pub params: Vec<Param>,
    /// The return annotation.
    pub returns: Option<Rc<Expr>>,
    /// The statements.
    pub body: Vec<Stmt>,
    /// The docstring.
    pub docstring: Option<Rc<str>>,
    /// `async def`
    pub is_async: bool,
    /// The body contains `yield`.
    pub is_generator: bool,
    /// The body is only `...` after an optional docstring.
    pub is_stub: bool,
    /// Names the body binds, without those declared global or nonlocal.
    pub locals: Vec<Name>,
    /// Names declared `global`.
    pub globals: Vec<Name>,
    /// Names declared `nonlocal`.
    pub nonlocals: Vec<Name>,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// How arguments reach it.
    pub kind: ParamKind,
    /// The default.
    pub default: Option<Expr>,
    /// The annotation.
    pub annotation: Option<Rc<Expr>>,
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Before `/`.
    PositionalOnly,
    /// By position or name.
    Normal,
    /// `*args`
    VarArgs,
    /// After `*`.
    KeywordOnly,
    /// `**kwargs`
    VarKeywords,
}

/// A class definition.
#[derive(Debug)]
pub struct ClassDef {
    /// The name.
    pub name: Name,
    /// Where the name is written.
    pub name_span: Span,
    /// The whole definition.
    pub span: Span,
    /// Decorators, outermost first.
    pub decorators: Vec<Expr>,
    /// The bases; `Starred` spreads.
    pub bases: Vec<Expr>,
    /// Class keywords such as `metaclass=M` or `table=True`.
    pub keywords: Vec<(Option<Name>, Expr)>,
    /// PEP 695 type parameters.
    pub type_params: Vec<Name>,
    /// The statements.
    pub body: Vec<Stmt>,
    /// The docstring.
    pub docstring: Option<Rc<str>>,
}

/// One `case` of a `match`.
#[derive(Debug)]
pub struct MatchCase {
    /// The pattern.
    pub pattern: Pattern,
    /// `if guard`
    pub guard: Option<Expr>,
    /// What runs.
    pub body: Vec<Stmt>,
}

/// A pattern.
#[derive(Debug)]
pub enum Pattern {
    /// A value compared by equality.
    Value(Expr),
    /// `None`, `True`, `False`, compared by identity.
    Singleton(Option<bool>),
    /// `[a, *b]`
    Sequence(Vec<Pattern>),
    /// `{"key": pattern, **rest}`
    Mapping { entries: Vec<(Expr, Pattern)>, rest: Option<Name> },
    /// `Class(a, name=b)`
    Class { class: Expr, positional: Vec<Pattern>, keywords: Vec<(Name, Pattern)> },
    /// `*name`
    Star(Option<Name>),
    /// `pattern as name`, a capture, or `_`.
    As { pattern: Option<Box<Pattern>>, name: Option<Name> },
    /// `a | b`
    Or(Vec<Pattern>),
}

/// A comment with its text, `#` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it is written.
    pub span: Span,
    /// The text from `#` to the end of the line.
    pub text: String,
}

/// Text that is not Python, or that we refuse to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong, in one sentence without a final period.
    pub message: String,
}

/// A parsed source text. The tree is usable even when there are errors: it is what could be recovered.
#[derive(Debug, Default)]
pub struct ModuleAst {
    /// The top-level statements.
    pub body: Vec<Stmt>,
    /// The docstring of the module and where it is written.
    pub docstring: Option<(Rc<str>, Span)>,
    /// Every comment.
    pub comments: Vec<Comment>,
    /// What is wrong with the text.
    pub errors: Vec<SyntaxError>,
}
