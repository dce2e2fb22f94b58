#!/bin/bash
# Makes what docker-compose.yml needs and nobody may know: a folder of secrets, and `.env` to fill in. What is there
# already is kept. `deploy/prepare.sh demo` makes one that runs at once, before a provider that is played on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
folder=${SECRETS_FOLDER:-./deploy/secrets}
mkdir -p "$folder"

made() { # NAME, then a command that prints the secret
  [ -s "$folder/$1" ] && return
  "${@:2}" >"$folder/$1.unfinished"
  mv "$folder/$1.unfinished" "$folder/$1"
}
random() { openssl rand -hex "$1"; }
first_of_a_set() { echo "1:$(openssl rand -hex 32)"; }
url() { echo "postgresql://$1:$(<"$folder/$2")@$3:5432/letsema"; }
urls_of_workers() {
  local node list=()
  for node in citus-worker-1 citus-worker-2 citus-worker-3; do
    list+=("$(url letsema_app citus_app_password "$node")")
  done
  (IFS=, && echo "${list[*]}")
}

made letsema_pepper random 32
made letsema_lookup_key random 32
made letsema_transcript_keys first_of_a_set
made letsema_sealing_keys first_of_a_set
made letsema_hook_tokens random 16
made citus_owner_password random 24
made citus_app_password random 24
made letsema_owner_url url letsema_owner citus_owner_password citus-coordinator
made letsema_record_url url letsema_app citus_app_password citus-coordinator
made letsema_record_nodes urls_of_workers
made letsema_cassandra_owner_password random 24
made letsema_cassandra_password random 24

if [ "${1:-}" = demo ]; then
  made letsema_africastalking_api_key random 24
  if [ ! -s "$folder/stand_in_certificate" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=stand-in \
      -addext subjectAltName=DNS:stand-in -keyout "$folder/stand_in_key" -out "$folder/stand_in_certificate" 2>/dev/null
  fi
  [ -e .env ] || cat >.env <<ENV
COMPOSE_FILE=docker-compose.yml:deploy/demo.yml
COMPOSE_PROFILES=demo
SECRETS_FOLDER=$folder
PUBLIC_SITE=localhost
SERVICE_CODES=*384*555#
AFRICASTALKING_URL=https://stand-in:8443
AFRICASTALKING_USERNAME=sandbox
SMS_SENDER_ID=
ENV
else
  [ -e .env ] || cp .env.example .env
  [ -s "$folder/letsema_africastalking_api_key" ] ||
    echo "Now put the provider's key into $folder/letsema_africastalking_api_key, and fill in .env."
fi
# The containers' users are not ours: the files may be read, the folder around them is ours alone.
chmod 444 "$folder"/*
chmod 700 "$folder"
