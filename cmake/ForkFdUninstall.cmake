# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# Removes the files that the last `cmake --install` of each component has installed from FORKFD_BUILD_DIR, and then
# those of our own folders that are empty. DESTDIR has to be what it was then.

string(REGEX REPLACE "([][*?])" "[\\1]" build_dir "${FORKFD_BUILD_DIR}") # It is no pattern.
file(GLOB manifests "${build_dir}/install_manifest*.txt")
if(NOT manifests)
    message(FATAL_ERROR "Nothing was installed from ${FORKFD_BUILD_DIR}.")
endif()

set(left "")
foreach(manifest IN LISTS manifests)
    set(left_of_manifest "")
    file(STRINGS ${manifest} files)
    foreach(file IN LISTS files)
        set(path "$ENV{DESTDIR}${file}")
        if(EXISTS "${path}" OR IS_SYMLINK "${path}")
            message(STATUS "Removing ${path}")
            file(REMOVE "${path}") # It reports no failure.
            if(EXISTS "${path}" OR IS_SYMLINK "${path}")
                list(APPEND left_of_manifest "${path}")
            endif()
        endif()
        get_filename_component(folder "${path}" DIRECTORY)
        list(APPEND folders "${folder}")
    endforeach()
    if(NOT left_of_manifest)
        file(REMOVE ${manifest})
    endif()
    list(APPEND left ${left_of_manifest})
endforeach()

list(REMOVE_DUPLICATES folders)
list(SORT folders ORDER DESCENDING) # A folder comes after the folders in it.
foreach(folder IN LISTS folders)
    if(folder MATCHES "/ForkFd(/|$)")
        execute_process(COMMAND rmdir "${folder}" OUTPUT_QUIET ERROR_QUIET) # It removes no other files.
    endif()
endforeach()

if(left)
    list(JOIN left ", " left)
    message(FATAL_ERROR "These files could not be removed: ${left}. Try again as the user who has installed them.")
endif()
