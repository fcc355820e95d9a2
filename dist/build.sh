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
#
# Each program holds the list of the crates it was built from (cargo-auditable),
# so that a scanner finds a vulnerable one in the program itself, without these
# sources. That tool is built from crates.io into TOOLS_DIR (default: target/tools)
# unless it is there.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
out=${1:-$root/dist}
shift || true
architectures=("${@:-}")
[[ -n ${architectures[0]} ]] || architectures=(amd64 arm64)
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
# A folder for each architecture: cargo lets one build at a time into a folder.
target_dirs=${CARGO_TARGET_DIR:-$root/target}/static
tools_dir=${TOOLS_DIR:-$root/target/tools}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
auditable_version=0.7.7

# What goes into the program. Whatever the sources include from elsewhere
# belongs here too: `build` holds this list against what the compiler has read.
sources=(Cargo.toml Cargo.lock rust-toolchain.toml src)

# What the programs are compiled with. Where this machine's folders come in, a
# name of our own stands for them, in panic messages and in C's __FILE__.
rust_flags=(
  -Ctarget-feature=+crt-static
  --remap-path-prefix=CRATES=/crates
  --remap-path-prefix=SOURCES=/release-prep
  --remap-path-prefix=TARGET=/target
  --remap-path-prefix=SYSROOT=/rust
)
c_flags=(
  -ffile-prefix-map=CRATES=/crates
  -ffile-prefix-map=SOURCES=/release-prep
  -ffile-prefix-map=TARGET=/target
)

die() {
  printf 'dist/build.sh: %s\n' "$*" >&2
  exit 1
}

# The installed version of Debian packages, `name version` a line, the name with
# its architecture where there may be several.
debian_versions() {
  # The field names are dpkg's, not the shell's.
  # shellcheck disable=SC2016
  dpkg-query -W -f='${binary:Package} ${Version}\n' "$@" || die "not installed: one of $*"
}

# cargo_auditable: puts the tool into TOOLS_DIR, in its one version.
cargo_auditable() {
  local folder=$tools_dir/cargo-auditable-$auditable_version
  [[ -x $folder/bin/cargo-auditable ]] || CARGO_TARGET_DIR=$tools_dir/build \
    cargo install --quiet --locked --debug --root "$folder" --version "=$auditable_version" cargo-auditable
  PATH=$folder/bin:$PATH
}

