//! Whatever the text, reading ends, and ends without a panic.

use std::rc::Rc;

use trueup_python::{Limits, NoHost, NoteKind, Value, Vm, parse};

fn run(text: &str) -> Vm {
    let mut vm = Vm::new(Rc::new(NoHost));
    vm.set_limits(Limits { steps: 100_000, total_steps: 1_000_000, ..Limits::default() });
    vm.add_module("main", "main.py", text, false);
    vm.run_module("main");
    vm
}

fn assert_limit(text: &str) {
    let vm = run(text);
    assert!(vm.notes().iter().any(|note| note.kind == NoteKind::Limit), "no limit was hit by {text:.60}");
}

#[test]
fn endless_work_is_a_note() {
    for text in [
        "while True: pass",
        "def f(): return f()\nf()",
        "x = 'a' * 10**12",
        "x = [0] * (1 << 40)",
        "x = list(range(10**15))",
        "def g():\n    while True:\n        pass\n    yield 1\nx = list(g())",
        "x = []\nfor i in x or [1]:\n    while True:\n        x.append(x * 2)",
        "class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().b",
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "s = 'x'\nwhile True:\n    s = s + s",
        "'{:999999999999}'.format(1)",
        "'%999999999999d' % 1",
        "f'{1:>99999999999}'",
        "x = []\nx.append(x)\ny = []\ny.append(y)\nx == y",
        "x = []\nx.append(x)\ny = []\ny.append(y)\nx < y",
    ] {
        assert_limit(text);
    }
}

#[test]
fn the_statement_after_an_endless_one_still_runs() {
    let mut vm = run("x = 1\nwhile True:\n    x = 2\ny = 3\n");
    let y = vm.module_attr("main", "y").expect("y is assigned");
    assert!(matches!(y, Value::Int(3)));
}

#[test]
fn what_is_done_aside_takes_no_steps_and_leaves_no_notes() {
    let mut vm = run("def f():\n    for i in range(1000):\n        pass\n");
    vm.refuel();
    let f = vm.module_attr("main", "f").expect("f is defined");
    vm.aside(|vm| {
        vm.call_with(&f, Vec::new()).expect("f can be called");
        vm.note(trueup_python::Note {
            kind: NoteKind::Assumed,
            message: String::new(),
            place: None,
            traceback: Vec::new(),
        });
    });
    assert!(vm.notes().is_empty());
    assert!(vm.refuel() < 10);
}

#[test]
fn an_endless_generator_is_cut() {
    let mut vm = run(
        "def g():\n    n = 0\n    while True:\n        n += 1\n        yield n\nfor i in g():\n    if i > 5:\n        break\n",
    );
    let i = vm.module_attr("main", "i").expect("i is assigned");
    assert!(matches!(i, Value::Int(6)));
    assert!(vm.notes().is_empty());
}

#[test]
fn deep_nesting_is_refused_or_read() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("f(", ")"),
        ("x[", "]"),
        ("f'{", "}'"),
        ("-", ""),
        ("not ", ""),
        ("lambda: ", ""),
    ] {
        for depth in [50, 300, 5_000, 200_000] {
            run(&format!("x = {}1{}\n", open.repeat(depth), close.repeat(depth)));
        }
    }
    for part in ["+1", ".a", "()", "[0]", " if 1 else 2", " and 1", "**2", "<1"] {
        run(&format!("x = 1{}\n", part.repeat(20_000)));
    }
    let nested: Vec<String> = (0..3_000).map(|depth| format!("{}if 1:", " ".repeat(depth))).collect();
    run(&nested.join("\n"));
    let chain: String = (0..5_000).map(|_| "elif x:\n  pass\n").collect();
    run(&format!("if x:\n  pass\n{chain}"));
}

#[test]
fn deep_values_are_dropped() {
    run("x = []\ni = 0\nwhile i < 9000:\n    x = [x]\n    i += 1\n");
    run("x = ()\ni = 0\nwhile i < 9000:\n    x = (x,)\n    i += 1\nhash = {x: 1}\ny = x == x\nrepr(x)\n");
    run("class N:\n    def __init__(self, n): self.n = n\nx = None\nfor i in range(4000): x = N(x)\n");
    run("f = lambda: 1\ndef wrap(g):\n    return lambda: g\nfor i in range(2000): f = wrap(f)\n");
    run("x = []\nx.append(x)\ny = repr(x)\nz = x == [x]\n");
}

#[test]
fn the_largest_integers_do_not_overflow() {
    let big = "x = 170141183460469231731687303715884105727\ny = -x - 1\n";
    for text in [
        "a = x in range(y, x)",
        "a = len(range(y, x))",
        "a = [1][y], 'abc'[y:x:x]",
        "a = list(enumerate([1, 2], x))",
        "a = range(y, x, x)[0], -y, ~y, y // -1, y % -1, y * y, x << 3, abs(y)",
        "a = f'{y:,}', '%d' % y, '{:x}'.format(y), float(y), int(1e300), x ** 2, 2 ** x",
        "a = sum([x, x])\nb = 'a' * y\nc = [1] * -5\nd = round(y)\ne = divmod(y, -1)",
    ] {
        run(&format!("{big}{text}\n"));
    }
}

#[test]
fn parse_errors_keep_the_rest() {
    let ast = parse("x = 1\ndef f(:\n    pass\ny = (\n");
    assert!(!ast.errors.is_empty());
    assert!(!ast.body.is_empty());
}

/// A small deterministic generator: the same mutations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

const SOURCE: &str = include_str!("sample.py.txt");

#[test]
fn mutated_sources_never_panic() {
    let pieces: Vec<&str> = SOURCE.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
    let mut random = Random(42);
    for _ in 0..400 {
        let mut mutated: Vec<&str> = pieces.clone();
        for _ in 0..=random.below(12) {
            let at = random.below(mutated.len());
            match random.below(4) {
                0 => {
                    mutated.remove(at);
                }
                1 => mutated.insert(at, pieces[random.below(pieces.len())]),
                2 => {
                    mutated[at] = ["(", ")", "\n", "*", "**", ":=", "é", "\"", "{", "\\", "yield ", "await "]
                        [random.below(12)];
                }
                _ => {
                    let other = random.below(mutated.len());
                    mutated.swap(at, other);
                }
            }
        }
        let mut vm = Vm::new(Rc::new(NoHost));
        vm.set_limits(Limits { steps: 20_000, total_steps: 60_000, ..Limits::default() });
        vm.add_module("main", "main.py", &mutated.concat(), false);
        vm.run_module("main");
    }
}
