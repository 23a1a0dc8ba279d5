#!/usr/bin/env bash
# What the typed layer costs above the raw path of the same build: typed.sh [ROUNDS] [SECONDS]
# Messages of the same length in short turns; the median server CPU per message (per delivery for fan-out) in µs, and its ratio to the raw one.
# threads: handlers on virtual threads, as is the default; loop: on the event loop; sqlite: on threads, with a durable log.
# Needs cc and a built ./switchboard.
set -euo pipefail
rounds=${1:-5} seconds=${2:-2}
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
libraries="$here/../cli/target/app/lib/*"
"$JAVA_HOME/bin/javac" -proc:none -d "$work/classes" -cp "$libraries" "$here/Typed.java"
java=("$JAVA_HOME/bin/java" -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED -cp "$work/classes:$libraries")
if [ "$(switchboard_jdk_version "$JAVA_HOME")" -ge 25 ]; then java+=(-XX:+UseCompactObjectHeaders); fi

mkdir "$work/data"
start raw 9921 "$here/../switchboard" bench serve --port 9921 --transport epoll
start threads 9922 "${java[@]}" Typed 9922 threads
start loop 9923 "${java[@]}" Typed 9923 loop
start sqlite 9924 "${java[@]}" Typed 9924 threads "$work/data"

text=$(printf 'x%.0s' $(seq 90))
printf '{"type":"ask","id":1,"data":{"n":7,"text":"%s"}}' "$text" >"$work/ask"
printf '{"type":"said","room":"r","id":1,"data":{"text":"{{SEQ}} %s"}}' "$text" >"$work/say"
join=(--path '/ws?user=u{{CONN}}' --first-message '{"type":"join_room","room":"r","id":1}' --settle 1 --payload-file "$work/say" --match '"type":"said"')

run() { # NAME CASE SECONDS
  case $1-$2 in
    raw-echo) load raw --mode echo --path /echo --conns 200 --size 140 --seconds "$3" ;;
    raw-fanout-*) load raw --mode fanout --path /fanout --conns 1000 --size 190 --inflight "${2##*-}" --seconds "$3" ;;
    *-echo) load "$1" --mode echo --path '/ws?user=u{{CONN}}' --conns 200 --payload-file "$work/ask" --match '"type":"answer"' --seconds "$3" ;;
    *) load "$1" --mode fanout --conns 1000 --inflight "${2##*-}" "${join[@]}" --seconds "$3" ;;
  esac
}

for case in echo fanout-1 fanout-8; do
  contenders=(raw threads loop)
  [ "$case" = echo ] || contenders+=(sqlite)
  for name in "${contenders[@]}"; do run "$name" "$case" 5; done # a JVM compiles what is used
  for _ in $(seq "$rounds"); do
    for name in "${contenders[@]}"; do
      run "$name" "$case" "$seconds"
      note "$case" "$name" server_cpu_us_per_msg
    done
  done
  row "$case" "${contenders[@]}"
done
