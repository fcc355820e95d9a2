# shellcheck shell=bash
# What the stages run on, and where it comes from. Sourced by each of them.
#
# Everything is installed from package archives by their ordinary clients, in
# the versions that this folder pins, into a cache outside of the checkout that
# may be lost at any time.
set -euo pipefail

root=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/release-prep-ci
export CARGO_TERM_COLOR=never
# Where dist/build.sh looks for its tools before it builds them.
export TOOLS_DIR=$cache
mkdir -p "$cache"
cd "$root"

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# debian PACKAGE...: installs those that are not there yet.
debian() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed \
      || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  printf 'installing %s\n' "${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# debian_exactly PACKAGE=VERSION...: in these versions, whatever is installed.
# Fails where one of them is not to be had.
debian_exactly() {
  local wanted version missing=()
  for wanted in "$@"; do
    version=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "${wanted%%=*}" 2>/dev/null) || true
    [[ $version == "installed ${wanted#*=}" ]] || missing+=("$wanted")
  done
  ((${#missing[@]})) || return 0
  printf 'installing %s\n' "${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends --allow-downgrades "${missing[@]}" >/dev/null
}

# python_tools: the programs and modules of requirements.txt, first on the PATH.
python_tools() {
  local pins=$root/.ci/requirements.txt venv
  venv=$cache/python-$(sha256sum "$pins" | cut -c1-16)
  if [[ ! -e $venv/complete ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$pins"
    touch "$venv/complete"
  fi
  PATH=$venv/bin:$PATH
}

# node_modules [FOLDER]: sets $node_modules to where the package-lock.json of
# that folder (default: .ci/judges) is installed.
node_modules() {
  local from=$root/${1:-.ci/judges} folder
  folder=$cache/node-$(sha256sum "$from/package-lock.json" | cut -c1-16)
  if [[ ! -e $folder/complete ]]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$from"/package{,-lock}.json "$folder"
    (cd "$folder" && npm ci --silent --no-fund --no-audit --ignore-scripts)
    touch "$folder/complete"
  fi
  export node_modules=$folder/node_modules
}

# cargo_tool NAME VERSION: a program of crates.io, first on the PATH.
cargo_tool() {
  local folder=$cache/$1-$2
  [[ -x $folder/bin/$1 ]] || CARGO_TARGET_DIR=$cache/target cargo install --quiet --locked \
    --debug --no-default-features --root "$folder" --version "=$2" "$1"
  PATH=$folder/bin:$PATH
}

# static_program: sets $program to what ships, built from these sources. A
# second call costs a second, since cargo finds everything built.
# RELEASE_PREP names another program, for a quick turn while developing.
static_program() {
  program=${RELEASE_PREP:-$root/target/ci-dist/release-prep-linux-amd64}
  if [[ -z ${RELEASE_PREP:-} ]]; then
    debian gcc-12 binutils libc6-dev
    dist/build.sh "$root/target/ci-dist" amd64
  fi
  [[ -x $program ]] || die "no program at $program"
}

# at_exit COMMAND...: run when the stage ends, the last one first.
exit_commands=()
at_exit() {
  exit_commands=("$(printf '%q ' "$@")" "${exit_commands[@]}")
}
run_exit_commands() {
  local status=$? command
  for command in "${exit_commands[@]}"; do
    eval "$command" || true
  done
  exit "$status"
}
trap run_exit_commands EXIT

# scratch: sets $scratch to a new folder that goes when the stage ends.
scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/release-prep-ci.XXXXXX")
  at_exit rm -rf "$scratch"
}

# engine: a container engine; one that this starts, it stops. Debian's client
# is put first on the PATH: it speaks to BuildKit without a plugin.
engine() {
  debian docker.io iptables
  mkdir -p "$cache/docker"
  ln -sf /usr/bin/docker "$cache/docker/docker"
  PATH=$cache/docker:$PATH
  if as_root docker info >/dev/null 2>&1; then return; fi
  # No function call here: $! must be the daemon's own process.
  local sudo=(sudo) daemon try
  ((EUID)) || sudo=()
  "${sudo[@]}" dockerd >"$cache/dockerd.log" 2>&1 &
  daemon=$!
  at_exit stop_engine "$daemon"
  for ((try = 0; try < 60; try++)); do
    if as_root docker info >/dev/null 2>&1; then return; fi
    sleep 1
  done
  tail -n 20 "$cache/dockerd.log" >&2
  die 'the container engine does not start'
}
stop_engine() {
  as_root kill "$1"
  wait "$1" || true
}
remove_images() {
  docker rmi --force "$@" >/dev/null
}
