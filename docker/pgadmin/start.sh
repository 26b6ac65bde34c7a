#!/bin/sh
# Gives pgAdmin both servers, and their passwords by a passfile, from .env; then starts it.
set -eu
umask 077
home=${PGADMIN_HOME:-/var/lib/pgadmin}

# A user's files; pgAdmin looks for the passfile of its servers there, and nowhere else.
storage=$home/storage/$(printf '%s' "$PGADMIN_DEFAULT_EMAIL" | tr @ _)
mkdir -p "$storage"

field() { printf '%s' "$1" | sed 's/[\\:]/\\&/g'; }
cat > "$storage/.pgpass" <<EOF
db:5432:*:$(field "$TAP_POSTGRES_USER"):$(field "$TAP_POSTGRES_PASSWORD")
warehouse_db:5432:*:$(field "$TARGET_POSTGRES_USER"):$(field "$TARGET_POSTGRES_PASSWORD")
EOF

# pgAdmin reads it at its first start only: what the user changes later stays.
cat > "$home/servers.json" <<EOF
{
  "Servers": {
    "1": {
      "Name": "warehouse ($TARGET_POSTGRES_DATABASE)",
      "Group": "Northwind",
      "Host": "warehouse_db",
      "Port": 5432,
      "MaintenanceDB": "$TARGET_POSTGRES_DATABASE",
      "Username": "$TARGET_POSTGRES_USER",
      "ConnectionParameters": {"sslmode": "prefer", "passfile": "/.pgpass"}
    },
    "2": {
      "Name": "source ($TAP_POSTGRES_DATABASE), read-only",
      "Group": "Northwind",
      "Host": "db",
      "Port": 5432,
      "MaintenanceDB": "$TAP_POSTGRES_DATABASE",
      "Username": "$TAP_POSTGRES_USER",
      "ConnectionParameters": {"sslmode": "prefer", "passfile": "/.pgpass"}
    }
  }
}
EOF
export PGADMIN_SERVER_JSON_FILE="$home/servers.json"

exec "$@"
