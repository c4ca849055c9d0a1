"""What is typed into a search field."""

import pytest

from schema.queries.narrowing import number_beginning, searched


@pytest.mark.parametrize(
    "text",
    [
        "+1 (212) 555",
        "1 212 555",
        "+1-212-555",
        "+1.212.555",
        "+1/212/555",
        "001 212 555",
        "00 1 (212)555",
        "'+1212555",
        "\u202a+1\u00a0212\u2011555\u202c",
        " +1212555 ",
        "(+1) 212 \u2013 555",
    ],
)
def test_a_number_is_read_as_people_write_it(text: str) -> None:
    """Plus or 00 or neither, and whatever separates its groups."""
    assert number_beginning(text) == "+1212555"


@pytest.mark.parametrize("text", ["Acme", "1a", "+1212x", "%", "_", "1,2", "\uff11\uff12", "²", "1\x00", "*"])
def test_what_holds_more_is_no_number(text: str) -> None:
    """To leave a sign out that means something would find what was not asked for."""
    assert number_beginning(text) is None


@pytest.mark.parametrize("text", ["+", " + "])
def test_a_number_just_begun_is_every_number(text: str) -> None:
    """Somebody is typing."""
    assert number_beginning(text) == "+"


@pytest.mark.parametrize("text", ["-", "(", "00", "--", "'", ".", " "])
def test_signs_alone_are_no_number(text: str) -> None:
    """All numbers would drown the customer whose name begins so."""
    assert number_beginning(text) is None


@pytest.mark.parametrize(("text", "found"), [(None, None), ("", None), (" ", None), (" Acme Inc ", "Acme Inc")])
def test_a_search_for_nothing_does_not_narrow(text: str | None, found: str | None) -> None:
    """An empty field; space around a name comes from pasting."""
    assert searched(text) == found
