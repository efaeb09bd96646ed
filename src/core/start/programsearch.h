// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PROGRAMSEARCH_H
#define FORKFD_CORE_START_PROGRAMSEARCH_H

#include <ForkFd/export.h>

#include <optional>
#include <string>

namespace ForkFd::Internal {

/// What an empty entry of PATH stands for.
enum class EmptyEntry {
    CurrentDirectory, ///< As in execvp(3) and POSIX.
    Nothing ///< As in QStandardPaths::findExecutable(), and with it QProcess.
};

/// 0, or the errno of execve(2) as far as it is about this one file.
int checkExecutable(const char *path) noexcept;

/// The path of a program, searched in the parent's PATH unless the name has a slash. A relative entry
/// of PATH gives an absolute path. Without a result `errorCode` is the errno that execvp(3) sets.
FORKFD_EXPORT std::optional<std::string> findExecutable(const std::string &program,
                                                        EmptyEntry emptyEntry, int *errorCode);
/// The same in this value of PATH.
FORKFD_EXPORT std::optional<std::string> findExecutableIn(const std::string &path,
                                                          const std::string &program,
                                                          EmptyEntry emptyEntry, int *errorCode);
/// The parent's PATH. Its relative entries are made absolute, so that it means the same after a
/// chdir(2).
FORKFD_EXPORT std::string absoluteSearchPath();

} // namespace ForkFd::Internal

#endif
