"""`pgvector.sqlalchemy.sparsevec`."""
from pgvector.sqlalchemy import SPARSEVEC
