//! An interpreter of the Python subset that models and revisions are written in; it knows nothing of SQLAlchemy.
