// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BACKGROUNDTEST_H
#define FORKFD_BACKGROUNDTEST_H

#include "childprocesstest.h"
#include "heldsystemcall.h"
#include "startthreads.h"

#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>
#include <QtCore/QThread>

#include <functional>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>

/// Base of the tests of background starts.
class BackgroundTest : public ChildProcessTest
{
protected:
    using Preparation = std::function<void(Process &)>;

    /// A process whose start hangs in the given call, and lives in this thread. `Search` hangs before
    /// there is a child, `Exec` when there is one.
    enum Moment { Search, Exec };
    static std::unique_ptr<Process> startHeld(
        HeldSystemCall &held, const QString &program, const char *command,
        const Preparation &prepare = [](Process &) {})
    {
        QThread *const here = QThread::currentThread();
        return held.call([&] {
            auto process = std::make_unique<Process>();
            process->setStartMode(Process::StartMode::Background);
            prepare(*process);
            process->start(program, words(command));
            process->moveToThread(here);
            return process;
        });
    }
    static int callOf(Moment moment) { return moment == Search ? statCall : SYS_execve; }
    static void addMoments()
    {
        QTest::addColumn<int>("moment");
        QTest::newRow("in the search") << int(Search);
        QTest::newRow("in the exec") << int(Exec);
    }
    /// Lets PATH lead to the helper program "child".
    static void setPath()
    {
        const QByteArray directory = QFile::encodeName(QFileInfo(childProgram()).path());
        qputenv("PATH", directory + ':' + qgetenv("PATH"));
    }

    /// A file that nothing opens for writing: open(2) for reading blocks.
    class Fifo
    {
    public:
        Fifo() { mkfifo(QFile::encodeName(name()).constData(), 0600); }
        ~Fifo()
        {
            letGo();
            eventually([] { return !startsGoOn(); });
            close(m_both);
        }
        Fifo(const Fifo &) = delete;
        Fifo &operator=(const Fifo &) = delete;
        QString name() const { return m_directory.filePath(QStringLiteral("fifo")); }
        /// From now on no open(2) blocks.
        void letGo()
        {
            if (m_both < 0)
                m_both = open(QFile::encodeName(name()).constData(), O_RDWR | O_CLOEXEC);
        }

    private:
        QTemporaryDir m_directory;
        int m_both = -1; ///< Both ends.
    };

    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
    }
};

#endif
