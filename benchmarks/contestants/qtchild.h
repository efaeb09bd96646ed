// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_QTCHILD_H
#define FORKFD_BENCHMARKS_QTCHILD_H

#include "../contestant.h"
#include "../task.h"

#include <QtCore/QEventLoop>

namespace Benchmarks {

/// A child of QProcess, or of what takes its place: both are used by the same lines.
template<typename Process>
class QtChild : public Child
{
public:
    QtChild()
    {
        QObject::connect(&m_process, &Process::finished, &m_process, [this] {
            m_hasEnded = true;
            quitLoop();
        });
    }

    void start(const Task &task) override
    {
        m_style = task.style;
        if (task.channels == Channels::None) {
            m_process.setProcessChannelMode(Process::ForwardedChannels);
            m_process.setInputChannelMode(Process::ForwardedInputChannel);
        }
        m_process.start(task.program(), task.arguments());
        if (m_process.state() == Process::NotRunning)
            fail();
    }

    void kill() override { m_process.kill(); }

    int awaitEnd() override
    {
        if (m_style == Style::Waiting && !m_process.waitForFinished(-1))
            fail();
        if (!m_hasEnded)
            runLoop();
        const int code = m_process.exitCode();
        return m_process.exitStatus() == Process::NormalExit ? code : -code;
    }

    std::int64_t readToEnd() override
    {
        std::int64_t total = 0;
        const auto read = [this, &total] { total += m_process.readAllStandardOutput().size(); };
        const auto connection =
            QObject::connect(&m_process, &Process::readyReadStandardOutput, &m_process, read);
        awaitEnd();
        QObject::disconnect(connection);
        read();
        return total;
    }

    void exchange(std::string_view data) override
    {
        const auto size = static_cast<qint64>(data.size());
        m_process.write(data.data(), size);
        if (m_style == Style::Waiting) {
            while (m_process.bytesAvailable() < size && m_process.waitForReadyRead(-1)) { }
        } else {
            const auto quit = [this, size] {
                if (m_process.bytesAvailable() >= size)
                    quitLoop();
            };
            const auto connection =
                QObject::connect(&m_process, &Process::readyReadStandardOutput, &m_process, quit);
            runLoop();
            QObject::disconnect(connection);
        }
        if (m_process.readAllStandardOutput().size() != size)
            fail();
    }

protected:
    Process &process() { return m_process; }

private:
    // Not a member: it would count as a part of what a live child takes.
    void runLoop()
    {
        QEventLoop loop;
        m_loop = &loop;
        loop.exec();
        m_loop = nullptr;
    }

    void quitLoop()
    {
        if (m_loop)
            m_loop->quit();
    }

    [[noreturn]] void fail() { throw Failure(m_process.errorString().toStdString()); }

    Process m_process;
    QEventLoop *m_loop = nullptr;
    Style m_style = Style::EventLoop;
    bool m_hasEnded = false;
};

} // namespace Benchmarks

#endif
