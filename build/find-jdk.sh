# Sourced. Sets JAVA_HOME to a JDK of at least 21, or says what is missing and exits with 1.
# Looked at in this order: SWITCHBOARD_JAVA_HOME, JAVA_HOME, java on the PATH, /usr/lib/jvm (newest first).

switchboard_jdk_version() { # prints 25 for a JDK 25 in $1, nothing if there is none
  [ -x "$1/bin/javac" ] || return 0
  "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p'
}

switchboard_find_jdk() {
  local candidate version found="" on_path
  on_path=$(command -v java 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${SWITCHBOARD_JAVA_HOME:-}" "${JAVA_HOME:-}" "${on_path:-}"; do
    [ -n "$candidate" ] || continue
    version=$(switchboard_jdk_version "$candidate")
    if [ "${version:-0}" -ge 21 ]; then
      JAVA_HOME=$candidate
      return 0
    fi
    found="$found $candidate (${version:-not a JDK})"
  done
  local best=0
  for candidate in /usr/lib/jvm/*; do
    [ -d "$candidate" ] && [ ! -L "$candidate" ] || continue
    version=$(switchboard_jdk_version "$candidate")
    if [ "${version:-0}" -ge 21 ] && [ "$version" -gt "$best" ]; then
      best=$version
      JAVA_HOME=$candidate
    fi
  done
  [ "$best" -ge 21 ] && return 0
  echo "switchboard: no JDK 21 or newer found (looked at:${found:- nothing} and /usr/lib/jvm). Install one, or name it with SWITCHBOARD_JAVA_HOME=/path/to/jdk" >&2
  return 1
}

switchboard_find_jdk || exit 1
export JAVA_HOME
