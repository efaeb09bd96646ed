// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The parsers of files in /proc and of cgroups: any bytes do no harm, and what the kernel could write is
// read as it was meant.

#include "fuzzer.h"
#include "hex.h"
#include "inputreader.h"
#include "temporaryfolder.h"

#include "core/base/cgroupfiles_linux.h"
#include "core/base/cgroupmount_linux.h"
#include "core/base/cgroupusage_linux.h"
#include "core/base/processstatus_linux.h"
#include "core/base/processusage_linux.h"

#include <algorithm>
#include <array>

using namespace ForkFd::Internal;

namespace {

enum Kind { Stat, Status, Mounts, Cgroup, KindCount };
constexpr std::array<const char *, KindCount> kinds = {"stat", "status", "mounts", "cgroup"};

constexpr std::array<const char *, 22> pieces = {"\n",
                                                 " ",
                                                 "(",
                                                 ") ",
                                                 ") R 1 2 3",
                                                 "0::/",
                                                 "/",
                                                 "/a",
                                                 "\\",
                                                 "040",
                                                 "-1",
                                                 "99999999999999999999",
                                                 "9007199254740993",
                                                 " - cgroup2 ",
                                                 "\nVmRSS:\t",
                                                 "\nVmHWM:\t",
                                                 "\nThreads:\t",
                                                 "\nSeccomp:\t",
                                                 "\nTracerPid:\t",
                                                 "populated 1",
                                                 "\nuser_usec ",
                                                 "\nsystem_usec "};

/// A file of one kind: two numbers, and a text of pieces and bytes.
struct Sample
{
    explicit Sample(Fuzz::InputReader &reader)
        : kind(static_cast<Kind>(reader.below(KindCount)))
        , first(reader.byte())
        , second(reader.byte())
    {
        for (; !reader.isAtEnd(); ++pieceCount) {
            const unsigned which = reader.byte();
            const auto byte = static_cast<char>(reader.byte());
            if (which < 128)
                text += pieces[which % pieces.size()];
            else
                text += byte;
        }
    }

    const Kind kind;
    const unsigned first;
    const unsigned second;
    std::string text;
    std::size_t pieceCount = 0;
};

void expect(const char *what, bool condition)
{
    if (!condition)
        throw Fuzz::Fault(std::string(what) + ": it is read wrongly");
}

// proc_pid_stat(5): only the name is free.
void checkStat(const Sample &sample)
{
    static_cast<void>(statusIn(sample.text.c_str()));
    const std::string a = std::to_string(sample.first);
    const std::string b = std::to_string(sample.second * 16777259ULL);
    const std::string line = "7 (" + sample.text.substr(0, sample.text.find('\0')) + ") S " + a
        + " 2 3 0 -1 4194560 1 2 3 4 " + b + " 6 7 8 20 0 " + a + " 0 " + b
        + " 11 12 18446744073709551615\n";
    const std::optional<ProcessStatus> status = statusIn(line.c_str());
    expect("stat", status && status->state == 'S' && !status->isOver());
    expect("parent", status->parent == static_cast<pid_t>(sample.first));
    expect("threads", status->threads == static_cast<long>(sample.first));
    expect("times", status->userTime == sample.second * 16777259ULL && status->waitedSystemTime == 8);
    expect("startTime", status->startTime == sample.second * 16777259ULL);
    expect("addressSpace", status->addressSpace == 11);
}

void checkStatus(const Sample &sample)
{
    const ResidentMemory memory = residentMemoryIn(sample.text.c_str());
    expect("memory", memory.now >= 0 && memory.peak >= 0);
    static_cast<void>(mayBeKilledIn(sample.text.c_str()));
    const std::string text = "Name:\tname\nTracerPid:\t" + std::to_string(sample.first / 128)
        + "\nVmHWM:\t     12 kB\nVmRSS:\t  " + std::to_string(sample.second) + " kB\nThreads:\t3\n"
        + "Seccomp:\t" + std::to_string(sample.first % 3) + '\n';
    expect("filter", mayBeKilledIn(text.c_str()) == (sample.first >= 128 || sample.first % 3 != 0));
    const ResidentMemory known = residentMemoryIn(text.c_str());
    expect("resident", known.now == sample.second * 1024 && known.peak == 12 * 1024 && known.isShown);
}

// As seq_path() and cgroup_show_path() of the kernel do.
std::string escaped(const std::string &path)
{
    std::string text;
    for (const char c : path) {
        if (c == ' ')
            text += "\\040";
        else if (c == '\t')
            text += "\\011";
        else if (c == '\n')
            text += "\\012";
        else if (c == '\\')
            text += "\\134";
        else
            text += c;
    }
    return text;
}

/// A path that begins with a slash and does not end with one. Other blanks than those that are escaped
/// would end a word.
std::string pathOf(std::string text)
{
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return c == '\0' || c == '\v' || c == '\f' || c == '\r'; }, '_');
    return '/' + text + 'e';
}

