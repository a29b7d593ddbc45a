#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: a Redis, a Prometheus and a PgBouncer (Debian and Ubuntu).
set -euo pipefail

missing=()
command -v redis-server >/dev/null || command -v valkey-server >/dev/null || missing+=(redis-server)
{ command -v prometheus && command -v promtool; } >/dev/null || missing+=(prometheus)
command -v pgbouncer >/dev/null || missing+=(pgbouncer)
command -v openssl >/dev/null || missing+=(openssl) # makes the certificates of tests
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup:test: nothing to install"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "setup:test: this machine has no apt-get; install ${missing[*]} by hand and put them on PATH" >&2
  exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup:test: installing ${missing[*]} needs root or sudo" >&2; exit 1; }
  sudo=(sudo)
fi

# The packages would start their services; the tests start their own on free ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
  "${sudo[@]}" chmod +x "$policy"
  trap '"${sudo[@]}" rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "setup:test: installed ${missing[*]}"
