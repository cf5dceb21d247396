from sqlalchemy import Column, ForeignKey, Integer, String

from app.db.base import Base


class Badge(Base):
    __tablename__ = "badges"

    id = Column(String, primary_key=True)
    title = Column(String(80), nullable=False)


class HikerBadge(Base):
    __tablename__ = "hiker_badges"

    hiker_id = Column(Integer, ForeignKey("hikers.id"), primary_key=True)
    badge_id = Column(String, ForeignKey("badges.id"), primary_key=True, index=True)
