from skyvern.forge.sdk.db.models import Base

metadata = Base.metadata
