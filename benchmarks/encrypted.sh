#!/usr/bin/env bash
# What a message costs in an encrypted room beside a plain one, from client to server to client: encrypted.sh [ROUNDS] [SECONDS] [CHARACTERS]
# Needs a built ./switchboard.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=../build/find-jdk.sh
. "$here/../build/find-jdk.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
libraries="$here/../cli/target/app/lib/*:$here/../encryption/target/classes"
"$JAVA_HOME/bin/javac" -proc:none -d "$work" -cp "$libraries" "$here/Encrypted.java"
"$JAVA_HOME/bin/java" -XX:+UseParallelGC -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -cp "$work:$libraries" \
  Encrypted "${1:-5}" "${2:-2}" "${3:-100}"
