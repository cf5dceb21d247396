from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func

from app.db.base import Base


class PasswordHistory(Base):
    __tablename__ = "password_history"

    id = Column(Integer, primary_key=True)
    hiker_id = Column(Integer, ForeignKey("hikers.id"), nullable=False, index=True)
    password_hash = Column(String(120), nullable=False)
    changed_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
