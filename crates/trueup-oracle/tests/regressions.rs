//! Inputs that once made a reader panic or hang.

use std::fs;
use std::time::{Duration, Instant};

use trueup_oracle::{fuzz::targets, paths};

#[test]
fn mended_inputs_stay_mended() {
    // The stack of the command line: the readers' limits are chosen for it.
    let worker = std::thread::Builder::new().stack_size(256 * 1024 * 1024).spawn(run_all);
    worker.expect("a thread starts").join().expect("no reader panics");
}

fn run_all() {
    let folder = paths::workspace().join("fuzz/regressions");
    let mut count = 0;
    for target in targets::TARGETS {
        let Ok(entries) = fs::read_dir(folder.join(target.name)) else { continue };
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            let bytes = fs::read(&file).expect("the input can be read");
            let started = Instant::now();
            let outcome = std::panic::catch_unwind(|| (target.run)(&bytes));
            assert!(outcome.is_ok(), "{} panics", file.display());
            // Unoptimised code is slow, so only what never ends is told apart here.
            assert!(started.elapsed() < Duration::from_secs(30), "{} is slow", file.display());
            count += 1;
        }
    }
    targets::clean();
    assert!(count > 0, "there are inputs in {}", folder.display());
}
