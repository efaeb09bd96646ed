# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# CPack runs this script before it makes packages from the installed components. Adds what each Debian package has to
# contain: a copyright file, changelogs, compressed man pages, and dependencies on the libraries that its files need. Moves
# debug information to a package of its own.

cmake_policy(VERSION 3.22)

function(compress source target)
    execute_process(COMMAND gzip -9nc ${source} OUTPUT_FILE ${target} COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD ${target} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# CPack's own packages of debug information have wrong checksums, and no copyright file.
function(move_debug_information usr debug)
    file(GLOB_RECURSE files ${usr}/bin/* ${usr}/lib/*.so.*)
    foreach(file IN LISTS files)
        if(NOT IS_SYMLINK ${file})
            execute_process(COMMAND env LC_ALL=C readelf --notes ${file} OUTPUT_VARIABLE notes COMMAND_ERROR_IS_FATAL ANY)
            if(NOT notes MATCHES "Build ID: ([0-9a-f][0-9a-f])([0-9a-f]+)")
                message(FATAL_ERROR "${file} has no build ID.")
            endif()
            set(folder ${debug}/.build-id/${CMAKE_MATCH_1})
            set(target ${folder}/${CMAKE_MATCH_2}.debug)
            file(MAKE_DIRECTORY ${folder})
            execute_process(COMMAND objcopy --only-keep-debug --compress-debug-sections ${file} ${target}
                COMMAND_ERROR_IS_FATAL ANY)
            execute_process(COMMAND strip --strip-unneeded ${file} COMMAND_ERROR_IS_FATAL ANY)
            file(CHMOD ${target} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
        endif()
    endforeach()
endfunction()

# CPack can do this, too, but then it makes maintainer scripts that call ldconfig, which lintian does not accept.
function(add_dependencies_on_libraries usr dependencies)
    file(GLOB_RECURSE files ${usr}/bin/* ${usr}/lib/*.so.*)
    if(NOT files)
        return()
    endif()
    file(MAKE_DIRECTORY ${CPACK_TOPLEVEL_DIRECTORY}/debian)
    file(TOUCH ${CPACK_TOPLEVEL_DIRECTORY}/debian/control)
    list(TRANSFORM CPACK_FORKFD_LIBRARY_DIRS PREPEND -l)
    # Without --warnings the tool reports that our own libraries belong to no package.
    execute_process(COMMAND dpkg-shlibdeps --warnings=0 --ignore-missing-info -O ${CPACK_FORKFD_LIBRARY_DIRS} ${files}
        WORKING_DIRECTORY ${CPACK_TOPLEVEL_DIRECTORY} OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
        COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "shlibs:Depends=" "" found "${found}")
    set(${dependencies} ${${dependencies}} ${found})
    list(JOIN ${dependencies} ", " ${dependencies})
    set(${dependencies} "${${dependencies}}" PARENT_SCOPE)
endfunction()

set(debian ${CPACK_FORKFD_SOURCE_DIR}/cmake/debian)
set(ENV{SOURCE_DATE_EPOCH} ${CPACK_FORKFD_SOURCE_DATE}) # string(TIMESTAMP) and CPack read it.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${CPACK_TOPLEVEL_DIRECTORY}/changelog "forkfd (${CPACK_FORKFD_VERSION}) unstable; urgency=medium

  * Build the packages from the sources of ForkFd. Its own changes are in
    changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER ${component} key)
    set(name ${CPACK_DEBIAN_${key}_PACKAGE_NAME})
    set(usr ${CPACK_TEMPORARY_DIRECTORY}/${component}/usr)
    set(doc ${usr}/share/doc/${name})
    file(MAKE_DIRECTORY ${doc})
    configure_file(${debian}/copyright ${doc}/copyright COPYONLY)
    compress(${CPACK_TOPLEVEL_DIRECTORY}/changelog ${doc}/changelog.Debian.gz)
    compress(${CPACK_FORKFD_SOURCE_DIR}/CHANGELOG.md ${doc}/changelog.gz)
    file(GLOB pages ${usr}/share/man/man?/*.?)
    foreach(page IN LISTS pages)
        compress(${page} ${page}.gz)
        file(REMOVE ${page})
    endforeach()
    # Debian's zsh looks for completions of packages in another folder than other builds of zsh.
    if(EXISTS ${usr}/share/zsh/site-functions)
        file(RENAME ${usr}/share/zsh/site-functions ${usr}/share/zsh/vendor-completions)
    endif()
    if(Debug IN_LIST CPACK_COMPONENTS_ALL)
        move_debug_information(${usr} ${CPACK_TEMPORARY_DIRECTORY}/Debug/usr/lib/debug)
    endif()
    add_dependencies_on_libraries(${usr} CPACK_DEBIAN_${key}_PACKAGE_DEPENDS)
    if(EXISTS ${debian}/${name}.lintian-overrides)
        file(COPY_FILE ${debian}/${name}.lintian-overrides ${usr}/share/lintian/overrides/${name})
    endif()
endforeach()
