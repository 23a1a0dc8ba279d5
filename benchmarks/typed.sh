#!/usr/bin/env bash
# What the typed layer costs above the raw path of the same build: typed.sh [ROUNDS] [SECONDS]
# Messages of the same length in short turns; the median server CPU per message (per delivery for fan-out) in µs, and its ratio to the raw one.
# Needs cc and a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-5} seconds=${2:-3}
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; rm -rf "$work"' EXIT
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
cc -O2 -o "$work/wsload" "$here/wsload.c"
"$JAVA_HOME/bin/javac" -proc:none -d "$work/classes" -cp "$here/../cli/target/app/lib/*" "$here/Typed.java"
java=("$JAVA_HOME/bin/java" -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED -cp "$work/classes:$here/../cli/target/app/lib/*")
if [ "$(switchboard_jdk_version "$JAVA_HOME")" -ge 25 ]; then java+=(-XX:+UseCompactObjectHeaders); fi

start() { # NAME PORT COMMAND…
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 &
  echo $! >"$work/$name.pid"
  echo "$port" >"$work/$name.port"
  for _ in $(seq 300); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return; sleep 0.2; done
  cat "$work/$name.log" >&2
  exit 1
}

load() { # NAME ARGUMENTS…
  local name=$1
  shift
  "$work/wsload" --port "$(cat "$work/$name.port")" --pid "$(cat "$work/$name.pid")" "$@"
}

mkdir "$work/data"
start raw 9921 "$here/../switchboard" bench serve --port 9921 --transport epoll
start threads 9922 "${java[@]}" Typed 9922 threads
start loop 9923 "${java[@]}" Typed 9923 loop
start sqlite 9924 "${java[@]}" Typed 9924 threads "$work/data"

text=$(printf 'x%.0s' $(seq 90))
printf '{"type":"ask","id":1,"data":{"n":7,"text":"%s"}}' "$text" >"$work/ask"     # about 150 bytes with its answer's head
printf '{"type":"said","room":"r","id":1,"data":{"text":"{{SEQ}} %s"}}' "$text" >"$work/say"
join=(--path '/ws?user=u{{CONN}}' --first-message '{"type":"join_room","room":"r","id":1}' --settle 1 --payload-file "$work/say" --match '"type":"said"')
asking=(--mode echo --path '/ws?user=u{{CONN}}' --conns 200 --payload-file "$work/ask" --match '"type":"answer"')

run() { # NAME CASE SECONDS
  case $1-$2 in
    raw-echo) load raw --mode echo --path /echo --conns 200 --size 140 --seconds "$3" ;;
    raw-fanout-*) load raw --mode fanout --path /fanout --conns 1000 --size 190 --inflight "${2##*-}" --seconds "$3" ;;
    *-echo) load "$1" "${asking[@]}" --seconds "$3" ;;
    *) load "$1" --mode fanout --conns 1000 --inflight "${2##*-}" "${join[@]}" --seconds "$3" ;;
  esac
}

for case in echo fanout-1 fanout-8; do
  contenders=(raw threads loop sqlite) # handlers on virtual threads, as is the default; on the event loop; on threads with a durable log
  [ "$case" = echo ] && contenders=(raw threads loop)
  for round in warm $(seq "$rounds"); do
    for name in "${contenders[@]}"; do
      run "$name" "$case" "$seconds" >"$work/report" || { cat "$work/report" "$work/$name.log" >&2; exit 1; }
      [ "$round" = warm ] || sed -n 's/.*"server_cpu_us_per_msg":\([0-9.]*\).*/\1/p' "$work/report" >>"$work/$case.$name"
    done
  done
  printf '%s' "$case"
  for name in "${contenders[@]}"; do
    median=$(sort -n "$work/$case.$name" | sed -n "$(((rounds + 1) / 2))p")
    [ "$name" = raw ] && raw=$median
    printf ' | %s %s (%s)' "$name" "$median" "$(awk -v a="$median" -v b="$raw" 'BEGIN { printf "%.2f", a / b }')"
  done
  echo
done
