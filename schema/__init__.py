"""The GraphQL schema: what clients see, converted from what the rules and the store say. No rule and no SQL is here."""
