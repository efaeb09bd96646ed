// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heard.h"

#include <ForkFd/ChildProcess>

namespace ForkFd {
class ChildProcess; // Replaces `class QProcess;`.
}

class Job : public QObject
{
    Q_OBJECT

public:
    Job()
    {
        connect(&process, SIGNAL(finished(int, ForkFd::ChildProcess::ExitStatus)), this,
                SLOT(noteStatus(int, ForkFd::ChildProcess::ExitStatus)));
        connect(&process, SIGNAL(finished(int)), this, SLOT(noteCode(int)));
    }

    ForkFd::ChildProcess process;

private Q_SLOTS:
    void noteStatus(int, ForkFd::ChildProcess::ExitStatus status)
    {
        m_heard.isNormal = status == ForkFd::ChildProcess::NormalExit;
        m_heard.exitIfAll();
    }
    void noteCode(int code)
    {
        m_heard.code = code;
        m_heard.exitIfAll();
    }

private:
    Heard m_heard;
};

int main(int argc, char **argv)
{
    return hear<Job>(argc, argv);
}

#include "writtenout.moc"
