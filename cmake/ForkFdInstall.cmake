# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

# They are installed side by side, and the one finds the other there.
if(NOT DEFINED CMAKE_INSTALL_RPATH)
    set_target_properties(ForkFdChildProcess PROPERTIES INSTALL_RPATH $ORIGIN)
endif()

install(TARGETS ForkFdCore ForkFdChildProcess EXPORT ForkFdTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ForkFd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(forkfd_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ForkFd)
install(EXPORT ForkFdTargets NAMESPACE ForkFd:: DESTINATION ${forkfd_package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ForkFdConfig.cmake.in
    ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake INSTALL_DESTINATION ${forkfd_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ForkFdConfig.cmake ${PROJECT_BINARY_DIR}/ForkFdConfigVersion.cmake
    DESTINATION ${forkfd_package_dir})
