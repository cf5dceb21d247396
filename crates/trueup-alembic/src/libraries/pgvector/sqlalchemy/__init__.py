"""pgvector's types. Source: pgvector 0.5 `sqlalchemy/`."""
from sqlalchemy.exc import CompileError
from sqlalchemy.types import UserDefinedType


class VECTOR(UserDefinedType):
    _word = "VECTOR"

    def __init__(self, dim=None):
        self.dim = dim

    def get_col_spec(self, **kw):
        return self._word if self.dim is None else f"{self._word}({self.dim})"


Vector = VECTOR


class HALFVEC(VECTOR):
    _word = "HALFVEC"


HalfVector = HALFVEC


class SPARSEVEC(VECTOR):
    _word = "SPARSEVEC"


SparseVector = SPARSEVEC


class BIT(UserDefinedType):
    def __init__(self, length=None):
        self.length = length

    def _compile(self, dialect):
        if dialect.name != "postgresql":
            raise CompileError(f"{dialect.name} has no type BIT")
        return self.get_col_spec()

    def get_col_spec(self, **kw):
        return "BIT" if self.length is None else f"BIT({self.length})"
