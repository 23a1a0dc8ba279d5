#!/usr/bin/env bash
# The time from publish to delivery on two servers that share a PostgreSQL database: cluster.sh URL [RATE] [SECONDS]
# URL: postgresql://USER:PASSWORD@HOST/DATABASE, of a database for tests. Needs a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$here/../cli/target/app/lib/*" "$here/Cluster.java" "$@"
