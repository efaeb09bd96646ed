# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2164 # dev sets build_root, source_dir and "set -e".
#
# Writes the reference and the guides: as HTML, and for Qt Assistant and Qt Creator. dev sources this file.

write_docs()
(
    cd "$source_dir"
    dir=$build_root/docs
    rm -rf "$dir/html"
    mkdir -p "$dir"
    case $(doxygen --version) in
        1.[0-8].* | 1.9.[0-4] | "1.9.[0-4] "*) dark=docs/reference/dark.css ;;
        *) dark= ;; # It has dark colours itself.
    esac
    FORKFD_DOCS_DIR=$dir FORKFD_DOCS_DARK=$dark FORKFD_DOCS_VERSION=$(project_version) doxygen docs/Doxyfile
    rm -f "$dir"/html/dir_*.html # Nothing links to the pages about folders.
)

# The help files of Qt have their own tree of pages and their own search. Their viewers run no scripts.
write_help()
(
    cd "$source_dir"
    generator=$(command -v qhelpgenerator || find /usr/lib/qt6 -name qhelpgenerator 2>/dev/null | head -n 1)
    if [ -z "$generator" ]; then
        echo "dev: there is no qhelpgenerator, so forkfd.qch is not written" >&2
        return 0
    fi
    dir=$build_root/docs
    rm -rf "$dir/help"
    mkdir -p "$dir/help"
    {
        cat docs/Doxyfile
        cat <<EOF
GENERATE_TREEVIEW = NO
SEARCHENGINE = NO
GENERATE_QHP = YES
QHG_LOCATION = $generator
QHP_NAMESPACE = forkfd.$(project_version | tr -d .)
QHP_VIRTUAL_FOLDER = forkfd
QCH_FILE = $dir/forkfd.qch
EOF
    } | FORKFD_DOCS_DIR=$dir/help FORKFD_DOCS_DARK='' FORKFD_DOCS_VERSION=$(project_version) doxygen -
    echo "$dir/forkfd.qch"
)

project_version()
{
    sed -n 's/^project(ForkFd VERSION \([0-9.]*\).*/\1/p' "$source_dir/CMakeLists.txt"
}
