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

# one_at_a_time NAME COMMAND...: stages run side by side, and must not install
# the same thing at once.
one_at_a_time() {
  (
    flock 9
    "${@:2}"
  ) 9>"$cache/$1.lock"
}

# debian PACKAGE...: installs those that are not there yet.
debian() { one_at_a_time apt install_debian "$@"; }
install_debian() {
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
debian_exactly() { one_at_a_time apt install_debian_exactly "$@"; }
install_debian_exactly() {
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
  one_at_a_time python install_python_tools "$pins" "$venv"
  PATH=$venv/bin:$PATH
}
install_python_tools() {
  [[ ! -e $2/complete ]] || return 0
  rm -rf "$2"
  python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check -r "$1"
  touch "$2/complete"
}

# node_modules [FOLDER]: sets $node_modules to where the package-lock.json of
# that folder (default: .ci/judges) is installed.
node_modules() {
  local from=$root/${1:-.ci/judges} folder
  folder=$cache/node-$(sha256sum "$from/package-lock.json" | cut -c1-16)
  one_at_a_time node install_node_modules "$from" "$folder"
  export node_modules=$folder/node_modules
}
install_node_modules() {
  [[ ! -e $2/complete ]] || return 0
  rm -rf "$2"
  mkdir -p "$2"
  cp "$1"/package{,-lock}.json "$2"
  (cd "$2" && npm ci --silent --no-fund --no-audit --ignore-scripts)
  touch "$2/complete"
}

# cargo_tool NAME VERSION: a program of crates.io, first on the PATH.
cargo_tool() {
  local folder=$cache/$1-$2
  [[ -x $folder/bin/$1 ]] || CARGO_TARGET_DIR=$cache/target cargo install --quiet --locked \
    --debug --no-default-features --root "$folder" --version "=$2" "$1"
  PATH=$folder/bin:$PATH
}

# sources_tree SOURCE...: the git tree of the sources as they lie here, committed
# or not.
sources_tree() {
  local folder
  folder=$(mktemp -d)
  GIT_INDEX_FILE=$folder/index git add --force -- "$@"
  GIT_INDEX_FILE=$folder/index git write-tree
  rm -rf "$folder"
}

# What the stage dist leaves once it has passed: the sources, their tree, and
# the sums of the programs that it has built from them.
dist_verified=$root/target/dist-verified

# static_program: sets $program to the program of dist/ for this machine. Only
# after the stage dist has shown that these sources give it; otherwise what is
# judged would be another program than the one that is meant.
# RELEASE_PREP names another program, for a quick turn while developing.
static_program() {
  local sources
  program=${RELEASE_PREP:-$root/dist/release-prep-linux-amd64}
  if [[ -z ${RELEASE_PREP:-} ]]; then
    [[ -e $dist_verified ]] \
      || die 'the stage dist has not passed, so dist/ may be of other sources: bash .ci/run dist, or set RELEASE_PREP'
    read -ra sources < <(sed -n 1p "$dist_verified")
    [[ $(sources_tree "${sources[@]}") == "$(sed -n 2p "$dist_verified")" ]] \
      || die 'the sources have changed since the stage dist passed: bash .ci/run dist, or set RELEASE_PREP'
    (cd dist && sed 1,2d "$dist_verified" | sha256sum --check --strict --quiet) \
      || die 'dist/ has changed since the stage dist passed: bash .ci/run dist'
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
