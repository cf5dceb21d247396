"""`pgvector.sqlalchemy.halfvec`."""
from pgvector.sqlalchemy import HALFVEC
