"""The GraphQL schema: what clients see, converted from what the rules and the store say. No rule and no SQL is here."""

import schema.enums  # noqa: F401  # a type that uses an enum before it is published would have another one of that name
