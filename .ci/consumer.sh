# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154 # dev sets build_root and source_dir.
#
# The part consumer of ./dev check, which sources this file: builds and runs projects that use the library, in each way
# in which a project can get it.

# Options that turn warnings into errors, also warnings that our sources cause.
strict="-Wall -Wextra -Wconversion -Wsign-conversion -Wuseless-cast -Wswitch-default -Wswitch-enum"

# Compiles the library as few times as possible: a static, a shared and an included build serve all projects.
check_consumer()
{
    dir=$build_root/check/consumer
    rm -rf "$dir"
    try_static "$dir/static"
    try_shared "$dir/shared"
    try_packages "$dir/shared/build" "$dir/packages"
    try_host "$dir/host"
    try_makefiles "$dir/makefiles"
    try_multi_config "$dir/multi-config"
}

# Without CMAKE_BUILD_TYPE: assertions on, no debug information.
try_static()
{
    cmake_build . "$1/build" -DFORKFD_TESTS=OFF -DFORKFD_EXAMPLES=OFF -DFORKFD_UNITY_BUILD=ON \
        -DCMAKE_CXX_FLAGS="$(echo "$strict" | sed 's/-W/-Werror=/g')"
    install_moved "$1"
    try_consumer "$1/cmake" -DCMAKE_PREFIX_PATH="$1/moved" -DCMAKE_CXX_STANDARD=20
    expect_plugin_without_our_symbols "$1/cmake"
    try_ways "$1/cmake"
    try_pkg_config "$1/pkg-config" "$1/moved" --static

    # The component Core is all that a build without Qt installs. Such a build has the same object files.
    cmake --install "$1/build" --prefix "$1/component" --component Core >/dev/null
    cmake_build . "$1/build" -DFORKFD_QT=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON --no-warn-unused-cli
    cmake --install "$1/build" --prefix "$1/core" >/dev/null
    diff -r "$1/component" "$1/core"
    try_core "$1/core-cmake" -DCMAKE_PREFIX_PATH="$1/core"
    cmake -S autotests/consumer -B "$1/missing" -DCMAKE_PREFIX_PATH="$1/core" 2>&1 | grep "ChildProcess is not installed"
}

try_shared()
{
    cmake_build . "$1/build" -DCMAKE_BUILD_TYPE=Release -DFORKFD_WERROR=ON -DBUILD_SHARED_LIBS=ON \
        -DFORKFD_TESTS=OFF -DFORKFD_EXAMPLES=OFF -DFORKFD_UNITY_BUILD=ON
    install_moved "$1"
    compare_symbols "$1/moved/lib"*
    try_consumer "$1/cmake" -DCMAKE_PREFIX_PATH="$1/moved"
    try_pkg_config "$1/pkg-config" "$1/moved"
    follow_pages "$1/pages" "$1/moved"
    try_thread_sanitizer "$1/tsan" "$1/moved"
}

