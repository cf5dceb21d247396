"""Each area of Keystone has its tables in modules of its own, and no module imports all of them."""
import importlib
from pathlib import Path

import keystone
from keystone.common.sql import core

root = Path(keystone.__file__).parent
for file in sorted(root.glob("*/*backends/sql*.py")):
    importlib.import_module(".".join(("keystone", *file.relative_to(root).with_suffix("").parts)))

metadata = core.ModelBase.metadata
