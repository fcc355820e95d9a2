#!/usr/bin/env bash
# Builds the static programs of the container image, byte for byte the same
# wherever it runs: the folder, the user and the clock leave no trace.
#
#   dist/build.sh [OUT_DIR [ARCHITECTURE...]]      default: dist amd64 arm64
#
# amd64 is built by the toolchain of rust-toolchain.toml; arm64 by the one that
# Debian 12 ships (rustc-web), since it alone comes with a standard library for
# arm64 from a package archive. Both link the glibc of Debian 12 statically:
# OUT_DIR/BUILD.json says which versions, and they are part of what the bytes
# depend on.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
out=${1:-$root/dist}
shift || true
architectures=("${@:-}")
[[ -n ${architectures[0]} ]] || architectures=(amd64 arm64)
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
target_dir=${CARGO_TARGET_DIR:-$root/target}/static
cargo_home=${CARGO_HOME:-$HOME/.cargo}

# What goes into the program. Whatever the sources include from elsewhere
# belongs here too.
sources=(Cargo.toml Cargo.lock rust-toolchain.toml src)

die() {
  printf 'dist/build.sh: %s\n' "$*" >&2
  exit 1
}

# The installed version of Debian packages, `name version` a line.
debian_versions() {
  # The field names are dpkg's, not the shell's.
  # shellcheck disable=SC2016
  dpkg-query -W -f='${Package} ${Version}\n' "$@" || die "not installed: one of $*"
}

# build TRIPLE PROGRAM CARGO RUSTC CC
#
# Path prefixes are cut from panic messages and from C's __FILE__. Fetching
# comes first, because the folder of the crates is named only then.
build() {
  local triple=$1 program=$2 cargo=$3 rustc=$4 cc=$5
  local sysroot registry flags=(-Ctarget-feature=+crt-static)
  "$cargo" fetch --quiet --locked --target "$triple"
  sysroot=$("$rustc" --print sysroot)
  for registry in "$cargo_home"/registry/src/*; do
    flags+=("--remap-path-prefix=$registry=/crates")
  done
  flags+=(
    "--remap-path-prefix=$root=/release-prep"
    "--remap-path-prefix=$target_dir=/target"
    "--remap-path-prefix=$sysroot=/rust"
  )
  local c_flags="-ffile-prefix-map=$root=/release-prep"
  c_flags+=" -ffile-prefix-map=$target_dir=/target"
  for registry in "$cargo_home"/registry/src/*; do
    c_flags+=" -ffile-prefix-map=$registry=/crates"
  done
  local snake=${triple//-/_}
  env \
    RUSTC="$rustc" \
    CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f' && printf '%s' "${flags[*]}")" \
    CARGO_TARGET_DIR="$target_dir" \
    CARGO_INCREMENTAL=0 \
    "CARGO_TARGET_${snake^^}_LINKER=$cc" \
    "CC_$snake=$cc" \
    "CFLAGS_$snake=$c_flags" \
    SOURCE_DATE_EPOCH=315532800 \
    LC_ALL=C TZ=UTC \
    "$cargo" build --locked --profile dist --target "$triple" --bin release-prep
  install -m 0755 "$target_dir/$triple/dist/release-prep" "$out/$program"
}

# Lines for BUILD.json: what one program was made by.
record() {
  local program=$1 triple=$2 rustc=$3
  shift 3
  python3 - "$program" "$triple" "$("$rustc" --version)" "$@" <<'PYTHON'
import json, sys
program, triple, rustc, *packages = sys.argv[1:]
print(json.dumps({"program": program, "target": triple, "rustc": rustc,
                  "debian": dict(line.split() for line in packages)}))
PYTHON
}

cd "$root"
records=()
for architecture in "${architectures[@]}"; do
  program=release-prep-linux-$architecture
  case $architecture in
    amd64)
      triple=x86_64-unknown-linux-gnu
      rustc=$(rustup which rustc)
      mapfile -t packages < <(debian_versions gcc-12 binutils libc6-dev)
      build "$triple" "$program" "$(rustup which cargo)" "$rustc" gcc-12
      ;;
    arm64)
      triple=aarch64-unknown-linux-gnu
      rustc=/usr/bin/rustc
      mapfile -t packages < <(debian_versions rustc-web libstd-rust-web-dev:arm64 \
        gcc-12-aarch64-linux-gnu binutils-aarch64-linux-gnu libc6-dev-arm64-cross)
      build "$triple" "$program" /usr/bin/cargo "$rustc" aarch64-linux-gnu-gcc-12
      ;;
    *) die "no such architecture: $architecture (amd64, arm64)" ;;
  esac
  ((${#packages[@]})) || die "the versions of the toolchain for $architecture are unknown"
  records+=("$(record "$program" "$triple" "$rustc" "${packages[@]}")")
done

# The sources as git names them: a blob or tree id for each, from the files as
# they lie here, committed or not.
index=$(mktemp)
trap 'rm -f "$index"' EXIT
rm "$index"
for source in "${sources[@]}"; do
  GIT_INDEX_FILE=$index git add --force -- "$source"
done
tree=$(GIT_INDEX_FILE=$index git write-tree)

cd "$out"
python3 - "$tree" "${sources[*]}" "${records[@]}" >BUILD.json <<'PYTHON'
import json, sys
tree, sources, *programs = sys.argv[1:]
print(json.dumps({
    "format": "release-prep/build/v1",
    "source": {"files": sources.split(), "tree": tree},
    "programs": [json.loads(program) for program in programs],
}, indent=2))
PYTHON
printf '%s\n' "${architectures[@]}" | sort | sed 's/^/release-prep-linux-/' \
  | xargs sha256sum -- >SHA256SUMS
cat SHA256SUMS
