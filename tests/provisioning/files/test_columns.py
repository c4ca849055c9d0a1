"""Columns by the names in a header."""

import pytest

from provisioning.files.columns import Column, Columns, columns_of, columns_without_header
from provisioning.files.faults import FileCode, FileRefused

A = "+12125550100"


def known(columns: Columns | None, cells: list[str]) -> dict[Column, str]:
    """Return the known cells of a row that is not blank, by column."""
    assert columns is not None
    found = columns.known(cells)
    assert found is not None
    first, last, overrides = found
    return {column: cell for column, cell in ((Column.NUMBER, first), (Column.RANGE_END, last)) if cell} | overrides


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Number", Column.NUMBER),
        ("NUMBER", Column.NUMBER),
        ("\ufeffphone_number*", Column.NUMBER),
        (" Phone  Number: ", Column.NUMBER),
        ("Range Start", Column.NUMBER),
        ("range-end", Column.RANGE_END),
        ("Range End", Column.RANGE_END),
        ("Number Type", Column.NUMBER_TYPE),
        ("Webex phone type", Column.PHONE_TYPE),
        ("CAC value", Column.CAC),
        ("cac", Column.CAC),
        ("Service info", Column.SERVICE_INFO),
    ],
)
def test_a_column_is_known_by_its_name(name: str, column: Column) -> None:
    """In any case, with marks and spaces; here it is the second of three columns."""
    header = ["Customer", name, "Number" if column is not Column.NUMBER else "Note"]
    assert known(columns_of(header, 1), ["a", "b", "c"])[column] == "b"


def test_unknown_columns_are_ignored_and_short_rows_lack_cells() -> None:
    """What is not there or blank is left out."""
    columns = columns_of(["Note", "Number", "Range End"], 1)
    assert known(columns, ["x", "y"]) == known(columns, ["x", "y", " "]) == {Column.NUMBER: "y"}
    assert known(columns, ["x"]) == {}


def test_a_blank_row_is_none() -> None:
    """Even with spaces in it."""
    columns = columns_of(["Number", "CAC"], 1)
    assert columns is not None
    assert [columns.known(cells) for cells in ([], [""], ["", " "], ["\u00a0", "'"])] == [None] * 4


@pytest.mark.parametrize("first", [A, "12125550100"])
@pytest.mark.parametrize("last", ["", " ", A, "x"])
@pytest.mark.parametrize("cac", ["", " ", "5"])
def test_what_is_seen_at_a_glance_is_what_a_closer_look_finds(first: str, last: str, cac: str) -> None:
    """Rows of plain numbers take a shorter way."""
    columns = columns_of(["Number", "Range End", "CAC"], 1)
    cells = {Column.NUMBER: first, Column.RANGE_END: last.strip(), Column.CAC: cac.strip()}
    assert known(columns, [first, last, cac]) == {column: cell for column, cell in cells.items() if cell}


def test_the_first_cell_with_content_counts_where_two_columns_mean_the_same() -> None:
    """A file with a column for numbers and one for range starts."""
    columns = columns_of(["Number", "Range Start", "Range End", "End"], 1)
    assert known(columns, [" ", "b", "c"]) == {Column.NUMBER: "b", Column.RANGE_END: "c"}
    assert known(columns, ["a", "b", "c"])[Column.NUMBER] == "a"
    assert known(columns, [A, "b", "", "d"]) == {Column.NUMBER: A, Column.RANGE_END: "d"}


@pytest.mark.parametrize(
    "cells",
    [["+12125550100"], ["12125550100", "Anna"], ["1.21279E+10"], ["Anna", "'+12125550100"], ["+12125550100", "to"]],
)
def test_a_row_of_data_is_no_header(cells: list[str]) -> None:
    """It holds a number, or a digit in front."""
    assert columns_of(cells, 1) is None


@pytest.mark.parametrize("cells", [["Name", "Telefon"], ["CAC value", "Service info"], ["Range End"], ["", "x"]])
def test_a_header_without_numbers_is_refused(cells: list[str]) -> None:
    """With its line."""
    with pytest.raises(FileRefused) as raised:
        columns_of(cells, 3)
    assert (raised.value.code, raised.value.line) == (FileCode.FILE_NO_NUMBER_COLUMN, 3)


@pytest.mark.parametrize(
    ("cells", "last"),
    [
        (["+12125550100", "+12125550109"], "+12125550109"),
        (["+12125550100", "'+12125550109"], "'+12125550109"),
        (["+12125550100", '="+12125550109"'], '="+12125550109"'),
        (["+12125550100", "12125550109"], "12125550109"),
        (["+12125550100", "1.21256E+10"], "1.21256E+10"),
        (["+12125550100", "Anna"], ""),
        (["+12125550100", "42"], ""),
        (["+12125550100"], ""),
    ],
)
def test_without_a_header_a_second_column_of_numbers_is_the_range_end(cells: list[str], last: str) -> None:
    """Anything else there is ignored."""
    found = known(columns_without_header(cells), cells)
    assert found[Column.NUMBER] == cells[0]
    assert found.get(Column.RANGE_END, "") == last
