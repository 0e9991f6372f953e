#!/usr/bin/env bash
# kafka_archive.sh LIBS ARCHIVE LOGGING: starts the broker of LIBS once and keeps its loaded classes in ARCHIVE (AppCDS), which
# takes a second off every later start. Only speed hangs on it: an archive that does not fit is silently left out by the JVM.
set -euo pipefail
libs=$1 archive=$2 logging=$3

folder=$(mktemp -d)
broker=
finish() {
    [ -z "$broker" ] || kill -KILL "$broker" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
    local port
    for _ in {1..50}; do
        port=$((20000 + RANDOM % 12000))
        if is_free "$port"; then echo "$port"; return; fi
    done
    return 1
}
sasl=$(free_port) controller=$(free_port)
login='org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="only-here" user_broker="only-here";'
# The same security as in a real run, so that the same classes are loaded.
cat > "$folder/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=SASL://127.0.0.1:$sasl,CONTROLLER://127.0.0.1:$controller
advertised.listeners=SASL://127.0.0.1:$sasl
listener.security.protocol.map=SASL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=$login
listener.name.controller.plain.sasl.jaas.config=$login
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker
log.cleaner.dedupe.buffer.size=2097152
offsets.topic.replication.factor=1
auto.create.topics.enable=true
log.dirs=$folder/data
PROPERTIES

export LC_ALL=C
class_path=$(printf '%s:' "$libs"/*.jar)
java=(java -Xms128m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true "-Dlog4j2.configurationFile=$logging" -cp "${class_path%:}")
"${java[@]}" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$folder/server.properties" > "$folder/log" 2>&1
"${java[@]:0:5}" "-XX:ArchiveClassesAtExit=$archive.new" "${java[@]:5}" kafka.Kafka "$folder/server.properties" >> "$folder/log" 2>&1 < /dev/null &
broker=$!
for _ in {1..300}; do
    grep -q 'Kafka Server started' "$folder/log" && break
    kill -0 "$broker" || exit 1
    sleep 0.1
done
# One record there and back loads the classes of producing and fetching.
user=(-X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=PLAIN -X sasl.username=broker -X sasl.password=only-here)
echo x | timeout 20 kcat -b "127.0.0.1:$sasl" "${user[@]}" -P -t warm > /dev/null 2>&1 || true
timeout 20 kcat -b "127.0.0.1:$sasl" "${user[@]}" -C -t warm -c 1 -o beginning > /dev/null 2>&1 || true
kill -TERM "$broker"
for _ in {1..600}; do
    kill -0 "$broker" 2>/dev/null || break
    sleep 0.1
done
broker=
mv "$archive.new" "$archive"
