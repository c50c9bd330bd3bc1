# SPDX-License-Identifier: Apache-2.0
# Bash completion of ds-reconcilerd; goes to /usr/share/bash-completion/completions/ds-reconcilerd. A test compares it
# with --help.

_ds_reconcilerd() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -c | --config | --cluster) ((i++)) ;;
            -*) ;;
            *)
                command=${COMP_WORDS[i]}
                break
                ;;
        esac
    done

    local verdicts="unknown unassigned pending parked quarantined unrecoverable recovering overdue failed stranded
        superseded ambiguous zombie owned orphan_earlier_incarnation waiting orphan"
    local states="SUBMITTED_SUCCESS RUNNING_EXECUTION READY_PAUSE PAUSE READY_STOP STOP FAILURE SUCCESS DELAY_EXECUTION
        SERIAL_WAIT READY_BLOCK BLOCK WAIT_TO_RUN FAILOVER"
    case $before in
        -c | --config | --token-file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --verdict)
            mapfile -t COMPREPLY < <(compgen -W "$verdicts" -- "$word")
            return
            ;;
        -o | --output)
            if [[ $command == import-config ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return
            fi
            mapfile -t COMPREPLY < <(compgen -W "table wide json yaml" -- "$word")
            return
            ;;
        --state)
            mapfile -t COMPREPLY < <(compgen -W "$states" -- "$word")
            return
            ;;
        --sort)
            mapfile -t COMPREPLY < <(compgen -W "attention id host name project" -- "$word")
            return
            ;;
        --for)
            mapfile -t COMPREPLY < <(compgen -W "30m 1h 2h 1d" -- "$word")
            return
            ;;
        --cluster | --url | --reason | --by | --host | --project | --name | --after | --limit | --instance) return ;;
    esac

    local commands="run health sweep check-config print-config import-config init-db doctor test-alert pause resume release replay status
        verdicts explain history impact help version"
    local options="--help -h" config=" -c --config --cluster" named=" --url --token-file" output=" -o --output --json --utc"
    case $command in
        "") options+="$config --version $commands" ;;
        run | test-alert) options+=$config ;;
        health) options+=$config$named ;;
        check-config) options+="$config --quiet" ;;
        print-config) options+="$config --example --schema --reference" ;;
        sweep) options+="$config$named$output --dry-run --wait --remote" ;;
        doctor) options+="$config$output --send" ;;
        init-db) options+="$config --print --print-grants --with-index" ;;
        pause) options+="$config$named --reason --by --direct --yes --for" ;;
        resume) options+="$config$named --reason --by --direct" ;;
        release) options+="$config$named --reason --by --direct --yes mass-loss cluster database clock" ;;
        import-config | replay)
            options+=" --json"
            if [[ $command == import-config ]]; then options="--help -h --environment --output --force"; fi
            if [[ $word != -* ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return
            fi
            ;;
        impact | explain) options+="$config$named$output --direct" ;;
        status) options+="$config$named$output --direct --watch --all --all-masters" ;;
        verdicts) options+="$config$named$output --direct --watch --verdict --host --project --name --state --sort --after --limit" ;;
        history) options+="$config$named$output --direct --instance --limit --timeline" ;;
        help) options+=" $commands" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}

complete -F _ds_reconcilerd ds-reconcilerd
