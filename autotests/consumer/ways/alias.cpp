// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heard.h"

#include <ForkFd/ChildProcess>

namespace Ours {

using QProcess = ForkFd::ChildProcess;

// An alias does not reach into the text of a connection: there the full name stands, in the slot's
// declaration, too.
class Job : public QObject
{
    Q_OBJECT

public:
    Job()
    {
        connect(&process, SIGNAL(finished(int, ForkFd::ChildProcess::ExitStatus)), this,
                SLOT(noteStatus(int, ForkFd::ChildProcess::ExitStatus)));
        connect(&process, SIGNAL(finished(int)), this, SLOT(noteCode(int)));
        // By pointer to member the alias works.
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
