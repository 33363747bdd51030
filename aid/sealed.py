"""What aid holds sealed: every column whose name ends in ``_sealed``, each at the place that ``aid.holding`` names.
Beside them the files of cases, which lie on disk.
"""

from aid import file_store
from aid.holding import place
from aid.models import Attachment
from core import resealing

SEALED: list[resealing.Sealed] = [
    *resealing.columns_ending_in_sealed("aid", context=place),
    resealing.Files(Attachment, "file", path=file_store.path, context=file_store.place),
]
