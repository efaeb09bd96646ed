// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "supervisor.h"

#include <QtCore/QFile>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// A coverage build writes its counters in exit(3), which the supervisor does not call. The test program
// is a copy of the supervisor, and shares the counters (cmake/coverage/sharedcounters.cpp).
extern "C" __attribute__((weak)) void forkfd_write_counters();

namespace {

pid_t supervisor = -1;
pid_t supervised = -1;

// proc_pid_task_children(5), which needs CONFIG_PROC_CHILDREN. The supervisor has one thread.
QList<QByteArray> childrenOfSupervisor()
{
    QFile file(QStringLiteral("/proc/%1/task/%1/children").arg(supervisor));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return file.readAll().simplified().split(' ');
}

[[noreturn]] void endAs(int status)
{
    if (forkfd_write_counters)
        forkfd_write_counters();
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    const rlimit none = {0, 0}; // The test program has dumped its core already.
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(1);
}

void killOrphans()
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
    if (std::FILE *children = std::fopen(path, "re")) {
        for (int pid = 0; std::fscanf(children, "%d", &pid) == 1;)
            kill(pid, SIGKILL);
        std::fclose(children);
    }
}

// The orphans of orphans come here, too. Gives up on an orphan that does not die.
[[noreturn]] void supervise()
{
    signal(SIGCHLD, SIG_DFL);
    int status = 0;
    for (pid_t pid = 0; pid != supervised;) {
        pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR)
            _exit(1);
    }
    for (int i = 0; i < 1000 && waitpid(-1, nullptr, __WALL | WNOHANG) >= 0; ++i) {
        killOrphans();
        usleep(1000);
    }
    endAs(status);
}

// Runs before main(), while the process has one thread.
__attribute__((constructor)) void beginSupervision()
{
    constexpr const char *mark = "FORKFD_TEST_SUPERVISED";
    if (getenv(mark) || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return; // A test that starts itself needs no second supervisor.
    const pid_t self = getpid();
    supervised = fork();
    if (supervised > 0)
        supervise();
    if (supervised < 0)
        return;
    supervisor = self;
    setenv(mark, "1", 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // A killed supervisor leaves no test program behind.
    if (getppid() != supervisor)
        _exit(1);
}

} // namespace

QStringList Supervisor::livingOrphans()
{
    QStringList orphans;
    for (const QByteArray &pid : childrenOfSupervisor()) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(QString::fromLatin1(pid)));
        if (pid.toInt() <= 0 || pid.toInt() == getpid() || !file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray text = file.readAll(); // proc_pid_stat(5)
        const qsizetype end = text.lastIndexOf(')');
        if (end > 0 && !QByteArrayLiteral("ZX").contains(text.mid(end + 2, 1)))
            orphans += QString::fromLocal8Bit(text.left(end + 1));
    }
    return orphans;
}
