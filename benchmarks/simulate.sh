#!/usr/bin/env bash
# Many servers in virtual time, with the real code above the sockets: simulate.sh [SERVERS] [SESSIONS]
# Needs the server's tests, compiled: ./mvnw -q test-compile -pl server. A session takes some 8 KB of memory.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
classes=$(ls -d "$here"/../{protocol,transport,spi,server}/target/classes "$here"/../server/target/test-classes | paste -sd:)
"$JAVA_HOME/bin/java" -Xmx"${SIMULATE_HEAP:-16g}" -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -cp "$classes:$here/../cli/target/app/lib/*" dev.switchboard.server.ScaleSimulation "${1:-50}" "${2:-1000000}"
