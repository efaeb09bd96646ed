# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # dev sets build_root and source_dir.
#
# The parts of ./dev check, which reads this file: the part NAME is the function check_NAME. Each runs in the
# top folder of the checkout.

# project_files [GLOB…]: the checkout's own, including those not yet added.
project_files()
{
    git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@"
}

check_format()
{
    project_files '*.cpp' '*.h' | xargs clang-format --dry-run --Werror
}

check_spdx()
{
    unmarked=$(project_files ':!*.md' ':!*.json' ':!LICENSE' | xargs grep -L SPDX-License-Identifier:) || true
    [ -z "$unmarked" ] || fail "no SPDX line in $unmarked"
}

check_shell()
{
    shellcheck dev .ci/run .ci/checks.sh .ci/check-root .ci/symbols autotests/model/run autotests/parity/fetch
}

# The concurrency of the SIGCHLD backend, searched for all that can happen.
check_model()
{
    autotests/model/run "$build_root/check/model"
}

# Every public header compiles alone.
check_headers()
{
    for compiler in g++ clang++; do
        cmake_build cmake/checks/headers "$build_root/check/headers-$compiler" \
            -DCMAKE_CXX_COMPILER=$compiler
    done
}

# The core in 32-bit programs, with either size of time_t. Only x86-64 runs them, too.
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

# In the build that check_asan needs anyway.
check_clazy()
{
    build clazy -k 0
}

check_tidy()
{
    build tidy -k 0
}

# Qt's own tests of QProcess are put to ChildProcess, and what is tested here of both to QProcess.
check_parity()
{
    suite=$build_root/check/qt-tests
    autotests/parity/fetch "$suite"
    cmake_build autotests/parity "$build_root/parity" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG= \
        -DFORKFD_PARITY_SUITE="$suite"
    run_tests parity -R qprocess "$@"
}

# The library's system calls fail one by one. Without arguments it is a sample.
check_faults()
{
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        echo "The fault walker knows x86-64 alone."
        return 0
    fi
    build dev faults
    status=0
    "$build_root/dev/autotests/faults/faults" "$@" || status=$?
    [ $status -eq 77 ] || return $status # No such filters here; it has said so.
}

check_docs()
{
    write_docs
}

# Each property of docs/design has a test, and the table of both is up to date.
check_properties()
{
    .ci/properties --check
}

check_portable()
{
    build_and_test_briefly portable
}

check_asan()
{
    build_and_test_briefly clazy
}

# All that is measured works; how fast is not a question for a check.
check_bench()
{
    build_and_test bench
}

check_tsan()
{
    export TSAN_OPTIONS="suppressions=$source_dir/autotests/tsan.supp"
    build tsan concurrent_tests
    run_tests tsan -L concurrency -E noglib
}

# Who builds no tests does not need QtTest.
check_notests()
{
    dir=$build_root/check/notests
    rm -rf "$dir"
    cmake -G Ninja -S . -B "$dir" -DBUILD_TESTING=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Qt6Test=ON
}

# Other projects can use the library: installed, static or shared and optimized, or as a part of theirs.
check_consumer()
{
    rm -rf "$build_root"/check/consumer-*
    # The first one without CMake's flags: assertions on, and nothing for a debugger.
    for kind in OFF: ON:Release; do
        shared=${kind%:*}
        dir=$build_root/check/consumer-shared-$shared
        cmake_build . "$dir/forkfd" -DCMAKE_BUILD_TYPE="${kind#*:}" -DFORKFD_WERROR=ON \
            -DBUILD_SHARED_LIBS="$shared" -DBUILD_TESTING=OFF -DFORKFD_EXAMPLES=OFF
        cmake --install "$dir/forkfd" --prefix "$dir/prefix" >/dev/null
        try_consumer "$dir/installed" -DCMAKE_PREFIX_PATH="$dir/prefix"
    done
    compare_symbols "$dir/prefix/lib"*
    try_without_qt "$build_root/check/consumer-core"
    # These hosts make errors of warnings that our own sources give.
    strict="-Wall -Wextra -Wsign-conversion -Wuseless-cast -Wswitch-default -Wswitch-enum"
    try_consumer "$build_root/check/consumer-included" -DFORKFD_INCLUDED=ON -DCMAKE_CXX_FLAGS="$strict -Werror"
    cmake_build . "$build_root/check/consumer-strict" -DFORKFD_TESTS=OFF -DFORKFD_EXAMPLES=OFF \
        -DCMAKE_CXX_FLAGS="$(echo "$strict" | sed 's/-W/-Werror=/g')"
}

# A machine without Qt gets the core, as the package's only component.
try_without_qt()
{
    cmake_build . "$1/forkfd" -DFORKFD_QT=OFF -DFORKFD_WERROR=ON -DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON --no-warn-unused-cli
    cmake --install "$1/forkfd" --prefix "$1/prefix" >/dev/null
    cmake_build autotests/consumer/core "$1/installed" -DCMAKE_PREFIX_PATH="$1/prefix" \
        -DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON --no-warn-unused-cli
    "$1/installed/core-consumer"
}

# compare_symbols FOLDER…: the shared libraries below export the names of the lists, and a plug-in with static ones
# exports none. C++ names contain types, which differ on other machines.
compare_symbols()
{
    plugin=$(find "$build_root/check/consumer-shared-OFF/installed" -name 'libconsumer-plugin.so')
    nm --dynamic --defined-only "$plugin" | c++filt | grep pluginMain
    ! nm --dynamic --defined-only "$plugin" | c++filt | grep ForkFd::
    [ "$(uname -m)" = x86_64 ] || return 0
    for library in Core ChildProcess; do
        list=cmake/checks/symbols/$(echo $library | tr '[:upper:]' '[:lower:]').txt
        file=$(find "$@" -name "libForkFd$library.so")
        .ci/symbols "$file" | diff -u "$list" - \
            || fail "if this change of the binary interface is wanted: .ci/symbols $file >$list"
    done
}

# try_consumer FOLDER CMAKE-OPTION…
try_consumer()
{
    cmake_build autotests/consumer "$@"
    "$1/consumer"
    "$1/core/core-consumer"
    for way in writtenout alias macro forced; do
        "$1/ways/way-$way" || fail "the end was not heard of with QProcess replaced this way: $way"
    done
}
