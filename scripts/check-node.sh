#!/bin/sh
# Says so when Node is missing or too old.

if ! command -v node >/dev/null; then
  echo 'twintune needs Node 20.17 or newer, and there is no node here: https://nodejs.org/en/download' >&2
  exit 1
fi
if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + Number(minor) < 2017 ? 1 : 0)'; then
  echo "twintune needs Node 20.17 or newer; this is $(node --version): https://nodejs.org/en/download" >&2
  exit 1
fi
