// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The limit plus Qt's event loop: the lower bound for every Qt class.

#include "clonedchild.h"
#include "table.h"

#include <QtCore/QEventLoop>
#include <QtCore/QSocketNotifier>

#include <optional>

#include <unistd.h>

namespace Benchmarks {

namespace {

class NotifiedChild : public ClonedChild
{
public:
    // As every QIODevice, it writes when the event loop says that the pipe has room.
    void exchange(std::string_view data) override
    {
        if (!m_output) {
            m_input.emplace(m_ends[STDIN_FILENO], QSocketNotifier::Write);
            m_output.emplace(m_ends[STDOUT_FILENO], QSocketNotifier::Read);
        }
        QEventLoop loop;
        std::size_t received = 0;
        QObject::connect(&*m_input, &QSocketNotifier::activated, &loop, [&] {
            send(data);
            m_input->setEnabled(false);
        });
        QObject::connect(&*m_output, &QSocketNotifier::activated, &loop, [&] {
            received += receive();
            if (received >= data.size())
                loop.quit();
        });
        m_input->setEnabled(true);
        loop.exec();
    }

    void discardOutput() override
    {
        m_output.emplace(m_ends[STDOUT_FILENO], QSocketNotifier::Read);
        QObject::connect(&*m_output, &QSocketNotifier::activated, &*m_output, [this] { receive(); });
    }

protected:
    void awaitReadable() override
    {
        m_input.reset();
        m_output.reset();
        QEventLoop loop;
        QSocketNotifier notifier(pidfd(), QSocketNotifier::Read);
        QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
        loop.exec();
    }

private:
    std::optional<QSocketNotifier> m_input;
    std::optional<QSocketNotifier> m_output;
};

class Notifier : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<NotifiedChild>(); }
    std::string version() const override { return std::string("Qt ") + qVersion(); }
    Skills skills() const override { return Skill::Single | Skill::Exchange | Skill::Discard; }
};

} // namespace

std::unique_ptr<Contestant> makeNotifier()
{
    return std::make_unique<Notifier>();
}

} // namespace Benchmarks
