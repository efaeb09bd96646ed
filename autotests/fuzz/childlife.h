// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_CHILDLIFE_H
#define FORKFD_FUZZ_CHILDLIFE_H

#include "childcontroller.h"
#include "fuzzer.h"

#include <ForkFd/childprocess.h>

#include <array>
#include <memory>
#include <set>
#include <utility>

namespace Fuzz {

/// The model of one start: the permitted ends, the bytes that the child has written, and the reports so
/// far.
struct ChildLife
{
    using Outcome = std::pair<int, ForkFd::ChildProcess::ExitStatus>;

    /// A signal of this number may end the child from now on.
    void mayDieOf(int signal)
    {
        outcomes.emplace(signal, ForkFd::ChildProcess::CrashExit);
        isDoomed = true;
        if (isStarting) { // Before the exec, which then neither fails nor succeeds.
            mayFail = true;
            mustFail = false;
        }
    }
    void mayExit(int code)
    {
        outcomes.emplace(code, ForkFd::ChildProcess::NormalExit);
        isDoomed = true;
    }
    bool isReported() const { return finishedCount + failedCount > 0; }
    /// Whether the child listens to its controller. Waits until it does.
    bool isControlled()
    {
        if (isSilent || isDoomed)
            return false;
        if (!controller->connect())
            throw Fault("start: the child does not come");
        return true;
    }

    std::unique_ptr<ChildController> controller = std::make_unique<ChildController>();
    std::set<Outcome> outcomes; ///< How it may end.
    bool isSilent = false; ///< The program is none that listens.
    bool isDoomed = false; ///< It may end at any time.
    bool mustFail = false;
    bool mayFail = false; ///< A start in the background may be given up.
    bool isStarting = true;
    int startedCount = 0;
    int finishedCount = 0;
    int failedCount = 0;
    int crashedCount = 0;

    /// What the child has written and the program has not read, of each channel.
    std::array<QByteArray, 2> unread;
    std::array<bool, 2> isCut = {}; ///< The model no longer knows what can be read.
    int writtenCount = 0;
    int sentCount = 0;
};

} // namespace Fuzz

#endif
