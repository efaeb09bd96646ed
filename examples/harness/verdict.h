// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_VERDICT_H
#define FORKFD_EXAMPLES_VERDICT_H

#include "testresult.h"

#include <ForkFd/exitinfo.h>

/// How the program of a test ended.
struct Ending
{
    ForkFd::StartError startError = {};
    ForkFd::ExitInfo exitInfo = {};
    bool isInterrupted = false;
    bool timeLimitExceeded = false;
    std::chrono::milliseconds timeLimit{0};
};

/// Sets the outcome and the reason of the attempt, whose output and functions are known.
void judge(const Test &test, const Ending &ending, Attempt &attempt);

#endif
