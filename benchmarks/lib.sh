# Sourced. A working folder that goes in the end with all servers that were started; start, load and compare.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; rm -rf "$work"' EXIT
cc -O2 -o "$work/wsload" "$here/wsload.c"

start() { # NAME PORT COMMAND…
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 &
  echo $! >"$work/$name.pid"
  echo "$port" >"$work/$name.port"
  for _ in $(seq 600); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return; sleep 0.2; done
  echo "$name does not listen on $port:" >&2
  cat "$work/$name.log" >&2
  exit 1
}

load() { # NAME ARGUMENTS…
  local name=$1
  shift
  "$work/wsload" --port "$(cat "$work/$name.port")" --pid "$(cat "$work/$name.pid")" "$@" >"$work/report" || { cat "$work/report" "$work/$name.log" >&2; exit 1; }
}

note() { # LABEL NAME FIGURE: keeps a figure of the last load
  sed -n "s/.*\"$3\":\([0-9.]*\).*/\1/p" "$work/report" >>"$work/$1.$2"
}

row() { # LABEL NAME…: the medians of what was noted, each with its ratio to the first
  local label=$1 name median first=
  shift
  printf '%s' "$label"
  for name in "$@"; do
    median=$(sort -n "$work/$label.$name" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
    first=${first:-$median}
    printf ' | %s %s (%s)' "$name" "$median" "$(awk -v a="$median" -v b="$first" 'BEGIN { printf "%.2f", a / b }')"
  done
  echo
}
