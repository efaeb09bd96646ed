// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_CALLS_H
#define FORKFD_FAULTS_CALLS_H

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/seccomp.h>

namespace Faults {

/// How a system call may fail, and the steps that a start error may then name.
struct KnownCall
{
    std::string_view name; ///< "pipe2", or "fcntl:F_SETFD" for one use of a call with several.
    long number;
    int argument = -1; ///< The index of the argument that chooses the use; -1: none.
    unsigned mask = 0; ///< The bits of that argument that count.
    unsigned value = 0; ///< The value of these bits.
    std::string_view errors = {}; ///< The errno values of its manual page.
    std::string_view steps = {}; ///< The steps of StartError that may fail with it.
};

/// All entries. If an entry for one use and an entry for all uses match, the first counts.
std::span<const KnownCall> knownCalls();
/// The entry for a call; null if the table has none.
const KnownCall *findCall(const seccomp_data &data);
const KnownCall *findCall(std::string_view name);

/// The errors to inject: those of the manual page, and ENOSYS, EPERM and EACCES, as filters return them.
std::vector<std::string> errorsOf(const KnownCall &call);

/// The calls that are never stopped; calls.cpp has a reason for each.
const std::vector<long> &exemptNumbers();

/// 0 if the name is unknown.
int errorNumber(std::string_view name);
/// "EMFILE", or the number as text.
std::string errorName(int number);

bool hasWord(std::string_view words, std::string_view word);

} // namespace Faults

#endif
