#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
export JAVA_HOME=${JAVA_HOME:-/opt/java}
export DATABASE=${DATABASE:-postgresql}
export SPRING_PROFILES_ACTIVE=${DATABASE}
DB_HOST="db31.example.com"
export SPRING_DATASOURCE_URL="jdbc:postgresql://${DB_HOST}:5433/ds31?sslmode=verify-full&currentSchema=flows"
export SPRING_DATASOURCE_USERNAME='scheduler'
export SPRING_DATASOURCE_PASSWORD="ENC(secret-of-3.1)"
export SPRING_JACKSON_TIME_ZONE=${SPRING_JACKSON_TIME_ZONE:-Asia/Shanghai}
export REGISTRY_TYPE=${REGISTRY_TYPE:-zookeeper}
export REGISTRY_ZOOKEEPER_CONNECT_STRING=${REGISTRY_ZOOKEEPER_CONNECT_STRING:-zk1:2181,zk2:2181/flows}
if [ -z "$HADOOP_HOME" ]; then
  export REGISTRY_TYPE=etcd-in-a-branch-that-nobody-takes
fi
export REGISTRY_TYPE=zookeeper # the last one counts
export PATH=$JAVA_HOME/bin:$PATH
