"""The sample data: an Italian customer and a CSV file with good and bad rows."""

CUSTOMER = "Trattoria Meneghina"
ORGANIZATION = "Trattoria Meneghina S.p.A."
ADMIN = "admin@trattoria.example"
LOCATION = "Milan"

SINGLE = "+390255500002"
RANGE = ("+390255500100", "+390255500299")


def csv_file() -> bytes:
    """Return a file as people send them: numbers behind apostrophes, ranges, and one mistake of each common kind."""
    rows = ["Number;Range End"]
    rows += [f"'+3902555{number:05}" for number in range(10_000, 10_060)]
    rows += ["'+390255520000;'+390255520149"]
    rows += [
        "'+12125550100",  # another country
        "'+3902",  # too short
        "1,21279E+10",  # a spreadsheet has lost its digits
        "390255530000",  # the plus is missing
        "'+390255510000",  # stands above already
        "'+390255500150",  # is in the range that was typed in
        "'+39899000000",  # premium rate
        "reception",  # no number at all
    ]
    return "\r\n".join([*rows, ""]).encode("utf-8-sig")
