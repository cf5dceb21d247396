import enum

from sqlalchemy import BigInteger, Column, DateTime, Enum, Float, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from ..db.base import Base


class SensorKind(enum.Enum):
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    SOIL = "soil"


class Sensor(Base):
    __tablename__ = "sensors"

    id = Column(Integer, primary_key=True)
    greenhouse_id = Column(Integer, ForeignKey("greenhouses.id"), nullable=False, index=True)
    serial_number = Column(String(40), nullable=False, unique=True)
    kind = Column(Enum(SensorKind, name="sensor_kind"), nullable=False)
    calibration = Column(JSONB, nullable=True)

    greenhouse = relationship("Greenhouse", back_populates="sensors")


class Reading(Base):
    __tablename__ = "readings"

    id = Column(BigInteger, primary_key=True)
    sensor_id = Column(Integer, ForeignKey("sensors.id"), nullable=False, index=True)
    taken_at = Column(DateTime(timezone=True), nullable=False)
    value = Column(Float, nullable=False)
