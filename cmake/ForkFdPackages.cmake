# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Debian packages, which `./dev package` builds with the preset package. Needs shared libraries: a package has the name
# and the version of the library in it.

# The seconds since 1970 of SOURCE_DATE_EPOCH, of the last commit, or, without a repository, of the change log.
set(source_date "$ENV{SOURCE_DATE_EPOCH}")
if(NOT source_date AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
    execute_process(COMMAND git -c safe.directory=* log -1 --format=%ct WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE source_date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT source_date)
    file(TIMESTAMP ${PROJECT_SOURCE_DIR}/CHANGELOG.md source_date %s UTC)
endif()

# Packages of a release have its version. Others have one of their own, so that a newer package replaces an older one:
# below that of the coming release, or above that of the last one.
set(package_version ${PROJECT_VERSION})
file(READ ${PROJECT_SOURCE_DIR}/CHANGELOG.md changes)
string(REPLACE "." "\\." heading "## \\[${PROJECT_VERSION}\\]")
if(NOT changes MATCHES "\n## \\[Unreleased\\]\n+${heading}")
    set(environment_date "$ENV{SOURCE_DATE_EPOCH}")
    set(ENV{SOURCE_DATE_EPOCH} ${source_date}) # string(TIMESTAMP) reads it.
    string(TIMESTAMP minute %Y%m%d%H%M UTC)
    set(ENV{SOURCE_DATE_EPOCH} "${environment_date}")
    if(changes MATCHES "\n${heading}")
        string(APPEND package_version +dev${minute})
    else()
        string(APPEND package_version ~dev${minute})
    endif()
endif()

set(CPACK_PACKAGE_NAME forkfd)
set(CPACK_PACKAGE_VERSION ${package_version})
set(CPACK_PACKAGE_VENDOR "The ForkFd authors")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # Each package has its own.
# With debug information there is a package for it, too, and complete.cmake strips the files.
set(has_debug_information OFF)
if(CMAKE_CXX_FLAGS MATCHES "(^| )-g")
    set(has_debug_information ON)
else()
    set(CPACK_STRIP_FILES ON)
endif()
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Debian's own tools read these variables, too.
set(maintainer_name "$ENV{DEBFULLNAME}")
set(maintainer_address "$ENV{DEBEMAIL}")
if(NOT maintainer_name)
    set(maintainer_name "The ForkFd authors")
endif()
if(NOT maintainer_address)
    set(maintainer_address "forkfd@forkfd.invalid")
endif()
set(CPACK_PACKAGE_CONTACT "${maintainer_name} <${maintainer_address}>")

get_target_property(type ForkFdCore TYPE)
if(NOT type STREQUAL SHARED_LIBRARY)
    set(CPACK_GENERATOR TGZ)
    include(CPack)
    return()
endif()

# Below the -1 with which Debian's own package would begin.
set(CPACK_DEBIAN_PACKAGE_RELEASE 0forkfd1)
set(debian_version ${package_version}-${CPACK_DEBIAN_PACKAGE_RELEASE})
set(soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE forkfd)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/complete.cmake)
set(CPACK_FORKFD_SOURCE_DIR ${PROJECT_SOURCE_DIR})
set(CPACK_FORKFD_VERSION ${debian_version})
set(CPACK_FORKFD_SOURCE_DATE ${source_date})

# forkfd_package(component NAME name SECTION section MULTIARCH same|foreign SUMMARY line TEXT text [ARCHITECTURE all]
# [DEPENDS package…]). CPack before CMake 3.31 ignores MULTIARCH.
macro(forkfd_package component)
    cmake_parse_arguments(package "" "NAME;SECTION;MULTIARCH;SUMMARY;TEXT;ARCHITECTURE" "DEPENDS" ${ARGN})
    string(TOUPPER ${component} key)
    list(APPEND CPACK_COMPONENTS_ALL ${component})
    list(JOIN package_DEPENDS ", " package_DEPENDS)
    set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package_NAME})
    set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${package_SECTION})
    set(CPACK_DEBIAN_${key}_PACKAGE_MULTIARCH ${package_MULTIARCH})
    set(CPACK_DEBIAN_${key}_PACKAGE_DEPENDS "${package_DEPENDS}")
    set(CPACK_DEBIAN_${key}_DESCRIPTION "${package_SUMMARY}\n${package_TEXT}")
    if(package_ARCHITECTURE)
        set(CPACK_DEBIAN_${key}_PACKAGE_ARCHITECTURE ${package_ARCHITECTURE})
    endif()
