#!/usr/bin/env bash
# What a connection costs that does nothing, and what it costs to make one: idle.sh [CONNECTIONS] [SESSIONS]
# Raw connections to Bun and to `./switchboard bench serve`; sessions of the chat application, each of a user of its own, in a room each and all in one.
# Two rounds each: RSS is of the first, as a JVM keeps the memory it once had; heap and CPU are of the second, when it has compiled what is used. Needs cc, node and npm, jcmd and a built ./switchboard.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ulimit -n "$(ulimit -Hn)"
most=$(($(ulimit -n) - 1000))
connections=${1:-$((most < 20000 ? most : 20000))} sessions=${2:-3000}
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cc -O2 -o "$work/wsload" "$here/wsload.c"
jcmd=$(ls -d /usr/lib/jvm/*25*/bin/jcmd | head -n 1)

start() { # PORT COMMAND…
  local port=$1
  shift
  "$@" >"$work/log" 2>&1 &
  pids+=($!)
  for _ in $(seq 600); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return; sleep 0.2; done
  cat "$work/log" >&2
  exit 1
}

cat >"$work/live" <<LIVE
#!/usr/bin/env bash
# Live heap after a collection, appended to a file; nothing for what is no JVM.
"$jcmd" "\$1" GC.run >/dev/null 2>&1 || exit 0
"$jcmd" "\$1" GC.class_histogram >"$work/histogram.\$2"
awk '\$1 == "Total" { print \$3 }' "$work/histogram.\$2" >>"$work/live.\$2"
LIVE
chmod +x "$work/live"

number() { sed -n "s/.*\"$1\":\([0-9.-]*\).*/\1/p" "$work/report"; }

load() { # LABEL PID COUNT ARGUMENTS…
  local label=$1 pid=$2 count=$3 live=- rss=
  shift 3
  for _ in cold warm; do
    : >"$work/live.$label"
    "$work/wsload" --mode idle --conns "$count" --hold 4 --pid "$pid" --settle-cmd "$work/live $pid $label" "$@" >"$work/report"
    rss=${rss:-$(number bytes_per_conn)}
    sleep 3
  done
  if [ -s "$work/live.$label" ]; then
    live=$(awk -v n="$count" 'NR == 1 { a = $1 } NR == 2 { printf "%.0f", ($1 - a) / n }' "$work/live.$label")
    cp "$work/histogram.$label" "${TMPDIR:-/tmp}/switchboard-idle.$label.txt"
  fi
  printf '| %s | %s | %s | %s | %s |\n' "$label" "$count" "$live" "$rss" "$(number server_cpu_us_per_connect)"
}

start 9911 "$here/peers.sh" bun 9911
start 9912 env SWITCHBOARD_JAVA_OPTS=-Xmx1g "$here/../switchboard" bench serve --port 9912 --transport epoll
mkdir "$work/data"
start 9913 env SWITCHBOARD_JAVA_OPTS=-Xmx2g "$here/../switchboard" serve --port 9913 --data "$work/data"
echo '| | connections | live heap, bytes each | RSS, bytes each | CPU per connect, µs |'
echo '|---|---|---|---|---|'
load bun "${pids[0]}" "$connections" --port 9911 --path /echo
load raw "${pids[1]}" "$connections" --port 9912 --path /echo
load rooms "${pids[2]}" "$sessions" --port 9913 --path '/ws?user=a{{CONN}}' --first-message '{"type":"join_room","room":"r{{CONN}}","id":1}'
load room "${pids[2]}" "$sessions" --port 9913 --path '/ws?user=b{{CONN}}' --first-message '{"type":"join_room","room":"all","id":1}'
