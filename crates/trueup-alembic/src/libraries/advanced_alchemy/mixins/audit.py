"""`advanced_alchemy.mixins.audit`."""
from advanced_alchemy.mixins import AuditColumns
