//! Names read back from PostgreSQL 15.18 and rendered by SQLAlchemy 2.1.9.

use std::collections::BTreeMap;

use super::*;
use crate::Dialect::{Postgresql, Sqlite};

#[test]
fn short_names_are_joined() {
    assert_eq!(primary_key("t").first(), "t_pkey");
    assert_eq!(unique("t", &["a", "b"]).first(), "t_a_b_key");
    assert_eq!(foreign_key("t", &["a", "b"]).first(), "t_a_b_fkey");
    assert_eq!(check("t", Some("a")).first(), "t_a_check");
    assert_eq!(check("t", None).first(), "t_check");
    assert_eq!(exclude("t", &["a", "expr"]).first(), "t_a_expr_excl");
    assert_eq!(sequence("T t", "I d").first(), "T t_I d_seq");
    assert_eq!(index("t", &["lower", "upper", "c"]).first(), "t_lower_upper_c_idx");
}

#[test]
fn long_names_lose_bytes_of_the_longer_part_first() {
    let (table, column) = ("a".repeat(40), "b".repeat(40));
    let both = |left: usize, right: usize, label: &str| {
        format!("{}_{}_{label}", "a".repeat(left), "b".repeat(right))
    };
    assert_eq!(check(&table, Some(&column)).first(), both(28, 28, "check"));
    assert_eq!(foreign_key(&table, &[format!("{column}2")]).first(), both(29, 28, "fkey"));
    assert_eq!(unique(&table, &[format!("{column}2")]).first(), both(29, 29, "key"));
    assert_eq!(sequence(&table, &column).first(), both(29, 29, "seq"));
    assert_eq!(unique(&table, &["x"]).first(), format!("{table}_x_key"));
    assert_eq!(primary_key(&"a".repeat(63)).first(), format!("{}_pkey", "a".repeat(58)));
    assert_eq!(index(&"a".repeat(63), &["lower"]).first(), format!("{}_lower_idx", "a".repeat(53)));
    assert_eq!(check(&"a".repeat(70), None).first(), format!("{}_check", "a".repeat(57)));
}

#[test]
fn many_columns_are_cut_at_the_end() {
    let columns: Vec<String> = (0..9).map(|number| format!("column_number_{number}")).collect();
    assert_eq!(
        unique("t", &columns).first(),
        "t_column_number_0_column_number_1_column_number_2_column_nu_key"
    );
    assert_eq!(
        index("t", &columns).first(),
        "t_column_number_0_column_number_1_column_number_2_column_nu_idx"
    );
}

#[test]
fn characters_are_never_split() {
    let table = "ä".repeat(31);
    assert_eq!(primary_key(&table).first(), format!("{}_pkey", "ä".repeat(29)));
    assert_eq!(sequence(&table, &"ü".repeat(20)).first(), "ääääääääääääää_üüüüüüüüüüüüüü_seq");
    assert_eq!(
        unique(&format!("x{table}"), &[format!("z{}", "日本".repeat(10))]).first(),
        "xääääääääääääää_z日本日本日本日本日_key"
    );
    assert_eq!(
        sequence(&format!("x{table}"), &format!("y{}", "ü".repeat(28))).first(),
        "xääääääääääääää_yüüüüüüüüüüüüüü_seq"
    );
}

#[test]
fn collisions_number_the_label() {
    let taken = ["t_a_key", "t_a_key1"];
    assert_eq!(unique("t", &["a"]).choose(&|name| taken.contains(&name)), "t_a_key2");
    let table = "a".repeat(63);
    let mut names: Vec<String> = Vec::new();
    for _ in 0..12 {
        let name = index(&table, &["x"]).choose(&|name| names.iter().any(|taken| taken == name));
        names.push(name);
    }
    assert_eq!(names[0], format!("{}_x_idx", "a".repeat(57)));
    assert_eq!(names[9], format!("{}_x_idx9", "a".repeat(56)));
    assert_eq!(names[11], format!("{}_x_idx11", "a".repeat(55)));
}

