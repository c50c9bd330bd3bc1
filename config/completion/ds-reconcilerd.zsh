#compdef ds-reconcilerd
# SPDX-License-Identifier: Apache-2.0
# Completion of ds-reconcilerd for zsh; goes to /usr/share/zsh/vendor-completions/_ds-reconcilerd. A test compares it
# with --help.

_ds_reconcilerd() {
    local -a commands config named output help verdicts states
    local curcontext=$curcontext state line
    typeset -A opt_args
    commands=(
        'run:sweep at start and then periodically'
        'sweep:one sweep, then exit'
        'check-config:check the configuration'
        'print-config:print the configuration in force'
        "import-config:make a configuration from DolphinScheduler's files"
        "init-db:create the journal's tables"
        'doctor:check all that must hold before the daemon may act'
        'test-alert:send one alert to each configured channel'
        'pause:hand nothing over until resume'
        'resume:end a pause'
        'release:allow one more hand-over, or end a hold'
        'health:whether the running daemon works'
        'replay:judge a recorded sweep again'
        'status:masters, leader, sweeps, holds, verdict counts'
        'verdicts:the verdict of every unfinished workflow'
        'explain:one workflow instance with each gate'
        'history:actions and notes, from the journal'
        'impact:what a failover would re-run now'
        'help:print help'
        'version:print the version'
    )
    verdicts=(unknown unassigned pending parked quarantined unrecoverable recovering overdue failed stranded
        superseded ambiguous zombie owned orphan_earlier_incarnation waiting orphan)
    states=(SUBMITTED_SUCCESS RUNNING_EXECUTION READY_PAUSE PAUSE READY_STOP STOP FAILURE SUCCESS DELAY_EXECUTION
        SERIAL_WAIT READY_BLOCK BLOCK WAIT_TO_RUN FAILOVER)
    help=('(-h --help)'{-h,--help}'[print help]')
    config=(
        '(-c --config --cluster)'{-c,--config}'[the configuration]:file:_files'
        '(-c --config)--cluster[name of the instance]:name:'
    )
    named=('--url[the daemon to use]:address:' '--token-file[the file of the token]:file:_files')
    output=(
        '(-o --output --json)'{-o,--output}'[form of the answer]:form:(table wide json yaml)'
        '(-o --output)--json[one JSON object]'
        '--utc[times in UTC]'
    )

    _arguments -C $help $config '--version[print the version]' '1:command:->command' '*::argument:->argument' && return
    if [[ $state == command ]]; then
        _describe command commands
        return
    fi
    case $words[1] in
        run | test-alert) _arguments $help $config ;;
        health) _arguments $help $config $named ;;
        check-config) _arguments $help $config '--quiet[print only what is wrong]' ;;
        print-config) _arguments $help $config '--example[every key]' '--schema[JSON schema]' '--reference[Markdown]' ;;
        sweep) _arguments $help $config $named $output '--dry-run[write nothing]' '--wait[until orphans are judged]' '--remote[by the running daemon]' ;;
        doctor) _arguments $help $config $output '--send[also send one alert to each channel]' ;;
        import-config) _arguments $help '--environment[also use the environment]' '--output[write to this new file]:file:_files' '--force[replace that file]' '*:path:_files' ;;
        init-db) _arguments $help $config '--print[print the SQL]' '--print-grants[print the minimum rights]' '--with-index[create optional indexes]' ;;
        pause) _arguments $help $config $named '--reason[the reason]:reason:' '--by[the author]:author:' '--direct[write to the journal]' '--yes[do not ask]' '--for[end after this time]:time:(30m 1h 2h 1d)' ;;
        resume) _arguments $help $config $named '--reason[the reason]:reason:' '--by[the author]:author:' '--direct[write to the journal]' ;;
        release) _arguments $help $config $named '--reason[the reason]:reason:' '--by[the author]:author:' '--direct[write to the journal]' '--yes[do not ask]' '1:what:(mass-loss cluster database clock)' ;;
        replay) _arguments $help '--json[one JSON object]' '1:recording:_files' ;;
        impact | explain) _arguments $help $config $named $output '--direct[read registry and database]' '1:id:' ;;
        status) _arguments $help $config $named $output '--direct[read registry and database]' '--watch[print again and again]::seconds:' '--all[every cluster]' '--all-masters[every live master]' ;;
        verdicts) _arguments $help $config $named $output '--direct[read registry and database]' '--watch[print again and again]::seconds:' '*--verdict[only these]:verdict:($verdicts)' '--host[only of this host]:host:' '--project[only of this project]:name:' '--name[only names with this]:part:' '*--state[only these states]:state:($states)' '--sort[the order]:order:(attention id host name project)' '--after[the next page]:mark:' '--limit[maximum number of rows]:number:' ;;
        history) _arguments $help $config $named $output '--direct[read registry and database]' '--instance[only of this workflow instance]:id:' '--limit[maximum number of rows]:number:' '--timeline[the last 24 hours]' ;;
        help) _arguments $help '1:command:(${commands%%:*})' ;;
        version) _arguments $help ;;
    esac
}

_ds_reconcilerd "$@"
