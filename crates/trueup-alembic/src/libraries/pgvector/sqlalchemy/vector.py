"""`pgvector.sqlalchemy.vector`."""
from pgvector.sqlalchemy import VECTOR
