// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_CALLERS_H
#define FORKFD_FAULTS_CALLERS_H

#include <cstdint>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace Faults {

/// The code that makes a system call.
enum class Caller {
    Library, ///< ForkFd, or a scenario: both are part of the walker.
    Qt, ///< Qt and the libraries below it.
    System ///< Libc itself, such as in a new thread or for posix_spawn(3).
};

struct Call
{
    Caller caller = Caller::Library;
    bool isDirect = true; ///< Not through libc, which also needs memory for its heap and threads.
};

/// The code of a program, by address.
class CodeMap
{
public:
    /// That of the walker. Forked copies of it have the same code at the same addresses.
    static const CodeMap &ofWalker();
    /// That of a guardian, whose own code counts as the library's.
    static CodeMap ofGuardian(pid_t pid);

    /// The caller of the system call that this thread of the program is stopped in. Looks for the first
    /// return address on its stack that does not lie in libc.
    Call callerOf(pid_t thread, std::uint64_t instructionPointer) const;
    /// Whose code is there; nothing if there is none.
    std::optional<Caller> ownerAt(std::uint64_t address) const noexcept;

private:
    struct Code
    {
        std::uint64_t begin;
        std::uint64_t end;
        Caller caller;
    };

    const Code *codeAt(std::uint64_t address) const noexcept;

    std::vector<Code> m_code;
};

/// Whether this process executes the guardian's program.
bool isGuardian(pid_t pid);

} // namespace Faults

#endif
