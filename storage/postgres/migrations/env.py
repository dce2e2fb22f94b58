"""What Alembic runs around each revision, with what `storage.postgres.migrating` gives it: see `attributes`."""

from __future__ import annotations

from alembic import context

from storage.postgres.migrating import Plane

plane: Plane = context.config.attributes["plane"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=plane.tables,
    version_table_schema=plane.value,
    include_schemas=True,
    include_name=plane.owns,
    # One transaction for all revisions: an upgrade that fails leaves the database as it was.
    transactional_ddl=True,
    on_version_apply=context.config.attributes["after_each"],
)

with context.begin_transaction():
    context.run_migrations()
