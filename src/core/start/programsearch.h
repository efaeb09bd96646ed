// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_PROGRAMSEARCH_H
#define FORKFD_CORE_START_PROGRAMSEARCH_H

#include <ForkFd/export.h>

#include <optional>
#include <string>

namespace ForkFd::Internal {

/// The meaning of an empty entry in PATH.
enum class EmptyEntry {
    CurrentDirectory, ///< As in execvp(3) and POSIX.
    Nothing ///< As in QStandardPaths::findExecutable(), and with it QProcess.
};

/// Returns 0, or the errno with which execve(2) refuses this file. Does not look at its interpreter.
int checkExecutable(const char *path) noexcept;

/// Searches a program in the entries that absoluteSearchPath() returns, unless the name has a slash.
/// Returns its path, which is absolute even for a relative entry. Without a result sets `errorCode` as
/// execvp(3) sets errno.
FORKFD_EXPORT std::optional<std::string> findExecutable(const std::string &searchPath,
                                                        const std::string &program,
                                                        EmptyEntry emptyEntry, int *errorCode);
/// The path from the root, if the current directory is known. Does not look at the file.
FORKFD_EXPORT std::string absolutePath(const std::string &path);
/// The entries of the parent's PATH, with a NUL between two of them. Relative entries are made absolute,
/// so that they survive a chdir(2). An absolute path may contain a colon.
FORKFD_EXPORT std::string absoluteSearchPath();
/// The search path that findExecutable() needs for this program: empty if the name has a slash.
FORKFD_EXPORT std::string searchPathFor(const std::string &program);

} // namespace ForkFd::Internal

#endif
