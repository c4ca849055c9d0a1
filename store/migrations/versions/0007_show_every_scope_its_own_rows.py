"""Show every scope its own rows: row-level security on every table of tenant data (decision 22)."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The setting is Scope.principal, "PROVIDER:0190...", told with every statement by `store.connection`.
_FUNCTIONS = """
CREATE FUNCTION scope_is_everything() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT split_part(current_setting('numberline.scope', true), ':', 1) = 'SYSTEM'
$$;

CREATE FUNCTION scope_id(level text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(current_setting('numberline.scope', true), ':', 1) = level
                THEN CAST(split_part(current_setting('numberline.scope', true), ':', 2) AS uuid) END
$$;

CREATE FUNCTION newest_event() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(max(id), 0) FROM event
$$;
"""
"""`newest_event` tells how far the platform has come, and nothing else; under the policy it would read every event of
others on its way back to one of ours."""

# Each (SELECT ...) is evaluated once for a statement, not once for a row.
_SYSTEM = "(SELECT scope_is_everything())"
_ABOVE = f"""{_SYSTEM} OR provider_id = (SELECT scope_id('PROVIDER')) OR channel_id = (SELECT scope_id('CHANNEL'))"""

_OWNED = (
    "service",
    "invitation",
    "consent_grant",
    "location",
    "sip_connection",
    "upload",
    "upload_entry",
    "number",
    "drift",
    "event",
    "audit_event",
)

_POLICIES = {
    "tenant": _ABOVE,
    "customer": f"{_ABOVE} OR id = (SELECT scope_id('CUSTOMER'))",
    **dict.fromkeys(_OWNED, f"{_ABOVE} OR customer_id = (SELECT scope_id('CUSTOMER'))"),
    **dict.fromkeys(
        ("idempotency_key", "taken_question"),
        f"{_SYSTEM} OR owner = (SELECT current_setting('numberline.scope', true))",
    ),
}
"""What a scope may see and write of each table; `Scope.covers` says the same for those with owners."""

_CHANNEL_OF_CUSTOMER = """
CREATE POLICY channel_of_customer ON tenant FOR SELECT
USING (id = (SELECT channel_id FROM customer WHERE id = (SELECT scope_id('CUSTOMER'))))
"""
"""A customer is shown the name of the channel it belongs to."""

_HELD = """
CREATE OR REPLACE FUNCTION upload_numbers_held(for_upload uuid)
RETURNS TABLE ("position" integer, part integer, n bigint, here boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_mergejoin = off AS $$
    SELECT e.position, e.part, substr(h.e164, 2)::bigint, h.service_id = u.service_id
    FROM upload u
    JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING') AND e.first = e.last
    JOIN number h ON h.e164 = e.first AND h.upload_id <> u.id
    WHERE u.id = for_upload AND h.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING') AND (SCOPE)
    UNION ALL
    SELECT e.position, e.part, substr(h.e164, 2)::bigint, h.service_id = u.service_id
    FROM upload u
    JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING') AND e.first < e.last
    JOIN number h ON h.e164 >= e.first AND h.e164 <= e.last AND length(h.e164) = length(e.first) AND h.upload_id <> u.id
    WHERE u.id = for_upload AND h.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING') AND (SCOPE)
$$
"""
_OF_UPLOAD = """scope_is_everything() OR u.provider_id = scope_id('PROVIDER') OR u.channel_id = scope_id('CHANNEL')
         OR u.customer_id = scope_id('CUSTOMER')"""
"""As before, but for an upload in scope only: the function runs as the owner, to whom the policies do not apply."""


def upgrade() -> None:
    op.execute(_FUNCTIONS)
    for table, condition in _POLICIES.items():
        op.execute(f"CREATE POLICY scope ON {table} USING ({condition})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(_CHANNEL_OF_CUSTOMER)
    op.execute(_HELD.replace("SCOPE", _OF_UPLOAD))


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
