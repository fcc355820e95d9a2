#!/usr/bin/env bash
# Fuzzes the readers of what comes from outside, two at a time:
#
#   [FUZZ_SEED=NUMBER] bash .ci/fuzz.sh [SECONDS [TARGET...]]     default: each for 20 seconds
#
# Fails on a panic, on something that must hold and does not, on too much memory
# and on an input that takes too long. What is found is kept outside of the
# checkout: inputs that reach more code in corpus/, those that fail in failed/.
. "$(dirname "$0")/tools.sh"

seconds=${1:-20}
shift || true
folder=$cache/fuzz
# Of the mutations; 0 is another one at each run.
seed=${FUZZ_SEED:-0}
# Bytes of an input. A second of an unoptimised byte for byte would be a defect.
max_len=4096
slowest=5
# libFuzzer's own tables are most of it; what a reader may hold is in fuzz/src/main.rs.
rss_mib=512

debian g++
mkdir -p "$folder/failed"
# As cargo-fuzz does, but for the sanitizers, which only a nightly toolchain has.
# With a target named, the flags are not those of build scripts.
coverage='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares'
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS=${coverage//$'\n'/ } CARGO_TARGET_DIR=$folder/target cargo build --quiet --locked --release \
  --target "$host" --manifest-path fuzz/Cargo.toml \
  || die 'if fuzz/Cargo.lock is out of date: cargo update --workspace --manifest-path fuzz/Cargo.toml'
fuzz=$folder/target/$host/release/fuzz

rm -rf "$folder/seeds"
FUZZ_SEEDS=$folder/seeds "$fuzz" >/dev/null 2>&1 || die 'the seeds cannot be written'
# What the examples are made of are seeds as well.
find examples/artifacts -name '*.whl' -exec cp {} "$folder/seeds/zip" \;
targets=("$@")
(($#)) || mapfile -t targets < <(cd "$folder/seeds" && printf '%s\n' */ | tr -d /)

# fuzz_one TARGET: a line if all is well, everything if not.
fuzz_one() {
  local log=$folder/$1.log status=0
  mkdir -p "$folder/corpus/$1"
  FUZZ_TARGET=$1 "$fuzz" "$folder/corpus/$1" "$folder/seeds/$1" -dict="$folder/seeds/$1.dict" \
    -seed="$seed" -max_total_time="$seconds" -max_len="$max_len" -timeout="$slowest" -rss_limit_mb="$rss_mib" \
    -artifact_prefix="$folder/failed/$1-" -print_final_stats=1 >"$log" 2>&1 || status=$?
  local inputs covered
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  covered=$(sed -n 's/.*DONE *cov: \([0-9]*\).*/\1/p' "$log")
  if ((status == 0)); then
    printf '  %-14s %9d inputs, %5d places of the code\n' "$1" "$inputs" "$covered"
    return
  fi
  tail -n 60 "$log"
  printf 'error: %s failed; again with: FUZZ_TARGET=%s %s FILE (FILE is named above)\n' "$1" "$1" "$fuzz"
  return 1
}
export -f fuzz_one
export folder fuzz seed seconds max_len slowest rss_mib
printf '%s\0' "${targets[@]}" | xargs -0 -P 2 -I {} bash -c 'fuzz_one {}' || die 'an input was found that must not be'
