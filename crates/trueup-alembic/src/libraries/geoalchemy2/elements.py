"""`geoalchemy2.elements`."""
from sqlalchemy._trueup import unknown


def __getattr__(name):
    return unknown(f"`geoalchemy2.elements.{name}` is not modelled")