#[test]
fn repeated_index_columns_are_numbered() {
    assert_eq!(index("t", &["a", "expr", "expr", "expr", "a"]).first(), "t_a_expr_expr1_expr2_a1_idx");
}

#[test]
fn a_check_is_named_after_its_only_column() {
    assert_eq!(check_name_for("t", &["a", "a"]).first(), "t_a_check");
    assert_eq!(check_name_for("t", &["a", "b"]).first(), "t_check");
    assert_eq!(check_name_for::<&str>("t", &[]).first(), "t_check");
    assert_eq!(check_name_for("t", &["tableoid"]).first(), "t_tableoid_check");
}

#[test]
fn md5_is_the_rfc_s() {
    assert_eq!(md5::hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    assert_eq!(md5::hex(b"message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    let long = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
    assert_eq!(md5::hex(long), "57edf4a22be3c955ac49da2e2107b67a");
}

fn usual_convention() -> Convention {
    let template = |kind, text: &str| (kind, text.to_owned());
    Convention::new([
        template(ConventionKind::Index, "ix_%(column_0_label)s"),
        template(ConventionKind::Unique, "uq_%(table_name)s_%(column_0_name)s"),
        template(ConventionKind::Check, "ck_%(table_name)s_%(constraint_name)s"),
        template(ConventionKind::ForeignKey, "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"),
        template(ConventionKind::PrimaryKey, "pk_%(table_name)s"),
    ])
}

fn facts(table: &str, columns: &[&str]) -> ConventionFacts {
    ConventionFacts {
        table: table.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        ..ConventionFacts::default()
    }
}

fn rendered(convention: &Convention, kind: ConventionKind, facts: &ConventionFacts) -> String {
    convention.apply(Postgresql, kind, facts).expect("has a name").expect("is valid")
}

#[test]
fn conventions_name_what_has_no_name() {
    let usual = usual_convention();
    let mut foreign_key = facts("t", &["c"]);
    foreign_key.referred_table = "r".to_owned();
    assert_eq!(rendered(&usual, ConventionKind::Index, &facts("t", &["b", "c"])), "ix_t_b");
    assert_eq!(rendered(&usual, ConventionKind::Unique, &facts("t", &["b", "c"])), "uq_t_b");
    assert_eq!(rendered(&usual, ConventionKind::ForeignKey, &foreign_key), "fk_t_c_r");
    assert_eq!(rendered(&usual, ConventionKind::PrimaryKey, &facts("t", &["a"])), "pk_t");
    let in_namespace = ConventionFacts { namespace: Some("my.s".to_owned()), ..facts("t", &["b"]) };
    assert_eq!(rendered(&usual, ConventionKind::Index, &in_namespace), "ix_my_s_t_b");
    assert_eq!(rendered(&usual, ConventionKind::Unique, &in_namespace), "uq_t_b");
}

#[test]
fn given_names_stay_unless_the_template_wants_them() {
    let usual = usual_convention();
    let given = |given| ConventionFacts { given, ..facts("t", &["b"]) };
    let plain = given(GivenName::Plain("pos".to_owned()));
    assert_eq!(rendered(&usual, ConventionKind::Check, &plain), "ck_t_pos");
    assert_eq!(rendered(&usual, ConventionKind::Unique, &plain), "pos");
    let fixed = given(GivenName::Final("pos".to_owned()));
    assert_eq!(rendered(&usual, ConventionKind::Check, &fixed), "pos");
    assert_eq!(
        usual.apply(Postgresql, ConventionKind::Check, &facts("t", &["b"])),
        Some(Err(ConventionError::NameRequired))
    );
}

#[test]
fn the_default_convention_names_only_indexes() {
    let default = Convention::new([]);
    assert_eq!(rendered(&default, ConventionKind::Index, &facts("t", &["t_b"])), "ix_t_t_b");
    assert_eq!(default.apply(Postgresql, ConventionKind::Unique, &facts("t", &["b"])), None);
    let no_index = Convention::new([(ConventionKind::PrimaryKey, "pk_%(table_name)s".to_owned())]);
    assert_eq!(
        no_index.apply(Sqlite, ConventionKind::Index, &facts("t", &["b"])),
        Some(Err(ConventionError::IndexWithoutName))
    );
}

#[test]
fn tokens_of_many_columns() {
    let template = "%(column_0_N_name)s|%(column_0N_key)s|%(column_0N_label)s|%(column_1_name)s|%(column_7_name)s|\
                    %(referred_column_0_N_name)s|%(referred_column_1_name)s|%(foo)s|%%|%(table_name)4s|%(table_name)-3s|";
    let convention = Convention::new([(ConventionKind::ForeignKey, template.to_owned())]);
    let all = ConventionFacts {
        column_keys: vec!["c".to_owned(), "dk".to_owned()],
        referred_table: "r".to_owned(),
        referred_columns: vec!["x".to_owned(), "y".to_owned()],
        custom: BTreeMap::from([("foo".to_owned(), "FOO".to_owned())]),
        ..facts("t", &["c", "d"])
    };
    assert_eq!(
        rendered(&convention, ConventionKind::ForeignKey, &all),
        "c_d|cdk|t_ct_d|d||x_y|y|FOO|%|   t|t  |"
    );
    let unknown = Convention::new([(ConventionKind::Index, "%(bar)s".to_owned())]);
    assert_eq!(
        unknown.apply(Postgresql, ConventionKind::Index, &all),
        Some(Err(ConventionError::UnknownToken("bar".to_owned())))
    );
    for bad in ["%(a", "%(table_name)d", "50%", "%(table_name)", "%s"] {
        let convention = Convention::new([(ConventionKind::Index, bad.to_owned())]);
        assert!(
            matches!(
                convention.apply(Postgresql, ConventionKind::Index, &all),
                Some(Err(ConventionError::BadTemplate(_)))
            ),
            "{bad}"
        );
    }
}

#[test]
fn generated_names_are_shortened_with_a_digest() {
    let (usual, table) = (usual_convention(), "l".repeat(50));
    let column = "b".repeat(30);
    assert_eq!(
        rendered(&usual, ConventionKind::Index, &facts(&table, &[&column])),
        format!("ix_{table}_b_9ecb")
    );
    let mut foreign_key = facts(&table, &[&column]);
    foreign_key.referred_table.clone_from(&table);
    assert_eq!(rendered(&usual, ConventionKind::ForeignKey, &foreign_key), format!("fk_{table}_b_3dfb"));
    let named = ConventionFacts { given: GivenName::Plain("c".repeat(30)), ..facts(&"t".repeat(40), &["a"]) };
    assert_eq!(
        rendered(&usual, ConventionKind::Check, &named),
        format!("ck_{}_{}_ba53", "t".repeat(40), "c".repeat(11))
    );
    let fixed = ConventionFacts { given: GivenName::Final("i".repeat(70)), ..facts("t", &["a"]) };
    assert_eq!(rendered(&usual, ConventionKind::Index, &fixed), format!("{}_fa70", "i".repeat(55)));
    assert_eq!(
        usual.apply(Sqlite, ConventionKind::Index, &fixed).expect("named").expect("valid"),
        "i".repeat(70)
    );
    let plain = ConventionFacts { given: GivenName::Plain("i".repeat(70)), ..facts("t", &["a"]) };
    assert_eq!(
        usual.apply(Postgresql, ConventionKind::Index, &plain),
        Some(Err(ConventionError::NameTooLong("i".repeat(70), 63)))
    );
}

#[test]
fn the_digest_counts_characters_and_the_server_cuts_bytes() {
    // SQLAlchemy renders 60 characters here, 110 bytes of them; the server keeps 63 bytes.
    let facts = facts(&"ä".repeat(40), &[&"ü".repeat(20)]);
    assert_eq!(
        rendered(&usual_convention(), ConventionKind::Index, &facts),
        format!("ix_{}", "ä".repeat(30))
    );
    let short = sqlalchemy_label(Sqlite, &format!("ix_{}_{}", "ä".repeat(40), "ü".repeat(20)));
    assert_eq!(short.chars().count(), 64);
}
