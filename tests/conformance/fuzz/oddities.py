"""What has broken other servers: values that JSON can say and a column, a calendar or UTF-8 cannot hold, and files."""

TEXTS = (
    "\0",
    "a\0b",
    "\ud800",
    "\udfff x",
    "x" * 100_000,
    "x" * 10_000,  # as long as a text may be
    "\u0661\u0662\u0663",  # digits, and not 0 to 9
    "+\u0661\u0662\u0661\u0662\u0662\u0661\u0660\u0660\u0660\u0660\u0661",
    "\U0001d7d9" * 300,
    "\u202e\u2028",
    "\u0130\u0131\u00df",  # longer in another case
    "%_\\",
    "'; --",
    "=1+1",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T25:61:61Z",
    "-infinity",
    "99999999999999999999",
    "+1",
    "AAAA",
    "====",
    "U2VydmljZTo",
    "a@b.example\r\nBcc: c@d.example",
    " ",
    "",
)

NUMBERS = (0, -1, 1, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**400)

OTHERS = (True, False, None, 0.1, 1e308, [], {}, [[]], {"": 0}, "1", 1)
"""Of a type that is hardly ever expected."""

FILES = (
    b"",
    b"\0",
    b"\xff\xfe\0",
    b"PK\x03\x04" + b"\0" * 40,  # the beginning of a workbook
    b"number\n+12122100001\n",
    b"+12122100002;USER\n",
    b'"',
    b"," * 10_000,
    "num\u00e9ro\n+12122100003".encode("utf-16"),
    b"\xef\xbb\xbf+12122100004",
    b"+12122100005\r" * 50,
    b"\n" * 5_000,
    b"+12122100006\0\n",
    b"9" * 100_000,
)
