#!/bin/sh
# Prints the folder with the C headers of the pinned llama.cpp, for the tests that compile native/abi_probe.c against them. Fetches them
# once, into artifacts/: npm's package node-llama-cpp carries llama.cpp's sources as a git bundle.
set -eu

package=node-llama-cpp@3.22.1
integrity=sha512-bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
. "$root/native/fetch.sh"
headers=$root/artifacts/headers/$package

if [ ! -d "$headers" ]; then
    require_npm
    command -v git >/dev/null 2>&1 || fail "Unpacking the headers of llama.cpp needs git."
    mkdir -p "$root/artifacts/headers"
    work=$(mktemp -d "$root/artifacts/headers/unpack.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    npm pack "$package" --json --loglevel=error >pack.json || fail "npm could not fetch $package. Check the network and try again."
    grep -qF "\"integrity\": \"$integrity\"" pack.json || fail "$package is not the one that Hearth was written for."
    tar -xzf node-llama-cpp-*.tgz package/llama/gitRelease.bundle
    git clone --quiet --no-checkout package/llama/gitRelease.bundle source
    git -C source archive HEAD include/llama.h ggml/include | tar -xf -
    mv include/llama.h ggml/include/
    mv ggml/include "$headers"
fi
echo "$headers"
