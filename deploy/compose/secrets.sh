#!/usr/bin/env bash
# Makes what docker-compose.yml mounts from deploy/compose/secrets/: a password for every database role and Kafka principal,
# and the keys of those who call over HTTP. What is there already stays. Only files are written, nothing secret is printed.
#   deploy/compose/secrets.sh                      makes what is missing
#   deploy/compose/secrets.sh key ROLE ID          a key for one more caller, in secrets/keys/ID; restart edge and operations then
# ROLE is customer, driver, operator or bank.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

# The folder is closed to others. The files in it are open, since containers run as users of their own and see single files.
umask 022
mkdir -p secrets/keys
chmod 700 secrets

random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() {  # keep NAME VALUE: unless it is there
    if [ -s "secrets/$1" ]; then return; fi
    printf '%s\n' "$2" > "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
}

key_for() {  # key_for ROLE ID
    case $1 in customer | driver | operator | bank) ;; *)
        echo "secrets.sh: '$1' is no role; use customer, driver, operator or bank" >&2
        exit 2 ;;
    esac
    if [[ ! $2 =~ ^[A-Za-z0-9._-]{1,64}$ ]]; then
        echo "secrets.sh: '$2' is no id; use 1 to 64 of A-Z a-z 0-9 . _ -" >&2
        exit 2
    fi
    keep "keys/$2" "wbk_$(random_hex)"
    printf '%s' "$1" > "secrets/keys/.$2.role"
}

# What edge and operations read: hashes alone.
publish_keys() {
    local separator='' role id
    {
        printf '['
        for role in secrets/keys/.*.role; do
            id=${role#secrets/keys/.}
            id=${id%.role}
            printf '%s\n  {"sha256": "%s", "role": "%s", "id": "%s"}' "$separator" "$(tr -d '\n' < "secrets/keys/$id" | sha256sum | cut -d' ' -f1)" "$(< "$role")" "$id"
            separator=,
        done
        printf '\n]\n'
    } > secrets/keys-public.json.new
    mv secrets/keys-public.json.new secrets/keys-public.json
}

if [ $# = 3 ] && [ "$1" = key ]; then
    key_for "$2" "$3"
    publish_keys
    echo "its key is in deploy/compose/secrets/keys/$3" >&2
    exit
elif [ $# != 0 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]##*/}" >&2
    exit 2
fi

mapfile -t services < <(sed -n '/^services:/,$ s/^  \([a-z][a-z0-9_]*\):.*$/\1/p' ../../contracts/flow.yaml)
for role in "${services[@]}" waybill_admin waybill_host judge; do keep "postgres-$role" "$(random_hex)"; done
for user in "${services[@]}" broker admin tail judge; do keep "kafka-$user" "$(random_hex)"; done
keep notices.yaml "notices: {secret: whsec_$(head -c 24 /dev/urandom | base64)}"
for country in lt de pl no nl se; do key_for customer "cust-$country"; done
key_for operator operator-1
key_for bank bank-1
publish_keys
