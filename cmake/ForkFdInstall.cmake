# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Installs the libraries, in two components: Core, and ChildProcess, which needs Qt. Each has all that a program needs
# to be built and run, in two parts for packagers: Core_Runtime is the shared library, Core_Development everything else.
# ForkFdTool.cmake installs the components Tools and Launchpad.

include(CMakePackageConfigHelpers)

set(forkfd_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ForkFd)
set(forkfd_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Each component has a separate targets file. So a project that uses only Core does not need the dependencies of
# ChildProcess.
function(forkfd_install_library target component)
    install(TARGETS ${target} EXPORT ${target}Targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            COMPONENT ${component}_Runtime NAMELINK_COMPONENT ${component}_Development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}_Development
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT ${target}Targets NAMESPACE ForkFd:: FILE ForkFd${component}Targets.cmake
        DESTINATION ${forkfd_package_dir} COMPONENT ${component}_Development)
    # The component without a suffix: the script of this folder once more, for each part.
    install(CODE "
        foreach(part Runtime Development)
            set(CMAKE_INSTALL_COMPONENT ${component}_\${part})
            include(\"${PROJECT_BINARY_DIR}/cmake_install.cmake\")
        endforeach()
        set(CMAKE_INSTALL_COMPONENT ${component})"
        COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

# The file finds its prefix from its own place, so that the installed folder can be moved. In /usr it names the prefix:
# pkg-config must recognize the folders that the compiler searches anyway.
function(forkfd_install_pkgconfig name component)
    if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
        set(prefix ${CMAKE_INSTALL_PREFIX})
        set(libdir ${CMAKE_INSTALL_FULL_LIBDIR})
        set(includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
    else()
        file(RELATIVE_PATH up /${forkfd_pkgconfig_dir} /)
        string(REGEX REPLACE "/$" "" up ${up})
        set(prefix "\${pcfiledir}/${up}")
        if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
            set(prefix /usr)
        endif()
        set(libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
        set(includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
    endif()
    # What a program needs that links the static library.
    set(private_libs ${CMAKE_THREAD_LIBS_INIT})
    if(CMAKE_DL_LIBS)
        list(APPEND private_libs -l${CMAKE_DL_LIBS})
    endif()
    list(JOIN private_libs " " private_libs)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
        DESTINATION ${forkfd_pkgconfig_dir} COMPONENT ${component}_Development)
endfunction()

# forkfd_set_run_path(target folder): a program or library that is installed in `folder` finds the libraries relative to
# itself, wherever both are moved to. In /usr the loader finds them by itself, and distributions allow no run path.
function(forkfd_set_run_path target folder)
    if(NOT DEFINED CMAKE_INSTALL_RPATH AND NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
        cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
        file(RELATIVE_PATH libraries "${folder}" "${CMAKE_INSTALL_FULL_LIBDIR}")
        string(REGEX REPLACE "/$" "" path "$ORIGIN/${libraries}")
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "${path}")
    endif()
endfunction()

include(${PROJECT_SOURCE_DIR}/cmake/ForkFdHeaders.cmake)

forkfd_install_library(ForkFdCore Core)
forkfd_install_pkgconfig(forkfd-core Core)
install(FILES ${FORKFD_CORE_HEADERS} ${PROJECT_BINARY_DIR}/include/ForkFd/export.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ForkFd COMPONENT Core_Development)
if(FORKFD_QT)
    forkfd_install_library(ForkFdChildProcess ChildProcess)
    forkfd_install_pkgconfig(forkfd ChildProcess)
    install(FILES ${FORKFD_QT_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ForkFd COMPONENT ChildProcess_Development)
    forkfd_set_run_path(ForkFdChildProcess ${CMAKE_INSTALL_LIBDIR})
endif()

get_target_property(forkfd_type ForkFdCore TYPE)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ForkFdConfig.cmake.in
    ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake INSTALL_DESTINATION ${forkfd_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake ${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake
    DESTINATION ${forkfd_package_dir} COMPONENT Core_Development)

# The reference that `./dev docs` has written, and the pages of docs.
if(FORKFD_DOCS_DIR)
    install(DIRECTORY ${FORKFD_DOCS_DIR}/html DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT Documentation
        PATTERN *.qch EXCLUDE)
    file(GLOB_RECURSE qt_help ${FORKFD_DOCS_DIR}/*.qch)
    install(FILES ${qt_help} DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT Documentation)
endif()

if(PROJECT_IS_TOP_LEVEL)
    add_custom_target(uninstall
        COMMAND ${CMAKE_COMMAND} -DFORKFD_BUILD_DIR=${PROJECT_BINARY_DIR}
            -P ${PROJECT_SOURCE_DIR}/cmake/ForkFdUninstall.cmake
        VERBATIM)
endif()
