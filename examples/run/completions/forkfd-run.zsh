#compdef forkfd-run
# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
#
# Completes the options of forkfd-run, and then the command as if it stood alone.

_arguments -s -S -A '-*' : \
    '--time-limit=[stop the command after this time]:time (such as 1m30s)' \
    '--grace=[time between the stop signal and SIGKILL]:time (such as 500ms)' \
    '--stop-signal=[signal that stops the command]:signal:(HUP INT KILL QUIT TERM USR1 USR2)' \
    '--tree[signals reach all that the command has started]' \
    '--die-with-parent[kill the command when the parent dies]' \
    '--json[write the report as one line of JSON]' \
    '(-o --output)'{-o+,--output=}'[write the report to a file]:file:_files' \
    '--append[do not empty that file first]' \
    '(-q --quiet)'{-q,--quiet}'[write no report]' \
    '--describe[print what would be run, for a bug report]' \
    '(- : *)'{-h,--help}'[print a summary of the options]' \
    '(-V --version)'{-V,--version}'[print the version]' \
    '(-):command:_command_names -e' \
    '*::argument:_normal'
