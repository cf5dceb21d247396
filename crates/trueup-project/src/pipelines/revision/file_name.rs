//! The name of a revision's file: `file_template`, and the slug that is made of the message.

use trueup_alembic::template::{self, CreateDate};

use super::refused;
use crate::config::Configuration;
use crate::report::Failure;

/// Alembic's own template.
const DEFAULT: &str = "%(rev)s_%(slug)s";
/// `truncate_slug_length` where nothing or zero is said.
const DEFAULT_SLUG_CHARACTERS: usize = 40;

/// Returns the path of a revision's file below its version location.
pub(super) fn file_name(
    configuration: &Configuration,
    id: &str,
    message: Option<&str>,
    date: &CreateDate,
) -> Result<String, Failure> {
    let length = match configuration.option("truncate_slug_length").map(str::trim) {
        None => DEFAULT_SLUG_CHARACTERS,
        Some(text) => match text.parse() {
            Ok(0) => DEFAULT_SLUG_CHARACTERS,
            Ok(length) => length,
            Err(_) => {
                let message = format!("`truncate_slug_length` is `{text}`, which is no number of characters");
                return Err(refused(message, "write a number, such as 40"));
            }
        },
    };
    let template = configuration.file_template.as_deref().unwrap_or(DEFAULT);
    let name = template::file_name(template, id, &slug(message.unwrap_or_default(), length), date);
    let name = name.map_err(|reason| {
        refused(
            format!("`file_template` is `{template}`, which cannot be filled in: {reason}"),
            "its tokens are rev, slug, epoch, year, month, day, hour, minute and second; in alembic.ini every `%` is doubled",
        )
    })?;
    Ok(format!("{name}.py"))
}

/// Returns the words of a message as they stand in file names: `add_users`; cut at a word where it is too long.
fn slug(message: &str, length: usize) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words = message.split(|letter| !is_word(letter)).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("_").to_lowercase();
    if slug.chars().count() <= length {
        return slug;
    }
    let cut: String = slug.chars().take(length).collect();
    format!("{}_", cut.rsplit_once('_').map_or(cut.as_str(), |(kept, _)| kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected texts are what Alembic 1.20 makes of the messages.
    #[test]
    fn slugs() {
        assert_eq!(slug("Add users, then Größe!", 40), "add_users_then_größe");
        assert_eq!(slug("", 40), "");
        assert_eq!(slug("one two three", 9), "one_two_");
        assert_eq!(slug("unbreakable", 4), "unbr_");
        assert_eq!(slug("a__b - c", 40), "a__b_c");
    }
}
