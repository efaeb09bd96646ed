// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "heard.h"

#include <ForkFd/ChildProcess>

#define QProcess ForkFd::ChildProcess

// The rest is unchanged code for QProcess. The preprocessor also expands the macro inside SIGNAL() and
// SLOT(), and so does moc.
class Job : public QObject
{
    Q_OBJECT

public:
    Job()
    {
        connect(&process, SIGNAL(finished(int, QProcess::ExitStatus)), this,
                SLOT(noteStatus(int, QProcess::ExitStatus)));
        connect(&process, SIGNAL(finished(int)), this, SLOT(noteCode(int)));
    }

    QProcess process;

private Q_SLOTS:
    void noteStatus(int, QProcess::ExitStatus status)
    {
        m_heard.isNormal = status == QProcess::NormalExit;
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

#include "macro.moc"
