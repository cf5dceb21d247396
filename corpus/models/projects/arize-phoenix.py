from phoenix.db.models import Base

metadata = Base.metadata
