"""Why a whole file is refused."""

import pytest

from provisioning.files.faults import FileCode, FileRefused


@pytest.mark.parametrize("code", FileCode)
def test_every_code_says_what_to_do(code: FileCode) -> None:
    """After a colon."""
    assert code.description.endswith(".")
    assert ": " in code.description


def test_a_refusal_says_where() -> None:
    """The line, where one is to blame."""
    assert str(FileRefused(FileCode.FILE_EMPTY)) == FileCode.FILE_EMPTY.description
    assert str(FileRefused(FileCode.FILE_MALFORMED, 7)).startswith("Line 7: A quoted cell")
