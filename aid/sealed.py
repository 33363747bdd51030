"""What aid holds sealed: every column whose name ends in ``_sealed``, each at the place that ``aid.holding`` names.

Sealed files on disk belong here too, as ``core.resealing.Files`` with the functions that name a row's path and place.
"""

from aid.holding import place
from core import resealing

SEALED: list[resealing.Sealed] = [
    *resealing.columns_ending_in_sealed("aid", context=place),
]
