#compdef forkfd-harness
# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

_arguments -s -S : \
    '(-C --config)'{-C+,--config=}'[configuration of the build folders]:name:(Debug Release RelWithDebInfo MinSizeRel)' \
    '(-f --list-file)'{-f+,--list-file=}'[read commands from a file]:file:_files' \
    '(-j --jobs)'{-j+,--jobs=}'[run so many tests at the same time]:number' \
    '*'{-R+,--include=}'[only tests whose name matches]:regular expression' \
    '*'{-E+,--exclude=}'[no tests whose name matches]:regular expression' \
    '*'{-L+,--label=}'[only tests with a label that matches]:regular expression' \
    '*--exclude-label=[no tests with a label that matches]:regular expression' \
    '*--filter=[only tests that match an expression]:expression' \
    '--partition=[only a part of the tests]:part, such as hash\:1/3' \
    '*--group=[limit how many of these tests run at the same time]:NAME=N\:EXPRESSION' \
    '--retries=[repeat a test that fails]:number' \
    '--time-limit=[limit of tests that have none]:time' \
    '--grace=[time from SIGTERM to SIGKILL]:time' \
    '--slow=[name tests that run longer]:time' \
    '--fail-fast[start no further test after a failure]' \
    '--fail-leaky[a test that leaves processes behind has failed]' \
    '--per-function[run each function of a QtTest program alone]' \
    "--qttest=[which programs take QtTest's options]:when:(auto always never)" \
    '--list[print the names of the tests, and run none]' \
    '(-v --verbose -q --quiet)'{-v,--verbose}'[name tests that pass, too]' \
    '(-v --verbose -q --quiet)'{-q,--quiet}'[name only tests that do not pass]' \
    '--show=[show the output of these tests]:which:(failed all none)' \
    '--color=[use colors]:when:(auto always never)' \
    '--slowest=[how many of the slowest tests to name]:number' \
    "--junit=[write a report in JUnit's XML]:file:_files" \
    '--tap=[write a report in the Test Anything Protocol]:file:_files' \
    '(- *)'{-h,--help}'[print a summary of the options]' \
    '(- *)--version[print the version]' \
    '*:program or build folder:_files'
