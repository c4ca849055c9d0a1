"""Counting rows by what they are, as the tabs and badges of a page show it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func

from store.database import Reading


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each combination of values of some columns, and which values are chosen.

    `cells` counts by one value for each column, in the order of `chosen`, which holds the names of the columns;
    nothing chosen of a column means all of its values.
    """

    cells: Mapping[tuple[Any, ...], int]
    chosen: Mapping[str, Collection[Any]]

    def total(self) -> int:
        """Return how many rows have the chosen values."""
        return sum(rows for values, rows in self.cells.items() if self._fit(values))

    def by(self, name: str) -> dict[Any, int]:
        """Return how many rows there are of each value of a column, whichever of them are chosen.

        The other columns have their chosen values. A value without rows is left out.
        """
        place, found = list(self.chosen).index(name), dict[Any, int]()
        for values, rows in self.cells.items():
            if self._fit(values, but=name):
                found[values[place]] = found.get(values[place], 0) + rows
        return found

    def _fit(self, values: tuple[Any, ...], but: str = "") -> bool:
        return all(
            not wanted or name == but or value in wanted
            for value, (name, wanted) in zip(values, self.chosen.items(), strict=True)
        )


async def counted(reading: Reading, query: Select[Any], chosen: Mapping[Any, Collection[Any]]) -> Counts:
    """Count what the query finds by the columns of `chosen`, with one statement.

    `query` must not be narrowed by these columns: a tab shows how many rows another tab has.
    """
    columns = list(chosen)
    grouped = query.with_only_columns(*columns, func.count()).order_by(None).group_by(*columns)
    found = (await reading.session.execute(grouped)).all()
    return Counts({tuple(row[:-1]): row[-1] for row in found}, {column.key: chosen[column] for column in columns})
