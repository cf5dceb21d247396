//! What counts as a use, file by file.

use super::*;

fn names(tables: &FileTables) -> Vec<String> {
    tables.uses.iter().map(|used| used.name.to_string()).collect()
}

fn python(text: &str) -> Vec<String> {
    names(&python::tables(Dialect::Postgresql, text))
}

fn go(text: &str) -> Vec<String> {
    names(&go::tables(Dialect::Postgresql, text))
}

#[test]
fn sql_in_calls_and_in_capitals() {
    assert_eq!(python("db.execute('select * from jobs')"), ["jobs"]);
    assert_eq!(python("db.execute(text(\"INSERT INTO app.jobs VALUES (:a)\"))"), ["app.jobs"]);
    assert_eq!(python("Q = '''\n  SELECT a\n  FROM jobs\n'''\n"), ["jobs"]);
    assert_eq!(
        python("def f(c):\n    return [c.fetch('UPDATE jobs SET a = 1' + ' WHERE b = 2')]\n"),
        ["jobs"]
    );
    assert_eq!(go("rows, err := db.QueryContext(ctx, `select 1 from jobs`)"), ["jobs"]);
    assert_eq!(go("const q = \"DELETE \" +\n\t\"FROM jobs WHERE id = $1\""), ["jobs"]);
    assert_eq!(go("db.Exec(fmt.Sprintf(\"update jobs set a = %d\", 1))"), ["jobs"]);
}

#[test]
fn prose_and_composed_names_are_left_out() {
    assert!(python("print('Select a file from disk')\n'''SELECT a FROM b'''\n").is_empty());
    assert!(python("# SELECT a FROM b\nx = 'delete from the cart'\n").is_empty());
    assert!(python("raise ValueError('INSERT INTO jobs failed')\nlog.info('DELETE FROM jobs')").is_empty());
    assert!(go("return fmt.Errorf(\"INSERT INTO jobs: %w\", err)").is_empty());
    assert!(python("db.execute(f'SELECT * FROM {table}')").is_empty());
    assert!(python("db.execute('SELECT * FROM %s' % table)").is_empty());
    assert!(python("db.execute('SELECT * FROM ' + table)").is_empty());
    assert!(python("db.execute('SELECT * FROM {}'.format(table))").is_empty());
    assert!(go("// SELECT a FROM b\n/* SELECT a FROM c */\nlog.Print(\"Update the set\")").is_empty());
    assert!(go("db.Exec(\"SELECT * FROM \" + table + \" WHERE a = 1\")").is_empty());
    assert!(go("db.Exec(\"SELECT * FROM %s\")").is_empty());
}

#[test]
fn models_of_sqlalchemy() {
    assert_eq!(python("class A(Base):\n    __tablename__ = 'a'\n"), ["a"]);
    assert_eq!(
        python("class A(Base):\n    __tablename__ = 'a'\n    __table_args__ = (X(), {'schema': 's'})\n"),
        ["s.a"]
    );
    assert_eq!(python("class JobRun(SQLModel, table=True):\n    id: int\n"), ["jobrun"]);
    assert_eq!(python("t = Table('a', metadata, Column('id', Integer), schema='s')"), ["s.a"]);
    assert!(python("class A(Base):\n    __abstract__ = True\n    __tablename__ = 'a'\n").is_empty());
    assert!(python("class A(Base):\n    __tablename__ = NAME\n").is_empty());
    assert!(python("t = Table('Title', box=None)").is_empty());
}

#[test]
fn models_of_gorm_and_bun() {
    let head = "package m\nimport \"gorm.io/gorm\"\n";
    assert_eq!(go(&format!("{head}func (t *Job) TableName() string {{\n\treturn \"jobs\"\n}}")), ["jobs"]);
    assert_eq!(
        go(&format!("{head}const name = \"jobs\"\nfunc (Job) TableName() string {{ return name }}")),
        ["jobs"]
    );
    assert_eq!(
        go(&format!("{head}type DriverShift struct {{\n\tgorm.Model\n\tDay string\n}}")),
        ["driver_shifts"]
    );
    assert_eq!(go(&format!("{head}func f(db *gorm.DB) {{ db.Table(\"jobs AS j\").Find(&x) }}")), ["jobs"]);
    assert!(go(&format!("{head}func (Job) TableName() string {{ return prefix + \"jobs\" }}")).is_empty());
    assert_eq!(go("type U struct {\n\tbun.BaseModel `bun:\"table:users,alias:u\"`\n}"), ["users"]);
    assert_eq!(go("import \"pgx\"\nx.CopyFrom(ctx, pgx.Identifier{\"jobs\"}, c)"), ["jobs"]);
}

fn scanned(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let request = CodeRequest {
        root: root.path(),
        folders: vec![root.path().to_path_buf()],
        excluded: Vec::new(),
        dialect: Dialect::Postgresql,
        models: true,
    };
    let found = scan(&request);
    found
        .tables
        .iter()
        .map(|table| format!("{} {}", table.required.location.path, table.required.name))
        .collect()
}

#[test]
fn tests_and_what_code_creates_itself_do_not_count() {
    let query = "db.execute('SELECT * FROM jobs')";
    assert_eq!(
        scanned(&[("app/a.py", query), ("tests/b.py", query), ("app/test_c.py", query)]),
        ["app/a.py jobs"]
    );
    assert!(
        scanned(&[("a.py", query), ("b.py", "db.execute('CREATE TABLE IF NOT EXISTS jobs (id int)')")])
            .is_empty()
    );
    assert!(scanned(&[("app/migrations/a.py", query)]).is_empty());
}

#[test]
fn what_a_library_creates_is_its_service_s() {
    let model = "class A(Base):\n    __tablename__ = 'a'\n";
    let creates = [
        ("one/pyproject.toml", ""),
        ("one/m.py", model),
        ("one/main.py", "Base.metadata.create_all(engine)"),
    ];
    assert!(scanned(&creates).is_empty());
    let other = [
        ("one/pyproject.toml", ""),
        ("one/main.py", "Base.metadata.create_all(engine)"),
        ("two/requirements.txt", ""),
        ("two/m.py", model),
    ];
    assert_eq!(scanned(&other), ["two/m.py a"]);
    let gorm = "import \"gorm.io/gorm\"\nfunc (A) TableName() string { return \"a\" }\nfunc (B) TableName() string { return \"b\" }\n";
    let migrates = "import \"gorm.io/gorm\"\nfunc f(db *gorm.DB) { db.AutoMigrate(&models.A{}) }\n";
    assert_eq!(scanned(&[("go.mod", ""), ("m.go", gorm), ("main.go", migrates)]), ["m.go b"]);
    let all = "import \"gorm.io/gorm\"\nfunc f(db *gorm.DB) { db.AutoMigrate(models.All()...) }\n";
    assert!(scanned(&[("go.mod", ""), ("m.go", gorm), ("main.go", all)]).is_empty());
}

#[test]
fn the_place_is_the_name() {
    let text = "db.execute('SELECT * FROM jobs')";
    let found = python::tables(Dialect::Postgresql, text);
    let span = found.uses[0].span;
    assert_eq!(&text[span.start as usize..span.end as usize], "jobs");
    assert_eq!(found.uses[0].text, "FROM jobs");
}
