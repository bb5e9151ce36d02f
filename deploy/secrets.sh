#!/bin/sh
# Makes what is missing of the secrets that docker-compose.yml wants, in deploy/secrets. What is there stays. Keep a copy of encryption_key
# elsewhere: without it, nobody can open what is sealed in the database, not even from a backup.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
cd secrets
make() { [ -s "$1" ] || openssl rand -hex 32 | tr -d '\n' >"$1"; }
for name in postgres_password redis_password subgraph_secret encryption_key metrics_token grafana_password; do make "$name"; done
[ -s database_url ] || printf 'postgresql://jarvis:%s@postgres:5432/jarvis' "$(cat postgres_password)" >database_url
[ -s redis_url ] || printf 'redis://:%s@redis:6379' "$(cat redis_password)" >redis_url
# Processes in the containers are not root and must read them; on this machine nobody else gets into the folder.
chmod 644 ./*
chmod 700 .
for name in fullchain.pem privkey.pem; do
  [ -s "$name" ] || echo "Put your certificate there: deploy/secrets/$name"
done
