// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "inspection.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace Faults {

namespace {

namespace fs = std::filesystem;

std::string folderOf(pid_t pid)
{
    return "/proc/" + std::to_string(pid);
}

// The value of a line such as "Threads:	1" in /proc/PID/status; see proc_pid_status(5).
std::string statusOf(pid_t pid, const std::string &key)
{
    std::ifstream status(folderOf(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.compare(0, key.size(), key) == 0 && line[key.size()] == ':') {
            const std::size_t begin = line.find_first_not_of(" \t", key.size() + 1);
            return begin == std::string::npos ? std::string() : line.substr(begin);
        }
    }
    return {};
}

std::vector<std::string> entriesOf(const std::string &folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        names.push_back(it->path().filename());
    return names;
}

// Drops the number of the inode: "pipe:[4711]" is a pipe like any other.
std::string kindOf(const std::string &target)
{
    const std::size_t colon = target.find(":[");
    return colon == std::string::npos || target.starts_with("anon_inode") ? target
                                                                          : target.substr(0, colon);
}

std::string textOf(const std::string &file)
{
    std::ifstream stream(file);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

void addChildren(pid_t pid, std::vector<pid_t> &all)
{
    const std::string tasks = folderOf(pid) + "/task";
    for (const std::string &task : entriesOf(tasks)) {
        std::ifstream children(tasks + '/' + task + "/children");
        for (pid_t child; children >> child;) {
            all.push_back(child);
            addChildren(child, all);
        }
    }
}

} // namespace

Belongings Belongings::of(pid_t pid)
{
    Belongings all;
    const std::string folder = folderOf(pid) + "/fd";
    for (const std::string &fd : entriesOf(folder)) {
        std::error_code error;
        const fs::path target = fs::read_symlink(folder + '/' + fd, error);
        if (!error)
            ++all.descriptors[kindOf(target)];
    }
    all.mask = statusOf(pid, "SigBlk");
    all.ignored = statusOf(pid, "SigIgn");
    all.caught = statusOf(pid, "SigCgt");
    all.threads = std::atoi(statusOf(pid, "Threads").c_str());
    std::ifstream maps(folderOf(pid) + "/maps");
    for (std::string line; std::getline(maps, line);)
        ++all.mappings;
    return all;
}

void Belongings::subtract(const Belongings &before)
{
    for (const auto &[kind, count] : before.descriptors) {
        if (const auto it = descriptors.find(kind); it != descriptors.end())
            it->second -= count;
    }
    std::erase_if(descriptors, [](const auto &one) { return one.second <= 0; });
}

std::string Belongings::signalChanges(const Belongings &before) const
{
    std::string text;
    if (mask != before.mask)
        text += " blocked signals " + mask + " instead of " + before.mask;
    if (ignored != before.ignored)
        text += " ignored signals " + ignored + " instead of " + before.ignored;
    return text;
}

std::string Belongings::beyond(const Belongings &other) const
{
    std::string text;
    for (const auto &[kind, count] : descriptors) {
        const auto it = other.descriptors.find(kind);
        const int more = count - (it == other.descriptors.end() ? 0 : it->second);
        if (more > 0)
            text += " +" + std::to_string(more) + ' ' + kind;
    }
    if (threads > other.threads)
        text += " +" + std::to_string(threads - other.threads) + " threads";
    // A few areas more or less mean nothing: the heap, and the stacks of threads that have ended.
    constexpr int tolerance = 8;
    if (mappings > other.mappings + tolerance)
        text += " +" + std::to_string(mappings - other.mappings) + " mappings";
    return text;
}

std::vector<pid_t> descendantsOf(pid_t pid)
{
    std::vector<pid_t> all;
    addChildren(pid, all);
    return all;
}

std::string describe(const std::vector<pid_t> &processes)
{
    std::string text;
    for (const pid_t pid : processes)
        text += ' ' + statusOf(pid, "Name") + ' ' + std::to_string(pid) + " (" + statusOf(pid, "State")
            + ')';
    return text;
}

std::string activityOf(pid_t pid)
{
    std::string text;
    const std::string tasks = folderOf(pid) + "/task";
    for (const std::string &task : entriesOf(tasks)) {
        std::istringstream call(textOf(tasks + '/' + task + "/syscall"));
        std::string number;
        call >> number;
        text += " [" + task + (task == std::to_string(pid) ? " main" : "") + ": call " + number + " in "
            + textOf(tasks + '/' + task + "/wchan") + ']';
    }
    return text;
}

pid_t processOf(pid_t thread)
{
    return std::atoi(statusOf(thread, "Tgid").c_str());
}

} // namespace Faults
