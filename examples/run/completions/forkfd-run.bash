# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Completes the options of forkfd-run, and then the command as if it stood alone.

_forkfd_run()
{
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options='--time-limit --grace --stop-signal --tree --die-with-parent --json --output --append
        --quiet --describe --help --version'
    COMPREPLY=()
    # Bash takes the "=" of --grace=1s for a word of its own.
    [[ $word != = ]] || word=
    [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}

    # The command is the first word that is neither an option nor the argument of one.
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --ti* | --g* | --s* | --o* | -o | -qo) # Long options may be abbreviated.
                ((i++))
                [[ ${COMP_WORDS[i]} != = ]] || ((i++))
                ;;
            --)
                ((i++))
                break
                ;;
            -*) ;;
            *) break ;;
        esac
    done
    if ((i < COMP_CWORD)); then
        if declare -F _command_offset >/dev/null; then
            _command_offset "$i"
        else
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
        fi
        return
    fi

    case $previous in
        --ti* | --g*) ;;
        --s*) mapfile -t COMPREPLY < <(compgen -W 'HUP INT KILL QUIT TERM USR1 USR2' -- "$word") ;;
        --o* | -o | -qo) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        *)
            if [[ $word == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
            else
                mapfile -t COMPREPLY < <(compgen -c -- "$word")
            fi
            ;;
    esac
}
complete -F _forkfd_run forkfd-run
