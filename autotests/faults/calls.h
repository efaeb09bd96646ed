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

/// How a system call may fail, and which steps a start error may then name.
struct KnownCall
{
    std::string_view name; ///< "pipe2", or "fcntl:F_SETFD" where one call does several things.
    long number;
    int argument = -1; ///< Which argument chooses the thing; -1: none does.
    unsigned mask = 0; ///< The bits of that argument that count.
    unsigned value = 0; ///< What they have to be.
    std::string_view errors = {}; ///< The errno values of its manual page.
    std::string_view steps = {}; ///< The steps of StartError that may fail with it.
};

/// Where an entry for one thing and one for all have the same number, the first that matches counts.
std::span<const KnownCall> knownCalls();
/// The entry for a call that was made; null if the table has none.
const KnownCall *findCall(const seccomp_data &data);
const KnownCall *findCall(std::string_view name);

/// The errors to inject: those of its manual page, and ENOSYS, EPERM and EACCES, as filters answer.
std::vector<std::string> errorsOf(const KnownCall &call);

/// The calls that are never stopped; calls.cpp has a reason for each.
const std::vector<long> &exemptNumbers();

/// 0 if there is no such name.
int errorNumber(std::string_view name);
/// "EMFILE", or the number as text.
std::string errorName(int number);

bool hasWord(std::string_view words, std::string_view word);

} // namespace Faults

#endif
