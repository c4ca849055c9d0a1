"""GraphiQL, the browser's GraphQL workbench, served wholly from files on this machine."""
