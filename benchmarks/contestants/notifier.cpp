// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The limit plus Qt's event loop: the lower bound for every Qt class.

#include "clonedchild.h"

#include <QtCore/QEventLoop>
#include <QtCore/QSocketNotifier>

namespace Benchmarks {

namespace {

class NotifiedChild : public ClonedChild
{
protected:
    void awaitReadable() override
    {
        QEventLoop loop;
        QSocketNotifier notifier(pidfd(), QSocketNotifier::Read);
        QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
        loop.exec();
    }
};

class Notifier : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<NotifiedChild>(); }
    std::string version() const override { return std::string("Qt ") + qVersion(); }
    bool isComplete() const override { return false; }
};

} // namespace

std::unique_ptr<Contestant> makeContestant()
{
    return std::make_unique<Notifier>();
}

} // namespace Benchmarks
