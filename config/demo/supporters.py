"""Who gives in the demonstration: all of them made up."""

from dataclasses import dataclass
from decimal import Decimal

from donations.models.giving import Interval

_PAYS, _FAILS_LATER = "4242424242424242", "4000000000000341"
_DISPUTES, _INQUIRES, _WARNS = "4000000000000259", "4000000000001976", "4000000000005423"


@dataclass(frozen=True)
class Supporter:
    """Somebody made up. ``month``: how many months after the start of the year the first gift comes."""

    name: str
    month: int
    amount: int
    interval: Interval
    fund: str
    card: str = _PAYS
    campaign: str = ""
    currency: str = "USD"
    fee_cover: Decimal = Decimal(0)
    wall_name: str = ""
    message: str = ""
    honouree: str = ""
    employer: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@supporters.example"


_MONTHLY = [
    ("Ada Anchor", 0, 75),
    ("Ben Buoy", 0, 10),
    ("Cleo Compass", 1, 150),
    ("Dan Dory", 2, 45),
    ("Eve Eddy", 2, 120),
    ("Uma Upwind", 7, 200),
    ("Vic Vessel", 8, 90),
    # Enough of them that the public accounts show most months: fewer than ten people are never told by themselves.
    ("Ash Astern", 0, 25),
    ("Bea Ballast", 0, 12),
    ("Cal Capstan", 1, 18),
]
_MONTHLY_AID = [
    ("Finn Fender", 0, 40),
    ("Gus Galley", 1, 20),
    ("Hana Harbour", 3, 100),
    ("Ivo Inlet", 4, 35),
    ("Abe Aground", 0, 30),
    ("Bel Bosun", 0, 45),
    ("Cy Cleat", 1, 15),
    ("Del Davit", 1, 50),
]
_ONCE = [("Jo Jetty", 1, 100), ("Kai Keel", 3, 250), ("Lou Lagoon", 6, 60), ("Mo Mainsail", 9, 500)]
_ONCE_AID = [("Oda Oar", 2, 120), ("Pia Pier", 5, 300), ("Quin Quay", 8, 80), ("Ray Rudder", 10, 450)]
_KEEP, _RAFT = "keep-us-afloat", "a-liferaft-for-suspended-workers"
SUPPORTERS = [
    *(Supporter(*each, Interval.MONTH, "general", campaign=_KEEP) for each in _MONTHLY),
    *(Supporter(*each, Interval.MONTH, "aid") for each in _MONTHLY_AID),
    *(Supporter(*each, Interval.ONCE, "general", campaign=_KEEP) for each in _ONCE),
    *(Supporter(*each, Interval.ONCE, "aid", campaign=_RAFT) for each in _ONCE_AID),
    Supporter("Tom Tiller", 6, 30, Interval.MONTH, "general", card=_FAILS_LATER),
    Supporter("Bo Bowline", 1, 15, Interval.MONTH, "general"),
    Supporter("Yara Yawl", 1, 240, Interval.YEAR, "general", campaign=_KEEP, employer="Example Shipyard"),
    Supporter("Zed Zephyr", 2, 60, Interval.QUARTER, "aid"),
    Supporter("Luc Lagune", 3, 20, Interval.MONTH, "aid", currency="EUR"),
    Supporter("Ami Anzu", 5, 5000, Interval.ONCE, "aid", currency="JPY", campaign=_RAFT, wall_name="Ami"),
    Supporter("Una Undertow", 4, 40, Interval.ONCE, "general", card=_DISPUTES),
    Supporter("Wes Whistle", 10, 25, Interval.ONCE, "general", card=_INQUIRES),
    Supporter("Xan Xebec", 11, 15, Interval.ONCE, "general", card=_WARNS),
    Supporter(
        "Sia Sail",
        9,
        50,
        Interval.ONCE,
        "aid",
        campaign=_RAFT,
        wall_name="Sia",
        message="Hold on. You are not alone out there.",
    ),
    Supporter(
        "Rob Reef",
        10,
        52,
        Interval.ONCE,
        "aid",
        campaign=_RAFT,
        fee_cover=Decimal(2),
        message="For the people I used to share tips with.",
        honouree="everyone in the night shift thread",
    ),
    Supporter(
        "Kim Kedge", 11, 20, Interval.ONCE, "aid", campaign=_RAFT, wall_name="Kim", message="A made-up message to read."
    ),
]
