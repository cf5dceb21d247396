"""`geoalchemy2.comparator`."""
from sqlalchemy._trueup import unknown


def __getattr__(name):
    return unknown(f"`geoalchemy2.comparator.{name}` is not modelled")
