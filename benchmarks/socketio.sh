#!/usr/bin/env bash
# What cluster.sh measures, on two Socket.IO servers with the Redis streams adapter: socketio.sh REDIS_URL [RATE] [SECONDS]
# The first use installs it. Needs Node.js.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${SWITCHBOARD_PEERS:-${TMPDIR:-/tmp}/switchboard-peers}/socketio
mkdir -p "$home"
cp "$here/peers/socketio/"* "$home"
[ -d "$home/node_modules" ] || (cd "$home" && npm install --silent --no-audit --no-fund >&2)
exec node "$home/cluster.js" "$@"
