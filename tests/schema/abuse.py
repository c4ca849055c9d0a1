"""Documents that ask for too much, each in a way of its own."""


def repeated(number: int, part: str) -> str:
    """Return a part so many times, each with its number in the place of N."""
    return " ".join(part.replace("N", str(one)) for one in range(number))


def chained(number: int, part: str) -> str:
    """Return fragments that each spread the next one; N is the number of one, M of the next."""
    parts = (part.replace("N", str(one)).replace("M", str(one + 1)) for one in range(number))
    return " ".join(f"fragment F{one} on Query {{ {text} }}" for one, text in enumerate(parts))


ABUSE = {
    "aliases": ("{" + repeated(5_000, "aN:viewer{role}") + "}", "TOO_MANY_TOKENS"),
    "some aliases": ("{ viewer {" + repeated(101, "aN: role") + "} }", "TOO_MANY_ALIASES"),
    "directives": ("{ viewer { role " + "@a " * 20_000 + "} }", "TOO_MANY_TOKENS"),
    "some directives": ("{ viewer { role " + "@skip(if: false) " * 51 + "} }", "TOO_MANY_DIRECTIVES"),
    "directives of variables": (
        "query(" + repeated(51, "$vN: Int @a") + ") { viewer { role } }",
        "TOO_MANY_DIRECTIVES",
    ),
    "unknown types": (
        "query(" + repeated(99, "$vN: UploadsFilterInputPayloadN") + ") { a(a: [" + repeated(99, "$vN") + "]) }",
        None,
    ),
    "variables": ("query(" + repeated(101, "$vN: Int") + ") { viewer { role } }", "TOO_MANY_VARIABLES"),
    "unknown directives": ("{ viewer { role " + "@a " * 1_000 + "} }", "TOO_MANY_DIRECTIVES"),
    "deep nesting": ("{ a " * 1_300 + "}" * 1_300, "GRAPHQL_PARSE_FAILED"),
    "nesting": ("{ a " * 100 + "}" * 100, "DOCUMENT_TOO_DEEP"),
    "nesting in fragments": (
        "{ ...F0 }" + chained(20, "a { ...FM }") + " fragment F20 on Query { a }",
        "DOCUMENT_TOO_DEEP",
    ),
    "nested lists": ("{ a(b: " + "[" * 1_900 + "]" * 1_900 + ") }", "GRAPHQL_PARSE_FAILED"),
    "root fields": ("{" + repeated(51, "aN: viewer { role }") + "}", "TOO_MANY_ROOT_FIELDS"),
    "root fields in fragments": (
        "{ ...A ...B }"
        "fragment A on Query {" + repeated(30, "aN: viewer { role }") + "}"
        "fragment B on Query {" + repeated(30, "bN: viewer { role }") + "}",
        "TOO_MANY_ROOT_FIELDS",
    ),
    "the same field": ("{" + "viewer { role } " * 300 + "}", "TOO_REPETITIVE"),
    "the same field in fragments": (
        "{" + repeated(99, "...FN") + "}" + repeated(99, "fragment FN on Query { viewer { role } }"),
        "TOO_REPETITIVE",
    ),
    "fragments": (
        "{" + repeated(101, "...FN") + "}" + repeated(101, "fragment FN on Query { __typename }"),
        "TOO_MANY_FRAGMENTS",
    ),
    "fragments that double": (
        "{ ...F0 }" + chained(15, "a: node(id: 1) { ...FM } b: node(id: 2) { ...FM }") + "fragment F15 on Query { c }",
        "TOO_MANY_SELECTIONS",
    ),
    "circular fragments": ("{ ...F0 }" + chained(1, "...F1 viewer { role }") + "fragment F1 on Query { ...F0 }", None),
    "circular fragments with fields": ("{ ...F0 } fragment F0 on Query { node(id: 1) { ...F0 } }", None),
    "a fragment in a circle by itself": ("{ viewer { role } } fragment F0 on Query { ...F0 }", None),
    "a fragment that is not there": ("{ ...F0 }", None),
    "nested introspection": (
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        None,
    ),
    "the schema again and again": (
        "{" + repeated(20, "aN: __schema { types { fields { name args { name description type { name } } } } }") + "}",
        "TOO_COSTLY",
    ),
    "aliases within the schema": (
        "{ __schema { types { ...A } } }"
        "fragment A on __Type {" + repeated(9, "aN: fields { ...B }") + "}"
        "fragment B on __Field {" + repeated(9, "aN: type { ...C }") + "}"
        "fragment C on __Type {" + repeated(9, "aN: fields { name }") + "}",
        "TOO_COSTLY",
    ),
    "lists in rows": (
        "{ services(first: 100) { nodes {" + repeated(5, "aN: locations(first: 1) { nodes { id } }") + "} } }",
        "TOO_COSTLY",
    ),
    "counts": ("{" + repeated(50, "aN: numberCounts { total }") + "}", "TOO_COSTLY"),
    "pages of pages": (
        "{ services(first: 100) { nodes { drifts(first: 100) { nodes { id } } } } }",
        "TOO_COSTLY",
    ),
    "pages of counts": (
        (
            "{ services(first: 100) { nodes {"
            "  locations { totalCount } drifts { totalCount } sipConnections { totalCount }"
            "} } }"
        ),
        "TOO_COSTLY",
    ),
}
"""Documents that are refused, by their code; None: validation refuses them."""
