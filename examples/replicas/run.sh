#!/usr/bin/env bash
# Three servers behind nginx, with PostgreSQL and Redis, on this machine; Ctrl-C ends them all.
#   apt-get install postgresql redis-server nginx-light
#   npm run build && examples/replicas/run.sh          # then http://127.0.0.1:8080/v1
# PORT (8080), POLICIES (the shipped ones), DATABASE_URL and REDIS_URL can be set; the last two start servers of their own if not.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
dir="$(mktemp -d)"
port="${PORT:-8080}"
pids=()
finish() {
  trap - EXIT INT TERM
  kill "${pids[@]}" 2>/dev/null || true
  wait || true
  [ -z "${postgres:-}" ] || as_postgres "$bin/pg_ctl" -D "$dir/postgres/data" -m fast stop >/dev/null || true
  rm -rf "$dir"
}
trap finish EXIT INT TERM

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ -z "${DATABASE_URL:-}" ]; then
  bin="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)"
  mkdir "$dir/postgres" && chmod 755 "$dir"
  [ "$(id -u)" != 0 ] || chown postgres "$dir/postgres"
  as_postgres "$bin/initdb" -D "$dir/postgres/data" -U routewright --auth=trust >/dev/null
  as_postgres "$bin/pg_ctl" -D "$dir/postgres/data" -w -l "$dir/postgres/log" \
    -o "-p $((port + 4)) -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null
  postgres=yes
  export DATABASE_URL="postgres://routewright@127.0.0.1:$((port + 4))/postgres"
fi
if [ -z "${REDIS_URL:-}" ]; then
  redis-server --port $((port + 5)) --bind 127.0.0.1 --save '' --appendonly no >/dev/null &
  pids+=($!)
  export REDIS_URL="redis://127.0.0.1:$((port + 5))"
fi

for number in 1 2 3; do
  node "$root/dist/cli/main.js" serve --policies "${POLICIES:-$root/policies}" --port $((port + number)) &
  pids+=($!)
  echo "server $number: pid $!, http://127.0.0.1:$((port + number))"
done
sed -e "s|@DIR@|$dir|g; s|@PORT@|$port|; s|@PORT1@|$((port + 1))|; s|@PORT2@|$((port + 2))|; s|@PORT3@|$((port + 3))|" \
  "$root/examples/replicas/nginx.conf" >"$dir/nginx.conf"
nginx -c "$dir/nginx.conf" -e "$dir/nginx-error.log" &
pids+=($!)
echo "nginx: http://127.0.0.1:$port/v1 · keys: DATABASE_URL=$DATABASE_URL npx policy keys create"
wait
