from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func
from sqlalchemy.orm import relationship

from app.db.base import Base


class FirmwareChannel(Base):
    __tablename__ = "firmware_channels"

    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False, unique=True)

    builds = relationship("FirmwareBuild", back_populates="channel")


class FirmwareBuild(Base):
    __tablename__ = "firmware_builds"

    id = Column(Integer, primary_key=True)
    channel_id = Column(Integer, ForeignKey("firmware_channels.id"), nullable=False, index=True)
    version = Column(String(20), nullable=False)
    sha256 = Column(String(64), nullable=False)
    published_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())

    channel = relationship("FirmwareChannel", back_populates="builds")
