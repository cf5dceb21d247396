//! A project on disk: configuration, sources and the pipelines behind the commands.
