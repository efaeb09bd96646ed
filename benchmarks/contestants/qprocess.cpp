// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qtchild.h"

#include <QtCore/QProcess>

namespace Benchmarks {

namespace {

class QtItself : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<QtChild<QProcess>>(); }
    std::unique_ptr<DeviceChild> makeDevice() override { return std::make_unique<QtChild<QProcess>>(); }
    bool hasDevices() const override { return true; }
    std::string version() const override { return std::string("Qt ") + qVersion(); }
    bool canWait() const override { return true; }
};

} // namespace

std::unique_ptr<Contestant> makeContestant()
{
    return std::make_unique<QtItself>();
}

} // namespace Benchmarks
