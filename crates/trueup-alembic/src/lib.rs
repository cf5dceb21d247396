//! Shims of SQLAlchemy, Alembic and their neighbours: turns models and revisions into schemas and operations.
