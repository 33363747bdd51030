"""Queries whose SQL Django's ORM writes once for each process: to write it takes it five times as long as to ask."""

from collections.abc import Iterable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators


class Prepared:
    """The rows of a model whose column is among some values: made of a queryset that asks for one value.

    What the ORM does with a row (``django.db.models.query.ModelIterable``) is done here, too: converters, and objects
    that ``select_related`` joined.
    """

    def __init__(self, asks_for_one: QuerySet[Any]) -> None:
        compiler = asks_for_one.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql = compiler.as_sql()[0].replace("= %s", "= ANY(%s)")
        select, info = compiler.select, compiler.klass_info
        own = info["select_fields"]
        self._model = asks_for_one.model
        self._fields = slice(own[0], own[-1] + 1)
        self._names = [column[0].target.attname for column in select[self._fields]]
        self._converters = list(compiler.get_converters([column[0] for column in select]).items())
        self._populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # the stubs are Django 6's

    def get(self, values: Iterable[int]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [list(values)])
            return [self._made(list(row)) for row in cursor.fetchall()]

    def _made(self, row: list[Any]) -> Any:
        for place, (converters, expression) in self._converters:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._fields])
        for populator in self._populators:
            populator.populate(row, made)
        return made
