"""`sqlalchemy.sql.util`."""
