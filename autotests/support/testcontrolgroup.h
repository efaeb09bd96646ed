// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTCONTROLGROUP_H
#define FORKFD_TESTCONTROLGROUP_H

#include "forkedcopy.h"

#include <QtCore/QByteArray>
#include <QtCore/QFile>

#include <string>

#include <sys/stat.h>
#include <unistd.h>

/// Creates a cgroup (v2) below the one of this process. Removes it when no process lives in it.
class TestControlGroup
{
public:
    TestControlGroup()
    {
        const std::string own = mountPoint() + pathOf("/proc/self/cgroup");
        const std::string path = own + "/forkfd-test-" + std::to_string(getpid());
        if (mkdir(path.c_str(), 0755) == 0)
            m_path = path;
    }
    ~TestControlGroup()
    {
        // Processes in it may still be ending.
        eventually([this] { return m_path.empty() || rmdir(m_path.c_str()) == 0; });
    }
    TestControlGroup(const TestControlGroup &) = delete;
    TestControlGroup &operator=(const TestControlGroup &) = delete;

    bool isMade() const { return !m_path.empty(); }
    const std::string &path() const { return m_path; }
    /// The name that a process in it finds in /proc/self/cgroup.
    QByteArray name() const { return QByteArray::fromStdString(m_path.substr(mountPoint().size())); }

private:
    /// The mount point of cgroup v2; see proc_pid_mountinfo(5).
    static std::string mountPoint()
    {
        QFile mounts(QStringLiteral("/proc/self/mountinfo"));
        if (!mounts.open(QIODevice::ReadOnly))
            return "/no/such/directory";
        for (const QByteArray &line : mounts.readAll().split('\n')) {
            if (line.contains(" - cgroup2 "))
                return line.split(' ').at(4).toStdString();
        }
        return "/no/such/directory";
    }

    static std::string pathOf(const char *file)
    {
        QFile groups(QString::fromLatin1(file));
        if (!groups.open(QIODevice::ReadOnly))
            return {};
        for (const QByteArray &line : groups.readAll().split('\n')) {
            if (line.startsWith("0::") && line != "0::/")
                return line.mid(3).toStdString();
        }
        return {};
    }

    std::string m_path;
};

#endif
