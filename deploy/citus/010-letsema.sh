#!/bin/bash
# Runs once on each Citus node, when its volume is empty: the role that the product works as, and the passwords by
# which nodes let each other in. psql reads both from files, so that no list of processes shows them.
set -euo pipefail
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set owner_password `cat /run/secrets/citus_owner_password`
\set app_password `cat /run/secrets/citus_app_password`
begin;
create role letsema_app login password :'app_password';
insert into pg_dist_authinfo (nodeid, rolename, authinfo) values
    (0, current_user, 'password=' || :'owner_password'),
    (0, 'letsema_app', 'password=' || :'app_password');
commit;
SQL
