#!/usr/bin/env bash
# What it costs to connect with a token: tokens.sh [ROUNDS] [CONNECTIONS]
# Prints the median server CPU per connect in µs, welcome included, and its ratio to a connect whose user the request names. Needs cc and a built ./switchboard.
set -euo pipefail
rounds=${1:-7} connections=${2:-2000}
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
libraries="$here/../cli/target/app/lib/*"
"$JAVA_HOME/bin/javac" -proc:none -d "$work/classes" -cp "$libraries" "$here/Tokens.java"
start server 9971 "$JAVA_HOME/bin/java" -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED -cp "$work/classes:$libraries" Tokens 9971 "$work"

connect() { # NAME
  local protocols=switchboard.v1.json
  [ "$1" = identify ] || protocols+=", switchboard.bearer.$(cat "$work/$1.token")"
  load server --mode idle --path "/$1" --subprotocol "$protocols" --conns "$connections" --hold 1
}

names=(identify HS256 ES256 EDDSA)
for name in "${names[@]}" "${names[@]}" "${names[@]}"; do connect "$name"; done # warms up
for _ in $(seq "$rounds"); do
  for name in "${names[@]}"; do
    connect "$name"
    note connect "$name" server_cpu_us_per_connect
  done
done
row connect "${names[@]}"
