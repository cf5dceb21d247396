//! Tests of the `trueup` program as users run it.

mod alembic_ways;
mod autogenerate;
mod backup;
mod diff;
mod examples;
mod exit_codes;
mod guide;
mod history;
mod output;
mod pages;
mod program;
mod resuming;
mod running;
mod snapshot;
mod writing;
