# Shell functions shared by ./hearth, ./test and .ci/run. Read with "." after setting $root to the repository's folder.
# They write to standard error only, so that standard output stays the program's; where nobody can read that, they go on.

say() {
    printf '%s\n' "$*" >&2 || :
}

fail() {
    say "$*"
    exit 1
}

require_dotnet() {
    command -v dotnet >/dev/null 2>&1 ||
        fail "Hearth needs the .NET 10 SDK, and there is no 'dotnet' on the PATH. Install it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# The SDK only matters when something is built; starting a built Hearth asks for nothing more than the runtime.
require_sdk() {
    require_dotnet
    (cd "$root" && dotnet --version) >/dev/null 2>&1 ||
        fail "Building Hearth needs the .NET 10 SDK, and 'dotnet' here has none. Install it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

require_npm() {
    if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
        fail "Fetching the native library needs Node.js with npm (once). Install it from https://nodejs.org, or point HEARTH_NATIVE to a folder with the library."
    fi
}

# This machine as the folders under native/ name it, without the backend.
native_platform() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64 | Linux-amd64) echo linux-x64 ;;
        Linux-aarch64 | Linux-arm64) echo linux-arm64 ;;
        Darwin-arm64) echo mac-arm64 ;;
        Darwin-x86_64) echo mac-x64 ;;
        *) fail "Hearth has no native library for $(uname -s) on $(uname -m); it runs on Linux and macOS, x64 and arm64, and on Windows." ;;
    esac
}

# The folder under native/ for a choice of auto, cpu, cuda, vulkan or metal.
native_folder() {
    platform=$(native_platform) || exit 1
    backend=$1
    if [ "$backend" = auto ]; then
        backend=cpu
        if [ "$platform" = mac-arm64 ]; then
            backend=metal
        elif [ -d "$root/native/$platform-cuda" ] && command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L 2>/dev/null | grep -q '^GPU '; then
            backend=cuda
        fi
    elif [ "$backend" = cpu ] && [ "$platform" = mac-arm64 ]; then
        # Its one package computes on the processor too.
        backend=metal
    fi
    if [ ! -f "$root/native/$platform-$backend/package.json" ]; then
        available=$(cd "$root/native" && ls -d "$platform"-* 2>/dev/null | sed "s/^$platform-//" | tr '\n' ' ')
        fail "There is no '$backend' library for $platform; --gpu can be: auto ${available% }"
    fi
    echo "$platform-$backend"
}

# Two first starts at once must not write the same files. The lock is a link whose target is the owner's process id, because
# making a link is one step: there is never a lock without an owner.
take_lock() {
    mkdir -p "$root/artifacts"
    lock=$root/artifacts/.launch-lock
    waited=0
    until ln -s "$$" "$lock" 2>/dev/null; do
        owner=$(readlink "$lock" 2>/dev/null || true)
        if [ -n "$owner" ] && { [ "$owner" = "$$" ] || ! kill -0 "$owner" 2>/dev/null; }; then
            rm -f "$lock"
            continue
        fi
        [ "$waited" = 0 ] && say "Another start of Hearth is preparing it (process $owner); waiting."
        waited=$((waited + 1))
        [ "$waited" -gt 900 ] && fail "Process $owner has held $lock for 15 minutes. If that is no start of Hearth, delete the file."
        sleep 1
    done
    trap 'rm -f "$lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

release_lock() {
    rm -f "$lock"
    trap - EXIT INT TERM
}

# What npm fetched is current while the files it was fetched for are the same.
is_fetched() {
    [ -f "$1/node_modules/.fetched" ] && cat "$1"/package*.json | cmp -s - "$1/node_modules/.fetched"
}

# Fetches the packages of one folder with an npm package.json, without running any of their scripts.
npm_fetch() {
    require_npm
    if [ -f "$1/package-lock.json" ]; then verb=ci; else verb=install; fi
    if ! (cd "$1" && npm "$verb" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >/dev/null); then
        fail "npm could not fetch what $1 names (see above). Check the network and start again."
    fi
    cat "$1"/package*.json >"$1/node_modules/.fetched"
}

# Fetches the native library into native/$1 unless it is there.
fetch_native() {
    if ! is_fetched "$root/native/$1"; then
        say "Fetching the native library ($1) with npm..."
        npm_fetch "$root/native/$1"
    fi
}
