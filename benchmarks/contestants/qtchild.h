// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_QTCHILD_H
#define FORKFD_BENCHMARKS_QTCHILD_H

#include "../contestant.h"
#include "../task.h"

#include <QtCore/QEventLoop>

namespace Benchmarks {

constexpr Skills skillsOfQtChild = Skill::Single | Skill::Wait | Skill::Hold | Skill::Crowd | Skill::Read
    | Skill::Exchange | Skill::Feed | Skill::Discard | Skill::Device | Skill::Many | Skill::Threads;

/// A child of QProcess or ForkFd::ChildProcess. Both use the same code.
template<typename Process>
class QtChild : public DeviceChild
{
public:
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
        if (m_style == Style::Waiting)
            m_process.waitForFinished(-1);
        else
            runLoopUntilEnd();
        if (m_process.state() != Process::NotRunning || m_process.error() == Process::FailedToStart)
            fail();
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
        if (m_style == Style::Waiting)
            while (m_process.bytesAvailable() < size && m_process.waitForReadyRead(-1)) { }
        else
            runLoopUntilAvailable(size);
        if (m_process.readAllStandardOutput().size() != size)
            fail();
    }

    QIODevice &device() override { return m_process; }

    void feed(const QByteArray &data) override
    {
        m_process.write(data);
        closeInput();
    }

    void closeInput() override { m_process.closeWriteChannel(); }

    void discardOutput() override
    {
        QObject::connect(&m_process, &Process::readyReadStandardOutput, &m_process,
                         [this] { m_process.readAllStandardOutput(); });
    }

protected:
    Process &process() { return m_process; }

private:
    // The loop and the connections are local to the waiting function. As members they would count
    // towards the memory of a child.
    void runLoopUntilEnd()
    {
        QEventLoop loop;
        QObject::connect(&m_process, &Process::finished, &loop, &QEventLoop::quit);
        QObject::connect(&m_process, &Process::errorOccurred, &loop, &QEventLoop::quit);
        if (m_process.state() != Process::NotRunning)
            loop.exec();
    }

    void runLoopUntilAvailable(qint64 size)
    {
        QEventLoop loop;
        QObject::connect(&m_process, &Process::readyReadStandardOutput, &loop, [this, &loop, size] {
            if (m_process.bytesAvailable() >= size)
                loop.quit();
        });
        QObject::connect(&m_process, &Process::finished, &loop, &QEventLoop::quit);
        loop.exec();
    }

    [[noreturn]] void fail() { throw Failure(m_process.errorString().toStdString()); }

    Process m_process;
    Style m_style = Style::EventLoop;
};

} // namespace Benchmarks

#endif
