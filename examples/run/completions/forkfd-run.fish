# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

complete -c forkfd-run -l time-limit -x -d 'Stop the command after this time'
complete -c forkfd-run -l grace -x -d 'Time between the stop signal and SIGKILL'
complete -c forkfd-run -l stop-signal -x -a 'HUP INT KILL QUIT TERM USR1 USR2' -d 'Signal that stops the command'
complete -c forkfd-run -l tree -d 'Signals reach all that the command has started'
complete -c forkfd-run -l die-with-parent -d 'Kill the command when the parent dies'
complete -c forkfd-run -l json -d 'Write the report as one line of JSON'
complete -c forkfd-run -s o -l output -r -d 'Write the report to a file'
complete -c forkfd-run -l append -d 'Do not empty that file first'
complete -c forkfd-run -s q -l quiet -d 'Write no report'
complete -c forkfd-run -l describe -d 'Print what would be run, for a bug report'
complete -c forkfd-run -s h -l help -d 'Print a summary of the options'
complete -c forkfd-run -s V -l version -d 'Print the version'
complete -c forkfd-run -x -a '(__fish_complete_subcommand)'
