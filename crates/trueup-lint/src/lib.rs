//! Rules on revision graphs, projects, schemas and operations; each one file and its page.
