#!/usr/bin/env bash
# The time from publish to delivery on two servers that share a PostgreSQL database or a Redis: cluster.sh URL [RATE] [SECONDS]
# URL: postgresql://USER:PASSWORD@HOST/DATABASE or redis://HOST:PORT/NUMBER, of a database for tests. For Redis, LEVEL is
# FLUSHED, REPLICATED or FAST. Needs a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dlevel="${LEVEL:-FLUSHED}" -cp "$here/../cli/target/app/lib/*" "$here/Cluster.java" "$@"
