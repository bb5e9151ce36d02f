#!/bin/sh
# The entry of the container: fills the configuration in and starts nginx in the foreground.
set -eu
mkdir -p "$CONF/sets"
cd /etc/jarvis
for file in *.conf sets/*.conf; do
  envsubst '$WORKERS $RUN $CONF $TLS $ACCESS_LOG $HTTP_PORT $HTTPS_PORT $INTERNAL $GRAPH_PORT $PUBLIC_URL $ADDRESS_RATE $ADDRESS_BURST $KEEPALIVE' \
    <"$file" >"$CONF/$file"
done
cp "$CONF/sets/${SET:-main}.conf" "$CONF/active.conf"
exec nginx -c "$CONF/nginx.conf" -p "$RUN" -g 'daemon off;'
