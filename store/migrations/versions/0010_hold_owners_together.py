"""Hold owners together: what one of a row's owners may write is seen by the others too (decision 22).

And look into an index for each number of an upload, whatever joins the statement around it may use.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SCOPE_ID = """
CREATE OR REPLACE FUNCTION scope_id(level text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(current_setting('numberline.scope', true), ':', 1) = level
                 AND pg_input_is_valid(split_part(current_setting('numberline.scope', true), ':', 2), 'uuid')
                THEN CAST(split_part(current_setting('numberline.scope', true), ':', 2) AS uuid) END
$$
"""
"""As before, and no id where it is none, so that nothing is shown."""

_NOBODY_ELSE = "REVOKE EXECUTE ON FUNCTION newest_event(), upload_numbers_held(uuid) FROM PUBLIC"
"""They see what their caller does not; the application is granted them with everything else (`store.migrate`)."""

_NESTED = "ALTER FUNCTION upload_numbers_held(uuid) SET enable_nestloop = on"

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
)

_OF_CUSTOMER = """EXISTS (
    SELECT FROM customer AS c WHERE c.id = {table}.customer_id
    AND c.provider_id = {table}.provider_id AND c.channel_id IS NOT DISTINCT FROM {table}.channel_id
)"""
"""A look into an index for each row that is written: the customer as the writer sees it, so that one of others is none.
Foreign keys would see those of others as well."""

_OF_TENANT = """
CREATE FUNCTION is_of_tenant(provider uuid, channel uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM tenant AS t WHERE t.id = coalesce(channel, provider)
        AND t.provider_id = provider AND t.channel_id IS NOT DISTINCT FROM channel
    )
$$
"""
"""Whether these are a provider, or a provider and its channel, in the eyes of whoever asks. A function, for the policy
of tenants looks at customers, and PostgreSQL takes a policy that looks back for one without an end."""

_TOGETHER = {
    **{table: _OF_CUSTOMER.format(table=table) for table in _OWNED},
    "tenant": "(id = coalesce(channel_id, provider_id) AND (channel_id IS NULL OR parent_id = provider_id))",
    "customer": "is_of_tenant(provider_id, channel_id)",
    "audit_event": f"""CASE
        WHEN customer_id IS NOT NULL THEN {_OF_CUSTOMER.format(table="audit_event")}
        WHEN channel_id IS NOT NULL THEN is_of_tenant(provider_id, channel_id)
        ELSE true
    END""",
}
"""What must be true of the owners of a row that is written, beside that one of them is the writer."""

_SYSTEM = "(SELECT scope_is_everything())"
"""What serves everybody owns nothing, and sees nothing that it should not: its writing is not looked at."""

_USING = (
    "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = '{table}'::regclass AND polname = 'scope'"
)


def upgrade() -> None:
    for statement in (_SCOPE_ID, _NOBODY_ELSE, _NESTED, _OF_TENANT):
        op.execute(statement)
    for table, condition in _TOGETHER.items():
        is_own = op.get_bind().exec_driver_sql(_USING.format(table=table)).scalar_one()
        op.execute(f"ALTER POLICY scope ON {table} WITH CHECK (({is_own}) AND ({_SYSTEM} OR {condition}))")


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead.")
