"""Words by which mail filters and tired readers know adverts, English and Spanish. A hint, no more."""

import re

_WORDS = """
100% free
act now
apply now
as seen on
best price
buy now
cash bonus
cheap
click below
click here
congratulations
credit card offer
dear friend
double your
earn money
extra income
fast cash
free gift
free money
get paid
guaranteed
instant access
limited time
lowest price
make money
million dollars
miracle
no obligation
no risk
once in a lifetime
order now
prize
risk-free
special promotion
this is not spam
urgent
winner
work from home
you have been selected
actúa ahora
compra ahora
dinero fácil
dinero rápido
enhorabuena
gana dinero
ganador
garantizado
gratis
haz clic aquí
ingresos extra
mejor precio
oferta especial
oferta limitada
premio
promoción
sin compromiso
sin riesgo
trabaja desde casa
último aviso
urgente
"""
_LIST = [line for line in _WORDS.splitlines() if line]
_ANY = re.compile(r"(?<!\w)(" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in _LIST) + r")(?!\w)", re.I)
_MOST_MARKS = 1


def found(text: str) -> set[str]:
    """Return the words of the list that stand in a text, in small letters."""
    return {" ".join(word.split()).lower() for word in _ANY.findall(text)}


def is_shouted(subject: str) -> bool:
    """Say whether a subject is all capitals or full of exclamation marks."""
    letters = [letter for letter in subject if letter.isalpha()]
    is_loud = len(letters) > 8 and all(letter.isupper() for letter in letters)
    return is_loud or subject.count("!") > _MOST_MARKS
