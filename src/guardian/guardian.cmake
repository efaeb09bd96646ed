# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# The guardian is a program of its own, which the core contains as bytes: it is executed from memory, and no
# file has to be found or installed. Sets FORKFD_GUARDIAN_IMAGE to the source with the bytes. Included by the
# directory of the core: CMake generates a source only for targets of the same directory.
set(guardian ${CMAKE_CURRENT_LIST_DIR})
add_executable(ForkFdGuardian EXCLUDE_FROM_ALL
    ${guardian}/main.cpp ${guardian}/cgroup.cpp ${guardian}/processes.cpp ${guardian}/tree.cpp ${guardian}/uniquefd.cpp)
forkfd_compile_options(ForkFdGuardian)
# Not in the folder of the host project's programs.
set_target_properties(ForkFdGuardian PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
target_include_directories(ForkFdGuardian PRIVATE
    ${guardian}/.. ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
# It needs libc alone, whatever the program is built with.
target_compile_options(ForkFdGuardian PRIVATE
    -Os -fno-exceptions -fno-rtti -fno-sanitize=all -fno-profile-arcs -fno-test-coverage)
target_link_options(ForkFdGuardian PRIVATE -fno-sanitize=all LINKER:--as-needed LINKER:-s)

set(FORKFD_GUARDIAN_IMAGE ${CMAKE_CURRENT_BINARY_DIR}/guardianimage.cpp)
add_custom_command(OUTPUT ${FORKFD_GUARDIAN_IMAGE}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ForkFdGuardian> -DSOURCE=${FORKFD_GUARDIAN_IMAGE}
        -P ${guardian}/embed.cmake
    DEPENDS ForkFdGuardian ${guardian}/embed.cmake
    VERBATIM)
