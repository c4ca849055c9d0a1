"""The rules and the use cases: what may be done, and what follows from it. No web, no GraphQL, no SQL, no HTTP."""
