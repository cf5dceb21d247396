//! Runs `tests/scenarios/*.md`: each heading is a case with one or more ```` ```py ```` blocks (the first is the
//! module `main`, others name their module after `py`, such as ```` ```py pkg.models ````) and an
//! ```` ```expect ```` block of `expression = repr` lines. `lazy` in the heading reads names lazily instead of running
//! the module.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use trueup_python::{Host, ModuleOrigin, Vm};

struct Files(BTreeMap<String, String>);

impl Host for Files {
    fn module(&self, name: &str) -> ModuleOrigin {
        let is_package = self.0.keys().any(|key| key.starts_with(&format!("{name}.")));
        match self.0.get(name) {
            Some(text) => ModuleOrigin::Source {
                path: Rc::from(format!("{}.py", name.replace('.', "/"))),
                text: Rc::from(text.as_str()),
                is_package,
                is_library: name.starts_with("lib"),
            },
            None if is_package => ModuleOrigin::Namespace,
            None if name
                .split('.')
                .next()
                .is_some_and(|top| self.0.keys().any(|key| key.split('.').next() == Some(top))) =>
            {
                ModuleOrigin::Missing
            }
            None => ModuleOrigin::Absent,
        }
    }
}

struct Case {
    title: String,
    files: BTreeMap<String, String>,
    expect: Vec<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((kind, body)) = &mut block {
            if line == "```" {
                let (kind, body) = (kind.clone(), std::mem::take(body));
                block = None;
                let case = cases.last_mut().expect("a block belongs to a heading");
                if kind == "expect" {
                    case.expect.extend(body.lines().filter_map(|line| {
                        line.split_once(" = ").map(|(name, value)| (name.to_owned(), value.to_owned()))
                    }));
                } else {
                    let name = kind.strip_prefix("py").map_or("", str::trim);
                    case.files
                        .insert(if name.is_empty() { "main".to_owned() } else { name.to_owned() }, body);
                }
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(kind) = line.strip_prefix("```") {
            block = Some((kind.to_owned(), String::new()));
        } else if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), files: BTreeMap::new(), expect: Vec::new() });
        }
    }
    cases
}

fn run(case: &Case) -> Vec<String> {
    let mut vm = Vm::new(Rc::new(Files(case.files.clone())));
    if !case.title.contains("lazy") {
        vm.run_module("main");
    }
    let mut wrong = Vec::new();
    for (name, expected) in &case.expect {
        let found = match vm.module_attr("main", name) {
            Ok(value) => vm.repr_text(&value),
            Err(raised) => format!("!{}", raised.summary()),
        };
        if found != *expected {
            wrong.push(format!("{name}: expected {expected}, found {found}"));
        }
    }
    if !wrong.is_empty() {
        for note in vm.notes() {
            wrong.push(format!("note: {}", note.message));
        }
    }
    wrong
}

#[test]
fn scenarios_evaluate_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let (mut count, mut report) = (0, String::new());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("scenarios are UTF-8");
        for case in cases(&text) {
            assert!(!case.expect.is_empty(), "{}: no expectation in `{}`", path.display(), case.title);
            count += 1;
            for line in run(&case) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                writeln!(report, "{name} / {}: {line}", case.title).expect("writing to a string works");
            }
        }
    }
    assert!(report.is_empty(), "{count} cases\n{report}");
    assert!(count >= 80, "only {count} cases were found");
}
