// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"

#include "testpipe.h"

#include <QtCore/QFileInfo>

#include <chrono>
#include <cstdlib>

#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Under ThreadSanitizer a forked copy of a process with threads may start threads only with this option.
extern "C" const char *__tsan_default_options()
{
    return "die_after_fork=0";
}

static bool isForkedCopy = false;

// A copy that ends with exit(3) has what the parent's other threads had, and no thread that points to
// it.
extern "C" int __lsan_is_turned_off()
{
    return isForkedCopy ? 1 : 0;
}

QByteArray inForkedCopy(const std::function<QByteArray()> &body)
{
    TestPipe pipe;
    const pid_t copy = fork();
    if (copy == 0) {
        isForkedCopy = true;
        alarm(120);
        pipe.write(body());
        _exit(0);
    }
    pipe.closeWriteEnd();
    QByteArray result = pipe.readAll();
    int status = 0;
    waitpid(copy, &status, 0);
    if (status != 0)
        result += " [the copy ended with wait status " + QByteArray::number(status) + ']';
    return result;
}

bool beginPidNamespace()
{
    // An ordinary user needs a user namespace for a PID namespace.
    return unshare(CLONE_NEWPID) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0;
}

static void becomeOrdinaryUser(unsigned keptCapabilities)
{
    constexpr unsigned nobody = 65534;
    if (geteuid() != 0)
        return;
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct capabilities[2] = {};
    capabilities[0].effective = capabilities[0].permitted = keptCapabilities;
    if (prctl(PR_SET_KEEPCAPS, 1) != 0 || setgroups(0, nullptr) != 0
        || setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0
        || syscall(SYS_capset, &header, capabilities) != 0)
        std::abort();
}

void becomeOrdinaryUser()
{
    becomeOrdinaryUser(0);
}

void becomeOrdinaryUserWhoMayReadAll()
{
    becomeOrdinaryUser(1U << CAP_DAC_READ_SEARCH);
}

bool isChildOpenToAll()
{
    const QString root = QStringLiteral("/");
    for (QString path = QStringLiteral(FORKFD_TEST_CHILD); path != root; path = QFileInfo(path).path()) {
        if (!QFileInfo(path).permission(QFile::ExeOther))
            return false;
    }
    return true;
}

bool eventually(const std::function<bool()> &condition)
{
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (Clock::now() > end)
            return false;
        poll(nullptr, 0, 1);
    }
    return true;
}

bool hasChildren()
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}
