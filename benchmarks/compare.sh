#!/usr/bin/env bash
# Compares servers in short turns: each case, round by round, one contender after the other, so that a machine that gets slower is slower for all.
# compare.sh [ROUNDS] [SECONDS]. Prints the median server CPU per message in µs (per delivery for fan-out), and its ratio to Bun's.
# Needs cc, node and npm for the contenders, and a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3} seconds=${2:-3}
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; rm -rf "$work"' EXIT
cc -O2 -o "$work/wsload" "$here/wsload.c"

start() { # NAME PORT COMMAND…
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 &
  echo $! >"$work/$name.pid"
  echo "$port" >"$work/$name.port"
  for _ in $(seq 300); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return; sleep 0.2; done
  echo "compare: $name does not listen on $port:" >&2
  cat "$work/$name.log" >&2
  exit 1
}

load() { # NAME ARGUMENTS…
  local name=$1
  shift
  "$work/wsload" --port "$(cat "$work/$name.port")" --pid "$(cat "$work/$name.pid")" "$@"
}

start bun 9901 "$here/peers.sh" bun 9901
start node-ws 9902 "$here/peers.sh" node-ws 9902
start epoll 9903 "$here/../switchboard" bench serve --port 9903 --transport epoll
start io_uring 9904 "$here/../switchboard" bench serve --port 9904 --transport io_uring
contenders=(bun epoll io_uring node-ws)
for name in "${contenders[@]}"; do # 7 s of everything: a JVM compiles what is used
  load "$name" --mode echo --path /echo --conns 100 --size 64 --seconds 3 >/dev/null
  load "$name" --mode echo --path /echo --conns 50 --size 16384 --seconds 2 >/dev/null
  load "$name" --mode fanout --path /fanout --conns 500 --inflight 4 --seconds 2 >/dev/null
done

while read -r label arguments; do
  for _ in $(seq "$rounds"); do
    for name in "${contenders[@]}"; do
      # shellcheck disable=SC2086 # a list of arguments
      load "$name" $arguments --seconds "$seconds" >"$work/report"
      sed -n 's/.*"\?server_cpu_us_per_msg"\?[:=] *\([0-9.]*\).*/\1/p' "$work/report" | head -n 1 >>"$work/$label.$name"
    done
  done
  printf '%s' "$label"
  for name in "${contenders[@]}"; do
    median=$(sort -n "$work/$label.$name" | sed -n "$(((rounds + 1) / 2))p")
    [ "$name" = bun ] && bun=$median
    printf ' | %s %s (%s)' "$name" "$median" "$(awk -v a="$median" -v b="$bun" 'BEGIN { printf "%.2f", a / b }')"
  done
  echo
done <<'CASES'
echo-64B-200 --mode echo --path /echo --conns 200 --size 64
echo-64B-10 --mode echo --path /echo --conns 10 --size 64
echo-1KiB-200 --mode echo --path /echo --conns 200 --size 1024
echo-16KiB-200 --mode echo --path /echo --conns 200 --size 16384
fanout-1000-1 --mode fanout --path /fanout --conns 1000 --inflight 1
fanout-1000-8 --mode fanout --path /fanout --conns 1000 --inflight 8
CASES
