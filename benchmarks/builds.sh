#!/usr/bin/env bash
# Compares this checkout with another one, both built: builds.sh OTHER [ROUNDS] [SECONDS]
# Each round starts fresh processes of both, in the other order than the round before, warms them up, and takes each case twice.
# Prints the median server CPU per message in µs (per delivery for fan-out) of OTHER and of this one, and the ratio.
# raw-…: `bench serve` on epoll; typed-…: Typed.java, handlers on virtual threads, logs in memory. Needs cc.
set -euo pipefail
other=$(cd "$1" && pwd) rounds=${2:-7} seconds=${3:-1.5}
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
text=$(printf 'x%.0s' $(seq 90))
printf '{"type":"ask","id":1,"data":{"n":7,"text":"%s"}}' "$text" >"$work/ask"
printf '{"type":"said","room":"r","id":1,"data":{"text":"{{SEQ}} %s"}}' "$text" >"$work/say"
folder() { if [ "$1" = other ]; then echo "$other"; else echo "$here/.."; fi; }
for name in other this; do
  "$JAVA_HOME/bin/javac" -proc:none -d "$work/$name" -cp "$(folder $name)/cli/target/app/lib/*" "$(folder $name)/benchmarks/Typed.java"
done

launch() { # NAME PORT
  start "raw-$1" "$2" "$(folder "$1")/switchboard" bench serve --port "$2" --transport epoll
  start "typed-$1" $(($2 + 1)) "$JAVA_HOME/bin/java" -XX:+UseParallelGC --enable-native-access=ALL-UNNAMED \
    -cp "$work/$1:$(folder "$1")/cli/target/app/lib/*" Typed $(($2 + 1)) threads
}

run() { # CASE NAME SECONDS
  case $1 in
    raw-echo-*) load "raw-$2" --mode echo --path /echo --conns 200 --size "${1##*-}" --seconds "$3" ;;
    raw-fanout-*) load "raw-$2" --mode fanout --path /fanout --conns 1000 --inflight "${1##*-}" --seconds "$3" ;;
    typed-echo) load "typed-$2" --mode echo --path '/ws?user=u{{CONN}}' --conns 200 --payload-file "$work/ask" --match '"type":"answer"' --seconds "$3" ;;
    typed-fanout-*) load "typed-$2" --mode fanout --path '/ws?user=u{{CONN}}' --conns 1000 --inflight "${1##*-}" --settle 1 \
      --first-message '{"type":"join_room","room":"r","id":1}' --payload-file "$work/say" --match '"type":"said"' --seconds "$3" ;;
  esac
}

cases=(raw-echo-64 raw-echo-1024 raw-echo-16384 raw-fanout-1 raw-fanout-8 typed-echo typed-fanout-1 typed-fanout-8)
for round in $(seq "$rounds"); do
  names=(other this)
  [ $((round % 2)) = 1 ] || names=(this other)
  for name in "${names[@]}"; do launch "$name" $((9930 + round * 4 + $([ "$name" = other ] && echo 0 || echo 2))); done
  for name in "${names[@]}"; do
    for warm in raw-echo-1024 raw-fanout-8 typed-echo typed-fanout-8; do run $warm "$name" 3; done
  done
  for case in "${cases[@]}" "${cases[@]}"; do
    for name in "${names[@]}"; do
      run "$case" "$name" "$seconds"
      note "$case" "$name" server_cpu_us_per_msg
    done
  done
  for name in "${names[@]}"; do kill "$(cat "$work/raw-$name.pid")" "$(cat "$work/typed-$name.pid")"; done
  wait
done
for case in "${cases[@]}"; do row "$case" other this; done
