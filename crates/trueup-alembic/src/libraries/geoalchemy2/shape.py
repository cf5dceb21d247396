"""`geoalchemy2.shape`."""
from sqlalchemy._trueup import unknown


def __getattr__(name):
    return unknown(f"`geoalchemy2.shape.{name}` is not modelled")
