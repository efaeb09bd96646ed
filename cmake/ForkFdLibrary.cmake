# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)
include(GenerateExportHeader)

# The ending of the sources that have a variant for each system.
set(FORKFD_SYSTEM posix)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT FORKFD_PORTABLE_ONLY)
    set(FORKFD_SYSTEM linux)
endif()

# Sets `variable` to whether `condition` is true for the compiler's predefined macros.
function(forkfd_check_target variable condition)
    check_cxx_source_compiles("
        #if !(${condition})
        #error another target
        #endif
        int main() { return 0; }" ${variable})
    set(${variable} ${${variable}} PARENT_SCOPE)
endfunction()

set(FORKFD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)

# Sets the compile options of a target of this project. They do not propagate to a user's targets.
function(forkfd_compile_options target)
    set_target_properties(${target} PROPERTIES
        CXX_STANDARD 20
        CXX_STANDARD_REQUIRED ON
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON
        AUTOMOC OFF # A host project may turn these on for its own sources.
        AUTOUIC OFF
        AUTORCC OFF
        UNITY_BUILD OFF)
    target_compile_options(${target} PRIVATE -fexceptions) # KDE's settings turn them off.
    if(FORKFD_WERROR)
        set(warnings ${FORKFD_WARNINGS} -Werror)
    elseif(PROJECT_IS_TOP_LEVEL)
        # CXXFLAGS may turn on more warnings as errors. Some of them contradict each other: a cast that one
        # architecture needs is useless on another.
        set(warnings ${FORKFD_WARNINGS} -Wno-error -Wno-sign-conversion -Wno-switch-default -Wno-switch-enum
            $<$<CXX_COMPILER_ID:GNU>:-Wno-useless-cast>)
    else()
        # The host project's warning options and linters are meant for its own sources.
        set(warnings -w)
        set_target_properties(${target} PROPERTIES
            CXX_CLANG_TIDY "" CXX_CPPCHECK "" CXX_CPPLINT "" CXX_INCLUDE_WHAT_YOU_USE "")
    endif()
    target_compile_options(${target} PRIVATE ${warnings})
endfunction()

# Adds one of the two libraries: forkfd_add_library(ForkFdCore Core sources…) adds ForkFdCore, alias ForkFd::Core.
function(forkfd_add_library target exported_name)
    add_library(${target} ${ARGN})
    add_library(ForkFd::${exported_name} ALIAS ${target})
    forkfd_compile_options(${target})
    target_compile_features(${target} PUBLIC cxx_std_17)
    if(FORKFD_FUZZER_COVERAGE)
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
    if(FORKFD_COVERAGE)
        forkfd_count_lines(${target})
    endif()
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII)
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include>
        $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
        PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../src)
    set_target_properties(${target} PROPERTIES
        UNITY_BUILD "${FORKFD_UNITY_BUILD}"
        EXPORT_NAME ${exported_name}
        VERSION ${PROJECT_VERSION}
        # Before 1.0 the binary interface may change with every minor version.
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "SHARED_LIBRARY" AND NOT APPLE)
        forkfd_link_options(${target})
    endif()
endfunction()

# Counts how often each line runs, also in forked copies; see sharedcounters.cpp. Without "no-builtin", GCC replaces
# fork() and execve() by functions that lock and write files.
function(forkfd_count_lines target)
    target_compile_options(${target} PRIVATE
        --coverage -fprofile-update=atomic -fdata-sections -fno-builtin-fork -fno-builtin-execve)
    target_link_options(${target} PUBLIC
        $<BUILD_INTERFACE:--coverage>
        $<BUILD_INTERFACE:LINKER:-T,${CMAKE_CURRENT_FUNCTION_LIST_DIR}/coverage/counters.ld>)
endfunction()

# Sets the link options of a shared library.
function(forkfd_link_options target)
    # The library's threads and signal handlers live as long as the process. So unloading a plug-in that uses
    # the library must not unmap their code.
    target_link_options(${target} PRIVATE LINKER:-z,nodelete)
    target_compile_definitions(${target} PRIVATE FORKFD_IS_NODELETE)
    # Report undefined symbols when linking the library, not when linking its users. With a sanitizer this cannot
    # work, because only the program links the sanitizer's runtime.
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    get_directory_property(options COMPILE_OPTIONS)
    if(NOT "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${options}" MATCHES "-fsanitize")
        target_link_options(${target} PRIVATE LINKER:-z,defs)
    endif()
    set(map ${PROJECT_BINARY_DIR}/ForkFd.map)
    configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/ForkFd.map.in ${map} @ONLY)
    check_linker_flag(CXX LINKER:--version-script=${map} FORKFD_HAS_VERSION_SCRIPTS)
    if(FORKFD_HAS_VERSION_SCRIPTS)
        target_link_options(${target} PRIVATE LINKER:--version-script=${map})
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
    endif()
endfunction()
