// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "contestant.h"

#include "task.h"

#include <deque>

namespace Benchmarks {

namespace {

void awaitFirst(std::deque<std::unique_ptr<Child>> &children)
{
    if (children.front()->awaitEnd() != exitCodeOfExiting)
        throw Failure("a child did not exit as expected");
    children.pop_front();
}

} // namespace

void Child::feed(const QByteArray &)
{
    throw Failure("this contestant cannot write in one call");
}

void Child::discardOutput()
{
    throw Failure("this contestant does not use Qt's event loop");
}

std::unique_ptr<DeviceChild> Contestant::makeDevice()
{
    throw Failure("this contestant has no QIODevice");
}

void Contestant::runMany(const Task &task, int count, int inFlight)
{
    std::deque<std::unique_ptr<Child>> children;
    for (int i = 0; i < count; ++i) {
        if (static_cast<int>(children.size()) == inFlight)
            awaitFirst(children);
        children.push_back(makeChild());
        children.back()->start(task);
    }
    while (!children.empty())
        awaitFirst(children);
}

} // namespace Benchmarks
