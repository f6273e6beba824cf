#!/bin/sh
# Starts ./hearth with the bundled model on a free port, runs the client script $1 with its address, and stops it. Further arguments go to
# hearth.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)
client=$1
shift
state=$(mktemp -d)
server=
stop() {
    [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$state"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The banner says which port the system chose. The launcher replaces itself with the server, so its process id is the server's.
HEARTH_HOME=$state "$root/hearth" serve --port 0 "$@" </dev/null >"$state/output" 2>"$state/log" &
server=$!

# The first start builds, so the limit is generous; every step is short, so that a fast start is noticed at once.
base=
waited_tenths=0
while [ -z "$base" ]; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited_tenths" -ge 6000 ]; then
        cat "$state/log" "$state/output" >&2
        echo "FAILED: Hearth did not start" >&2
        exit 1
    fi
    base=$(sed -n 's/^  address  *\(http[^ ]*\).*/\1/p' "$state/output")
    [ -n "$base" ] || { sleep 0.1; waited_tenths=$((waited_tenths + 1)); }
done

# Node is there because npm is; curl may not be.
node -e 'fetch(process.argv[1] + "/health").then(r => process.exit(r.ok ? 0 : 1)).catch(() => process.exit(1))' "$base" ||
    { echo "FAILED: $base/health is not well" >&2; exit 1; }

if ! "$client" "$base"; then
    echo "--- Hearth's log:"
    cat "$state/log"
    exit 1
fi
