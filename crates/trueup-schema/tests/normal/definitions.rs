//! Whole statements: triggers as `pg_get_triggerdef()` prints them, views, functions.

use trueup_schema::{Dialect, SqlExpr};

fn same(dialect: Dialect, left: &str, right: &str) {
    let (left, right) = (SqlExpr::definition(dialect, left), SqlExpr::definition(dialect, right));
    assert_eq!(left.canonical(), right.canonical());
}

#[test]
fn triggers_equal_the_server_s_print() {
    for (written, printed) in [
        (
            "create or replace trigger trg before update or insert on t for each row execute procedure f();",
            "CREATE TRIGGER trg BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION f()",
        ),
        (
            "CREATE TRIGGER trg AFTER DELETE ON t EXECUTE FUNCTION public.f(1, 'a,b', x)",
            "CREATE TRIGGER trg AFTER DELETE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION f('1', 'a,b', 'x')",
        ),
        (
            "CREATE TRIGGER trg AFTER UPDATE OF a, b ON \"t\" FOR ROW\n WHEN (OLD.a IS DISTINCT FROM NEW.a AND NEW.name = 'x') EXECUTE PROCEDURE f()",
            "CREATE TRIGGER trg AFTER UPDATE OF a, b ON public.t FOR EACH ROW WHEN (((old.a IS DISTINCT FROM new.a) AND ((new.name)::text = 'x'::text))) EXECUTE FUNCTION f()",
        ),
        (
            "create constraint trigger trg after insert on t deferrable initially deferred for each row execute function f()",
            "CREATE CONSTRAINT TRIGGER trg AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f()",
        ),
        (
            "create trigger trg after insert on t referencing new table as n for each statement execute function f()",
            "CREATE TRIGGER trg AFTER INSERT ON public.t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION f()",
        ),
    ] {
        same(Dialect::Postgresql, written, printed);
    }
}

#[test]
fn different_triggers_stay_different() {
    let base = "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (new.a > old.a) EXECUTE FUNCTION f()";
    let base_form = SqlExpr::definition(Dialect::Postgresql, base);
    for (part, other) in [
        ("BEFORE", "AFTER"),
        ("INSERT", "INSERT OR UPDATE"),
        ("FOR EACH ROW", "FOR EACH STATEMENT"),
        ("f()", "f('x')"),
        ("f()", "other.f()"),
        ("new.a", "new.b"),
        ("new.a > old.a", "old.a > new.a"),
        ("ON t", "ON u"),
    ] {
        let changed = SqlExpr::definition(Dialect::Postgresql, base.replace(part, other));
        assert_ne!(base_form, changed, "{part} and {other}");
    }
}

#[test]
fn space_case_and_comments_mean_nothing() {
    same(
        Dialect::Postgresql,
        "select a,b\n  from public.t -- all of them\n where  a>1;",
        "SELECT a, b FROM t WHERE a > 1",
    );
    same(
        Dialect::Postgresql,
        "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;",
        "create function public.f() returns int as $body$ SELECT 1; $body$ language sql",
    );
    same(
        Dialect::Sqlite,
        "CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON \"T\" FOR EACH ROW BEGIN UPDATE t SET a = 1; END;",
        "create trigger g after insert on t begin update t set a=1; end",
    );
}

#[test]
fn bodies_and_strings_keep_their_text() {
    let form = |text: &str| SqlExpr::definition(Dialect::Postgresql, text);
    assert_ne!(form("SELECT 'a  b'"), form("SELECT 'a b'"));
    assert_ne!(form("AS $$ SELECT 1 $$"), form("AS $$ select 1 $$"));
    assert_ne!(form("SELECT \"A\""), form("SELECT a"));
}

#[test]
fn definitions_equal_what_the_server_printed() {
    for line in include_str!("routines.tsv").lines().chain(include_str!("triggers.tsv").lines()) {
        let (written, printed) = line.split_once('\t').expect("two fields");
        same(Dialect::Postgresql, written, &printed.replace('⏎', "\n"));
    }
}

#[test]
fn different_functions_stay_different() {
    let base = "CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a $$";
    let base_form = SqlExpr::definition(Dialect::Postgresql, base);
    for (part, other) in [
        ("IMMUTABLE", "STABLE"),
        ("IMMUTABLE", ""),
        ("IMMUTABLE", "IMMUTABLE STRICT"),
        ("IMMUTABLE", "IMMUTABLE SECURITY DEFINER"),
        ("a int", "a bigint"),
        ("DEFAULT 1", "DEFAULT 2"),
        ("RETURNS int", "RETURNS SETOF int"),
        ("SELECT a", "SELECT  a"),
        ("LANGUAGE sql", "LANGUAGE plpgsql"),
    ] {
        let changed = SqlExpr::definition(Dialect::Postgresql, base.replace(part, other));
        assert_ne!(base_form, changed, "{part} and {other}");
    }
}

#[test]
fn simple_queries_equal_the_server_s_print() {
    for (written, printed) in [
        ("select a, b from t", " SELECT t.a,\n    t.b\n   FROM t;"),
        (
            "SELECT a, b AS bee FROM public.t WHERE a > 0 AND status = 'x'",
            " SELECT t.a,\n    t.b AS bee\n   FROM t\n  WHERE ((t.a > 0) AND ((t.status)::text = 'x'::text));",
        ),
        (
            "select t.a, count(*) from t group by t.a having count(*) > 1 order by a desc limit 5",
            " SELECT t.a,\n    count(*) AS count\n   FROM t\n  GROUP BY t.a\n HAVING (count(*) > 1)\n  ORDER BY t.a DESC\n LIMIT 5;",
        ),
        (
            "select distinct x.a from t x where x.a in (1,2)",
            " SELECT DISTINCT x.a\n   FROM t x\n  WHERE (x.a = ANY (ARRAY[1, 2]));",
        ),
        ("select a, lower(name) from t", " SELECT t.a,\n    lower(t.name) AS lower\n   FROM t;"),
    ] {
        same(Dialect::Postgresql, written, printed);
    }
    let form = |text: &str| SqlExpr::definition(Dialect::Postgresql, text);
    for (left, right) in [
        ("select a from t", "select b from t"),
        ("select a from t", "select a from u"),
        ("select a from t", "select distinct a from t"),
        ("select a from t", "select a as b from t"),
        ("select a from t where a > 1", "select a from t where a > 2"),
        ("select a from t order by a", "select a from t order by a desc"),
        ("select t.a from t, u", "select u.a from t, u"),
        ("select t.a from t join u on true", "select u.a from t join u on true"),
    ] {
        assert_ne!(form(left), form(right), "{left} and {right}");
    }
}
