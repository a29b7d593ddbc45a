#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: a Redis, a Prometheus, an Alertmanager, a PgBouncer, a proxy, a
# browser, libfaketime, an old Redis and a Valkey (Debian and Ubuntu).
set -euo pipefail

missing=()
command -v redis-server >/dev/null || command -v valkey-server >/dev/null || missing+=(redis-server)
{ command -v prometheus && command -v promtool; } >/dev/null || missing+=(prometheus)
{ command -v amtool && command -v prometheus-alertmanager; } >/dev/null || missing+=(prometheus-alertmanager)
command -v pgbouncer >/dev/null || missing+=(pgbouncer)
command -v tinyproxy >/dev/null || missing+=(tinyproxy)
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v faketime >/dev/null || missing+=(faketime) # sets the clock of one process
command -v openssl >/dev/null || missing+=(openssl) # makes the certificates of tests
# Beside the Redis of this machine, the oldest one that the cache is tested with, and Valkey.
others=()
command -v redis-server-6.0 >/dev/null || others+=(redis-server-6.0)
command -v valkey-server-8 >/dev/null || others+=(valkey-server-8)
if [ ${#missing[@]} -eq 0 ] && [ ${#others[@]} -eq 0 ]; then
  echo "setup:test: nothing to install"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "setup:test: this machine has no apt-get; install ${missing[*]} ${others[*]} by hand and put them on PATH" >&2
  exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup:test: installing ${missing[*]} ${others[*]} needs root or sudo" >&2; exit 1; }
  sudo=(sudo)
fi

export DEBIAN_FRONTEND=noninteractive
work=$(mktemp -d)
policy=/usr/sbin/policy-rc.d
made_policy=
trap '"${sudo[@]}" rm -rf "$work" $made_policy' EXIT

if [ ${#missing[@]} -gt 0 ]; then
  # The packages would start their services; the tests start their own on free ports.
  if [ ! -e "$policy" ]; then
    made_policy=$policy
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
    "${sudo[@]}" chmod +x "$policy"
  fi
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  echo "setup:test: installed ${missing[*]}"
fi

# unpack NAME SERVER SUITE PACKAGE…: a server of another release of Debian, unpacked and not installed, as
# /usr/local/bin/NAME. The packages' signatures are checked as always.
unpack() {
  local name=$1 server=$2 suite=$3
  shift 3
  local home=/usr/local/lib/$name keys=/usr/share/keyrings/debian-archive-keyring.gpg
  if [ ! -e "$keys" ]; then
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" apt-get install -y -qq --no-install-recommends debian-archive-keyring >/dev/null
  fi
  mkdir -p "$work/$name/lists/partial" "$work/$name/cache/archives/partial" "$work/$name/root"
  echo "deb [signed-by=$keys] http://deb.debian.org/debian $suite main" >"$work/$name/sources.list"
  local apt=(
    -qq -o "Dir::Etc::sourcelist=$work/$name/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$work/$name/lists" -o Dir::State::status=/dev/null -o "Dir::Cache=$work/$name/cache"
    -o APT::Sandbox::User=root
  )
  apt-get update "${apt[@]}"
  (cd "$work/$name" && apt-get download "${apt[@]}" "$@")
  local package
  for package in "$work/$name"/*.deb; do dpkg -x "$package" "$work/$name/root"; done
  "${sudo[@]}" rm -rf "$home"
  "${sudo[@]}" cp -r "$work/$name/root/usr" "$home"
  # The server is the same program as its checkers, and tells by its name what it is to be.
  "${sudo[@]}" ln -sfn "$server-check-rdb" "$home/bin/$server-server"
  printf '#!/bin/sh\nLD_LIBRARY_PATH=$(echo %s/lib/*-linux-gnu) exec %s/bin/%s-server "$@"\n' "$home" "$home" "$server" |
    "${sudo[@]}" tee "/usr/local/bin/$name" >/dev/null
  "${sudo[@]}" chmod +x "/usr/local/bin/$name"
  echo "setup:test: installed $name"
}
for other in "${others[@]}"; do
  case $other in
    redis-server-6.0) unpack "$other" redis bullseye redis-tools liblua5.1-0 lua-bitop lua-cjson libssl1.1 ;;
    valkey-server-8) unpack "$other" valkey bookworm-backports valkey-tools ;;
  esac
done
