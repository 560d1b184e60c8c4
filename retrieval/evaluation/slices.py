"""Means by slice: the questions that share a style, a language, a week."""

from collections.abc import Sequence

import numpy as np

from retrieval.evaluation.judgements import Query
from retrieval.evaluation.measures import PerQuery, intervals
from retrieval.evaluation.report import Slice

VALUES = 40  # an attribute with more of them (an address, a name) tells questions apart, not kinds


def sliced(queries: Sequence[Query], values: dict[str, PerQuery]) -> dict[str, dict[str, Slice]]:
    """By attribute and value, how many questions have it and each system's intervals on them.

    Args:
        queries: a query without an attribute is in none of its slices.
        values: by system and measure, one value for each query, in the same order.
    """
    attributes = dict.fromkeys(name for query in queries for name in query.attributes)
    found: dict[str, dict[str, Slice]] = {}
    for attribute in attributes:
        here = [query.attributes.get(attribute) for query in queries]
        distinct = sorted({value for value in here if value is not None}, key=in_order)
        if len(distinct) > VALUES:
            continue
        found[attribute] = {value: slice_of(here, value, values) for value in distinct}
    return found


def slice_of(here: Sequence[str | None], value: str, values: dict[str, PerQuery]) -> Slice:
    """The slice of the questions whose attribute, in `here`, is `value`."""
    rows = np.array([one == value for one in here])
    systems = {
        name: intervals({measure: column[rows] for measure, column in table.items()})
        for name, table in values.items()
    }
    return Slice(int(rows.sum()), systems)


def in_order(value: str) -> tuple[int, str]:
    """A key that puts week 2 before week 10."""
    return (int(value), "") if value.isdecimal() else (-1, value)
