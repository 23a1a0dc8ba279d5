#!/usr/bin/env bash
# What it costs the server to let a client in, by how it proves who it is: connects.sh [ROUNDS] [CONNECTIONS]
# Each connection is an upgrade and a new session, up to its welcome. The median server CPU per connect in µs, and its ratio to a guest's.
# Needs cc and a built ./switchboard.
set -euo pipefail
rounds=${1:-5} connections=${2:-2000}
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
libraries="$here/../cli/target/app/lib/*"
"$JAVA_HOME/bin/javac" -proc:none -d "$work/classes" -cp "$libraries" "$here/Connects.java"
mkdir "$work/tokens"
start server 9931 "$JAVA_HOME/bin/java" -Xmx1g -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED \
  -cp "$work/classes:$libraries" Connects 9931 "$work/tokens"

ways=(guests identify HS256 ES256 EDDSA)
come() { # WAY
  local offer=switchboard.v1.json
  [ ! -f "$work/tokens/$1.token" ] || offer="$offer, switchboard.bearer.$(cat "$work/tokens/$1.token")"
  load server --mode idle --conns "$connections" --hold 0.5 --path "/$1" --subprotocol "$offer"
}
for _ in 1 2; do for way in "${ways[@]}"; do come "$way"; done; done # a JVM compiles what is used
for _ in $(seq "$rounds"); do
  for way in "${ways[@]}"; do
    come "$way"
    note connect "$way" server_cpu_us_per_connect
  done
done
row connect "${ways[@]}"
