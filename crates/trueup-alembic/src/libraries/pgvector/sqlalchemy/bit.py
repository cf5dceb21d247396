"""`pgvector.sqlalchemy.bit`."""
from pgvector.sqlalchemy import BIT
