# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# forkfd_install_tool(target [COMPONENT component]): installs a program for users, in the component Tools if no other is
# given. With it come the files for it that exist in the current source folder: the man page TARGET.1, and
# completions/TARGET.bash, TARGET.fish and TARGET.zsh for the shells.
# The target forkfd_tools builds all these programs.
add_custom_target(forkfd_tools)

function(forkfd_install_tool target)
    add_dependencies(forkfd_tools ${target})
    if(NOT FORKFD_INSTALL)
        return()
    endif()
    cmake_parse_arguments(tool "" COMPONENT "" ${ARGN})
    if(NOT tool_COMPONENT)
        set(tool_COMPONENT Tools)
    endif()
    get_target_property(type ForkFdCore TYPE)
    if(type STREQUAL "SHARED_LIBRARY")
        forkfd_set_run_path(${target} ${CMAKE_INSTALL_BINDIR})
    endif()
    install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${tool_COMPONENT})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${target}.1)
        install(FILES ${target}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${tool_COMPONENT})
    endif()
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/completions/${target}.bash)
        install(FILES completions/${target}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            RENAME ${target} COMPONENT ${tool_COMPONENT})
    endif()
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/completions/${target}.fish)
        install(FILES completions/${target}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
            COMPONENT ${tool_COMPONENT})
    endif()
    # zsh takes the command from the name. In Debian's packages the folder has another name; see complete.cmake.
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/completions/${target}.zsh)
        install(FILES completions/${target}.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
            RENAME _${target} COMPONENT ${tool_COMPONENT})
    endif()
endfunction()
