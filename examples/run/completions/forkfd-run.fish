# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Prints the command and its arguments before the cursor: all words from the first one that is neither an option nor
# the value of one. Fails as long as options of forkfd-run may follow.
function __forkfd_run_command
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --
                set -e words[1]
                string join \n -- $words
                return 0
            case '--*=*'
                set -e words[1]
            case '--ti*' '--g*' '--s*' '--o*' -o -qo # Long options may be abbreviated.
                set -e words[1..2]
            case '-*'
                set -e words[1]
            case '*'
                string join \n -- $words
                return 0
        end
    end
    return 1
end

# Completes the command as if it stood alone.
function __forkfd_run_complete_command
    set -l words (__forkfd_run_command)
    set -l line (string escape -- $words) (commandline -ct)
    complete --do-complete="$line"
end

complete -c forkfd-run -x -a '(__forkfd_run_complete_command)'
set -l option complete -c forkfd-run -n 'not __forkfd_run_command >/dev/null'
$option -l time-limit -x -d 'Stop the command after this time'
$option -l grace -x -d 'Time between the stop signal and SIGKILL'
$option -l stop-signal -x -a 'HUP INT KILL QUIT TERM USR1 USR2' -d 'Signal that stops the command'
$option -l tree -d 'Signals reach all that the command has started'
$option -l die-with-parent -d 'Kill the command when the parent dies'
$option -l json -d 'Write the report as one line of JSON'
$option -s o -l output -rF -d 'Write the report to a file'
$option -l append -d 'Do not empty that file first'
$option -s q -l quiet -d 'Write no report'
$option -l describe -d 'Print what would be run, for a bug report'
$option -s h -l help -d 'Print a summary of the options'
$option -s V -l version -d 'Print the version'
