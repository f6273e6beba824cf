#!/bin/sh
# Replays recorded outputs of real models through POST /api/parse of the server at $1. The last line adds up; failures are an error.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd -P)
exec python3 "$root/../shared/tools/toolcalls.py" "$1" "$root/../shared/toolcalls" --show 10
