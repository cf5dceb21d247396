from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func

from app.db.base import Base


class ApiKey(Base):
    __tablename__ = "api_keys"

    id = Column(Integer, primary_key=True)
    hiker_id = Column(Integer, ForeignKey("hikers.id"), nullable=False, index=True)
    key_hash = Column(String(64), nullable=False, unique=True)
    created_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
