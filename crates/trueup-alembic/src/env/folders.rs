//! Folders that env.py adds to `sys.path`, read from its syntax alone: they decide what can be imported at all.

use std::collections::HashMap;

use trueup_python::ast::{BinaryOp, Expr, ExprKind, ModuleAst, Name, Span, Stmt, StmtKind};
use trueup_python::{parse, walk};

/// How often a name may lead to another.
const MAX_DEPTH: usize = 24;

/// Returns the project-relative folders that env.py puts on `sys.path`, as far as they can be told (`""` is the
/// project's own folder).
///
/// ```
/// let text = "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'src'))\n";
/// assert_eq!(trueup_alembic::search_folders("migrations/env.py", text), ["src"]);
/// ```
pub fn search_folders(path: &str, text: &str) -> Vec<String> {
    let ast = parse(text);
    let mut reader = Reader { path, found: Vec::new() };
    // Folders are computed above their use, so names are known when they are needed.
    reader.block(&ast.body, &mut HashMap::new());
    reader.found
}

/// Returns where a name is last assigned at the top level of a module, blocks included.
pub(super) fn last_assignment(ast: &ModuleAst, name: &str) -> Option<Span> {
    fn search(body: &[Stmt], name: &str, found: &mut Option<Span>) {
        for stmt in body {
            let assigns = match &stmt.kind {
                StmtKind::Assign { targets, .. } => targets.iter().any(|target| is_name(target, name)),
                StmtKind::AnnAssign { target, value: Some(_), .. } => is_name(target, name),
                StmtKind::ImportFrom { names, .. } => {
                    names.iter().any(|alias| **alias.asname.as_ref().unwrap_or(&alias.name) == *name)
                }
                _ => false,
            };
            if assigns {
                *found = Some(stmt.span);
            }
            if !matches!(stmt.kind, StmtKind::ClassDef(_)) {
                walk::stmt_parts(stmt, &mut |_| {}, &mut |inner| search(inner, name, found));
            }
        }
    }
    let mut found = None;
    search(&ast.body, name, &mut found);
    found
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(found) if **found == *name)
}

struct Reader<'a> {
    path: &'a str,
    found: Vec<String>,
}

impl Reader<'_> {
    fn block(&mut self, body: &[Stmt], names: &mut HashMap<Name, String>) {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Assign { targets, value } => {
                    if let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice()
                        && let Some(folder) = self.folder(value, names, 0)
                    {
                        names.insert(name.clone(), folder);
                    }
                }
                StmtKind::Expr(expr) => self.call(expr, names),
                _ => {}
            }
            let mut blocks: Vec<&[Stmt]> = Vec::new();
            if !matches!(stmt.kind, StmtKind::ClassDef(_)) {
                walk::stmt_parts(stmt, &mut |_| {}, &mut |inner| blocks.push(inner));
            }
            for inner in blocks {
                self.block(inner, names);
            }
        }
    }

    /// `sys.path.append(x)`, `sys.path.insert(0, x)`, `sys.path.extend([x])`.
    fn call(&mut self, expr: &Expr, names: &HashMap<Name, String>) {
        let ExprKind::Call(call) = &expr.kind else { return };
        let ExprKind::Attribute { value, attr } = &call.function.kind else { return };
        if dotted(value).as_deref() != Some("sys.path") {
            return;
        }
        let folders: Vec<&Expr> = match (&**attr, call.args.as_slice()) {
            ("append", [folder]) | ("insert", [_, folder]) => vec![folder],
            ("extend", [Expr { kind: ExprKind::List(items) | ExprKind::Tuple(items), .. }]) => {
                items.iter().collect()
            }
            _ => Vec::new(),
        };
        for folder in folders {
            if let Some(folder) = self.folder(folder, names, 0)
                && !self.found.contains(&folder)
            {
                self.found.push(folder);
            }
        }
    }

    /// Returns the project-relative path that an expression means; `None` when that cannot be told.
    fn folder(&self, expr: &Expr, names: &HashMap<Name, String>, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        let folder = |expr: &Expr| self.folder(expr, names, depth + 1);
        match &expr.kind {
            ExprKind::Str(text) => normalized(text),
            ExprKind::Name(name) if &**name == "__file__" => Some(self.path.to_owned()),
            ExprKind::Name(name) => names.get(name).cloned(),
            ExprKind::Attribute { value, attr } => match &**attr {
                "parent" => Some(parent(&folder(value)?)),
                "curdir" => Some(String::new()),
                "pardir" => Some("..".to_owned()),
                _ => None,
            },
            ExprKind::Subscript { value, index } => {
                let (ExprKind::Attribute { value, attr }, ExprKind::Int(up)) = (&value.kind, &index.kind)
                else {
                    return None;
                };
                if &**attr != "parents" || *up < 0 || *up > 32 {
                    return None;
                }
                let mut path = folder(value)?;
                for _ in 0..=*up {
                    path = parent(&path);
                }
                Some(path)
            }
            ExprKind::Binary { op: BinaryOp::Div, left, right } => joined(&folder(left)?, &text_of(right)?),
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let tail = text_of(right)?;
                tail.starts_with('/')
                    .then(|| joined(&folder(left).unwrap_or_default(), tail.trim_start_matches('/')))?
            }
            ExprKind::Call(call) => self.path_call(call, names, depth),
            _ => None,
        }
    }

    fn path_call(
        &self,
        call: &trueup_python::ast::Call,
        names: &HashMap<Name, String>,
        depth: usize,
    ) -> Option<String> {
        let folder = |expr: &Expr| self.folder(expr, names, depth + 1);
        let function = dotted(&call.function).unwrap_or_default();
        let last = function.rsplit('.').next().unwrap_or_default();
        match last {
            "dirname" => Some(parent(&folder(call.args.first()?)?)),
            "abspath" | "realpath" | "normpath" | "expanduser" | "str" | "Path" | "PurePath" | "fspath" => {
                match call.args.as_slice() {
                    [] => Some(String::new()),
                    [first, rest @ ..] => join(folder(first)?, rest),
                }
            }
            "getcwd" | "cwd" => Some(String::new()),
            "join" => match call.args.as_slice() {
                [first, rest @ ..] => join(folder(first)?, rest),
                [] => None,
            },
            _ => match &call.function.kind {
                // `Path(__file__).resolve()`: what the method is called on is the path.
                ExprKind::Attribute { value, attr } => match &**attr {
                    "resolve" | "absolute" | "expanduser" | "as_posix" => folder(value),
                    "joinpath" => join(folder(value)?, &call.args),
                    _ => None,
                },
                _ => None,
            },
        }
    }
}

