//! What real Mako makes of the same templates was tried with Mako 1.3; `cargo xtask commands` compares whole files.

use super::*;
use crate::{Entry, SourceModule};

struct Modules(&'static [(&'static str, &'static str)]);

impl Sources for Modules {
    fn module(&self, name: &str) -> Option<SourceModule> {
        let (_, text) = self.0.iter().find(|(module, _)| *module == name)?;
        Some(SourceModule { path: Rc::from(format!("{name}.py")), text: Rc::from(*text), is_package: false })
    }

    fn is_namespace(&self, _name: &str) -> bool {
        false
    }

    fn entry(&self, _path: &str) -> Option<Entry> {
        None
    }

    fn owns(&self, top_level: &str) -> bool {
        self.0.iter().any(|(module, _)| *module == top_level)
    }
}

fn input() -> TemplateInput {
    TemplateInput {
        id: "a1".to_owned(),
        down_revisions: vec!["b2".to_owned(), "c3".to_owned()],
        message: "add <users>".to_owned(),
        create_date: CreateDate {
            year: 2026,
            month: 1,
            day: 2,
            weekday: 4,
            day_of_year: 2,
            hour: 3,
            minute: 4,
            second: 5,
            microsecond: 678,
            zone: None,
            epoch: 1_767_323_045,
        },
        config: TemplateConfig {
            sections: vec![("alembic".to_owned(), vec![("databases".to_owned(), "one, two".to_owned())])],
            section: "alembic".to_owned(),
            ..TemplateConfig::default()
        },
        ..TemplateInput::default()
    }
}

fn rendered(template: &str) -> String {
    match render(template, "script.py.mako", &input(), Rc::new(Modules(&[]))) {
        Ok(text) => text,
        Err(error) => panic!("{template}: line {:?}: {}", error.line, error.message),
    }
}

fn failure(template: &str) -> TemplateError {
    render(template, "script.py.mako", &input(), Rc::new(Modules(&[]))).expect_err("it cannot be rendered")
}

#[test]
fn a_plain_template() {
    let template = "\"\"\"${message}\n\nRevises: ${down_revision | comma,n}\nCreate Date: ${create_date}\n\"\"\"\n${imports if imports else \"\"}\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\nbranch_labels = ${repr(branch_labels)}\n\ndef upgrade():\n    ${upgrades if upgrades else \"pass\"}\n";
    assert_eq!(
        rendered(template),
        "\"\"\"add <users>\n\nRevises: b2, c3\nCreate Date: 2026-01-02 03:04:05.000678\n\"\"\"\n\nrevision = 'a1'\ndown_revision = ('b2', 'c3')\nbranch_labels = None\n\ndef upgrade():\n    pass\n"
    );
}

#[test]
fn blocks_and_loops() {
    let template = "<%!\nimport re\n\ndef shout(text):\n    return text.upper()\n%>\\\n<%\n    names = config.get_main_option(\"databases\")\n%>\\\n% for name in re.split(r',\\s*', names):\n${loop.index}/${len(loop)} ${name | shout}${'' if loop.last else ','} ${context.get('%s_upgrades' % name, 'pass')}\n% endfor\n";
    assert_eq!(rendered(template), "0/2 ONE, pass\n1/2 TWO pass\n");
}

#[test]
fn conditions_choose() {
    let template = "% if missing:\nno\n% elif message == 'x':  # never\nno\n% else:\n% if len(down_revision) > 1 and \\\n  True:\nmerge\n% endif\n% endif\n%% done\n## gone\n";
    assert_eq!(rendered(template), "merge\n% done\n");
    assert_eq!(rendered("% try:\n${int('x')}\n% except ValueError:\nno number\n% endtry\n"), "no number\n");
    assert_eq!(rendered("<% x = 3 %>\\\n% while x:\n<% x -= 1 %>${x}\\\n% endwhile\n"), "210");
}

#[test]
fn names_can_be_bound_anew() {
    assert_eq!(rendered("<% message = message.upper() %>${message}"), "ADD <USERS>");
    assert_eq!(rendered("<% import textwrap as t %>${t.dedent('  x')}"), "x");
}

#[test]
fn filters_of_mako() {
    assert_eq!(
        rendered("${message | h}|${message | x}|${'a b/é' | u}|${'  x ' | trim}"),
        "add &lt;users&gt;|add &lt;users&gt;|a+b%2F%C3%A9|x"
    );
    assert_eq!(rendered("${1 | str}${'z' | n}${'y' | decode.utf8}"), "1zy");
}

#[test]
fn dates_answer_what_is_asked_of_them() {
    assert_eq!(
        rendered(
            "${create_date.strftime('%Y-%m-%d %H:%M:%S %j %a %b')}|${create_date.isoformat()}|${create_date.date()}|${create_date.replace(microsecond=0)}|${f'{create_date:%d.%m.%y}'}|${create_date.year}|${int(create_date.timestamp())}"
        ),
        "2026-01-02 03:04:05 002 Fri Jan|2026-01-02T03:04:05.000678|2026-01-02|2026-01-02 03:04:05|02.01.26|2026|1767323045"
    );
    let mut zoned = input();
    zoned.create_date.zone = Some((-12_600, "NST".to_owned()));
    let text = render("${create_date} ${create_date.strftime('%z %Z')}", "t", &zoned, Rc::new(Modules(&[])));
    assert_eq!(text.expect("it renders"), "2026-01-02 03:04:05.000678-03:30 -0330 NST");
}

#[test]
fn modules_of_the_project_are_read() {
    let sources = Modules(&[("naming", "def title(text):\n    return text.title()\n")]);
    let text = render("<%! from naming import title %>${title(message)}", "t", &input(), Rc::new(sources));
    assert_eq!(text.expect("it renders"), "Add <Users>");
}

#[test]
fn what_is_not_known_is_told_with_its_line() {
    let unknown = failure("<%! import getpass %>\nby\n${getpass.getuser()}\n");
    assert_eq!(unknown.line, Some(3));
    assert!(unknown.message.contains("not known"), "{}", unknown.message);
    let branch = failure("<%! import os %>\n\n% if os.environ.get('CI'):\nx\n% endif\n");
    assert_eq!(branch.line, Some(3), "{}", branch.message);
    let loop_ = failure("<% import os %>\n% for name in os.listdir('.'):\n${name}\n% endfor\n");
    assert_eq!(loop_.line, Some(2), "{}", loop_.message);
    let name = failure("a\n${nothing}\n");
    assert_eq!(name.line, Some(2));
    assert!(name.message.contains("`nothing`"), "{}", name.message);
    let clock = failure("<%! import datetime %>\n${datetime.datetime.now()}");
    assert_eq!(clock.line, Some(2), "{}", clock.message);
}

#[test]
fn what_raises_or_does_not_parse_is_told_with_its_line() {
    let raised = failure("a\nb\n${1 / 0}\n");
    assert_eq!((raised.line, raised.message.as_str()), (Some(3), "ZeroDivisionError: division by zero"));
    let broken = failure("a\n\n${1 +}\n");
    assert_eq!(broken.line, Some(3), "{}", broken.message);
    let number = failure("${1 | n}");
    assert!(number.message.contains("filter `n`"), "{}", number.message);
    let block = failure("a\n<%!\nx = 1\ny = x.nothing\n%>");
    assert_eq!(block.line, Some(4), "{}", block.message);
    let raise = failure("<%\nif up_revision == 'a1':\n    raise ValueError('not this one')\n%>");
    assert_eq!((raise.line, raise.message.as_str()), (Some(3), "ValueError: not this one"));
}

#[test]
fn names_of_files() {
    let date = input().create_date;
    let name = |template: &str| file_name(template, "a1", "add_users", &date);
    assert_eq!(name("%(rev)s_%(slug)s"), Ok("a1_add_users".to_owned()));
    assert_eq!(
        name("%(year)d/%(month).2d/%(day).2d_%(hour).2d%(minute).2d_%(second)02d_%(epoch)s-%(rev)s"),
        Ok("2026/01/02_0304_05_1767323045-a1".to_owned())
    );
    assert_eq!(name("%(author)s"), Err("there is no token `%(author)s`".to_owned()));
    assert!(name("%(rev").is_err());
}

#[test]
fn a_revision_that_does_something_brings_its_bodies() {
    let template = "${imports if imports else \"\"}\ndef upgrade():\n    ${upgrades if upgrades else \"pass\"}\n\ndef downgrade():\n    ${downgrades if downgrades else \"pass\"}\n";
    let mut given = input();
    let text =
        |given: &TemplateInput| render(template, "t", given, Rc::new(Modules(&[]))).expect("it renders");
    assert_eq!(text(&given), "\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n");
    given.bodies = Some(TemplateBodies {
        upgrades: "op.f('<a>')\n    op.g()".to_owned(),
        downgrades: "op.h()".to_owned(),
        imports: "import x".to_owned(),
    });
    assert_eq!(
        text(&given),
        "import x\ndef upgrade():\n    op.f('<a>')\n    op.g()\n\ndef downgrade():\n    op.h()\n"
    );
}
