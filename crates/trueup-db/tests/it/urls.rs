//! Addresses as people write them.

use std::time::Duration;

use trueup_db::{DatabaseUrl, TlsMode};

fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<DatabaseUrl, String> {
    let lookup = |name: &str| {
        variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    DatabaseUrl::parse(text, "/base".as_ref(), &lookup).map_err(|error| error.to_string())
}

/// The parts of an address in one line: `user password hosts database`.
fn parts(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Postgresql(address) => {
            let password = address.password.as_ref().map_or("-", |secret| secret.0.as_str());
            let hosts: Vec<String> =
                address.hosts.iter().map(|(host, port)| format!("{host}:{port}")).collect();
            format!("{} {password} {} {}", address.user, hosts.join(","), address.database)
        }
        DatabaseUrl::Sqlite(address) => {
            address.path().map_or(":memory:".to_owned(), |path| path.display().to_string())
        }
    }
}

#[test]
fn postgresql_addresses() {
    for (text, expected) in [
        ("postgresql://bob:pw@db:5433/app", "bob pw db:5433 app"),
        ("postgres://bob@db/app", "bob - db:5432 app"),
        ("postgresql+psycopg2://bob:pw@db/app", "bob pw db:5432 app"),
        ("postgresql+asyncpg://bob:p%40w%2F%25@db/app", "bob p@w/% db:5432 app"),
        ("POSTGRESQL+psycopg://bob:p@ss:w/ord@db/app", "bob p@ss:w/ord db:5432 app"),
        ("postgresql://bob:a+b@db/app", "bob a+b db:5432 app"),
        ("postgresql://bob@[::1]:6000/app", "bob - [::1]:6000 app"),
        ("postgresql://bob@/app?host=/run/pg", "bob - /run/pg:5432 app"),
        ("postgresql://bob@/app?host=/run/pg&port=6000", "bob - /run/pg:6000 app"),
        ("postgresql://bob@%2Frun%2Fpg/app", "bob - /run/pg:5432 app"),
        ("postgresql://bob@/app?host=a:1&host=b:2", "bob - a:1,b:2 app"),
        ("postgresql://bob@a,b:7/app", "bob - a:5432,b:7 app"),
        ("postgresql://db/app?user=eve&password=x+y", "eve x y db:5432 app"),
        ("postgresql://bob@db", "bob - db:5432 bob"),
        ("postgresql://bob@db/", "bob - db:5432 bob"),
        ("postgresql://bob@", "bob - /var/run/postgresql:5432,/tmp:5432,localhost:5432 bob"),
        ("postgresql://bob@db/my%20app", "bob - db:5432 my app"),
    ] {
        assert_eq!(parse_with(text, &[]).map(|url| parts(&url)).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn the_url_comes_before_the_environment() {
    let variables = [
        ("PGHOST", "envhost"),
        ("PGPORT", "7000"),
        ("PGUSER", "envuser"),
        ("PGPASSWORD", "envpw"),
        ("PGDATABASE", "envdb"),
        ("USER", "login"),
    ];
    for (text, expected) in [
        ("postgresql://", "envuser envpw envhost:7000 envdb"),
        ("postgresql://bob:pw@db:1/app", "bob pw db:1 app"),
        ("postgresql://bob@db/app", "bob envpw db:7000 app"),
        ("postgresql:///app", "envuser envpw envhost:7000 app"),
    ] {
        assert_eq!(parse_with(text, &variables).map(|url| parts(&url)).as_deref(), Ok(expected), "{text}");
    }
    let login = parse_with("postgresql://db/", &[("USER", "login")]).map(|url| parts(&url));
    assert_eq!(login.as_deref(), Ok("login - db:5432 login"));
}

#[test]
fn sqlite_addresses() {
    for (text, expected) in [
        ("sqlite:///app.db", "/base/app.db"),
        ("sqlite:///./data/app.db", "/base/./data/app.db"),
        ("sqlite:////abs/app.db", "/abs/app.db"),
        ("sqlite+aiosqlite:///app.db?check_same_thread=false", "/base/app.db"),
        ("sqlite+pysqlite:///a@b.db", "/base/a@b.db"),
        ("sqlite:///100%.db", "/base/100%.db"),
        ("sqlite:///file:app.db?mode=ro&uri=true", "/base/app.db"),
        ("sqlite:///file:///abs/a%20b.db?uri=true", "/abs/a b.db"),
        ("sqlite:///file:x?mode=memory&cache=shared&uri=true", ":memory:"),
        ("sqlite://", ":memory:"),
        ("sqlite:///", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
    ] {
        assert_eq!(parse_with(text, &[]).map(|url| parts(&url)).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn parameters_are_understood() {
    let demanded = TlsMode::Demanded;
    for (text, tls) in [
        ("postgresql://bob@db/app", TlsMode::Optional),
        ("postgresql://bob@db/app?sslmode=prefer", TlsMode::Optional),
        ("postgresql://bob@db/app?sslmode=require", demanded("require")),
        ("postgresql+asyncpg://bob@db/app?ssl=verify-full", demanded("verify-full")),
    ] {
        let Ok(DatabaseUrl::Postgresql(address)) = parse_with(text, &[]) else { panic!("{text}") };
        assert_eq!(address.tls, tls, "{text}");
    }
    let text = "postgresql://bob@db/app?options=-c%20search_path%3Dx&connect_timeout=3";
    let Ok(DatabaseUrl::Postgresql(address)) = parse_with(text, &[]) else { panic!("{text}") };
    assert_eq!(address.options.as_deref(), Some("-c search_path=x"));
    assert_eq!(address.connect_timeout, Duration::from_secs(3));
}

#[test]
fn wrong_addresses_say_why() {
    for (text, expected) in [
        (
            "mysql+pymysql://u:secret@h/d",
            "databases of the kind `mysql` are not supported; trueup reads PostgreSQL and SQLite",
        ),
        ("app.db", "the database URL does not begin with `postgresql://` or `sqlite://`"),
        ("postgresql://u:secret@h:port/d", "`port` in the database URL is not a port"),
        ("postgresql://u:secret@h:99999/d", "`99999` in the database URL is not a port"),
        ("postgresql://u:%zz@h/d", "the password in the database URL is not percent-encoded correctly"),
        ("postgresql://u:%ff@h/d", "the password in the database URL is not percent-encoded correctly"),
        ("postgresql://u@h/d?sslmode=maybe", "`maybe` is not a value for `sslmode`"),
        ("postgresql://u@h/d?connect_timeout=soon", "`soon` is not a value for `connect_timeout`"),
        ("postgresql://h/d", "the database URL names no user, and neither do PGUSER and USER"),
    ] {
        assert_eq!(parse_with(text, &[]).map(|url| parts(&url)), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn no_text_shows_a_password() {
    for text in ["postgresql://bob:secret@db/app", "postgresql://bob@db/app?password=secret"] {
        let url = parse_with(text, &[]).expect("a good address");
        assert_eq!(url.to_string(), "postgresql://bob:***@db:5432/app");
        assert!(!format!("{url:?}").contains("secret"), "{url:?}");
    }
}
