"""The page of the guide that lists codes, written from the codes themselves.

It is renewed by running this module, see RENEW.
"""

from collections.abc import Iterable
from pathlib import Path

from provisioning.files.faults import FileCode
from provisioning.judging import CONFLICTS
from provisioning.numbering.repairs import Repair
from provisioning.verdicts import VerdictCode
from store.vocabulary import Word

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "verdicts.md"

RENEW = ".venv/bin/python -m tests.provisioning.verdict_page"
"""What writes the page anew."""

_PAGE = """\
<!-- Written from the code: {renew} -->

# Verdicts

What can be said of entries, files and guesses. Codes are stable: compare them, and show the message beside them. Some
messages name the line or the bounds, too. How numbers are uploaded is told in [Uploading numbers](uploads.md).

## Entries

`UploadEntry.code`, in the order of the checks: the first that applies is told. All but the last make an entry
`INVALID`; the last is a `WARNING`, and the number is uploaded. `{conflicts}`
are found by validating, the others at once.

{entries}

## Files

The `userErrors` of `uploadImport`, `numbersUpload` and `numbersValidate`: the file is refused as a whole.

{files}

## Guesses

`UploadEntry.repairs`, with `repair: true` only: the number was damaged, and this was done to it.

{repairs}
"""


def page() -> str:
    """Write the page."""
    return _PAGE.format(
        renew=RENEW,
        conflicts="`, `".join(CONFLICTS),
        entries=_table("What it means and what to do", VerdictCode),
        files=_table("What it means and what to do", FileCode),
        repairs=_table("What was done", Repair),
    )


def _table(title: str, codes: Iterable[Word]) -> str:
    rows = [f"| `{code.value}` | {code.description} |" for code in codes]
    return "\n".join([f"| Code | {title} |", "|---|---|", *rows])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
