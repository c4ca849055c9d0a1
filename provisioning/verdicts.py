"""What can be said about an entry: the codes, in the order in which the checks are made."""

from dataclasses import dataclass

from store.vocabulary import EntryVerdict, Word


class VerdictCode(Word):
    """Why an entry is invalid or worth a look. Stable: clients compare these, so a code is never renamed.

    The order is the order of checks, from what a cell shows by itself to what only the whole platform knows; the one
    warning stands last. What a description says is also the message to people.
    """

    MISSING_NUMBER = "MISSING_NUMBER", "There is no number here: enter one, or remove the row."
    DIGITS_LOST = (
        "DIGITS_LOST",
        (
            "A spreadsheet has turned this number into a figure such as 1.21279E+10 and its last digits are gone: "
            "format the column as text, enter the number again and import the file again."
        ),
    )
    DECIMAL_FIGURE = (
        "DECIMAL_FIGURE",
        (
            "A spreadsheet has turned this number into a figure with decimals such as 12125550100.0: "
            "format the column as text and enter the number with its plus, e.g. +12125550100."
        ),
    )
    DIALLING_PREFIX = (
        "DIALLING_PREFIX",
        "The number begins with 00 instead of a plus: replace the 00 by +, e.g. +390612345678.",
    )
    PLUS_MISSING = (
        "PLUS_MISSING",
        "The plus is missing: write + and the country calling code before the number, e.g. +12125550100.",
    )
    NOT_E164 = (
        "NOT_E164",
        (
            "This is not a number in E.164 format: write a plus and then digits only, starting with the country "
            "calling code, without spaces or punctuation, e.g. +12125550100."
        ),
    )
    TOO_SHORT = "TOO_SHORT", "The number is too short: E.164 needs at least 7 digits after the plus. Complete it."
    TOO_LONG = (
        "TOO_LONG",
        "The number is too long: E.164 allows at most 15 digits after the plus. Remove the extra digits.",
    )
    RANGE_END_MISSING = (
        "RANGE_END_MISSING",
        "One end of the range is missing: enter its first and its last number, or add a single number instead.",
    )
    RANGE_LENGTHS_DIFFER = (
        "RANGE_LENGTHS_DIFFER",
        "The first and the last number of the range differ in length: give both the same number of digits.",
    )
    RANGE_CALLING_CODES_DIFFER = (
        "RANGE_CALLING_CODES_DIFFER",
        "The first and the last number of the range have different country calling codes: correct one of them.",
    )
    RANGE_REVERSED = (
        "RANGE_REVERSED",
        "The range ends before it starts: enter the lower number first.",
    )
    RANGE_TOO_LARGE = (
        "RANGE_TOO_LARGE",
        "The range holds more numbers than one range may hold: split it into smaller ranges.",
    )
    NUMBER_TYPE_UNKNOWN = (
        "NUMBER_TYPE_UNKNOWN",
        "The number type is not known: use User, Service or Contact Center.",
    )
    NUMBER_TYPE_NOT_OFFERED = (
        "NUMBER_TYPE_NOT_OFFERED",
        "A CX service takes Contact Center numbers only: choose Contact Center as the number type.",
    )
    CAC_NOT_A_NUMBER = "CAC_NOT_A_NUMBER", "The CAC value is not a whole number: enter digits only."
    CAC_REQUIRED = "CAC_REQUIRED", "Service numbers need a CAC value: enter how many concurrent sessions are allowed."
    CAC_FIXED = (
        "CAC_FIXED",
        "The CAC value of User numbers is always 2: leave it empty, or choose another number type.",
    )
    CAC_OUT_OF_RANGE = "CAC_OUT_OF_RANGE", "The CAC value is too low or too high for this number type: change it."
    PHONE_TYPE_UNKNOWN = (
        "PHONE_TYPE_UNKNOWN",
        "The Webex phone type is not known: use DID, TOLLFREE or MOBILE.",
    )
    PHONE_TYPE_REQUIRED = (
        "PHONE_TYPE_REQUIRED",
        "An Integrated service needs the Webex phone type: choose DID, TOLLFREE or MOBILE.",
    )
    PHONE_TYPE_NOT_OFFERED = (
        "PHONE_TYPE_NOT_OFFERED",
        "A Non-Integrated service takes no Webex phone type: leave it empty.",
    )
    SERVICE_INFO_TOO_LONG = (
        "SERVICE_INFO_TOO_LONG",
        "The service info of this row is too long: shorten it to 200 characters.",
    )
    COUNTRY_MISMATCH = (
        "COUNTRY_MISMATCH",
        (
            "The number does not start with the calling code of the location's country: "
            "correct it, or choose a location in the number's country."
        ),
    )
    NATIONAL_PREFIX = (
        "NATIONAL_PREFIX",
        (
            "The number holds a prefix that is dialled inside the country only, e.g. the 0 in +4402079460000: "
            "remove that prefix after the country calling code, e.g. +442079460000."
        ),
    )
    INVALID_NUMBER = (
        "INVALID_NUMBER",
        "The country's numbering plan has no such number: check its digits and how many they are.",
    )
    PREMIUM_RATE = (
        "PREMIUM_RATE",
        "This is a premium-rate number, which may not be uploaded: remove it, or ask the platform's operator.",
    )
    SHARED_COST = (
        "SHARED_COST",
        "This is a shared-cost number, which may not be uploaded: remove it, or ask the platform's operator.",
    )
    LINE_TYPE_REFUSED = (
        "LINE_TYPE_REFUSED",
        "Numbers of this line type may not be uploaded here: remove it, or ask the platform's operator.",
    )
    DUPLICATE_IN_UPLOAD = (
        "DUPLICATE_IN_UPLOAD",
        "The number stands earlier in this upload, and the earlier one counts: remove this one.",
    )
    ALREADY_ON_SERVICE = (
        "ALREADY_ON_SERVICE",
        "The number is already on this service: there is nothing to do, remove it from the upload.",
    )
    TAKEN = (
        "TAKEN",
        "The number is in use elsewhere on the platform: check it, or have it released there first.",
    )
    OTHER_COUNTRY = (
        "OTHER_COUNTRY",
        (
            "The number has the right calling code but belongs to another country than the location: "
            "it will be uploaded; check that this is meant."
        ),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """An expected failure as a value: `message` says to people what is wrong and what to do."""

    code: VerdictCode
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a number. `code` and `message` are None exactly where the verdict is VALID."""

    verdict: EntryVerdict
    code: VerdictCode | None
    message: str | None


VALID = Verdict(EntryVerdict.VALID, None, None)
"""Nothing to say against the number."""


def fault(code: VerdictCode) -> Fault:
    """Make the fault that says just what its code means."""
    return Fault(code, code.description)


def refuse(because: Fault) -> Verdict:
    """Turn a fault into the verdict INVALID."""
    return Verdict(EntryVerdict.INVALID, because.code, because.message)


def warn(because: Fault) -> Verdict:
    """Turn a fault into the verdict WARNING: uploaded all the same."""
    return Verdict(EntryVerdict.WARNING, because.code, because.message)