# try_packages BUILD FOLDER: makes Debian packages from a shared build, and uses their content.
try_packages()
{
    command -v dpkg-deb >/dev/null || return 0
    docs= # The part docs has written the reference, if it has run.
    [ ! -e "$build_root/docs/html" ] || docs=$build_root/docs
    cmake_build . "$1" -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_DOCDIR=share/doc/libforkfd-doc \
        -DFORKFD_DOCS_DIR="$docs"
    make_packages "$1"
    mkdir -p "$2"
    for package in "$1"/packages/*.deb; do
        dpkg-deb -x "$package" "$2/root"
    done
    dpkg-deb -f "$1"/packages/libforkfdcore[0-9]*.deb Depends | grep -i qt | expect_nothing "the core depends on Qt"
    # The libraries have no run path: on a system with the packages, the loader finds them in its own folders.
    (LD_LIBRARY_PATH=$(dirname "$(find "$2/root" -name libForkFdCore.so)")
    export LD_LIBRARY_PATH
    try_consumer "$2/cmake" -DCMAKE_PREFIX_PATH="$2/root/usr")
    # The packages are not installed in /usr here.
    find "$2/root" -name 'forkfd*.pc' -exec sed -i "s,^prefix=/usr$,prefix=$2/root/usr," {} +
    try_pkg_config "$2/pkg-config" "$2/root/usr"
}

# A project with options, a standard and settings of its own, which contains the library. It compiles each source file
# of the library alone, and so finds missing includes.
try_host()
{
    # KDE's and Qt Creator's settings have these options.
    try_consumer "$1/build" -DFORKFD_FROM=add_subdirectory \
        -DCMAKE_CXX_FLAGS="$strict -Werror -fno-exceptions -fno-operator-names" -DCMAKE_CXX_STANDARD=23 \
        -DCMAKE_UNITY_BUILD=ON -DCMAKE_AUTOMOC=ON -DCMAKE_AUTOUIC=ON -DCMAKE_AUTORCC=ON \
        -DCMAKE_INCLUDE_CURRENT_DIR=ON -DCMAKE_INCLUDE_CURRENT_DIR_IN_INTERFACE=ON \
        -DCMAKE_POSITION_INDEPENDENT_CODE=OFF -Werror=dev
    try_ways "$1/build"
    expect_files "$1/installed" "$1/build" bin/consumer
    cmake_build autotests/consumer "$1/build" -DFORKFD_FROM=FetchContent
    "$1/build/consumer"
    cmake_build autotests/consumer "$1/build" -DFORKFD_INSTALL=ON
    cmake --install "$1/build" --prefix "$1/with-library" >/dev/null
    try_core "$1/core" -DCMAKE_PREFIX_PATH="$1/with-library"
}

# try_makefiles FOLDER: another generator than Ninja, without Qt and without optimization.
try_makefiles()
{
    cmake --log-level=WARNING -G "Unix Makefiles" -S autotests/consumer/core -B "$1" -DFORKFD_FROM=add_subdirectory \
        -DFORKFD_QT=OFF >/dev/null
    cmake --build "$1" --parallel "$(getconf _NPROCESSORS_ONLN)" >/dev/null
    "$1/core-consumer"
}

# try_multi_config FOLDER: a generator with several configurations, in a project that finds nothing itself.
try_multi_config()
{
    cmake --log-level=WARNING -G "Ninja Multi-Config" -S autotests/consumer/core -B "$1" -DFORKFD_FROM=FetchContent \
        -DFORKFD_QT=OFF -DFORKFD_HOST_FINDS=OFF >/dev/null
    cmake --build "$1" --config Release >/dev/null
    "$1/Release/core-consumer"
    cmake --log-level=WARNING -G "Ninja Multi-Config" -S autotests/consumer -B "$1-qt" -DFORKFD_FROM=FetchContent \
        -DFORKFD_HOST_FINDS=OFF >/dev/null
}

# install_moved FOLDER: installs FOLDER/build, copies the installed files to FOLDER/moved, and uninstalls the others. The
# brackets must not be taken for a pattern, and a file of another project must stay.
install_moved()
{
    stage="$1/stage[1]"
    foreign=$stage/opt/forkfd/include/ForkFd/foreign
    DESTDIR=$stage cmake --install "$1/build" --prefix /opt/forkfd >/dev/null
    cp -R "$stage/opt/forkfd" "$1/moved"
    touch "$foreign"
    expect_failing_uninstall "$1" "$stage"
    DESTDIR=$stage ninja -C "$1/build" --quiet uninstall >/dev/null
    rm "$foreign"
    rmdir "${foreign%/*}"
    find "$stage" -type f -o -type l -o -name ForkFd | expect_nothing "not uninstalled"
    grep -rIlF -e "$build_root" -e "$source_dir" -e /opt/forkfd "$1/moved" | expect_nothing "not relocatable"
}

# expect_failing_uninstall FOLDER STAGE: uninstall fails if it cannot remove a file, and can be repeated. A folder in place of
# the file has the effect of missing rights, also for root.
expect_failing_uninstall()
{
    file=$2/opt/forkfd/include/ForkFd/spawn.h
    rm "$file"
    mkdir "$file"
    if DESTDIR=$2 ninja -C "$1/build" --quiet uninstall >/dev/null 2>&1; then
        fail "uninstall has left a file and has not failed"
    fi
    rmdir "$file"
}

# expect_nothing MESSAGE: fails if the input is not empty. "! grep" would not: the shell ignores its failure.
expect_nothing()
{
    lines=$(cat)
    [ -z "$lines" ] || fail "$1: $lines"
}

# expect_files FOLDER BUILD FILE…: BUILD installs exactly these files.
expect_files()
{
    cmake --install "$2" --prefix "$1" >/dev/null
    found=$(cd "$1" && find . -type f -o -type l | sed 's,^\./,,' | sort | tr '\n' ' ')
    shift 2
    [ "$found" = "$* " ] || fail "these files were installed: $found"
}

# try_consumer FOLDER CMAKE-OPTION…
try_consumer()
{
    cmake_build autotests/consumer "$@"
    "$1/consumer"
    "$1/core/core-consumer"
}

# try_ways FOLDER: builds and runs the programs of consumer/ways in a folder of try_consumer.
try_ways()
{
    ninja -C "$1" --quiet ways/all
    for way in writtenout alias macro forced; do
        "$1/ways/way-$way" || fail "no finished() signal after replacing QProcess this way: $way"
    done
}

# try_core FOLDER CMAKE-OPTION…: a project without Qt.
try_core()
{
    cmake_build autotests/consumer/core "$@" -DCMAKE_DISABLE_FIND_PACKAGE_Qt6=ON --no-warn-unused-cli
    "$1/core-consumer"
}

# try_pkg_config FOLDER PREFIX [--static]
try_pkg_config()
(
    mkdir -p "$1"
    PKG_CONFIG_PATH=$(dirname "$(find "$2" -name forkfd.pc)")
    LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    # shellcheck disable=SC2046,SC2086 # Each word is an option.
    g++ -o "$1/core-consumer" autotests/consumer/core/main.cpp $(pkg-config ${3:-} --cflags --libs forkfd-core)
    # shellcheck disable=SC2046,SC2086
    g++ -o "$1/consumer" -fPIC autotests/consumer/main.cpp $(pkg-config ${3:-} --cflags --libs forkfd)
    "$1/core-consumer"
    "$1/consumer"
)

# follow_pages FOLDER PREFIX: does what two pages say, word for word, with the library installed in PREFIX.
follow_pages()
{
    rm -rf "$1"
    mkdir -p "$1"
    ln -s "$2" "$1/prefix"
    .ci/follow docs/getting-started.md "Write a program with Qt" "Write a program without Qt" >"$1/getting-started.sh"
    .ci/follow docs/porting-from-qprocess.md "A program, ported" >"$1/porting.sh"
    (cd "$1" && sh getting-started.sh && sh porting.sh)
}

# try_thread_sanitizer FOLDER PREFIX: runs a program with ThreadSanitizer that uses the shared libraries in PREFIX,
# which have none, with the suppressions in docs/building.md.
try_thread_sanitizer()
{
    cmake_build autotests/consumer "$1" -DCMAKE_PREFIX_PATH="$2" -DCMAKE_CXX_FLAGS=-fsanitize=thread
    grep '^called_from_lib:' docs/building.md >"$1/suppressions"
    fixed_addresses=
    ! setarch -R true 2>/dev/null || fixed_addresses="setarch -R" # See run_tests.
    # shellcheck disable=SC2086 # Without setarch there is no word.
    TSAN_OPTIONS=suppressions=$1/suppressions:report_mutex_bugs=0 $fixed_addresses "$1/consumer"
}

# expect_plugin_without_our_symbols FOLDER: a plug-in with the static libraries exports none of their names.
expect_plugin_without_our_symbols()
{
    plugin=$(find "$1" -name libconsumer-plugin.so)
    nm --dynamic --defined-only "$plugin" | c++filt | grep pluginMain
    nm --dynamic --defined-only "$plugin" | c++filt | grep ForkFd:: | expect_nothing "exported by a plug-in"
}

# compare_symbols FOLDER…: checks that the shared libraries in these folders export exactly the listed names. The lists
# are for x86-64: C++ names contain types, which differ on other machines.
compare_symbols()
{
    [ "$(uname -m)" = x86_64 ] || return 0
    for library in Core ChildProcess; do
        list=cmake/checks/symbols/$(echo $library | tr '[:upper:]' '[:lower:]').txt
        file=$(find "$@" -name "libForkFd$library.so")
        .ci/symbols "$file" | diff -u "$list" - \
            || fail "to accept this change of the binary interface: .ci/symbols $file >$list"
    done
}
