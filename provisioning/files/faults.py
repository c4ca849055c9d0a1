"""Why a whole file is refused; a bad row is no reason, it gets a verdict of its own."""

from dataclasses import dataclass

from store.vocabulary import Word


class FileCode(Word):
    """Why a whole file is refused. Stable: a code is never renamed. What it says is also the message to people."""

    FILE_EMPTY = "FILE_EMPTY", "The file is empty: choose a file with one number in each row."
    FILE_HEADER_ONLY = (
        "FILE_HEADER_ONLY",
        "The file holds a header but no rows: add one row for each number or range.",
    )
    FILE_IS_SPREADSHEET = (
        "FILE_IS_SPREADSHEET",
        "The spreadsheet has a password or is of a kind that is not read here: save it as .xlsx or CSV without one.",
    )
    FILE_NOT_CSV = (
        "FILE_NOT_CSV",
        "The file is neither a text file nor a workbook: import CSV or .xlsx, e.g. the downloaded template filled in.",
    )
    FILE_DAMAGED = (
        "FILE_DAMAGED",
        "The workbook is damaged: open it in a spreadsheet program, save it again as .xlsx or CSV, and import that.",
    )
    FILE_TOO_LARGE = "FILE_TOO_LARGE", "The file is larger than a file may be: split it into several files."
    FILE_TOO_MANY_ROWS = (
        "FILE_TOO_MANY_ROWS",
        "The file holds more rows than a file may hold: split it into several files, or use ranges.",
    )
    FILE_LINE_TOO_LONG = (
        "FILE_LINE_TOO_LONG",
        "A line of the file is too long: put each number in a row of its own.",
    )
    FILE_MALFORMED = (
        "FILE_MALFORMED",
        "A quoted cell of the file is not closed or goes on after its closing quote: correct the quotes.",
    )
    FILE_NO_NUMBER_COLUMN = (
        "FILE_NO_NUMBER_COLUMN",
        "No column of the file is named Number: name the column that holds the numbers, as in the template.",
    )


@dataclass(eq=False)
class FileRefused(Exception):
    """The file cannot be imported. `line` counts from 1 where a line is to blame."""

    code: FileCode
    line: int | None = None

    def __str__(self) -> str:
        """Say what is wrong, where, and what to do."""
        return self.code.description if self.line is None else f"Line {self.line}: {self.code.description}"
