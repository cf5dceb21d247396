//! Privileges, which the catalog stores as texts such as `app=arw*/postgres`.

use trueup_schema::Grant;

use super::catalog::{Catalog, Oid};

/// What one role was granted.
struct AclItem {
    /// Role; empty for everybody.
    role: String,
    /// Letters, each with an asterisk behind it where it may be passed on.
    letters: String,
}

impl Catalog {
    /// Returns what others than the owner were granted on a table and its columns, sorted.
    pub(super) fn grants(&self, relation: Oid) -> Vec<Grant> {
        let Some(row) = self.relations.get(&relation) else { return Vec::new() };
        let mut grants = grants(&row.privileges, &row.owner, "");
        for column in self.columns.get(&relation).into_iter().flatten() {
            let suffix = format!("({})", column.name);
            grants.extend(self::grants(&column.privileges, &row.owner, &suffix));
        }
        grants.sort();
        grants.dedup();
        grants
    }
}

/// Returns the grants of an access list beyond the owner's, each privilege followed by `suffix`.
pub(super) fn grants(items: &[String], owner: &str, suffix: &str) -> Vec<Grant> {
    let items = items.iter().filter_map(|item| parse(item)).filter(|item| item.role != owner);
    items.flat_map(|item| of_item(&item, suffix)).collect()
}

fn of_item(item: &AclItem, suffix: &str) -> Vec<Grant> {
    let role = if item.role.is_empty() { "public" } else { &item.role };
    let mut grants: Vec<Grant> = Vec::new();
    for letter in item.letters.chars() {
        match (letter, grants.last_mut()) {
            ('*', Some(last)) => last.grantable = true,
            (letter, _) => grants.push(Grant {
                role: role.to_owned(),
                privilege: format!("{}{suffix}", privilege(letter)),
                grantable: false,
            }),
        }
    }
    grants
}

/// Source: PostgreSQL 17, table "ACL Privilege Abbreviations" (§5.8).
fn privilege(letter: char) -> String {
    let words = match letter {
        'r' => "select",
        'a' => "insert",
        'w' => "update",
        'd' => "delete",
        'D' => "truncate",
        'x' => "references",
        't' => "trigger",
        'm' => "maintain",
        'X' => "execute",
        'U' => "usage",
        'C' => "create",
        'c' => "connect",
        'T' => "temporary",
        's' => "set",
        'A' => "alter system",
        other => return other.to_string(),
    };
    words.to_owned()
}

fn parse(item: &str) -> Option<AclItem> {
    let (role, rest) = match item.strip_prefix('"') {
        Some(quoted) => {
            // A quote inside of the name is doubled.
            let mut end = quoted.find("\"=")?;
            while quoted[..end].chars().rev().take_while(|character| *character == '"').count() % 2 == 1 {
                end += 1 + quoted[end + 1..].find("\"=")?;
            }
            (quoted[..end].replace("\"\"", "\""), &quoted[end + 2..])
        }
        None => item.split_once('=').map(|(role, rest)| (role.to_owned(), rest))?,
    };
    let letters = rest.split('/').next().unwrap_or_default().to_owned();
    Some(AclItem { role, letters })
}

#[cfg(test)]
mod tests {
    use super::grants;

    #[test]
    fn access_lists_become_grants_of_others_than_the_owner() {
        let items = ["owner=arwdDxt/owner", "app=ar*w/owner", "=r/owner", "\"a \"\"b=c\"=d/owner"];
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        let found = grants(&items, "owner", "");
        let found: Vec<String> = found
            .iter()
            .map(|grant| {
                format!("{} {}{}", grant.role, grant.privilege, if grant.grantable { "*" } else { "" })
            })
            .collect();
        assert_eq!(found, ["app insert", "app select*", "app update", "public select", "a \"b=c delete"]);
    }
}
