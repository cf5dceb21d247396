"""Crews that walk a route together, and what they note on the way."""
from sqlalchemy import Column, ForeignKey, Integer, String, Text
from sqlalchemy.orm import relationship

from ..database import Base


class Crew(Base):
    __tablename__ = "crews"

    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False)
    lead_hiker_id = Column(Integer, ForeignKey("hikers.id"), nullable=False, index=True)

    notes = relationship("ProgressNote", back_populates="crew")


class ProgressNote(Base):
    __tablename__ = "progress_notes"

    id = Column(String, primary_key=True)
    crew_id = Column(Integer, ForeignKey("crews.id"), nullable=False, index=True)
    text = Column(Text, nullable=False)

    crew = relationship("Crew", back_populates="notes")
    expedition = relationship("Expedition", back_populates="notes")


class RouteWaypoint(Base):
    __tablename__ = "waypoints"

    id = Column(Integer, primary_key=True)
    route_id = Column(
        Integer, ForeignKey("routes.id", ondelete="CASCADE"), nullable=False, index=True
    )
    position = Column(Integer, nullable=False)
    label = Column(String(80), nullable=False)
