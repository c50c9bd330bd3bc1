# SPDX-License-Identifier: Apache-2.0
# Completion of ds-reconcilerd for fish; goes to /usr/share/fish/vendor_completions.d/ds-reconcilerd.fish. A test
# compares it with --help.

set -l commands run sweep check-config print-config import-config init-db doctor test-alert pause resume release health replay status verdicts explain history impact help version
set -l verdicts unknown unassigned pending parked quarantined unrecoverable recovering overdue failed stranded superseded ambiguous zombie owned orphan_earlier_incarnation waiting orphan
set -l states SUBMITTED_SUCCESS RUNNING_EXECUTION READY_PAUSE PAUSE READY_STOP STOP FAILURE SUCCESS DELAY_EXECUTION SERIAL_WAIT READY_BLOCK BLOCK WAIT_TO_RUN FAILOVER
set -l seen __fish_seen_subcommand_from
set -l none "not $seen $commands"
set -l configured "not $seen replay import-config help version"
set -l asks "$seen status verdicts explain history impact"
set -l notes "$seen pause resume release"

complete -c ds-reconcilerd -f
complete -c ds-reconcilerd -s h -l help -d 'print help'
complete -c ds-reconcilerd -n $none -l version -d 'print the version'
complete -c ds-reconcilerd -n $configured -s c -l config -r -F -d 'the configuration'
complete -c ds-reconcilerd -n $configured -l cluster -x -d 'name of the instance'

complete -c ds-reconcilerd -n $none -a run -d 'sweep at start and then periodically'
complete -c ds-reconcilerd -n $none -a sweep -d 'one sweep, then exit'
complete -c ds-reconcilerd -n $none -a check-config -d 'check the configuration'
complete -c ds-reconcilerd -n $none -a print-config -d 'print the configuration in force'
complete -c ds-reconcilerd -n $none -a import-config -d "make a configuration from DolphinScheduler's files"
complete -c ds-reconcilerd -n $none -a init-db -d 'create the tables of the journal'
complete -c ds-reconcilerd -n $none -a doctor -d 'check all that must hold before the daemon may act'
complete -c ds-reconcilerd -n $none -a test-alert -d 'send one alert to each configured channel'
complete -c ds-reconcilerd -n $none -a pause -d 'hand nothing over until resume'
complete -c ds-reconcilerd -n $none -a resume -d 'end a pause'
complete -c ds-reconcilerd -n $none -a release -d 'allow one more hand-over, or end a hold'
complete -c ds-reconcilerd -n $none -a health -d 'whether the running daemon works'
complete -c ds-reconcilerd -n $none -a replay -d 'judge a recorded sweep again'
complete -c ds-reconcilerd -n $none -a status -d 'masters, leader, sweeps, holds, verdict counts'
complete -c ds-reconcilerd -n $none -a verdicts -d 'the verdict of every unfinished workflow'
complete -c ds-reconcilerd -n $none -a explain -d 'one workflow instance with each gate'
complete -c ds-reconcilerd -n $none -a history -d 'actions and notes, from the journal'
complete -c ds-reconcilerd -n $none -a impact -d 'what a failover would re-run now'
complete -c ds-reconcilerd -n $none -a help -d 'print help'
complete -c ds-reconcilerd -n $none -a version -d 'print the version'
complete -c ds-reconcilerd -n "$seen help" -a "$commands"

complete -c ds-reconcilerd -n "$seen status verdicts explain history impact sweep health pause resume release" -l url -x -d 'the daemon to use'
complete -c ds-reconcilerd -n "$seen status verdicts explain history impact sweep health pause resume release" -l token-file -r -F -d 'the file of the token'
complete -c ds-reconcilerd -n "$seen status verdicts explain history impact sweep doctor" -s o -l output -x -a 'table wide json yaml' -d 'form of the answer'
complete -c ds-reconcilerd -n "$seen status verdicts explain history impact sweep replay doctor" -l json -d 'one JSON object'
complete -c ds-reconcilerd -n "$seen status verdicts explain history impact sweep doctor" -l utc -d 'times in UTC'
complete -c ds-reconcilerd -n $asks -l direct -d 'read registry and database'
complete -c ds-reconcilerd -n "$seen status verdicts" -l watch -d 'print again and again'
complete -c ds-reconcilerd -n "$seen verdicts" -l verdict -x -a "$verdicts" -d 'only these'
complete -c ds-reconcilerd -n "$seen verdicts" -l host -x -d 'only of this host'
complete -c ds-reconcilerd -n "$seen verdicts" -l project -x -d 'only of this project'
complete -c ds-reconcilerd -n "$seen verdicts" -l name -x -d 'only names with this'
complete -c ds-reconcilerd -n "$seen verdicts" -l state -x -a "$states" -d 'only these states'
complete -c ds-reconcilerd -n "$seen verdicts" -l sort -x -a 'attention id host name project' -d 'the order'
complete -c ds-reconcilerd -n "$seen status" -l all -d 'every cluster, a line for each'
complete -c ds-reconcilerd -n "$seen status" -l all-masters -d 'every live master'
complete -c ds-reconcilerd -n "$seen verdicts" -l after -x -d 'the next page'
complete -c ds-reconcilerd -n "$seen verdicts history" -l limit -x -d 'maximum number of rows'
complete -c ds-reconcilerd -n "$seen history" -l instance -x -d 'only of this workflow instance'
complete -c ds-reconcilerd -n "$seen check-config" -l quiet -d 'print only what is wrong'
complete -c ds-reconcilerd -n "$seen print-config" -l example -d 'every key'
complete -c ds-reconcilerd -n "$seen print-config" -l schema -d 'JSON schema'
complete -c ds-reconcilerd -n "$seen print-config" -l reference -d 'every key, in Markdown'
complete -c ds-reconcilerd -n "$seen sweep" -l dry-run -d 'write nothing'
complete -c ds-reconcilerd -n "$seen sweep" -l wait -d 'until orphans are judged'
complete -c ds-reconcilerd -n "$seen sweep" -l remote -d 'by the running daemon'
complete -c ds-reconcilerd -n "$seen doctor" -l send -d 'also send one alert to each channel'
complete -c ds-reconcilerd -n "$seen init-db" -l print -d 'print the SQL'
complete -c ds-reconcilerd -n "$seen init-db" -l print-grants -d 'print the minimum rights'
complete -c ds-reconcilerd -n "$seen init-db" -l with-index -d 'create optional indexes'
complete -c ds-reconcilerd -n $notes -l reason -x -d 'the reason'
complete -c ds-reconcilerd -n $notes -l by -x -d 'the author'
complete -c ds-reconcilerd -n $notes -l direct -d 'write to the journal'
complete -c ds-reconcilerd -n "$seen pause release" -l yes -d 'do not ask'
complete -c ds-reconcilerd -n "$seen pause" -l for -x -a '30m 1h 2h 1d' -d 'end after this time'
complete -c ds-reconcilerd -n "$seen release" -a 'mass-loss cluster database clock'
complete -c ds-reconcilerd -n "$seen import-config" -l environment -d 'also use the environment'
complete -c ds-reconcilerd -n "$seen history" -l timeline -d 'the last 24 hours'
complete -c ds-reconcilerd -n "$seen import-config" -l output -r -F -d 'write to this new file'
complete -c ds-reconcilerd -n "$seen import-config" -l force -d 'replace that file'
complete -c ds-reconcilerd -n "$seen replay import-config" -F
