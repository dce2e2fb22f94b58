#!/bin/bash
# Runs after the nodes are up, and may run again: the keyspace, the owner's role and the product's. Cassandra begins
# with a role whose password everybody knows; it is gone when this is done. Passwords are given in files, not arguments.
set -euo pipefail
umask 077
host=${1:?the node to ask} port=${2:-9042}
owner_password=$(</run/secrets/letsema_cassandra_owner_password)
app_password=$(</run/secrets/letsema_cassandra_password)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ask() { # NAME PASSWORD, then what cqlsh takes
  printf '[PlainTextAuthProvider]\nusername = %s\npassword = %s\n' "$1" "$2" >"$folder/credentials"
  cqlsh --credentials "$folder/credentials" --cqlshrc /dev/null "${@:3}" "$host" "$port"
}

if ! ask letsema_owner "$owner_password" --execute 'list roles' >/dev/null 2>&1; then
  # Three copies of the roles before there is one: what is written after this needs no repair to be on every node.
  cat >"$folder/first.cql" <<CQL
alter keyspace system_auth with replication = {'class': 'NetworkTopologyStrategy', '$CASSANDRA_DC': 3};
create role letsema_owner with superuser = true and login = true and password = '$owner_password';
CQL
  # Its maker appears some seconds after a node that is new.
  for _ in {1..30}; do
    ask cassandra cassandra --file "$folder/first.cql" && break
    sleep 2
  done
fi
cat >"$folder/roles.cql" <<CQL
drop role if exists cassandra;
create keyspace if not exists letsema with replication = {'class': 'NetworkTopologyStrategy', '$CASSANDRA_DC': 3};
create role if not exists letsema_app with login = true and password = '$app_password';
alter role letsema_app with password = '$app_password';
grant select on keyspace letsema to letsema_app;
grant modify on keyspace letsema to letsema_app;
CQL
ask letsema_owner "$owner_password" --file "$folder/roles.cql"
