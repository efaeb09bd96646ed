# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

set(forkfd_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ForkFd)

# Each library is a component of the package with a separate targets file. So a project that uses only Core does not
# need the dependencies of ChildProcess.
function(forkfd_install_library target component)
    install(TARGETS ${target} EXPORT ${target}Targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT ${target}Targets NAMESPACE ForkFd:: FILE ForkFd${component}Targets.cmake
        DESTINATION ${forkfd_package_dir})
endfunction()

set(qt_headers ChildProcess childprocess.h run.h runqueue.h valuetypes.h)
list(TRANSFORM qt_headers REPLACE "(.+)" "PATTERN;\\1;EXCLUDE" OUTPUT_VARIABLE without_qt_headers)
install(FILES ${PROJECT_BINARY_DIR}/include/ForkFd/export.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ForkFd)
forkfd_install_library(ForkFdCore Core)
if(FORKFD_QT)
    forkfd_install_library(ForkFdChildProcess ChildProcess)
    # Both libraries are installed in one folder, where libForkFdChildProcess finds libForkFdCore.
    if(NOT DEFINED CMAKE_INSTALL_RPATH)
        set_target_properties(ForkFdChildProcess PROPERTIES INSTALL_RPATH $ORIGIN)
    endif()
    set(without_qt_headers "")
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ForkFd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    ${without_qt_headers})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ForkFdConfig.cmake.in
    ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake INSTALL_DESTINATION ${forkfd_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake ${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake
    DESTINATION ${forkfd_package_dir})
