from sqlalchemy import Boolean, Column, DateTime, Enum, Float, ForeignKey, Integer, String, Text
from sqlalchemy import func

from app.db.base import Base


class AlertRule(Base):
    __tablename__ = "alert_rules"

    id = Column(Integer, primary_key=True)
    sensor_id = Column(Integer, ForeignKey("sensors.id"), nullable=False, index=True)
    name = Column(String(120), nullable=False)
    severity = Column(
        Enum("info", "warning", "critical", "emergency", name="alert_severity"), nullable=False
    )
    upper_limit = Column(Float, nullable=True)
    lower_limit = Column(Float, nullable=True)
    enabled = Column(Boolean, nullable=False, server_default="true")


class AlertEvent(Base):
    __tablename__ = "alert_events"

    id = Column(Integer, primary_key=True)
    rule_id = Column(Integer, ForeignKey("alert_rules.id"), nullable=False, index=True)
    raised_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    resolved_at = Column(DateTime(timezone=True), nullable=True)
    resolution_note = Column(Text, nullable=True)
