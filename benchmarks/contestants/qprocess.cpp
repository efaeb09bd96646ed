// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qtchild.h"
#include "table.h"

#include <QtCore/QProcess>

namespace Benchmarks {

namespace {

class QtItself : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<QtChild<QProcess>>(); }
    std::unique_ptr<DeviceChild> makeDevice() override { return std::make_unique<QtChild<QProcess>>(); }
    std::string version() const override { return std::string("Qt ") + qVersion(); }
    Skills skills() const override { return skillsOfQtChild; }
};

} // namespace

std::unique_ptr<Contestant> makeQProcess()
{
    return std::make_unique<QtItself>();
}

} // namespace Benchmarks
