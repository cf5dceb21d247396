"""`geoalchemy2.functions`."""
from sqlalchemy._trueup import unknown


def __getattr__(name):
    return unknown(f"`geoalchemy2.functions.{name}` is not modelled")
