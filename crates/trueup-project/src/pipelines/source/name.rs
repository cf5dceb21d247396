//! The names of sources on the command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The accepted forms, with what each is read from.
pub const FORMS: [(&str, &str); 5] = [
    ("models", "the SQLAlchemy models that env.py names"),
    ("revisions[@REV]", "what the revisions build, up to REV or to the heads"),
    ("database[:URL]", "a database: the one at URL, or the project's"),
    ("sql:PATH", "a folder of SQL migrations, or one SQL file"),
    ("snapshot:FILE", "a file that `trueup snapshot` has written"),
];

/// A source by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceName {
    /// `models`.
    Models,
    /// `revisions`, `revisions@REV`.
    Revisions(Option<String>),
    /// `database`, `database:URL`.
    Database(Option<String>),
    /// `sql:PATH`.
    Sql(PathBuf),
    /// `snapshot:FILE`.
    Snapshot(PathBuf),
}

/// A text that names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnknownSource {
    /// What is wrong.
    pub message: String,
    /// What would be right, where that can be guessed.
    pub hint: Option<String>,
}

impl SourceName {
    /// Tells whether it is a part of a project rather than something by itself.
    pub fn needs_project(&self) -> bool {
        matches!(self, Self::Models | Self::Revisions(_) | Self::Database(None))
    }

    /// Tells whether the source itself says for which kind of database it is.
    pub(super) fn says_dialect(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Snapshot(_))
    }
}

impl FromStr for SourceName {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        let (word, rest) = match text.find([':', '@']) {
            Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
            None => (text, None),
        };
        let empty = |wanted: &str| UnknownSource {
            message: format!("`{text}` says no {wanted}"),
            hint: Some(format!("write `{}`", form_of(word))),
        };
        match (word, rest) {
            ("models", None) => Ok(Self::Models),
            ("revisions", None) => Ok(Self::Revisions(None)),
            ("revisions", Some(("@", ""))) => Err(empty("revision")),
            ("revisions", Some(("@", rev))) => Ok(Self::Revisions(Some(rev.to_owned()))),
            ("database", None) => Ok(Self::Database(None)),
            ("database", Some((":", ""))) => Err(empty("address")),
            ("database", Some((":", url))) => Ok(Self::Database(Some(url.to_owned()))),
            ("sql" | "snapshot", None | Some((":", ""))) => Err(empty("file")),
            ("sql", Some((":", path))) => Ok(Self::Sql(PathBuf::from(path))),
            ("snapshot", Some((":", path))) => Ok(Self::Snapshot(PathBuf::from(path))),
            _ => Err(UnknownSource {
                message: format!("`{}` is no source", shown(text)),
                hint: guess(text, word),
            }),
        }
    }
}

/// Returns a text without the password that it may have.
fn shown(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &text[..scheme], &text[at..]),
        _ => text.to_owned(),
    }
}

fn form_of(word: &str) -> &'static str {
    FORMS.iter().map(|(form, _)| *form).find(|form| form.starts_with(word)).unwrap_or("models")
}

/// Guesses what was meant.
fn guess(text: &str, word: &str) -> Option<String> {
    if text.contains("://") {
        return Some("write an address as `database:URL`".to_owned());
    }
    if std::path::Path::new(text).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
        return Some(format!("write an SQL file as `sql:{text}`"));
    }
    let known = FORMS.iter().map(|(form, _)| form.split(['[', ':']).next().unwrap_or(form));
    match word {
        "model" | "revision" | "db" | "head" | "heads" => {
            let meant = match word {
                "db" => "database",
                "model" => "models",
                "revision" => "revisions",
                _ => return Some(format!("write a revision as `revisions@{text}`")),
            };
            Some(format!("write `{meant}`"))
        }
        _ => {
            known.into_iter().find(|known| *known == word).map(|known| format!("write `{}`", form_of(known)))
        }
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Models => formatter.write_str("models"),
            Self::Revisions(None) => formatter.write_str("revisions"),
            Self::Revisions(Some(rev)) => write!(formatter, "revisions@{rev}"),
            Self::Database(None) => formatter.write_str("database"),
            Self::Database(Some(url)) => write!(formatter, "database:{}", shown(url)),
            Self::Sql(path) => write!(formatter, "sql:{}", path.display()),
            Self::Snapshot(path) => write!(formatter, "snapshot:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let name = |text: &str| text.parse::<SourceName>().expect(text);
        assert_eq!(name("models"), SourceName::Models);
        assert_eq!(name("revisions@ae10:x"), SourceName::Revisions(Some("ae10:x".to_owned())));
        assert_eq!(
            name("database:sqlite:///a@b.db"),
            SourceName::Database(Some("sqlite:///a@b.db".to_owned()))
        );
        assert_eq!(name("sql:db/migrations"), SourceName::Sql(PathBuf::from("db/migrations")));
        assert_eq!(name("snapshot:a:b"), SourceName::Snapshot(PathBuf::from("a:b")));
    }

    #[test]
    fn others_are_refused_with_a_guess() {
        for (text, message, hint) in [
            (
                "postgresql://a:secret@b/c",
                "`postgresql://…@b/c` is no source",
                Some("write an address as `database:URL`"),
            ),
            ("schema.sql", "`schema.sql` is no source", Some("write an SQL file as `sql:schema.sql`")),
            ("model", "`model` is no source", Some("write `models`")),
            ("head", "`head` is no source", Some("write a revision as `revisions@head`")),
            ("models:x", "`models:x` is no source", Some("write `models`")),
            ("snapshot", "`snapshot` says no file", Some("write `snapshot:FILE`")),
            ("thing", "`thing` is no source", None),
        ] {
            let error = text.parse::<SourceName>().expect_err(text);
            assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, hint));
        }
    }
}
