// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-restart MILLISECONDS COMMAND [ARGUMENT…]
//
// Keeps a command running until it exits with code 0. After any other end it waits MILLISECONDS, and
// each time twice as long as before, up to a minute. A command that ran for a minute begins anew.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

using ForkFd::ChildProcess;
using namespace std::chrono_literals;

class Service : public QObject
{
public:
    Service(std::chrono::milliseconds firstDelay, const QStringList &command)
        : m_firstDelay(firstDelay)
        , m_delay(firstDelay)
    {
        m_child.setProgram(command.value(0));
        m_child.setArguments(command.mid(1));
        m_child.setProcessChannelMode(ChildProcess::ForwardedChannels);
        connect(&m_child, &ChildProcess::ended, this, &Service::ended);
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, &m_child, &ChildProcess::startProcess);
        m_timer.start(0);
    }

private:
    void ended()
    {
        const std::string end =
            m_child.startError().step ? m_child.startError().toString() : m_child.exitInfo().toString();
        std::printf("%s\n", end.c_str());
        if (m_child.exitCode() == 0) // 255 after a failed start, the signal's number after a crash.
            return QCoreApplication::quit();
        if (m_child.elapsedTime() > 1min)
            m_delay = m_firstDelay;
        std::printf("next start in %lld ms\n", static_cast<long long>(m_delay.count()));
        std::fflush(stdout); // It may be a pipe.
        m_timer.start(m_delay);
        m_delay = std::clamp<std::chrono::milliseconds>(m_delay * 2, 1ms, 1min);
    }

    const std::chrono::milliseconds m_firstDelay;
    std::chrono::milliseconds m_delay;
    QTimer m_timer;
    ChildProcess m_child;
};

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    const Service service(std::chrono::milliseconds(words.value(1).toInt()), words.mid(2));
    return QCoreApplication::exec();
}
