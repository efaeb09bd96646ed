// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "subject.h"

#include "allocations.h"
#include "filter.h"
#include "marker.h"

#include <QtCore/QCoreApplication>

#include <array>
#include <cstdlib>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace Faults {

namespace {

std::string resultOf(const Scenario &scenario)
try {
    return scenario.run();
} catch (const std::bad_alloc &) {
    return withoutMemory;
}

[[noreturn]] void play(const Scenario &scenario, int cycles, bool reportsTheAllocations)
{
    static char name[] = "faults";
    char *arguments[] = {name, nullptr};
    int count = 1;
    int status = 0;
    {
        QCoreApplication application(count, arguments);
        const int listener = installFilter();
        // Without a filter, the end of the connection tells the walker so.
        if (listener < 0 || !sendDescriptor(handOverFd, listener))
            _exit(2);
        close(listener);
        close(handOverFd);
        mark(Marker::Ready);
        if (reportsTheAllocations)
            reportAllocations();
        for (int cycle = 0; cycle < cycles; ++cycle) {
            mark(Marker::Begin);
            const std::string result = resultOf(scenario);
            mark(Marker::End, result);
        }
    }
    std::exit(status);
}

} // namespace

Subject Subject::start(const Scenario &scenario, const std::string &backend, int cycles,
                       bool reportsAllocations)
{
    Subject subject;
    int sockets[2];
    subject.log = memfd_create("faults", MFD_CLOEXEC);
    if (subject.log < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return subject;
    subject.pid = fork();
    if (subject.pid == 0) {
        setenv("FORKFD_BACKEND", backend.c_str(), 1);
        setenv("QT_NO_GLIB", "1", 1);
        dup2(subject.log, STDOUT_FILENO);
        dup2(subject.log, STDERR_FILENO);
        dup3(sockets[1], handOverFd, O_CLOEXEC);
        for (const int fd : {sockets[0], sockets[1], subject.log})
            close(fd);
        play(scenario, cycles, reportsAllocations);
    }
    close(sockets[1]);
    subject.listener = receiveDescriptor(sockets[0]);
    close(sockets[0]);
    subject.pidfd = static_cast<int>(syscall(SYS_pidfd_open, subject.pid, 0));
    return subject;
}

std::string Subject::finish()
{
    std::string text;
    std::array<char, 4096> buffer;
    const ssize_t size = log < 0 ? 0 : pread(log, buffer.data(), buffer.size(), 0);
    if (size > 0)
        text.assign(buffer.data(), static_cast<std::size_t>(size));
    for (int *fd : {&listener, &pidfd, &log}) {
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
    }
    return text;
}

} // namespace Faults
