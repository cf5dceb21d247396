//! The command line of trueup: arguments, rendering, exit codes.
fn main() {}
