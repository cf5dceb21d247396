//! The schema model and everything computed from it alone: dialects, normal forms, operations, diff, revision graph, diagnostics.
