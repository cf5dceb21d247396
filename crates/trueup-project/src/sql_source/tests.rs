//! Each layout in a temporary folder.

use super::*;

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, SqlFolder) {
    read(files, false)
}

fn read(files: &[(&str, &str)], is_init: bool) -> (tempfile::TempDir, SqlFolder) {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = root.path().join("m").join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let found = read_folder(root.path(), &root.path().join("m"), is_init);
    (root, found)
}

/// Returns paths inside the folder with the text that goes up, and down.
fn told(found: &SqlFolder) -> Vec<(String, String, String)> {
    let lines = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    found
        .migrations
        .iter()
        .map(|migration| {
            let down = migration.down.as_ref().map(|down| lines(down.down_text())).unwrap_or_default();
            (migration.path.trim_start_matches("m/").to_owned(), lines(migration.up_text()), down)
        })
        .collect()
}

fn paths(found: &SqlFolder) -> Vec<String> {
    told(found).into_iter().map(|(path, _, _)| path).collect()
}

#[test]
fn numbers_are_sorted_as_numbers_and_names_come_last() {
    let (_root, found) =
        folder(&[("10_c.sql", ""), ("9_b.sql", ""), ("08_a.sql", ""), ("seed.sql", ""), ("x.md", "")]);
    assert_eq!(found.layout, Layout::Plain);
    assert_eq!(paths(&found), ["08_a.sql", "9_b.sql", "10_c.sql", "seed.sql"]);
    assert_eq!(found.defects, []);
}

#[test]
fn a_rollback_beside_a_plain_file_does_not_run() {
    let (_root, found) =
        folder(&[("001_a.sql", "up"), ("001_a_rollback.sql", "back"), ("rollback.sql", "all")]);
    assert_eq!(told(&found), [("001_a.sql".to_owned(), "up".to_owned(), "back".to_owned())]);
}

#[test]
fn flyway_versions_repeatables_and_undo() {
    let (_root, found) = folder(&[
        ("V1_10__c.sql", "c"),
        ("V1.9__b.sql", "b"),
        ("U1.9__b.sql", "undo b"),
        ("R__views.sql", "views"),
        ("B1__base.sql", "base"),
        ("beforeMigrate.sql", "callback"),
        ("later/V2__d.sql", "d"),
    ]);
    assert_eq!(found.layout, Layout::Flyway);
    assert_eq!(paths(&found), ["V1.9__b.sql", "V1_10__c.sql", "later/V2__d.sql", "R__views.sql"]);
    assert_eq!(told(&found)[0].2, "undo b");
    assert_eq!(found.defects, []);
}

#[test]
fn up_and_down_files() {
    let (_root, found) = folder(&[("1_a.up.sql", "up"), ("1_a.down.sql", "down"), ("notes.sql", "notes")]);
    assert_eq!(found.layout, Layout::UpDown);
    assert_eq!(told(&found), [("1_a.up.sql".to_owned(), "up".to_owned(), "down".to_owned())]);
}

#[test]
fn a_folder_per_migration() {
    let (_root, found) = folder(&[
        ("2024-05-17-083000_a/up.sql", "up"),
        ("2024-05-17-083000_a/down.sql", "down"),
        ("2024-05-18-083000_b/migration.sql", "next"),
    ]);
    assert_eq!(found.layout, Layout::Folders);
    assert_eq!(
        told(&found)[0],
        ("2024-05-17-083000_a/up.sql".to_owned(), "up".to_owned(), "down".to_owned())
    );
    assert_eq!(found.migrations[1].version.as_deref(), Some("20240518083000"));
}

#[test]
fn marks_in_the_file() {
    let dbmate = "-- migrate:up transaction:false\nA;\n-- migrate:down\nB;\n";
    let goose = "-- +goose Up\n-- +goose StatementBegin\nC;\n-- +goose StatementEnd\n\n-- +goose Down\nD;\n";
    let (_root, found) = folder(&[("20240101000000_a.sql", dbmate), ("20240102000000_b.sql", goose)]);
    assert_eq!(found.layout, Layout::Marked);
    let told = told(&found);
    assert_eq!((told[0].1.as_str(), told[0].2.as_str()), ("A;", "B;"));
    assert_eq!(
        (told[1].1.as_str(), told[1].2.as_str()),
        ("-- +goose StatementBegin C; -- +goose StatementEnd", "D;")
    );
}

#[test]
fn a_container_runs_the_top_folder_in_the_order_of_names() {
    let (_root, found) =
        read(&[("10_b.sql", ""), ("2_c.sql", ""), ("02_d.sql", ""), ("below/0_a.sql", "")], true);
    assert_eq!(paths(&found), ["02_d.sql", "10_b.sql", "2_c.sql"]);
    assert_eq!(found.defects, []);
}

#[test]
fn mounted_folders_are_read_from_compose_files() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let compose = "services:\n  db:\n    volumes:\n      # - ./old:/docker-entrypoint-initdb.d\n      - \"./db/init:/docker-entrypoint-initdb.d:ro\"\n";
    std::fs::write(root.path().join("docker-compose.yml"), compose).expect("a file");
    let mounted = init_folders(root.path());
    assert!(is_init_folder(&root.path().join("db/init"), &mounted));
    assert!(!is_init_folder(&root.path().join("old"), &mounted));
    assert!(is_init_folder(Path::new("/x/initdb.d"), &[]));
}

fn gap(missing: &[&str], before: usize, after: usize) -> Defect {
    Defect::Gap { missing: missing.iter().map(|text| (*text).to_owned()).collect(), before, after }
}

#[test]
fn duplicates_and_gaps() {
    let (_root, found) = folder(&[
        ("001_a.sql", ""),
        ("002_b.sql", ""),
        ("002_c.sql", ""),
        ("005_d.sql", ""),
        ("050_e.sql", ""),
    ]);
    assert_eq!(
        found.defects,
        [
            Defect::DuplicateVersion { version: "002".to_owned(), migrations: vec![1, 2] },
            gap(&["003", "004"], 2, 3)
        ]
    );
}

#[test]
fn steps_and_times_are_no_gaps() {
    assert_eq!(folder(&[("010_a.sql", ""), ("020_b.sql", ""), ("040_c.sql", "")]).1.defects, []);
    assert_eq!(folder(&[("20240101_a.sql", ""), ("20240103_b.sql", "")]).1.defects, []);
    assert_eq!(folder(&[("5_a.sql", ""), ("6_b.sql", "")]).1.defects, []);
    assert_eq!(folder(&[("1_a.sql", ""), ("3_b.sql", "")]).1.defects, [gap(&["2"], 0, 1)]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("m");
    assert_eq!(read_folder(root.path(), &folder, false).defects, [Defect::MissingFolder]);
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("1_a.sql"), b"SELECT '\xff'").expect("a file");
    let found = read_folder(root.path(), &folder, false);
    let [Defect::Unreadable { path, problem }] = found.defects.as_slice() else {
        panic!("{:?}", found.defects)
    };
    assert_eq!((&**path, problem.offset), ("m/1_a.sql", Some(8)));
}
