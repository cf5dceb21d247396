from app.models.branch import Branch
from app.models.catalogue import Category, Copy, Title, title_categories
from app.models.lending import Fine, Loan, Reservation
from app.models.member import Member, MemberStatus

__all__ = [
    "Branch",
    "Category",
    "Copy",
    "Fine",
    "Loan",
    "Member",
    "MemberStatus",
    "Reservation",
    "Title",
    "title_categories",
]
