# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Gets the library in the way that FORKFD_FROM names: as an installed package, or as a part of this project, which must
# then have no side effects.
set(FORKFD_FROM find_package CACHE STRING "find_package, add_subdirectory or FetchContent")
option(FORKFD_HOST_FINDS "This project finds what the library needs before the library does" ON)
set(sources ${CMAKE_CURRENT_LIST_DIR}/../..)

if(FORKFD_FROM STREQUAL find_package)
    # Like a project for CMake 3.2, which does not know if(IN_LIST). CMake 4 supports no such projects.
    if(CMAKE_VERSION VERSION_LESS 4)
        set(CMAKE_WARN_DEPRECATED OFF)
        cmake_policy(SET CMP0057 OLD)
    endif()
    find_package(ForkFd REQUIRED COMPONENTS ${forkfd_components})
    return()
endif()

if(FORKFD_HOST_FINDS)
    find_package(Threads REQUIRED)
    if("ChildProcess" IN_LIST forkfd_components)
        find_package(Qt6 REQUIRED COMPONENTS Core)
    endif()
endif()
get_cmake_property(before CACHE_VARIABLES)
if(FORKFD_FROM STREQUAL FetchContent)
    include(FetchContent)
    FetchContent_Declare(ForkFd SOURCE_DIR ${sources})
    FetchContent_MakeAvailable(ForkFd)
else()
    add_subdirectory(${sources} _deps/forkfd-build) # Where FetchContent builds it, too.
endif()

if(BUILD_TESTING OR FORKFD_TESTS OR FORKFD_EXAMPLES OR FORKFD_WERROR)
    message(FATAL_ERROR "Options are on that this project did not set.")
endif()
if(NOT FORKFD_HOST_FINDS)
    return() # Finding has added variables.
endif()
get_cmake_property(added CACHE_VARIABLES)
list(REMOVE_ITEM added ${before})
foreach(name IN LISTS added)
    get_property(type CACHE ${name} PROPERTY TYPE)
    if(NOT type MATCHES "INTERNAL|STATIC" AND NOT name MATCHES "^(FORKFD|FETCHCONTENT)_")
        message(SEND_ERROR "The library has added a cache variable: ${name}.")
    endif()
endforeach()
