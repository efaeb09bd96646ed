# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=bash

_forkfd_harness()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} choices=
    # Bash takes the "=" of --show=all for a word of its own.
    [[ $word != = ]] || word=
    [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD-2]}
    # Behind "--" stand the arguments of the tests.
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} = -- ]]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
        fi
    done
    case $before in
        -f | --list-file | --junit | --tap) ;;
        --qttest | --color) choices="auto always never" ;;
        --show) choices="failed all none" ;;
        --partition) choices="count: hash:" ;;
        -C | --config | -j | --jobs | -R | --include | -E | --exclude | -L | --label | --exclude-label \
            | --filter | --group | --retries | --time-limit | --grace | --slow | --slowest) return ;;
        *) [[ $word != -* ]] || choices="--config --list-file --jobs --include --exclude --label
            --exclude-label --filter --partition --group --retries --time-limit --grace --slow --fail-fast
            --fail-leaky --per-function --qttest --list --verbose --quiet --show --color --slowest --junit
            --tap --help --version" ;;
    esac
    if [[ -n $choices ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -F _forkfd_harness forkfd-harness
