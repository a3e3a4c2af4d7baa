"""LlamaIndex's metadata filters, as conditions on a store's letters.

Knows nothing about vectors. What it does not understand it refuses: a filter left out would show
letters that were not asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)
from sqlalchemy import Column, ColumnElement, and_, or_

from ingestion.schema import letter, posting

FILTER_KEYS: dict[str, Column[Any]] = {"posting": posting.c.name, "letter_id": letter.c.letter_id}
FILTER_OPERATORS: dict[FilterOperator, Callable[[Column[Any], list[str]], ColumnElement[bool]]] = {
    FilterOperator.EQ: lambda column, values: column == values[0],
    FilterOperator.NE: lambda column, values: column != values[0],
    FilterOperator.IN: lambda column, values: column.in_(values),
    FilterOperator.NIN: lambda column, values: column.not_in(values),
}
_LISTS = (FilterOperator.IN, FilterOperator.NIN)


def letters_that_fit(filters: MetadataFilters) -> ColumnElement[bool]:
    """Return the condition on the tables ``letter`` and ``posting``.

    Raises ValueError for a key, an operator, a condition or a value that is not supported.
    """
    parts = [
        letters_that_fit(part) if isinstance(part, MetadataFilters) else _one(part)
        for part in filters.filters
    ]
    if filters.condition is None or filters.condition == FilterCondition.AND:
        return and_(True, *parts)
    if filters.condition == FilterCondition.OR:
        return or_(False, *parts)
    raise ValueError(f"filters are joined by 'and' or 'or', but got {filters.condition.value!r}")


def _one(part: MetadataFilter) -> ColumnElement[bool]:
    if part.key not in FILTER_KEYS:
        raise ValueError(f"letters are filtered by {' or '.join(FILTER_KEYS)}, but got {part.key!r}")
    if part.operator not in FILTER_OPERATORS:
        known = ", ".join(operator.value for operator in FILTER_OPERATORS)
        raise ValueError(f"letters are filtered with {known}, but got {part.operator.value!r}")
    if (part.operator in _LISTS) != isinstance(part.value, list) or part.value is None:
        wanted = "a list" if part.operator in _LISTS else "one value"
        raise ValueError(f"a filter with {part.operator.value!r} takes {wanted}, but got {part.value!r}")
    values = part.value if isinstance(part.value, list) else [part.value]
    return FILTER_OPERATORS[part.operator](FILTER_KEYS[part.key], [str(value) for value in values])
