# Finds a JDK 25 and exports JAVA_HOME. Sourced by ./mvnw and ./banyan, POSIX sh, no output unless it fails.
# Looked at, in this order: JAVA_HOME, the java on PATH, the usual folders of Linux and macOS, SDKMAN, mise, asdf, Homebrew.

banyan_jdk_version=25

# True when $1 is a full JDK of the wanted version (its "release" file says so, and it has a compiler).
banyan_is_jdk() {
  [ -n "$1" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  grep -q "^JAVA_VERSION=\"$banyan_jdk_version[.\"+-]" "$1/release" || grep -q "^JAVA_VERSION=\"$banyan_jdk_version\"" "$1/release"
}

# Prints the home of the java on PATH, following links; nothing when there is none.
banyan_path_java_home() {
  banyan_java=$(command -v java 2>/dev/null) || return 0
  while [ -L "$banyan_java" ]; do
    banyan_link=$(readlink "$banyan_java")
    case "$banyan_link" in
      /*) banyan_java=$banyan_link ;;
      *) banyan_java=$(dirname "$banyan_java")/$banyan_link ;;
    esac
  done
  dirname "$(dirname "$banyan_java")"
}

# Exports JAVA_HOME, or explains what was looked for and returns 1.
banyan_find_jdk() {
  banyan_home=${HOME:-/nonexistent}
  case $- in *f*) banyan_noglob=yes; set +f ;; *) banyan_noglob=no ;; esac
  banyan_found=
  for banyan_candidate in "${JAVA_HOME:-}" "$(banyan_path_java_home)" \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/jdk/* /usr/local/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$banyan_home"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
    "$banyan_home"/.sdkman/candidates/java/* "$banyan_home"/.local/share/mise/installs/java/* "$banyan_home"/.asdf/installs/java/* \
    "$banyan_home"/.jdks/* /home/linuxbrew/.linuxbrew/opt/openjdk@25/libexec; do
    if banyan_is_jdk "$banyan_candidate"; then
      banyan_found=$banyan_candidate
      break
    fi
  done
  [ "$banyan_noglob" = no ] || set -f
  if [ -n "$banyan_found" ]; then
    JAVA_HOME=$banyan_found
    export JAVA_HOME
    return 0
  fi
  cat >&2 <<TEXT
banyan: no JDK $banyan_jdk_version found.
  looked at: JAVA_HOME (${JAVA_HOME:-not set}), the java on PATH ($(command -v java 2>/dev/null || echo none)),
             /usr/lib/jvm, /usr/java, /opt, /Library/Java/JavaVirtualMachines, Homebrew, SDKMAN, mise, asdf, ~/.jdks
  to get one: sdk install java 25-tem   |   mise use -g java@temurin-25   |   brew install openjdk@25
              Debian and Ubuntu: the package temurin-25-jdk or openjdk-25-jdk
  or set JAVA_HOME to a JDK $banyan_jdk_version and run this again.
TEXT
  return 1
}
