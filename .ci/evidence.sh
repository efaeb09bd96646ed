# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # dev sets build_root and source_dir, packages.sh the packages.
# shellcheck disable=SC2164 # dev sets -e.
#
# The words of ./dev, which sources this file, that write figures for docs/reliability.md.

word_soak()
{
    need "$build_packages $test_packages"
    build dev load
    with_figures "$build_root/soak.json" \
        "$build_root/dev/autotests/load/load" --report "$build_root/soak.json" "$@"
}

# Rows whose tool is not installed skip.
word_surroundings()
{
    need "$build_packages $test_packages $surroundings_packages"
    build dev tst_surroundings
    with_figures "$build_root/surroundings.json" env FORKFD_SURROUNDINGS=all \
        FORKFD_SURROUNDINGS_FIGURES="$build_root/surroundings.json" QTEST_FUNCTION_TIMEOUT=1800000 LC_ALL=C.UTF-8 \
        "$build_root/dev/autotests/surroundings/tst_surroundings" "$@"
}

word_coverage()
{
    need "$build_packages $test_packages $coverage_packages"
    build coverage
    find "$build_root/coverage" -name '*.gcda' -delete
    run_tests coverage
    cd "$source_dir"
    gcovr --root . --filter src/ --exclude-throw-branches --exclude-unreachable-branches \
        --json "$build_root/coverage/gcovr.json" "$build_root/coverage"
    python3 -B autotests/reliability/coverage.py "$build_root/coverage/gcovr.json" "$build_root/coverage.json"
}

# In a copy of the sources.
word_mutants()
{
    need "$build_packages $test_packages $mutants_packages"
    files=
    while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do
        files="$files $1"
        shift
    done
    dir=$build_root/mutants
    rm -rf "$dir/source"
    mkdir -p "$dir/source"
    cd "$source_dir"
    files_to_copy=$(project_files)
    echo "$files_to_copy" | xargs cp -p --parents -t "$dir/source"
    cd "$dir/source"
    cmake --preset dev -B "$dir/build" -DFORKFD_UNITY_BUILD=OFF -DFORKFD_EXAMPLES=OFF >&2
    # Of all Pythons, Debian's has python3-clang.
    # shellcheck disable=SC2046,SC2086 # The lists are there to be split.
    /usr/bin/python3 -B autotests/mutants/mutate.py "$dir/build" "$dir/list.json" \
        ${files:-$(find src/core -name '*.cpp' | sort)}
    ninja -C "$dir/build" >&2
    cd "$source_dir"
    python3 -B autotests/mutants/run.py "$dir/build" "$dir/list.json" "$build_root/mutants.json" "$@"
}

word_reliability()
{
    need python3
    python3 -B "$source_dir/autotests/reliability/report.py" "$build_root" "$@"
}

# with_figures FILE COMMAND…: also prints the figures that the command writes to FILE, one line of JSON for each part.
# The file is kept for docs/reliability.md.
with_figures()
{
    figures=$1
    shift
    rm -f "$figures"
    status=0
    "$@" || status=$?
    cat "$figures"
    return $status
}
