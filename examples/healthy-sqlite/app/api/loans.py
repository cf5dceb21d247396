from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.db.session import get_session
from app.models import Copy, Loan

router = APIRouter(prefix="/loans")


@router.get("/{member_id}")
def loans_of_member(
    member_id: int, limit: int = 50, session: Session = Depends(get_session)
) -> list[dict]:
    statement = (
        select(Loan)
        .where(Loan.member_id == member_id)
        .options(joinedload(Loan.copy).joinedload(Copy.title))
        .order_by(Loan.due_on)
        .limit(limit)
    )
    return [
        {"title": loan.copy.title.name, "due_on": loan.due_on.isoformat()}
        for loan in session.scalars(statement)
    ]
