"""`packaging`: only what decides which branch a revision takes."""
from packaging import version

__version__ = "25.0"
