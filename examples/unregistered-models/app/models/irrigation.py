from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func

from app.db import Base


class IrrigationPlan(Base):
    __tablename__ = "irrigation_plans"

    id = Column(Integer, primary_key=True)
    greenhouse_id = Column(
        Integer, ForeignKey("greenhouses.id", ondelete="CASCADE"), nullable=False, index=True
    )
    name = Column(String(120), nullable=False)
    litres = Column(Integer, nullable=False)


class IrrigationRun(Base):
    __tablename__ = "irrigation_runs"

    id = Column(Integer, primary_key=True)
    plan_id = Column(Integer, ForeignKey("irrigation_plans.id"), nullable=False, index=True)
    status = Column(String(20), nullable=False)
    started_at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
