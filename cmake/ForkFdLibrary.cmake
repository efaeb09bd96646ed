# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)
include(GenerateExportHeader)

# Sets `variable` to whether the compiler's predefined macros fulfil `condition`.
function(forkfd_check_target variable condition)
    check_cxx_source_compiles("
        #if !(${condition})
        #error another target
        #endif
        int main() { return 0; }" ${variable})
    set(${variable} ${${variable}} PARENT_SCOPE)
endfunction()

set(FORKFD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)

# What every target of the project is compiled with; nothing of it reaches a user's own targets.
function(forkfd_compile_options target)
    set_target_properties(${target} PROPERTIES
        CXX_STANDARD 20
        CXX_STANDARD_REQUIRED ON
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON)
    if(FORKFD_WERROR)
        set(warnings ${FORKFD_WARNINGS} -Werror)
    elseif(PROJECT_IS_TOP_LEVEL)
        # CXXFLAGS may ask for others, as errors, which contradict each other from one architecture to the next.
        set(warnings ${FORKFD_WARNINGS} -Wno-error -Wno-sign-conversion -Wno-switch-default -Wno-switch-enum
            $<$<CXX_COMPILER_ID:GNU>:-Wno-useless-cast>)
    else()
        set(warnings -w) # Those that a host asks for are for its own sources.
    endif()
    target_compile_options(${target} PRIVATE ${warnings})
endfunction()

# One of the two libraries: forkfd_add_library(ForkFdCore Core sources…) is also ForkFd::Core.
function(forkfd_add_library target exported_name)
    add_library(${target} ${ARGN})
    add_library(ForkFd::${exported_name} ALIAS ${target})
    forkfd_compile_options(${target})
    target_compile_features(${target} PUBLIC cxx_std_17)
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII)
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include>
        $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${exported_name}
        VERSION ${PROJECT_VERSION}
        # Before 1.0 the binary interface may change with every minor version.
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "SHARED_LIBRARY" AND NOT APPLE)
        forkfd_link_options(${target})
    endif()
endfunction()

# Of a shared library.
function(forkfd_link_options target)
    # Its threads and handlers live as long as the process: a plug-in that is unloaded must not take
    # their code along.
    target_link_options(${target} PRIVATE LINKER:-z,nodelete)
    # What is not exported by the other library is missed here and not by its users. The runtime of a
    # sanitizer is only there in the program.
    if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
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
