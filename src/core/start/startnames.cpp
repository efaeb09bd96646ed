// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/startnames.h"

#include "core/start/interpreter.h"
#include "core/start/plan.h"
#include "core/start/programsearch.h"

#include <cerrno>
#include <new>
#include <string_view>

namespace ForkFd::Internal {

namespace {

constexpr int mostInterpreters = 5; // Linux follows this many, then fails with ELOOP (execve(2)).

} // namespace

StartNames StartNames::of(const StartPlan &plan)
{
    const char *directory = plan.workingDirectory();
    return {plan.executable(), directory ? directory : "", plan.options().controlGroup};
}

void StartNames::complete(StartFailure &failure) const noexcept
try {
    if (failure.error.step && failure.error.subject.empty())
        completeStep(failure);
} catch (const std::bad_alloc &) { // The failure keeps its step and errno.
}

void StartNames::completeStep(StartFailure &failure) const
{
    const std::string_view step = failure.error.step;
    if (step == "exec")
        completeExec(failure);
    else if (step == "workingDirectory")
        failure.error.subject = workingDirectory.empty() ? "." : workingDirectory;
    else if (step == "controlGroup" && !controlGroup.empty())
        failure.error.subject = controlGroup;
    else
        failure.error.subject = program;
}

// If an interpreter cannot be executed, the exec of its program fails with the same errno.
void StartNames::completeExec(StartFailure &failure) const
{
    const int savedErrno = errno;
    failure.error.subject = program;
    std::string path = program;
    for (int i = 0; i < mostInterpreters && checkExecutable(fromHere(path).c_str()) == 0; ++i) {
        const std::string interpreter = interpreterOf(fromHere(path));
        if (interpreter.empty())
            break;
        if (checkExecutable(fromHere(interpreter).c_str()) == failure.error.errorCode) {
            failure.interpreter = interpreter;
            failure.interpreted = path;
            failure.error.subject = "interpreter ";
            failure.error.subject.append(interpreter).append(" of ").append(path);
            break;
        }
        path = interpreter;
    }
    errno = savedErrno;
}

// A path of the child, relative to its directory, as this process can open it.
std::string StartNames::fromHere(const std::string &path) const
{
    const bool isRelative = !path.empty() && path.front() != '/';
    return isRelative && !workingDirectory.empty() ? workingDirectory + '/' + path : path;
}

} // namespace ForkFd::Internal
