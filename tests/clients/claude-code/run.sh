#!/bin/sh
# Lets the real Claude Code create a file through the server at BASE_URL: run.sh BASE_URL
# It runs in a home and a working folder of its own with an environment of its own, and leaves nothing behind.
set -eu

base=${1:?usage: run.sh BASE_URL}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../../.." && pwd -P)
. "$root/native/fetch.sh"

# The time a small model on a slow machine needs for a prompt of 20,000 tokens and a short answer, several times over.
limit_seconds=${CLAUDE_CODE_LIMIT_SECONDS:-600}

if ! is_fetched "$here"; then
    say "Fetching Claude Code with npm..."
    npm_fetch "$here"
fi

# The program is a native one in a package per platform; the package's own launcher would need its install script.
claude=
for candidate in "$here"/node_modules/@anthropic-ai/claude-code-*/claude; do
    if [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
        claude=$candidate
        break
    fi
done
[ -n "$claude" ] || fail "npm brought no Claude Code that runs on this machine."

sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$sandbox/home" "$sandbox/work"

echo "claude $("$claude" --version)"
code=0
(
    cd "$sandbox/work"
    exec env -i HOME="$sandbox/home" PATH="$PATH" TMPDIR="$sandbox" LANG=C.UTF-8 \
        ANTHROPIC_BASE_URL="$base" ANTHROPIC_API_KEY=local \
        CLAUDE_CODE_SIMPLE=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 DISABLE_TELEMETRY=1 \
        timeout "$limit_seconds" "$claude" -p "Create hello.txt containing copper river" \
        --permission-mode acceptEdits --allowedTools Bash,Edit,Read,Write \
        </dev/null
) >"$sandbox/output" 2>&1 || code=$?
echo "--- claude said (exit code $code):"
cat "$sandbox/output"
echo "---"

if [ ! -f "$sandbox/work/hello.txt" ]; then
    echo "FAILED: no hello.txt was created; the folder holds: $(ls -A "$sandbox/work" | tr '\n' ' ')"
    exit 1
fi
# A trailing newline is allowed: command substitution drops it.
content=$(cat "$sandbox/work/hello.txt")
if [ "$content" != "copper river" ]; then
    echo "FAILED: hello.txt contains '$content' instead of 'copper river'"
    exit 1
fi
[ "$code" -eq 0 ] || { echo "FAILED: hello.txt is right, but claude ended with exit code $code"; exit 1; }
echo "hello.txt contains 'copper river'"
