// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The limit: only the system calls, and so the time that the kernel needs.

#include "clonedchild.h"
#include "table.h"

namespace Benchmarks {

namespace {

class Limit : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<ClonedChild>(); }
    std::string version() const override { return "system calls by hand"; }
    Skills skills() const override
    {
        return Skill::Single | Skill::Wait | Skill::Hold | Skill::Crowd | Skill::Thousands | Skill::Read
            | Skill::Exchange | Skill::Feed | Skill::Many | Skill::Threads | Skill::PipeSize;
    }
};

} // namespace

std::unique_ptr<Contestant> makeLimit()
{
    return std::make_unique<Limit>();
}

} // namespace Benchmarks
