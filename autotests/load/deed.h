// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_DEED_H
#define FORKFD_LOAD_DEED_H

#include <ForkFd/exitinfo.h>
#include <ForkFd/forkfd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace Load {

/// How a child ended, as the model compares it.
struct Ending
{
    ForkFd::ExitInfo::Reason reason = ForkFd::ExitInfo::Unknown;
    int value = 0; ///< The exit code or the signal.

    static Ending code(int code) { return {ForkFd::ExitInfo::Exited, code}; }
    static Ending signal(int signal) { return {ForkFd::ExitInfo::Signaled, signal}; }
    static Ending of(const ForkFd::ExitInfo &info);
    static Ending of(const ForkFd::forkfd_info &info);

    std::string text() const;
    friend bool operator==(const Ending &, const Ending &) = default;
};

/// What a child does.
struct Deed
{
    bool isLeashed = false; ///< It first reads a byte from standard input.
    bool isDeaf = false; ///< It ignores SIGTERM.
    int doze = 0; ///< Then it sleeps so many milliseconds.
    int output = 0; ///< Then it writes so many bytes.
    std::optional<Ending> end = {}; ///< Then it ends in this way, or sleeps for ever.

    /// Ends at once, in a way that follows from the number.
    static Deed numbered(std::uint64_t number);
    static Deed sleeping() { return {}; }

    /// The arguments of the child program.
    std::vector<std::string> words() const;
    /// Does the same without the program, but writes nothing. Async-signal-safe; returns the exit code.
    int perform() const;
};

/// A signal that ends a sleeping child; which follows from the number. Not SIGINT, which system(3)
/// ignores, and which children then ignore, too.
int fatalSignal(std::uint64_t number);
/// The path and the words, for execve(2).
std::vector<std::string> commandFor(const Deed &deed);

} // namespace Load

#endif
