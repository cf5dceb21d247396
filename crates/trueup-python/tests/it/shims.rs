//! Library stubs, native functions, skipped code and import records, as an embedder uses them.

use std::cell::RefCell;
use std::rc::Rc;

use trueup_python::ast::Call;
use trueup_python::{
    Callee, Effect, Host, ModuleOrigin, NoteKind, UnknownBranch, Value, Vm, imports_of, parse,
};

const STUB: &str = "
class Column:
    def __init__(self, name, type_=None, *args, nullable=True, **kw): ...

class Base:
    def __init_subclass__(cls, **keywords): ...

def drop_table(name, schema=None): ...
def unknown_value(): ...
";

struct Library {
    branches: RefCell<Vec<(Effect, usize)>>,
}

impl Host for Library {
    fn module(&self, name: &str) -> ModuleOrigin {
        match name {
            "lib" => ModuleOrigin::Source {
                path: Rc::from("<lib>"),
                text: Rc::from(STUB),
                is_package: false,
                is_library: true,
            },
            _ => ModuleOrigin::Absent,
        }
    }

    fn on_unknown_branch(&self, _vm: &mut Vm, branch: &UnknownBranch) {
        self.branches.borrow_mut().push((branch.effect, branch.calls.len()));
    }

    fn call_effect(&self, _vm: &mut Vm, callee: &Callee<'_>, _call: &Call) -> Effect {
        match callee {
            Callee::Value(Value::Function(function)) if &*function.qualname == "drop_table" => Effect::Schema,
            Callee::Unresolved(text) if text.ends_with(".execute") => Effect::Data,
            _ => Effect::None,
        }
    }
}

fn machine(text: &str) -> (Vm, Rc<Library>, Rc<RefCell<Vec<String>>>) {
    let host = Rc::new(Library { branches: RefCell::default() });
    let mut vm = Vm::new(host.clone());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = seen.clone();
    vm.register("lib.drop_table", move |vm, args| {
        let name = args.get("name").and_then(Value::as_str).unwrap_or_default();
        let at = vm.user_place().map(|place| place.span.start).unwrap_or_default();
        log.borrow_mut().push(format!("drop {name} at {at}"));
        Ok(Value::None)
    });
    let log = seen.clone();
    vm.register("lib.Base.__init_subclass__", move |_, args| {
        if let Value::Class(class) = args.receiver() {
            log.borrow_mut().push(format!(
                "class {} {}",
                class.name,
                class.namespace.borrow().contains_key("id")
            ));
        }
        Ok(Value::None)
    });
    vm.add_module("main", "main.py", text, false);
    vm.run_module("main");
    (vm, host, seen)
}

#[test]
fn a_record_constructor_stores_its_arguments_and_its_place() {
    let (mut vm, ..) =
        machine("from lib import Column\nc = Column('id', 1, 2, 3, nullable=False, index=True)\n");
    let column = vm.module_attr("main", "c").expect("c is assigned");
    let instance = column.as_instance().expect("an instance").clone();
    let text: Vec<String> = ["name", "type_", "args", "nullable", "kw"]
        .iter()
        .map(|name| {
            let value = instance.get(name).expect("stored");
            vm.repr_text(&value)
        })
        .collect();
    assert_eq!(text, ["'id'", "1", "(2, 3)", "False", "{'index': True}"]);
    let place = instance.place.clone().expect("a place");
    assert_eq!((&*place.source.path, place.span.start), ("main.py", 27));
}

#[test]
fn natives_get_bound_arguments_and_hooks_see_subclasses() {
    let (mut vm, _, seen) = machine(
        "import lib\nclass M(lib.Base):\n    id = 1\nlib.drop_table(name='t')\nx = lib.unknown_value()\n",
    );
    assert_eq!(*seen.borrow(), ["class M true", "drop t at 41"]);
    let x = vm.module_attr("main", "x").expect("x is assigned");
    assert_eq!(vm.repr_text(&x), "<unknown: `lib.unknown_value` is not modelled>");
}

#[test]
fn a_branch_on_unknown_runs_neither_arm_and_is_reported() {
    let (mut vm, host, seen) = machine(
        "import lib, outside\ndef helper():\n    lib.drop_table('t')\ndef f(conn):\n    y = 1\n    if outside.x:\n        helper()\n        y = 2\n    else:\n        conn.execute('x')\n    return y\nr = f(outside.c)\nitems = []\nif outside.x:\n    items.append(1)\n",
    );
    assert!(seen.borrow().is_empty());
    assert_eq!(*host.branches.borrow(), [(Effect::Schema, 1)]);
    for name in ["r", "items"] {
        let value = vm.module_attr("main", name).expect("assigned");
        assert!(value.is_unknown(), "{name} should be unknown");
    }
}

#[test]
fn a_return_that_hangs_on_unknown_loses_the_rest_of_the_function() {
    let (mut vm, host, seen) = machine(
        "import lib, outside\ndef f():\n    if outside.x:\n        return 1\n    lib.drop_table('t')\n    return 2\nr = f()\nlib.drop_table('after')\n",
    );
    assert_eq!(seen.borrow().len(), 1);
    assert_eq!(*host.branches.borrow(), [(Effect::Schema, 1)]);
    let r = vm.module_attr("main", "r").expect("assigned");
    assert!(r.is_unknown());
}

#[test]
fn a_guard_that_only_raises_is_taken_as_passing() {
    let (vm, host, seen) = machine(
        "import lib, outside\nif not outside.x:\n    raise RuntimeError('no')\nlib.drop_table('t')\n",
    );
    assert_eq!(seen.borrow().len(), 1);
    assert!(host.branches.borrow().is_empty());
    assert!(vm.notes().iter().any(|note| note.kind == NoteKind::AssumedGuard));
}

#[test]
fn a_loop_over_unknown_is_skipped_and_reported() {
    let (mut vm, host, seen) = machine(
        "import lib, outside\nn = 0\nfor row in outside.rows:\n    lib.drop_table(row)\n    n += 1\n",
    );
    assert!(seen.borrow().is_empty());
    assert_eq!(*host.branches.borrow(), [(Effect::Schema, 1)]);
    assert!(vm.module_attr("main", "n").expect("assigned").is_unknown());
}

#[test]
fn imports_are_listed_with_their_circumstances() {
    let ast = parse(
        "import a.b\nfrom . import c\nfrom ..d import e\nif TYPE_CHECKING:\n    import f\ntry:\n    import g\nexcept ImportError:\n    pass\ndef h():\n    import i\n",
    );
    let found: Vec<String> = imports_of(&ast, "pkg.sub.mod", false)
        .iter()
        .map(|record| {
            format!(
                "{} {:?} {}{}{}",
                record.module, record.names, record.type_checking, record.in_try, record.in_function
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "a.b [] falsefalsefalse",
            "pkg.sub [\"c\"] falsefalsefalse",
            "pkg.d [\"e\"] falsefalsefalse",
            "f [] truefalsefalse",
            "g [] falsetruefalse",
            "i [] falsefalsetrue",
        ]
    );
}

#[test]
fn comments_and_docstrings_are_kept() {
    let ast = parse("\"\"\"Doc.\"\"\"\nx = 1  # allow: this\n");
    assert_eq!(ast.comments[0].text, "# allow: this");
    assert_eq!(ast.docstring.as_ref().map(|(text, _)| &**text), Some("Doc."));
}
