// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The limit: only the system calls, and so the time that the kernel needs.

#include "clonedchild.h"

namespace Benchmarks {

namespace {

class Limit : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<ClonedChild>(); }
    std::string version() const override { return "system calls by hand"; }
    bool canWait() const override { return true; }
};

} // namespace

std::unique_ptr<Contestant> makeContestant()
{
    return std::make_unique<Limit>();
}

} // namespace Benchmarks
