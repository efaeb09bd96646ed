// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What waitid(2) and wait4(2) tell, decoded, against the macros of sys/wait.h. Any value may come: a
// filter or an emulator may make them up.

#include "fuzzer.h"
#include "inputreader.h"

#include "core/base/waitstatus.h"

#include <array>

#include <sys/wait.h>

using ForkFd::ExitInfo;

namespace {

struct Step
{
    explicit Step(Fuzz::InputReader &reader)
        : isSigInfo(reader.flag())
        , code(reader.byte())
    {
        std::uint32_t bits = 0;
        for (int i = 0; i < 4; ++i)
            bits = bits << 8 | reader.byte();
        // Half of them are as the kernel makes them: 16 bits.
        status = static_cast<int>(code % 2 ? bits : bits & 0xffff);
    }

    siginfo_t sigInfo() const
    {
        constexpr std::array codes = {CLD_EXITED, CLD_KILLED, CLD_DUMPED};
        siginfo_t info = {};
        info.si_code = codes[code / 2 % codes.size()];
        info.si_status = status;
        return info;
    }

    bool isSigInfo;
    unsigned code;
    int status;
};

std::string textOf(const ExitInfo &info)
{
    return info.toString() + " (" + std::to_string(info.reason) + ' ' + std::to_string(info.code) + ' '
        + std::to_string(info.signal) + ' ' + std::to_string(info.coreDumped) + ')';
}

void expect(const ExitInfo &info, const ExitInfo &wanted)
{
    if (!(info == wanted) || textOf(info) != textOf(wanted))
        throw Fuzz::Fault("status: " + textOf(info) + ", not " + textOf(wanted));
}

// Also for a stop, which a wait for an end does not report.
ExitInfo modelOf(int status)
{
    ExitInfo info;
    info.reason = WIFEXITED(status) ? ExitInfo::Exited : ExitInfo::Signaled;
    if (WIFEXITED(status)) {
        info.code = WEXITSTATUS(status);
    } else {
        info.signal = WTERMSIG(status);
        info.coreDumped = WCOREDUMP(status);
    }
    return info;
}

ExitInfo modelOf(const siginfo_t &info)
{
    ExitInfo result;
    result.reason = info.si_code == CLD_EXITED ? ExitInfo::Exited : ExitInfo::Signaled;
    (info.si_code == CLD_EXITED ? result.code : result.signal) = info.si_status;
    result.coreDumped = info.si_code == CLD_DUMPED;
    return result;
}

/// The two forms of the same end.
void compareForms(int status)
{
    siginfo_t info = {};
    info.si_code = WIFEXITED(status) ? CLD_EXITED : WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
    info.si_status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    expect(ForkFd::Internal::exitInfoOf(info), ForkFd::Internal::exitInfoOfWaitStatus(status));
}

} // namespace

namespace Fuzz {

const char *const name = "waitstatus";
const Shape shape = {.headSize = 0, .stepSize = 6, .maxSteps = 40};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    std::size_t count = 0;
    for (InputReader reader(input); !reader.isAtEnd(); ++count) {
        const Step step(reader);
        if (step.isSigInfo) {
            expect(ForkFd::Internal::exitInfoOf(step.sigInfo()), modelOf(step.sigInfo()));
        } else {
            expect(ForkFd::Internal::exitInfoOfWaitStatus(step.status), modelOf(step.status));
            compareForms(step.status);
        }
    }
    return count;
}

std::string describe(std::span<const std::uint8_t> input)
{
    std::string text;
    for (InputReader reader(input); !reader.isAtEnd();) {
        const Step step(reader);
        text += step.isSigInfo
            ? "  siginfo " + std::to_string(step.sigInfo().si_code) + ' ' + std::to_string(step.status)
            : "  status " + std::to_string(step.status);
        text += '\n';
    }
    return text;
}

} // namespace Fuzz
