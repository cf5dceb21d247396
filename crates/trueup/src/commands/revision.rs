//! `trueup revision` and `trueup merge`: new revision files.

use trueup_project::pipelines::check::CheckRequest;
use trueup_project::pipelines::revision::{
    Against, Answers, Autogenerate, Follows, RevisionError, RevisionRequest, write,
};
use trueup_project::pipelines::writing::Event;
use trueup_project::wire::WritingWire;
use trueup_schema::Dialect;
use trueup_schema::revision::IdentifierError;

use super::reading;
use crate::args::{Format, Global, MergeArgs, RevisionArgs};
use crate::error::CommandError;
use crate::render::writing::Progress;

pub(crate) fn run(global: &Global, args: &RevisionArgs) -> Result<u8, CommandError> {
    if args.autogenerate && args.sql {
        return Err(CommandError::new("`--sql` and `--autogenerate` exclude each other")
            .hint("a revision is a file; `upgrade --sql` writes its SQL"));
    }
    if args.sql {
        return Err(CommandError::new(
            "`revision --sql` has no SQL to write: a new revision does nothing yet",
        )
        .hint("leave `--sql` away"));
    }
    let request = RevisionRequest {
        message: args.message.clone(),
        splice: args.splice,
        branch_label: args.branch_label.clone(),
        version_path: args.version_path.clone(),
        rev_id: args.rev_id.clone(),
        depends_on: args.depends_on.clone(),
        autogenerate: args.autogenerate.then(|| autogenerate(global, args)),
        ..request(global, Follows::Head(args.head.clone()))
    };
    perform(global, "revision", &request)
}

fn autogenerate(global: &Global, args: &RevisionArgs) -> Autogenerate {
    let database = reading::database(global);
    Autogenerate {
        against: if args.against == "database" { Against::Database } else { Against::Revisions },
        answers: Answers { renames: args.rename.clone(), drops: args.drop.clone() },
        check: CheckRequest {
            database: database.database,
            fallback_database: database.fallback,
            dialect: global.dialect.as_deref().and_then(Dialect::from_name),
            environment: database.environment,
            ..CheckRequest::default()
        },
    }
}

pub(crate) fn merge(global: &Global, args: &MergeArgs) -> Result<u8, CommandError> {
    let request = RevisionRequest {
        message: args.message.clone(),
        splice: args.splice,
        branch_label: args.branch_label.clone(),
        rev_id: args.rev_id.clone(),
        ..request(global, Follows::Merge(args.revisions.clone()))
    };
    perform(global, "merge", &request)
}

fn request(global: &Global, follows: Follows) -> RevisionRequest {
    RevisionRequest {
        follows,
        message: None,
        splice: false,
        branch_label: None,
        version_path: None,
        rev_id: None,
        depends_on: Vec::new(),
        directory: global.directory.clone().unwrap_or_default(),
        environment: std::env::vars().collect(),
        dialect: global.dialect.as_deref().and_then(Dialect::from_name),
        keeps_output_clean: global.format != Format::Text || global.quiet || global.output.is_some(),
        autogenerate: None,
    }
}

fn perform(global: &Global, command: &'static str, request: &RevisionRequest) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let mut progress = Progress::new(global);
    let written = write(&reading.configuration, &reading.history, request, &mut |event| progress.tell(event))
        .map_err(|error| explained(error, request))?;
    let root = &reading.configuration.root;
    match written {
        Some(written) => progress.finish(&WritingWire::revision(command, root, &written))?,
        None => {
            // The first sentence is the one of `alembic check`, which scripts look for.
            progress.tell(Event::Says("No new upgrade operations detected. There is nothing to do."));
            progress.finish(&WritingWire::nothing(command, root))?;
        }
    }
    Ok(0)
}

/// Says what to do about an identifier in the words of the option that it was given with.
fn explained(error: RevisionError, request: &RevisionRequest) -> CommandError {
    match (error, &request.follows) {
        (RevisionError::Refused(failure), _) => failure.into(),
        (RevisionError::Identifier(error @ IdentifierError::SeveralHeads { .. }), Follows::Head(_)) => {
            CommandError::new(error.to_string())
                .hint("name the one to follow with `--head`, or bring them together: `trueup merge heads`")
        }
        (RevisionError::Identifier(error), _) => error.into(),
    }
}
