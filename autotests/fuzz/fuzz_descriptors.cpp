// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The descriptors of a child, against a table: what the parent has open without close-on-exec, and then
// the numbers of LaunchOptions::fileDescriptors.

#include "fuzzer.h"
#include "inputreader.h"

#include <ForkFd/spawn.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

enum Operation { Open, OpenInheritable, Map, MapUp, OperationCount };
constexpr std::array<const char *, OperationCount> names = {"open", "openInheritable", "map", "mapUp"};

// Numbers that the library's own descriptors of a start would get, too.
constexpr int lowest = 3;
constexpr int count = 14;

struct Step
{
    explicit Step(Fuzz::InputReader &reader)
        : operation(static_cast<Operation>(reader.below(OperationCount)))
        , first(static_cast<int>(reader.below(count + lowest)) - (operation < Map ? 0 : 1))
        , second(static_cast<int>(reader.below(count + lowest)))
    {
    }
    ForkFd::FileDescriptor mapping() const
    {
        return {.childFd = operation == MapUp && first >= 0 ? first + 100 : first, .parentFd = second};
    }

    Operation operation;
    int first;
    int second;
};

/// A file behind a descriptor.
using File = std::pair<dev_t, ino_t>;
using Table = std::map<int, File>;

std::optional<File> fileOf(const std::string &path)
{
    struct stat status;
    if (stat(path.c_str(), &status) != 0)
        return {};
    return File(status.st_dev, status.st_ino);
}

std::vector<int> numbersIn(const std::string &folder)
{
    std::vector<int> numbers;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(folder, error))
        numbers.push_back(std::atoi(entry.path().filename().c_str()));
    return numbers;
}

Table tableOf(pid_t child)
{
    const std::string folder = "/proc/" + std::to_string(child) + "/fd";
    Table table;
    for (const int number : numbersIn(folder)) {
        if (const auto file = fileOf(folder + '/' + std::to_string(number)))
            table.emplace(number, *file);
    }
    return table;
}

std::string textOf(const Table &table)
{
    std::string text;
    for (const auto &[number, file] : table)
        text += ' ' + std::to_string(number) + ':' + std::to_string(file.second);
    return text;
}

/// Opens descriptors at numbers that the steps choose. It never replaces a descriptor that was open
/// before.
class OpenFiles
{
public:
    OpenFiles() = default;
    ~OpenFiles()
    {
        for (const int number : m_numbers)
            close(number);
    }
    OpenFiles(const OpenFiles &) = delete;
    OpenFiles &operator=(const OpenFiles &) = delete;

    void open(int number, bool isInheritable)
    {
        const bool isOurs = std::count(m_numbers.begin(), m_numbers.end(), number) > 0;
        if (number < lowest || (!isOurs && fcntl(number, F_GETFD) >= 0))
            return;
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
            throw Fuzz::Fault("open: no pipe");
        // Away from the number, so that it can be closed.
        const int aside = fcntl(ends[0], F_DUPFD_CLOEXEC, 200);
        close(ends[0]);
        close(ends[1]);
        dup3(aside, number, isInheritable ? 0 : O_CLOEXEC);
        close(aside);
        if (!isOurs)
            m_numbers.push_back(number);
    }

private:
    std::vector<int> m_numbers;
};

struct Start
{
    explicit Start(Fuzz::InputReader &reader)
    {
        options.closeDescriptors = reader.flag();
        while (!reader.isAtEnd()) {
            const Step step(reader);
            ++stepCount;
            if (step.operation >= Map)
                options.fileDescriptors.push_back(step.mapping());
            else
                files.open(step.first, step.operation == OpenInheritable);
        }
    }

    int error() const
    {
        std::vector<int> numbers;
        for (const ForkFd::FileDescriptor &mapping : options.fileDescriptors) {
            if (mapping.childFd < 0 || fcntl(mapping.parentFd, F_GETFD) < 0)
                return EBADF;
            if (std::count(numbers.begin(), numbers.end(), mapping.childFd) > 0)
                return EINVAL;
            numbers.push_back(mapping.childFd);
        }
        return 0;
    }

    Table table() const
    {
        Table result;
        for (const auto &[number, file] : tableOf(getpid())) {
            const int flags = fcntl(number, F_GETFD);
            if (flags == 0 && (number < lowest || !options.closeDescriptors))
                result.emplace(number, file);
        }
        for (const ForkFd::FileDescriptor &mapping : options.fileDescriptors)
            result[mapping.childFd] =
                fileOf("/proc/self/fd/" + std::to_string(mapping.parentFd)).value_or(File());
        return result;
    }

    OpenFiles files;
    ForkFd::LaunchOptions options;
    std::size_t stepCount = 0;
};

// The loader of the child opens files for a moment.
void awaitTable(pid_t child, const Table &wanted)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    Table table = tableOf(child);
    for (; table != wanted; table = tableOf(child)) {
        if (std::chrono::steady_clock::now() > deadline)
            throw Fuzz::Fault("table:" + textOf(table) + ", not" + textOf(wanted));
        std::this_thread::yield();
    }
}

void compare(const Start &start)
{
    const Table wanted = start.table();
    ForkFd::StartError error;
    auto child = ForkFd::spawn({.argv = {FORKFD_TEST_CHILD, "sleep"}}, start.options, &error);
    const int wantedError = start.error();
    if (child.has_value() != (wantedError == 0))
        throw Fuzz::Fault("start: " + (child ? "it works" : error.toString()) + ", not "
                          + std::to_string(wantedError));
    if (!child) {
        if (std::string(error.step) != "fileDescriptors" || error.errorCode != wantedError)
            throw Fuzz::Fault("error: " + error.toString() + ", not " + std::to_string(wantedError));
        return;
    }
    awaitTable(child->pid(), wanted);
    child->sendSignal(SIGKILL);
    child->wait();
}

} // namespace

namespace Fuzz {

const char *const name = "descriptors";
const Shape shape = {.headSize = 1, .stepSize = 3, .maxSteps = 16};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Start start(reader);
    compare(start);
    return start.stepCount + 1;
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    std::string text = reader.flag() ? "  closeDescriptors\n" : "";
    while (!reader.isAtEnd()) {
        const Step step(reader);
        const auto [childFd, parentFd] = step.mapping();
        text += std::string("  ") + names[step.operation] + ' ' + std::to_string(childFd);
        text += step.operation >= Map ? " from " + std::to_string(parentFd) + '\n' : "\n";
    }
    return text;
}

} // namespace Fuzz
