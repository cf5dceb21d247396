//! The names that GORM gives tables: snake case, plural.

/// Returns `api_key` for `APIKey`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && previous.is_some_and(|previous| {
                previous.is_lowercase()
                    || previous.is_ascii_digit()
                    || (previous.is_uppercase() && next.is_some_and(|next| next.is_lowercase()))
            });
        if begins {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// Words whose plural no rule gives.
const IRREGULAR: &[(&str, &str)] = &[
    ("person", "people"),
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("datum", "data"),
    ("medium", "media"),
    ("mouse", "mice"),
    ("quiz", "quizzes"),
    ("status", "statuses"),
    ("alias", "aliases"),
    ("bus", "buses"),
];
/// Words without a plural.
const UNCOUNTABLE: &[&str] = &[
    "equipment",
    "information",
    "rice",
    "money",
    "species",
    "series",
    "fish",
    "sheep",
    "jeans",
    "police",
    "data",
];

/// Returns the plural of the last word of a name in snake case.
pub(super) fn plural(name: &str) -> String {
    let (head, last) = match name.rfind('_') {
        Some(at) => name.split_at(at + 1),
        None => ("", name),
    };
    format!("{head}{}", plural_of(last))
}

fn plural_of(word: &str) -> String {
    if UNCOUNTABLE.contains(&word) {
        return word.to_owned();
    }
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == word) {
        return (*plural).to_owned();
    }
    let with = |cut: usize, ending: &str| format!("{}{ending}", &word[..word.len() - cut]);
    let is_consonant_y =
        word.ends_with('y') && !["ay", "ey", "iy", "oy", "uy"].iter().any(|ending| word.ends_with(ending));
    if is_consonant_y {
        with(1, "ies")
    } else if word.ends_with("sis") {
        with(2, "es")
    } else if ["index", "vertex", "matrix"].iter().any(|ending| word.ends_with(ending)) {
        with(2, "ices")
    } else if ["ss", "sh", "ch", "x"].iter().any(|ending| word.ends_with(ending)) {
        with(0, "es")
    } else if word.ends_with('s') {
        word.to_owned()
    } else {
        with(0, "s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_gorm_makes_them() {
        let name = |class: &str| plural(&snake(class));
        assert_eq!(name("DriverShift"), "driver_shifts");
        assert_eq!(name("APIKey"), "api_keys");
        assert_eq!(name("UserID"), "user_ids");
        assert_eq!(name("Company"), "companies");
        assert_eq!(name("Address"), "addresses");
        assert_eq!(name("Person"), "people");
        assert_eq!(name("SagaSeries"), "saga_series");
        assert_eq!(name("Analysis"), "analyses");
    }
}
