"""`sqlalchemy.orm.exc`."""
from sqlalchemy.exc import ArgumentError, InvalidRequestError, MultipleResultsFound, NoResultFound, SQLAlchemyError


class MappedAnnotationError(ArgumentError):
    ...


class StaleDataError(SQLAlchemyError):
    ...


class ObjectDeletedError(InvalidRequestError):
    ...


class DetachedInstanceError(SQLAlchemyError):
    ...


class UnmappedInstanceError(InvalidRequestError):
    ...


class UnmappedClassError(InvalidRequestError):
    ...
