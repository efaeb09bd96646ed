// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Reads files of /proc, because a filter may kill a thread for a system call that it does not know.

#include "qt/run/callerattributes.h"

#include "core/base/uniquefd.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using std::string_view;

// Reads the whole file: 300 groups make a status of more than 4096 bytes. Empty if that fails.
std::string contentOf(const char *path)
{
    const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
    std::string content;
    for (ssize_t size = file ? 1 : 0; size != 0;) {
        const std::size_t known = content.size();
        content.resize(known + 4096);
        size = ::read(file.get(), content.data() + known, content.size() - known);
        if (size < 0)
            return {};
        content.resize(known + static_cast<std::size_t>(size));
    }
    return content;
}

bool isInherited(string_view line) noexcept
{
    constexpr string_view names[] = {
        "Umask:",  "Uid:",    "Gid:", "Groups:",     "CapInh:", "CapPrm:",       "CapEff:",
        "CapBnd:", "CapAmb:", "Spec", "NoNewPrivs:", "Seccomp", "Cpus_allowed:", "Mems_allowed:"};
    return std::any_of(std::begin(names), std::end(names),
                       [line](string_view name) { return line.substr(0, name.size()) == name; });
}

bool addStatus(std::string &text)
{
    const std::string status = contentOf("/proc/thread-self/status");
    for (string_view rest = status; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        if (isInherited(rest.substr(0, end)))
            text += rest.substr(0, end);
        rest.remove_prefix(end);
    }
    return !status.empty();
}

// The fields of proc(5), counted from 1. The name of the thread, the second, may contain spaces.
bool addScheduling(std::string &text)
{
    constexpr int nice = 19;
    constexpr int realTimePriority = 40;
    constexpr int policy = 41;
    const std::string stat = contentOf("/proc/thread-self/stat");
    const std::size_t afterName = stat.rfind(") ");
    if (afterName == std::string::npos)
        return false;
    string_view rest = string_view(stat).substr(afterName + 2);
    for (int field = 3; field <= policy && !rest.empty(); ++field) {
        const std::size_t size = std::min(rest.find(' '), rest.size() - 1) + 1;
        if (field == nice || field == realTimePriority || field == policy)
            text += rest.substr(0, size);
        rest.remove_prefix(size);
    }
    return true;
}

// A process with several threads cannot change its user namespace.
bool addNamespaces(std::string &text)
{
    const UniqueFd folder(::open("/proc/thread-self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return false;
    for (const char *name :
         {"mnt", "uts", "ipc", "net", "cgroup", "pid_for_children", "time_for_children"}) {
        char target[64];
        const ssize_t size = ::readlinkat(folder.get(), name, target, sizeof target);
        text.append(target, static_cast<std::size_t>(std::max(ssize_t{0}, size)));
    }
    return true;
}

// A thread may give these up and take them back. A system without a security module has no attr.
void addWhatMayComeBack(std::string &text)
{
    text += std::to_string(::prctl(PR_GET_SECUREBITS)) + ' ';
    for (const char *path : {"/proc/thread-self/attr/current", "/proc/thread-self/attr/exec",
                             "/proc/thread-self/personality", "/proc/thread-self/cgroup"})
        text += contentOf(path) + '\n';
}

} // namespace

std::optional<std::string> attributesOfThisThread()
{
    std::string text;
    if (!addStatus(text) || !addScheduling(text) || !addNamespaces(text))
        return {};
    addWhatMayComeBack(text);
    return text;
}

} // namespace ForkFd::Internal
