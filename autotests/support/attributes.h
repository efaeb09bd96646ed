// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_ATTRIBUTES_H
#define FORKFD_ATTRIBUTES_H

#include <QtCore/QByteArray>
#include <QtCore/QFile>

#include <algorithm>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/// A nice value `difference` above this process's own, at most 19. An ordinary user may set it, too.
inline int nicer(int difference)
{
    return std::min(getpriority(PRIO_PROCESS, 0) + difference, 19);
}

/// The attributes of this process that LaunchOptions can change in a child. A start must not change them
/// here.
inline QByteArray ownAttributes()
{
    QByteArray text;
    const auto add = [&text](const char *name, auto value) {
        text += QByteArray(name) + ' ' + QByteArray::number(value) + '\n';
    };
    add("dumpable", prctl(PR_GET_DUMPABLE));
    add("group", getpgrp());
    add("session", getsid(0));
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit limit = {};
        getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
        add("soft limit", limit.rlim_cur);
        add("hard limit", limit.rlim_max);
    }
    add("nice value", getpriority(PRIO_PROCESS, 0));
    const mode_t mask = umask(0);
    umask(mask);
    add("umask", mask);
    cpu_set_t processors;
    CPU_ZERO(&processors);
    sched_getaffinity(0, sizeof processors, &processors);
    text += QByteArray(reinterpret_cast<const char *>(&processors), sizeof processors).toHex() + '\n';
    QFile score(QStringLiteral("/proc/self/oom_score_adj"));
    if (score.open(QIODevice::ReadOnly))
        text += score.readAll();
    uid_t users[3] = {};
    gid_t groups[3] = {};
    getresuid(&users[0], &users[1], &users[2]);
    getresgid(&groups[0], &groups[1], &groups[2]);
    for (int i = 0; i < 3; ++i) {
        add("user", users[i]);
        add("group", groups[i]);
    }
    add("other groups", getgroups(0, nullptr));
    add("renounced privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    int deathSignal = 0;
    prctl(PR_GET_PDEATHSIG, &deathSignal);
    add("death signal", deathSignal);
    QFile cgroup(QStringLiteral("/proc/self/cgroup"));
    if (cgroup.open(QIODevice::ReadOnly))
        text += cgroup.readAll();
    return text;
}

#endif
