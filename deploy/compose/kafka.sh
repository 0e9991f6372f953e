#!/bin/bash
# One Kafka node, broker and controller, inside the container of the official image: writes its settings with the
# passwords that are mounted, formats the data at the first start, and becomes the server.
# SASL/PLAIN for every client; the rights of each principal are made by `waybill provision`.
set -euo pipefail
kafka=${KAFKA_HOME:-/opt/kafka}
secrets=${SECRETS:-/run/secrets}
data=${KAFKA_DATA:-/var/lib/kafka/data}
settings=$(mktemp -d)/server.properties
umask 077

broker=$(< "$secrets/kafka-broker")
module="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"$broker\""
users=''
for file in "$secrets"/kafka-*; do
    user=${file##*/kafka-}
    users+=" user_${user}=\"$(< "$file")\""
done

cat > "$settings" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
listeners=SASL://:9092,HOST://:29092,CONTROLLER://127.0.0.1:9093
advertised.listeners=SASL://${KAFKA_ADVERTISED:-kafka:9092},HOST://127.0.0.1:${KAFKA_HOST_PORT:-29092}
listener.security.protocol.map=SASL:SASL_PLAINTEXT,HOST:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.host.sasl.enabled.mechanisms=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=$module$users;
listener.name.host.plain.sasl.jaas.config=$module$users;
listener.name.controller.plain.sasl.jaas.config=$module user_broker="$broker";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:admin
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.dirs=$data/log
PROPERTIES

if [ ! -f "$data/log/meta.properties" ]; then
    "$kafka/bin/kafka-storage.sh" format -t "$("$kafka/bin/kafka-storage.sh" random-uuid)" -c "$settings"
fi
exec "$kafka/bin/kafka-server-start.sh" "$settings"
