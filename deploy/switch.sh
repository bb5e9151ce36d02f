#!/bin/sh
# Blue-green: which set of processes serves, main or next. The other one runs on, so that going back takes a second.
#
#   deploy/switch.sh next      the set next serves, if it is healthy and stays so; otherwise everything is as before
#   deploy/switch.sh main      back again: the same with the other set
#
# CONF   folder of the configuration of nginx (there: sets/main.conf, sets/next.conf, active.conf)
# NGINX  command of nginx, to which "-t" and "-s reload" are added
# CURL   command of curl that reaches the internal port of nginx
# GRAPH  address of that port
# WATCH  seconds for which the new set is watched before it is kept
# The defaults are those of docker-compose.yml.
set -eu

CONF=${CONF:-/run/nginx/conf}
NGINX=${NGINX:-docker compose exec -T nginx nginx -c /run/nginx/conf/nginx.conf}
CURL=${CURL:-docker compose exec -T nginx curl}
IN=${IN-docker compose exec -T nginx}
GRAPH=${GRAPH:-http://127.0.0.1:4100}
WATCH=${WATCH:-30}

to=${1:-}
case $to in
  main | next) ;;
  *)
    echo "Say which set shall serve: deploy/switch.sh main, or deploy/switch.sh next." >&2
    exit 64
    ;;
esac

get() { $CURL -fsS --max-time 5 "$GRAPH$1"; }

# Requests go to the gateways of a set in turn: as many answers as make sure that each was asked.
healthy() {
  for _ in 1 2 3 4 5 6; do
    get "/sets/$1/ready" >/dev/null || return 1
  done
}

# Moved into place, so that nginx never reads half a file.
serve() {
  $IN cp "$CONF/sets/$1.conf" "$CONF/active.conf.new"
  $IN mv "$CONF/active.conf.new" "$CONF/active.conf"
  $NGINX -t -q && $NGINX -s reload
}

# Whether a set serves, once nginx has read its configuration again. Workers of before may answer for a moment beside the new ones: so several
# answers in a row count.
serves() {
  left=20
  row=0
  while [ "$left" -gt 0 ]; do
    if [ "$(get /set)" = "$1" ]; then row=$((row + 1)); else row=0; fi
    [ "$row" -ge 4 ] && return 0
    sleep 0.5
    left=$((left - 1))
  done
  return 1
}

from=$(get /set)
if [ "$from" = "$to" ]; then
  echo "The set $to serves already."
  exit 0
fi
if ! healthy "$to"; then
  echo "The set $to is not ready: nothing was changed. Look at its logs, and at its /health/ready." >&2
  exit 1
fi

back() {
  if serve "$from" && serves "$from"; then
    echo "$1: the set $from serves again." >&2
  else
    echo "$1, and going back failed, too: look at nginx now." >&2
  fi
  exit 1
}
serve "$to" || back "nginx refused the set $to"
serves "$to" || back "The set $to did not begin to serve"

left=$WATCH
while [ "$left" -gt 0 ]; do
  healthy "$to" || back "The set $to was not healthy"
  sleep 1
  left=$((left - 1))
done
echo "The set $to serves. The set $from runs on: deploy/switch.sh $from goes back."
