#!/usr/bin/env bash
# Makes the pictures of the README anew, from real runs of the program of dist/, in
# light and dark:
#
#   docs/pictures/make.sh [PROGRAM]
. "$(dirname "${BASH_SOURCE[0]}")/../../.ci/tools.sh"

debian chromium
python_tools
node_modules .ci/summaries
scratch
python .ci/judges/summaries.py "$(realpath "${1:-dist/release-prep-linux-amd64}")" "$node_modules" "$scratch" \
  docs/pictures README
