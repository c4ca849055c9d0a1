"""The GraphQL schema: what clients see, converted from what the rules and the store say. No rule and no SQL is here."""

import schema.enums  # noqa: F401  # publishes the enums, before any type that uses them
