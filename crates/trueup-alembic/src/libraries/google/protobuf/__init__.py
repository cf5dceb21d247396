"""`google.protobuf`: as much as generated modules (`*_pb2.py`) need for the names and numbers of their enumerations.

Generated code may ask for the version to choose between two texts that say the same.
"""

__version__ = "5.26.0"
