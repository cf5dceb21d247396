"""SQLAlchemy's exceptions, as far as revisions catch them."""


class SQLAlchemyError(Exception):
    ...


class ArgumentError(SQLAlchemyError):
    ...


class DuplicateColumnError(ArgumentError):
    pass


class CompileError(SQLAlchemyError):
    ...


class UnsupportedCompilationError(CompileError):
    ...


class InvalidRequestError(SQLAlchemyError):
    ...


class NoInspectionAvailable(InvalidRequestError):
    ...


class NoSuchTableError(InvalidRequestError):
    ...


class NoReferenceError(InvalidRequestError):
    ...


class NoReferencedTableError(NoReferenceError):
    ...


class NoReferencedColumnError(NoReferenceError):
    ...


class NoSuchColumnError(InvalidRequestError, KeyError):
    ...


class NoResultFound(InvalidRequestError):
    ...


class MultipleResultsFound(InvalidRequestError):
    ...


class ResourceClosedError(InvalidRequestError):
    ...


class PendingRollbackError(InvalidRequestError):
    ...


class StatementError(SQLAlchemyError):
    orig = None
    statement = None


class DBAPIError(StatementError):
    ...


class InterfaceError(DBAPIError):
    ...


class DatabaseError(DBAPIError):
    ...


class DataError(DatabaseError):
    ...


class OperationalError(DatabaseError):
    ...


class IntegrityError(DatabaseError):
    ...


class InternalError(DatabaseError):
    ...


class ProgrammingError(DatabaseError):
    ...


class NotSupportedError(DatabaseError):
    ...


class SADeprecationWarning(DeprecationWarning):
    ...


class SAWarning(RuntimeWarning):
    ...


class MovedIn20Warning(SADeprecationWarning):
    ...


class ObjectNotExecutableError(ArgumentError):
    ...