# here FLAG...: the flags with this machine's folders in them, a line each.
# CRATES may be more than one.
here() {
  local flag registry
  for flag in "$@"; do
    flag=${flag/=SOURCES=/=$root=}
    flag=${flag/=TARGET=/=$target_dir=}
    flag=${flag/=SYSROOT=/=$sysroot=}
    if [[ $flag != *=CRATES=* ]]; then
      printf '%s\n' "$flag"
      continue
    fi
    for registry in "$cargo_home"/registry/src/*; do
      printf '%s\n' "${flag/=CRATES=/=$registry=}"
    done
  done
}

# build TRIPLE PROGRAM CARGO RUSTC CC RUST_FLAG...
build() {
  local triple=$1 program=$2 cargo=$3 rustc=$4 cc=$5
  local own_flags=("${@:6}")
  local target_dir=$target_dirs/$program
  local sysroot local_rust_flags local_c_flags snake=${1//-/_}
  # Fetching comes first, because the folder of the crates is named only then.
  "$cargo" fetch --quiet --locked --target "$triple"
  sysroot=$("$rustc" --print sysroot)
  mapfile -t local_rust_flags < <(here "${rust_flags[@]}" "${own_flags[@]}")
  mapfile -t local_c_flags < <(here "${c_flags[@]}")
  # `cargo auditable` would name itself as the wrapper by its path, which cargo
  # hashes into every symbol: another home, other bytes. So it is called as it
  # calls itself, by its bare name.
  env \
    RUSTC="$rustc" \
    RUSTC_WORKSPACE_WRAPPER=cargo-auditable \
    CARGO_AUDITABLE_ORIG_ARGS='{"offline":false,"locked":true,"frozen":false,"config":[]}' \
    CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f' && printf '%s' "${local_rust_flags[*]}")" \
    CARGO_TARGET_DIR="$target_dir" \
    CARGO_INCREMENTAL=0 \
    "CARGO_TARGET_${snake^^}_LINKER=$cc" \
    "CC_$snake=$cc" \
    CC_SHELL_ESCAPED_FLAGS=1 \
    "CFLAGS_$snake=$(printf '%q ' "${local_c_flags[@]}")" \
    SOURCE_DATE_EPOCH=315532800 \
    LC_ALL=C TZ=UTC \
    "$cargo" build --locked --profile dist --target "$triple" --bin release-prep
  check_sources "$target_dir/$triple/dist/release-prep.d"
  install -m 0755 "$target_dir/$triple/dist/release-prep" "$out/$program"
}

# check_sources DEP_INFO: what the compiler has read lies in $sources.
check_sources() {
  python3 - "$root" "$1" "${sources[@]}" <<'PYTHON' || die 'the list of sources is not whole'
import pathlib, re, sys
root, dep_info, *sources = sys.argv[1:]
read = pathlib.Path(dep_info).read_text().partition(": ")[2]
paths = [pathlib.Path(path.replace("\\ ", " ")) for path in re.findall(r"(?:\\ |\S)+", read)]
assert paths, "the compiler has read nothing"
for path in paths:
    if pathlib.PurePath(path).is_relative_to(root):
        if path.relative_to(root).parts[0] not in sources:
            sys.exit(f"read, and not among {sources}: {path}")
PYTHON
}

# record PROGRAM TRIPLE CARGO RUSTC CC RUST_FLAGS PACKAGE_VERSION...: a line of
# JSON for BUILD.json, what one program was made by.
record() {
  local program=$1 triple=$2 cargo=$3 rustc=$4 cc=$5 more_rust_flags=$6
  shift 6
  python3 - "$program" "$triple" "$("$rustc" --version)" "$("$cargo" --version)" "$auditable_version" \
    "$("$cc" --version | head -n 1)" "$("$("$cc" -print-prog-name=ld)" --version | head -n 1)" \
    "${rust_flags[*]} $more_rust_flags" "${c_flags[*]}" "$@" <<'PYTHON'
import json, sys
program, triple, rustc, cargo, auditable, cc, ld, rust_flags, c_flags, *packages = sys.argv[1:]
packages = dict(line.split() for line in packages)
[libc] = [f"{name} {version}" for name, version in packages.items() if name.startswith("libc6-dev")]
print(json.dumps({"program": program, "target": triple, "rustc": rustc, "cargo": cargo,
                  "cargo-auditable": auditable, "cc": cc, "linker": ld, "libc": f"{libc}, static",
                  "flags": {"rust": rust_flags.split(), "c": c_flags.split(), "profile": "dist"},
                  "debian": packages}))
PYTHON
}

cd "$root"
cargo_auditable
records=() builds=()
for architecture in "${architectures[@]}"; do
  program=release-prep-linux-$architecture own_flags=()
  case $architecture in
    amd64)
      triple=x86_64-unknown-linux-gnu
      cargo=$(rustup which cargo) rustc=$(rustup which rustc) cc=gcc-12
      # Half a megabyte of relocations in a few kilobytes (DT_RELR). The linker
      # for arm64 does not know it.
      own_flags=("-Clink-arg=-Wl,-z,pack-relative-relocs")
      mapfile -t packages < <(debian_versions gcc-12 binutils libc6-dev)
      ;;
    arm64)
      triple=aarch64-unknown-linux-gnu
      cargo=/usr/bin/cargo rustc=/usr/bin/rustc cc=aarch64-linux-gnu-gcc-12
      mapfile -t packages < <(debian_versions rustc-web cargo-web libstd-rust-web-dev:arm64 \
        gcc-12-aarch64-linux-gnu binutils-aarch64-linux-gnu libc6-dev-arm64-cross)
      ;;
    *) die "no such architecture: $architecture (amd64, arm64)" ;;
  esac
  ((${#packages[@]})) || die "the versions of the toolchain for $architecture are unknown"
  # Side by side: the end of a build, which is long, keeps one processor busy.
  { build "$triple" "$program" "$cargo" "$rustc" "$cc" "${own_flags[@]}" 2>&1 | sed "s/^/$architecture: /"; } &
  builds+=($!)
  records+=("$(record "$program" "$triple" "$cargo" "$rustc" "$cc" "${own_flags[*]}" "${packages[@]}")")
done
failed=0
for build in "${builds[@]}"; do
  wait "$build" || failed=1
done
((!failed)) || die 'a program could not be built (see above)'

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
python3 "$root/dist/third-party.py" >THIRD-PARTY
cat SHA256SUMS
