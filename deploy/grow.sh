#!/bin/bash
# Fills an empty, migrated database with what `letsema db backup` saved: whole or not at all. It is the way from one
# machine to a Citus cluster, and from PostgreSQL 18 of the embedded database to the 15, 16 or 17 that Citus runs on:
# rows go over as they are, and the schema is the one that `letsema db upgrade` of the same release made there.
#     LETSEMA_OWNER_URL=postgresql://… deploy/grow.sh BACKUP_FOLDER
# PG_RESTORE names the pg_restore of PostgreSQL 18 where the one on the path is older.
set -euo pipefail
dump=${1:?the folder that letsema db backup made}/database.dump
: "${LETSEMA_OWNER_URL:?the database to fill, as its owner, a superuser}"
ask() { psql "$LETSEMA_OWNER_URL" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

[ -r "$dump" ] || { echo "$dump cannot be read." >&2; exit 2; }
held=$(ask --command "select exists (select from record.mfis) or exists (select from channel.phones)") || {
  echo "The database has no schema of ours, or does not answer: run \`letsema db upgrade\` first." >&2
  exit 2
}
[ "$held" = f ] || {
  echo "The database holds rows already: it must be one that \`letsema db upgrade\` just made." >&2
  exit 2
}
schemas="(select version_num from record.alembic_version) || ' ' || (select version_num from channel.alembic_version)"
here=$(ask --command "select $schemas")

{
  # What the migrations put there is in the backup, too.
  echo "do \$\$ begin execute (select 'truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', ')
        from pg_tables where schemaname in ('record', 'channel')); end \$\$;"
  # An older server does not know this setting of its client.
  "${PG_RESTORE:-pg_restore}" --data-only --disable-triggers --file=- "$dump" | grep -v '^SET transaction_timeout'
  echo "do \$\$ begin
      if $schemas <> '$here' then
        raise exception 'the backup is of another release than the schema here: make both with one';
      end if;
    end \$\$;"
} | ask --single-transaction --output=/dev/null
echo "Filled from $1. Now: letsema db check, letsema cluster init, letsema verify-ledger, letsema verify-audit."