void checkMounts(const Sample &sample)
{
    ownDirectoryIn(sample.text, sample.text.substr(sample.text.size() / 2));
    const auto cut = static_cast<std::ptrdiff_t>(sample.text.size() * sample.first / 256);
    const std::string point = pathOf({sample.text.begin(), sample.text.begin() + cut});
    const std::string root =
        sample.second % 4 == 0 ? "/" : pathOf({sample.text.begin() + cut, sample.text.end()});
    const std::string mounts = "21 1 0:20 / /other rw - cgroup none rw\n30 21 0:26 " + escaped(root)
        + ' ' + escaped(point) + " rw,relatime shared:4 - cgroup2 cgroup2 rw\n";
    std::string base = root == "/" ? "" : root;
    // In the file with the path a newline is not escaped.
    std::replace(base.begin(), base.end(), '\n', '_');
    const bool isWhole = base == (root == "/" ? "" : root);
    const auto directory = [&](const std::string &path) {
        return ownDirectoryIn(mounts, "1:name=systemd:/x\n0::" + path + '\n');
    };
    if (!isWhole)
        return;
    expect("below", directory(base + "/below").path == point + "/below");
    expect("top", directory(base + "/below").top == point);
    expect("root", directory(root).path == point);
    if (root != "/")
        expect("sibling", directory(base + "x/below").path.empty());
}

void checkCgroup(const Sample &sample)
{
    const Fuzz::TemporaryFolder folder;
    constexpr std::array names = {"cgroup.procs", "cpu.stat", "memory.current", "memory.peak",
                                  "cgroup.events"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (sample.first >> i & 1)
            Fuzz::TemporaryFolder::write(names[i], sample.text);
    }
    const std::string path = folder.path().string();
    bool areAll = true;
    const std::vector<pid_t> members = membersOfCgroup(path, &areAll);
    expect("members", std::is_sorted(members.begin(), members.end()));
    expect("member", members.empty() || members.front() > 0);
    static_cast<void>(usageOfCgroup(path));
    if (sample.first & 16)
        expect("populated",
               isPopulatedOrUnknown(path)
                   == (sample.text.substr(0, 256).find("populated 1") != std::string::npos));
}

void check(const Sample &sample)
{
    switch (sample.kind) {
    case Stat:
        return checkStat(sample);
    case Status:
        return checkStatus(sample);
    case Mounts:
        return checkMounts(sample);
    default:
        return checkCgroup(sample);
    }
}

} // namespace

namespace Fuzz {

const char *const name = "kernelfiles";
const Shape shape = {.headSize = 3, .stepSize = 2, .maxSteps = 40};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Sample sample(reader);
    check(sample);
    return sample.pieceCount + 1;
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Sample sample(reader);
    return std::string("  ") + kinds[sample.kind] + ' ' + std::to_string(sample.first) + ' '
        + std::to_string(sample.second) + ' ' + escaped(sample.text) + '\n';
}

} // namespace Fuzz
