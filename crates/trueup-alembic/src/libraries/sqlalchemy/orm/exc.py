"""`sqlalchemy.orm.exc`."""
from sqlalchemy.exc import InvalidRequestError, MultipleResultsFound, NoResultFound, SQLAlchemyError


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
