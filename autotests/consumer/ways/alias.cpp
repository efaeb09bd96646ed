// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heard.h"

#include <ForkFd/ChildProcess>

namespace Ours {

using QProcess = ForkFd::ChildProcess;

// String-based connections compare type names as text, so an alias does not work in them. The SIGNAL()
// and SLOT() macros and the slot's declaration need the full name.
class Job : public QObject
{
    Q_OBJECT

public:
    Job()
    {
        connect(&process, SIGNAL(finished(int, ForkFd::ChildProcess::ExitStatus)), this,
                SLOT(noteStatus(int, ForkFd::ChildProcess::ExitStatus)));
        connect(&process, SIGNAL(finished(int)), this, SLOT(noteCode(int)));
        // With a pointer to member function, the alias works.
        connect(&process, &QProcess::finished, this, &Job::noteEnd);
    }

    QProcess process;

private Q_SLOTS:
    void noteStatus(int, ForkFd::ChildProcess::ExitStatus status)
    {
        m_heard.isNormal = status == QProcess::NormalExit;
        m_heard.exitIfAll();
    }
    void noteCode(int code)
    {
        m_heard.code = code;
        m_heard.exitIfAll();
    }
    void noteEnd(int, QProcess::ExitStatus) { m_heard.exitIfAll(); }

private:
    Heard m_heard;
};

} // namespace Ours

int main(int argc, char **argv)
{
    return hear<Ours::Job>(argc, argv);
}

#include "alias.moc"
