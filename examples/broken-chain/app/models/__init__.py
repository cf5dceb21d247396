from app.models.api_key import ApiKey
from app.models.badge import Badge, HikerBadge
from app.models.booking import Booking
from app.models.hiker import Hiker
from app.models.hut import Hut
from app.models.hut_rating import HutRating
from app.models.journal import JournalEntry
from app.models.password_history import PasswordHistory
from app.models.payout import Payout
from app.models.progress import Crew, ProgressNote, RouteWaypoint
from app.models.route import Route, Waypoint

__all__ = [
    "ApiKey",
    "Badge",
    "Booking",
    "Crew",
    "Hiker",
    "HikerBadge",
    "Hut",
    "HutRating",
    "JournalEntry",
    "PasswordHistory",
    "Payout",
    "ProgressNote",
    "Route",
    "RouteWaypoint",
    "Waypoint",
]
