# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # dev sets build_root and source_dir.
#
# The parts of ./dev check, which sources this file. The function check_NAME implements the part NAME. Each runs
# in the top folder of the checkout.

# project_files [GLOB…]: lists the files of the project, including new files that are not yet added to Git. The shell
# does not notice its failure in a pipe.
project_files()
{
    git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@"
}

check_format()
{
    files=$(project_files '*.cpp' '*.h')
    echo "$files" | xargs clang-format --dry-run --Werror
}

# Each file has its copyright holder and its license in its first lines, or in FILE.license.
check_reuse()
{
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' reuse lint
}

check_shell()
{
    shellcheck dev .ci/run .ci/*.sh .ci/check-root .ci/check-cross .ci/completions .ci/follow .ci/second-tries .ci/skipped \
        .ci/symbols .ci/try-launchpad \
        autotests/fuzz/run autotests/model/run autotests/parity/fetch
}

check_man()
{
    files=$(project_files '*.1')
    echo "$files" | xargs mandoc -T lint -W warning
}

check_completions()
{
    .ci/completions
}

# Includes between the folders of src run one way.
check_layers()
{
    .ci/layers
}

# Model-checks the concurrency of the SIGCHLD backend.
check_model()
{
    autotests/model/run "$build_root/check/model"
}

# Compiles every public header on its own.
check_headers()
{
    for compiler in g++ clang++; do
        cmake_build cmake/checks/headers "$build_root/check/headers-$compiler" \
            -DCMAKE_CXX_COMPILER=$compiler
    done
}

# Compiles the core for 32-bit programs with both sizes of time_t, and runs a test program. Needs x86-64.
check_32bit()
{
    [ -n "$m32_packages" ] || return 0
    for size in 32 64; do
        dir=$build_root/check/32bit-time$size
        flags="-m32 -D_TIME_BITS=$size"
        [ $size = 32 ] || flags="$flags -D_FILE_OFFSET_BITS=64"
        cmake_build cmake/checks/core32 "$dir" -DCMAKE_CXX_FLAGS="$flags"
        for backend in pidfd sigchld; do
            (cd "$dir" && FORKFD_BACKEND=$backend ./core32)
        done
    done
}

# Builds the preset that check_asan runs, with the checks of level 1. Those of level 2 look at the library alone, all
# but one: function-args-by-value wants copies of structs of two words, which may grow later.
check_clazy()
{
    build clazy -k 0
    dir=$build_root/clazy
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$dir/compile_commands.json" \
        | grep -e "^$source_dir/src/" -e "^$dir/src/" | grep -v '_autogen/' | sort -u \
        | xargs clazy-standalone -p "$dir" --checks=level2,no-function-args-by-value \
        --header-filter="$source_dir/(include|src)/.*" >"$dir/level2.log" 2>&1
    ! grep -A 3 -e '\[-Wclazy-' "$dir/level2.log"
}

check_tidy()
{
    build tidy -k 0
}

# Runs Qt's tests of QProcess with ChildProcess, and our tests of the common behaviour with QProcess. Debian 13 has the
# tests of Qt 6.8.
check_parity()
{
    release=${FORKFD_PARITY_RELEASE:-trixie}
    suite=$build_root/check/qt-tests-$release
    autotests/parity/fetch "$suite" "$release"
    cmake_build autotests/parity "$build_root/parity" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= \
        -DFORKFD_PARITY_SUITE="$suite" -DFORKFD_UNITY_BUILD=ON
    run_tests parity -R qprocess "$@"
}

# Makes the library's system calls fail one by one. Without arguments it runs a sample. Leaves the figures for ./dev
# reliability.
check_faults()
{
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        echo "The fault walker supports only Linux on x86-64."
        return 0
    fi
    build dev faults
    status=0
    "$build_root/dev/autotests/faults/faults" --report "$build_root/faults.json" "$@" || status=$?
    [ $status -eq 77 ] || return $status # The fault walker has printed that this kernel lacks the filters.
}

# Runs all fuzzers at the same time, or those in FORKFD_FUZZERS: with the seeded driver in the build of ./dev test, with
# libFuzzer in that of FORKFD_FUZZ_PRESET=asan.
# shellcheck disable=SC2086 # The list of names is there to be split.
check_fuzz()
{
    preset=${FORKFD_FUZZ_PRESET:-dev}
    build "$preset" fuzzers
    run_for_preset "$preset" autotests/fuzz/run "$build_root/$preset" "${FORKFD_FUZZ_SECONDS:-60}" ${FORKFD_FUZZERS:-}
}

# Writes the reference, whose warnings are errors, and compares the code samples with the programs that they quote.
check_docs()
{
    .ci/samples
    write_docs
    write_help
    [ -s "$build_root/docs/forkfd.qch" ]
}

# Checks that each property of docs/design has a test, and that the pages that are generated are up to date.
check_properties()
{
    .ci/properties --check
    python3 -B autotests/reliability/report.py --check
}

check_portable()
{
    build_and_test_briefly portable
}

check_asan()
{
    build_and_test_briefly clazy
}

# Runs each benchmark once to test that it works. No check depends on speed.
check_bench()
{
    FORKFD_CMAKE_OPTIONS="${FORKFD_CMAKE_OPTIONS:-} -DFORKFD_UNITY_BUILD=ON"
    build_and_test bench
}

check_tsan()
{
    export TSAN_OPTIONS="suppressions=$source_dir/autotests/tsan.supp"
    build tsan concurrent_tests
    run_tests tsan -L concurrency -E noglib
}

# Looks for wrong uses of memory and for descriptors that stay open.
check_valgrind()
{
    [ "$(uname -s)" = Linux ] || return 0
    build dev surrounded
    .ci/valgrind "$build_root/dev" "$build_root/check/valgrind"
}

# In a small project, one test fails at its first try, and two skip.
check_retries()
{
    dir=$build_root/check/retries
    rm -rf "$dir"
    cmake -G Ninja -S cmake/checks/retries -B "$dir"
    ctest --test-dir "$dir" --repeat until-pass:2
    .ci/second-tries "$dir" >"$dir/tries"
    printf '%s\n' "passed only at the second try: unlucky" "  | 1/3 Testing: nothing" "  | it fails" | diff - "$dir/tries"
    .ci/skipped "$dir" >"$dir/skips"
    printf '%s\n' "Skipped tests, by reason:" "  No luck (today)." "    partly: f(), g()" "    wholly: nothing else has run" \
        "  No time." "    partly: g()" | diff - "$dir/skips"
}

# Checks the tool of ./dev mutants with a small program.
check_mutants()
{
    /usr/bin/python3 -B autotests/mutants/selftest.py
}

# A build without tests does not need QtTest.
check_notests()
{
    dir=$build_root/check/notests
    rm -rf "$dir"
    cmake -G Ninja -S . -B "$dir" -DBUILD_TESTING=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Qt6Test=ON
}
