"""What letters hold sealed: whom they go to and what they say."""

from core import resealing
from mail.models import place

SEALED: list[resealing.Sealed] = [
    *resealing.columns_ending_in_sealed("mail", context=lambda letter, field: place(letter.key, field)),
]