endmacro()

# forkfd_library_package(target component package-arguments…): the package of a shared library.
macro(forkfd_library_package target component)
    string(TOLOWER lib${target}${soversion} name)
    forkfd_package(${component}_Runtime NAME ${name} SECTION libs MULTIARCH same ${ARGN})
    string(TOUPPER ${component}_Runtime key)
    set(control ${PROJECT_BINARY_DIR}/debian/${name})
    file(WRITE ${control}/shlibs "lib${target} ${soversion} ${name} (>= ${package_version})\n")
    file(WRITE ${control}/triggers "activate-noawait ldconfig\n")
    set(CPACK_DEBIAN_${key}_PACKAGE_CONTROL_EXTRA ${control}/shlibs ${control}/triggers)
endmacro()

set(CPACK_COMPONENTS_ALL "")
set(about "ForkFd starts child processes from C++ programs and reports exactly once,
and correctly, how each child ended. It notices the end of a child through
a file descriptor, and can share its process with other code that waits
for children.")
set(needs_core "libforkfdcore${soversion} (= ${debian_version})")
set(needs_childprocess "libforkfdchildprocess${soversion} (= ${debian_version})")

forkfd_library_package(ForkFdCore Core SUMMARY "child processes with exit descriptors - core library"
    TEXT "${about}\n\nThis package has the core library, which does not need Qt.")
forkfd_package(Core_Development NAME libforkfdcore-dev SECTION libdevel MULTIARCH same DEPENDS ${needs_core}
    SUMMARY "child processes with exit descriptors - development files of the core"
    TEXT "${about}\n\nThis package has the headers of the core library, and its files for CMake
and pkg-config. It does not need Qt.")
if(FORKFD_QT)
    forkfd_library_package(ForkFdChildProcess ChildProcess DEPENDS ${needs_core}
        SUMMARY "replacement of QProcess for Qt 6 - library"
        TEXT "${about}\n\nThis package has the library with ForkFd::ChildProcess, a Qt 6 class that
replaces QProcess.")
    forkfd_package(ChildProcess_Development NAME libforkfdchildprocess-dev SECTION libdevel MULTIARCH same
        DEPENDS ${needs_childprocess} "libforkfdcore-dev (= ${debian_version})" "qt6-base-dev (>= 6.4)"
        SUMMARY "replacement of QProcess for Qt 6 - development files"
        TEXT "${about}\n\nThis package has the headers of ForkFd::ChildProcess, a Qt 6 class that
replaces QProcess, and its files for CMake and pkg-config.")
endif()
if(FORKFD_DOCS_DIR)
    forkfd_package(Documentation NAME libforkfd-doc SECTION doc MULTIARCH foreign ARCHITECTURE all
        SUMMARY "child processes with exit descriptors - documentation"
        TEXT "${about}\n\nThis package has the reference of both libraries, and the guides to them.")
endif()
if(FORKFD_EXAMPLES)
    forkfd_package(Tools NAME forkfd-tools SECTION utils MULTIARCH foreign DEPENDS ${needs_childprocess} ${needs_core}
        SUMMARY "programs that run other programs and tell how they ended"
        TEXT "${about}\n\nThis package has forkfd-run, which runs a command, and forkfd-harness, which
runs tests.")
endif()
if(TARGET forkfd-launchpad)
    forkfd_package(Launchpad NAME forkfd-launchpad SECTION utils MULTIARCH foreign
        DEPENDS ${needs_childprocess} ${needs_core}
        SUMMARY "window in which helper programs are started, stopped and watched"
        TEXT "${about}\n\nforkfd-launchpad runs development servers, file watchers and the like, restarts
them after a crash, and shows what they write and use.")
endif()
if(has_debug_information)
    install(CODE "# complete.cmake adds the files." COMPONENT Debug EXCLUDE_FROM_ALL)
    forkfd_package(Debug NAME libforkfd-dbg SECTION debug MULTIARCH same
        SUMMARY "child processes with exit descriptors - debug information"
        TEXT "${about}\n\nThis package has the debug information of the libraries and programs, for
debuggers, which find it by themselves.")
endif()
set(CPACK_FORKFD_LIBRARY_DIRS ${PROJECT_BINARY_DIR}/src/core ${PROJECT_BINARY_DIR}/src/qt)
include(CPack)
