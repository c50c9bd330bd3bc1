-- SPDX-License-Identifier: Apache-2.0
-- Licensed to the Apache Software Foundation (ASF) under one or more contributor license agreements; converted from
-- dolphinscheduler_postgresql.sql of Apache DolphinScheduler 3.4.3 by to_sqlite: change that, not this.

CREATE TABLE t_ds_alert (
    id integer primary key autoincrement,
    title varchar(512) default null,
    sign varchar(40) NOT NULL DEFAULT '',
    content text,
    alert_status int default 0,
    warning_type int default 2,
    log text,
    alertgroup_id int default null,
    create_time timestamp default null,
    update_time timestamp default null,
    project_code bigint default null,
    workflow_definition_code bigint default null,
    workflow_instance_id int default null,
    alert_type int default null
);

CREATE TABLE t_ds_command (
    id integer primary key autoincrement,
    command_type int default null,
    workflow_definition_code bigint not null,
    command_param text,
    task_depend_type int default null,
    failure_strategy int default 0,
    warning_type int default 0,
    warning_group_id int default null,
    schedule_time timestamp default null,
    start_time timestamp default null,
    executor_id int default null,
    update_time timestamp default null,
    workflow_instance_priority int default 2,
    worker_group varchar(255),
    tenant_code varchar(64) DEFAULT 'default',
    environment_code bigint default -1,
    dry_run int default 0,
    workflow_instance_id int default 0,
    workflow_definition_version int default 0
);

CREATE INDEX priority_id_index ON t_ds_command (workflow_instance_priority,id);

CREATE TABLE t_ds_error_command (
    id integer primary key autoincrement,
    command_type int default null,
    workflow_definition_code bigint not null,
    command_param text,
    task_depend_type int default null,
    failure_strategy int default 0,
    warning_type int default 0,
    warning_group_id int default null,
    schedule_time timestamp default null,
    start_time timestamp default null,
    executor_id int default null,
    update_time timestamp default null,
    workflow_instance_priority int default 2,
    worker_group varchar(255),
    tenant_code varchar(64) DEFAULT 'default',
    environment_code bigint default -1,
    dry_run int default 0,
    message text,
    workflow_instance_id int default 0,
    workflow_definition_version int default 0
);

CREATE TABLE t_ds_workflow_definition (
    id integer primary key autoincrement,
    code bigint not null,
    name varchar(255) default null,
    version int not null default 1,
    description text,
    project_code bigint default null,
    release_state int default null,
    user_id int default null,
    global_params text,
    locations text,
    warning_group_id int default null,
    flag int default null,
    timeout int default 0,
    execution_type int default 0,
    create_time timestamp default null,
    update_time timestamp default null
);

CREATE TABLE t_ds_workflow_definition_log (
    id integer primary key autoincrement,
    code bigint not null,
    name varchar(255) default null,
    version int not null default 1,
    description text,
    project_code bigint default null,
    release_state int default null,
    user_id int default null,
    global_params text,
    locations text,
    warning_group_id int default null,
    flag int default null,
    timeout int default 0,
    execution_type int default 0,
    operator int default null,
    operate_time timestamp default null,
    create_time timestamp default null,
    update_time timestamp default null
);

CREATE TABLE t_ds_workflow_instance (
    id integer primary key autoincrement,
    name varchar(255) default null,
    workflow_definition_code bigint default null,
    workflow_definition_version int not null default 1,
    project_code bigint default null,
    state int default null,
    state_history text,
    recovery int default null,
    start_time timestamp default null,
    end_time timestamp default null,
    run_times int default null,
    host varchar(135) default null,
    command_type int default null,
    command_param text,
    task_depend_type int default null,
    max_try_times int default 0,
    failure_strategy int default 0,
    warning_type int default 0,
    warning_group_id int default null,
    schedule_time timestamp default null,
    command_start_time timestamp default null,
    global_params text,
    workflow_instance_json text,
    flag int default 1,
    update_time timestamp null,
    is_sub_workflow int default 0,
    executor_id int not null,
    executor_name varchar(64) default null,
    history_cmd text,
    dependence_schedule_times text,
    workflow_instance_priority int default 2,
    worker_group varchar(255),
    environment_code bigint default -1,
    timeout int default 0,
    tenant_code varchar(64) DEFAULT 'default',
    var_pool text,
    dry_run int default 0,
    next_workflow_instance_id int default 0,
    restart_time timestamp default null
);

CREATE TABLE t_ds_project (
    id integer primary key autoincrement,
    name varchar(255) default null,
    code bigint not null,
    description varchar(255) default null,
    user_id int default null,
    flag int default 1,
    create_time timestamp default current_timestamp,
    update_time timestamp default current_timestamp
);

CREATE TABLE t_ds_relation_workflow_instance (
    id integer primary key autoincrement,
    parent_workflow_instance_id int default null,
    parent_task_instance_id int default null,
    workflow_instance_id int default null
);

CREATE TABLE t_ds_schedules (
    id integer primary key autoincrement,
    workflow_definition_code bigint not null,
    start_time timestamp not null,
    end_time timestamp not null,
    timezone_id varchar(40) default null,
    crontab varchar(255) not null,
    missed_fire_policy smallint not null default 2,
    failure_strategy int not null,
    user_id int not null,
    release_state int not null,
    warning_type int not null,
    warning_group_id int default null,
    workflow_instance_priority int default 2,
    worker_group varchar(255),
    tenant_code varchar(64) DEFAULT 'default',
    environment_code bigint default -1,
    create_time timestamp not null,
    update_time timestamp not null
);

CREATE TABLE t_ds_task_instance (
    id integer primary key autoincrement,
    name varchar(255) default null,
    task_type varchar(50) default null,
    task_execute_type int default 0,
    task_code bigint not null,
    task_definition_version int not null default 1,
    workflow_instance_id int default null,
    workflow_instance_name varchar(255) default null,
    project_code bigint default null,
    state int default null,
    submit_time timestamp default null,
    start_time timestamp default null,
    end_time timestamp default null,
    host varchar(135) default null,
    execute_path varchar(200) default null,
    log_path text default null,
    alert_flag int default null,
    retry_times int default 0,
    pid int default null,
    app_link text,
    task_params text,
    flag int default 1,
    retry_interval int default null,
    max_retry_times int default null,
    task_instance_priority int default null,
    worker_group varchar(255),
    environment_code bigint default -1,
    environment_config text,
    executor_id int default null,
    executor_name varchar(64) default null,
    first_submit_time timestamp default null,
    delay_time int default 0,
    task_group_id int default null,
    var_pool text,
    dry_run int default 0,
    cpu_quota int default -1 not null,
    memory_max int default -1 not null
);

CREATE TABLE t_ds_tenant (
    id integer primary key autoincrement,
    tenant_code varchar(64) default null,
    description varchar(255) default null,
    queue_id int default null,
    create_time timestamp default null,
    update_time timestamp default null
);

CREATE TABLE t_ds_version (
    id integer primary key autoincrement,
    version varchar(63) not null
);

CREATE TABLE t_ds_serial_command (
    id integer primary key autoincrement,
    workflow_definition_code bigint not null,
    workflow_definition_version int not null,
    workflow_instance_id bigint not null,
    state smallint not null default 0,
    command text,
    create_time timestamp not null default current_timestamp,
    update_time timestamp not null default current_timestamp
);

INSERT INTO t_ds_version (version) VALUES ('3.4.3');
