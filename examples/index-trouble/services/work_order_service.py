from sqlalchemy.orm import joinedload

from database.connection import db_session
from database.models import Bike, TimeEntry, WorkOrder


def board(limit: int = 50) -> list[dict]:
    orders = (
        db_session.query(WorkOrder)
        .options(joinedload(WorkOrder.bike))
        .filter(WorkOrder.status == "open")
        .order_by(WorkOrder.opened_on)
        .limit(limit)
        .all()
    )
    return [{"id": order.id, "bike": order.bike.model} for order in orders]


def minutes_per_open_order() -> dict[int, int]:
    orders = db_session.query(WorkOrder).filter(WorkOrder.status == "open").limit(200).all()
    totals = {}
    for order in orders:
        entries = (
            db_session.query(TimeEntry)
            .filter(TimeEntry.work_order_id == order.id)
            .limit(500)
            .all()
        )
        totals[order.id] = sum(entry.minutes for entry in entries)
    return totals


def all_bikes() -> list[Bike]:
    return db_session.query(Bike).order_by(Bike.frame_number).all()
