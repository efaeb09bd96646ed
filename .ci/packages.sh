# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # dev uses the lists, and sets may_install and word.
#
# The packages that the words of dev need, and their installation. dev sources this file.

# The names of Debian and Ubuntu.
build_packages="g++ cmake ninja-build qt6-base-dev"
# Other libraries that start children. tst_coexistence needs them.
test_packages="libev-dev libglib2.0-dev libuv1-dev pkg-config"
# tst_terminalprograms runs these programs.
test_packages="$test_packages bash less procps"
# tst_qml needs the QML engine and the module QtQml.
test_packages="$test_packages qt6-declarative-dev qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript"
# tst_launchpad shows its window on a display of Xvfb, and offscreen. Both need a font.
window_packages="fonts-dejavu-core xauth xvfb"
test_packages="$test_packages $window_packages"
surroundings_packages="gdb qemu-user strace valgrind"
check_packages="clang clang-format clang-tidy clazy fish git libclang-rt-dev mandoc python3 reuse shellcheck valgrind zsh"
quick_packages="clang-format git mandoc python3 reuse shellcheck"
case $(uname -m) in
    x86_64) m32_packages=g++-multilib ;;
    *) m32_packages= ;;
esac
model_packages="gcc spin"
coverage_packages="gcovr python3"
mutants_packages="g++ git python3 python3-clang"
docs_packages="doxygen python3 qt6-documentation-tools" # The last one has qhelpgenerator.
package_packages="dpkg-dev file lintian"
cross_packages="clang cmake cpio g++ g++-aarch64-linux-gnu g++-arm-linux-gnueabihf g++-s390x-linux-gnu libc++-dev"
cross_packages="$cross_packages libc++abi-dev ninja-build qemu-system-arm qemu-user"
command -v dpkg-query >/dev/null || package_packages= # Other systems cannot make Debian packages.
bench_packages="libbenchmark-dev libglib2.0-dev libuv1-dev pkg-config python3 strace valgrind"
# The key verifies Debian's source packages.
parity_packages="debian-archive-keyring xz-utils"

# All that ./dev check needs, with need_bench_packages.
whole_check_packages="$build_packages $test_packages $check_packages $m32_packages $model_packages $docs_packages"
whole_check_packages="$whole_check_packages $package_packages $parity_packages $mutants_packages"

# need "PACKAGE…": installs the missing packages.
# shellcheck disable=SC2086 # The lists are there to be split.
need()
{
    missing=$(missing_packages $1)
    [ -z "$missing" ] || install_packages $missing
}

need_bench_packages()
{
    need "$build_packages $bench_packages"
    [ -e /usr/include/boost/version.hpp ] || need "$(newest_boost)" # Two versions conflict.
}

# libboost-dev of Debian 12 is older than Boost.Process v2, but Debian 12 also has a newer package.
newest_boost()
{
    ! command -v apt-cache >/dev/null \
        || apt-cache pkgnames libboost1. | grep -x 'libboost1\.[0-9]*-dev' | sort -V | tail -n 1
}

missing_packages()
{
    if command -v dpkg-query >/dev/null; then
        found=$(dpkg-query --show --showformat '${db:Status-Status}:${Package} ' "$@" 2>/dev/null) || true
    else
        found=$(packages_with_programs "$@")
    fi
    for package in "$@"; do
        case " $found" in
            *" installed:$package "*) ;;
            *) echo "$package" ;;
        esac
    done
}

# For systems without dpkg: a package counts as installed if its program exists. Libraries always count as
# installed; CMake reports missing ones.
packages_with_programs()
{
    for package in "$@"; do
        case $package in
            qt6-*-dev | qt6-*-tools | qml6-module-* | lib*-dev | debian-archive-keyring | g++-multilib)
                program=true ;;
            fonts-*) program=fc-list ;;
            xvfb) program=Xvfb ;;
            xz-utils) program=xz ;;
            ninja-build) program=ninja ;;
            clang) program=clang++ ;;
            procps) program=top ;;
            qemu-user) program=qemu-x86_64 ;;
            *) program=$package ;;
        esac
        ! command -v "$program" >/dev/null || printf 'installed:%s ' "$package"
    done
}

install_packages()
{
    [ "$may_install" = yes ] || fail "./dev $word needs these packages (Debian's names): $*"
    command -v apt-get >/dev/null || fail "./dev $word needs these packages; install them first (Debian's names): $*"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "first run as root: apt-get install $*"
        as_root=sudo
    fi
    echo "dev: ./dev $word needs these packages, which apt-get installs now${as_root:+ with sudo}: $*" >&2
    $as_root apt-get update </dev/null >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
        install --yes --no-remove --no-install-recommends "$@" </dev/null >&2
}