fn join(mut path: String, rest: &[Expr]) -> Option<String> {
    for part in rest {
        path = joined(&path, &text_of(part)?)?;
    }
    Some(path)
}

/// Returns the text of a literal, or of `os.pardir` and `os.curdir`.
fn text_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Str(text) => Some(text.to_string()),
        ExprKind::Attribute { attr, .. } if &**attr == "pardir" => Some("..".to_owned()),
        ExprKind::Attribute { attr, .. } if &**attr == "curdir" => Some(".".to_owned()),
        _ => None,
    }
}

/// Returns the text of a chain of names; calls in it make it unreadable.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attribute { value, attr } => Some(format!("{}.{attr}", dotted(value)?)),
        _ => None,
    }
}

fn parent(path: &str) -> String {
    if path.is_empty() || path == ".." || path.ends_with("/..") {
        return if path.is_empty() { "..".to_owned() } else { format!("{path}/..") };
    }
    path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
}

fn joined(path: &str, tail: &str) -> Option<String> {
    if tail.starts_with('/') {
        return None;
    }
    normalized(&if path.is_empty() { tail.to_owned() } else { format!("{path}/{tail}") })
}

/// Returns a relative path without `.` and inner `..`; absolute paths are no folders of the project.
fn normalized(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::search_folders;

    #[test]
    fn folders_are_read_in_every_usual_spelling() {
        let cases = [
            ("sys.path.append('.')", ""),
            ("sys.path.insert(0, os.path.realpath('.'))", ""),
            ("sys.path.append(os.getcwd())", ""),
            ("sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))", "app"),
            ("sys.path.insert(0, str(Path(__file__).resolve().parents[1]))", "app"),
            ("sys.path.insert(0, str(Path(__file__).parent.parent.parent / 'src'))", "src"),
            ("here = os.path.dirname(__file__)\nsys.path.append(os.path.join(here, '..', 'lib'))", "app/lib"),
            ("if True:\n    sys.path.extend(['lib'])", "lib"),
        ];
        for (text, expected) in cases {
            assert_eq!(search_folders("app/migrations/env.py", text), [expected], "{text}");
        }
    }

    #[test]
    fn what_hangs_on_the_outside_world_is_left_out() {
        for text in
            ["sys.path.append(os.environ['HOME'])", "sys.path.append('/opt/app')", "sys.path.append(x)"]
        {
            assert!(search_folders("migrations/env.py", text).is_empty(), "{text}");
        }
    }
}
