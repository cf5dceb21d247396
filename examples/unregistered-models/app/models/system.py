from sqlalchemy import Column, DateTime, Float, ForeignKey, Integer, String, func
from sqlalchemy.dialects.postgresql import JSONB

from app.database import Base


class SystemSetting(Base):
    __tablename__ = "system_settings"

    key = Column(String(80), primary_key=True)
    value = Column(JSONB, nullable=False)
    changed_by_id = Column(Integer, ForeignKey("accounts.id"), nullable=True, index=True)


class WorkerSnapshot(Base):
    __tablename__ = "worker_snapshots"

    id = Column(Integer, primary_key=True)
    worker = Column(String(80), nullable=False)
    load = Column(Float, nullable=False)
    taken_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
