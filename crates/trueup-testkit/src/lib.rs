//! What tests of every crate share: Markdown scenarios, temporary projects, a real PostgreSQL.
//!
//! - [`scenario`] runs a Markdown file as a test: blocks go in, blocks are compared, one environment variable rewrites
//!   the expectations in place.
//! - [`intent`] reads `# error: [rule] "text"` comments, which say on the very line what is expected there.
//! - [`project`] writes a project into a temporary folder.
//! - [`postgres`] finds, fetches, starts and stops a PostgreSQL server, as root or not.
//! - [`sqlite`] runs SQL on an SQLite file, as its own shell would.
//!
//! This crate knows nothing of the product: no schema, no rule, no dialect. It is a development dependency only.
//!
//! ```
//! use trueup_testkit::scenario::{Outputs, Scenario};
//!
//! let page = "## Doubles\n```text in\n21\n```\n```text out\n42\n```\n";
//! let scenario = Scenario::parse(page);
//! let report = scenario.check(|section| {
//!     let number: i64 = section.text("in").trim().parse().map_err(|_| "`in` is not a number".to_owned())?;
//!     Ok(Outputs::from([("out".to_owned(), (number * 2).to_string())]))
//! });
//! assert!(report.failures.is_empty());
//! ```

pub mod diff;
pub mod intent;
pub mod postgres;
pub mod project;
pub mod scenario;
pub mod sqlite;
