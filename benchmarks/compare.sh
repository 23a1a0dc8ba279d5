#!/usr/bin/env bash
# Compares servers in short turns: each case, round by round, one contender after the other, so that a machine that gets slower is slower for all.
# compare.sh [ROUNDS] [SECONDS]. Prints the median server CPU per message in µs (per delivery for fan-out), and its ratio to Bun's; for the fixed rate the p99.9 of the latency.
# Needs cc, node and npm for the contenders, and a built ./switchboard.
set -euo pipefail
rounds=${1:-5} seconds=${2:-2}
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start bun 9901 "$here/peers.sh" bun 9901
start node-ws 9902 "$here/peers.sh" node-ws 9902
start epoll 9903 "$here/../switchboard" bench serve --port 9903 --transport epoll
start io_uring 9904 "$here/../switchboard" bench serve --port 9904 --transport io_uring
contenders=(bun epoll io_uring node-ws)
for name in "${contenders[@]}"; do # 7 s of everything: a JVM compiles what is used
  load "$name" --mode echo --path /echo --conns 100 --size 64 --seconds 3
  load "$name" --mode echo --path /echo --conns 50 --size 16384 --seconds 2
  load "$name" --mode fanout --path /fanout --conns 500 --inflight 4 --seconds 2
done

while read -r label figure arguments; do
  for _ in $(seq "$rounds"); do
    for name in "${contenders[@]}"; do
      # shellcheck disable=SC2086 # a list of arguments
      load "$name" $arguments --seconds "$seconds"
      note "$label" "$name" "$figure"
    done
  done
  row "$label" "${contenders[@]}"
done <<'CASES'
echo-64B-200 server_cpu_us_per_msg --mode echo --path /echo --conns 200 --size 64
echo-64B-10 server_cpu_us_per_msg --mode echo --path /echo --conns 10 --size 64
echo-1KiB-200 server_cpu_us_per_msg --mode echo --path /echo --conns 200 --size 1024
echo-16KiB-200 server_cpu_us_per_msg --mode echo --path /echo --conns 200 --size 16384
fanout-1000-1 server_cpu_us_per_msg --mode fanout --path /fanout --conns 1000 --inflight 1
fanout-1000-8 server_cpu_us_per_msg --mode fanout --path /fanout --conns 1000 --inflight 8
rate-10000-p99.9 p999_us --mode rate --path /echo --conns 1000 --size 64 --rate 10000
CASES
