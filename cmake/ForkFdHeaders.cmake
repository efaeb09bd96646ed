# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

# The public headers. A new one that is not named here belongs to the core, which has to compile without Qt:
# `./dev check headers` tests that.
set(FORKFD_QT_HEADERS ChildProcess childprocess.h run.h runqueue.h valuetypes.h)
file(GLOB FORKFD_CORE_HEADERS CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../include/ForkFd/*)
list(TRANSFORM FORKFD_QT_HEADERS PREPEND ${CMAKE_CURRENT_LIST_DIR}/../include/ForkFd/)
list(REMOVE_ITEM FORKFD_CORE_HEADERS ${FORKFD_QT_HEADERS})
