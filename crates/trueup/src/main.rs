//! The command line of trueup: arguments, rendering, exit codes.
//!
//! One file per command in `commands`, one per output format in `render`. What a command does is in
//! `trueup-project`; here is only what a terminal sees. Exit codes: 0 nothing wrong, 1 findings, 2 usage,
//! configuration or environment.

mod args;
mod commands;
mod error;
mod render;

use std::process::ExitCode;

use clap::Parser;

/// Reading a project makes and drops millions of small values; the allocator of the C library spends a fifth of the time
/// on them (`benches/results`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Deeply nested sources need more stack than the main thread is given everywhere; the interpreter's own limits
    // are chosen for this size.
    let worker =
        std::thread::Builder::new().name("trueup".to_owned()).stack_size(256 * 1024 * 1024).spawn(run);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has printed what it knows; it is a bug of ours, never the project's fault.
        Ok(Err(_)) => ExitCode::from(error::INTERNAL),
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(&args) {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            problem.print(args.global.color);
            ExitCode::from(error::ENVIRONMENT)
        }
    }
}
