#!/usr/bin/env bash
# How many messages a second a PostgreSQL database or a Redis takes: appends.sh URL [BATCH] [SECONDS]
# URL and LEVEL as for cluster.sh. Needs a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dlevel="${LEVEL:-FLUSHED}" -cp "$here/../cli/target/app/lib/*" "$here/Appends.java" "$@"
