//! Scenario files and robustness tests of the interpreter.

mod robust;
mod scenarios;
mod shims;
