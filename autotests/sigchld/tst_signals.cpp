// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "temporarychange.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <algorithm>
#include <array>
#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

using ForkFd::ExitInfo;

namespace {

// The default action of these signals is to stop, to continue or to do nothing (signal(7)).
constexpr std::array harmlessSignals = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
                                        SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};

/// The end of the same child, as the kernel reports it without the library.
ExitInfo plainDeath(const ForkFd::Command &command)
{
    std::vector<char *> argv;
    for (const std::string &word : command.argv)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
        execv(argv[0], argv.data());
        _exit(127);
    }
    siginfo_t info = {};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
    ExitInfo death;
    death.reason = info.si_code == CLD_EXITED ? ExitInfo::Exited : ExitInfo::Signaled;
    death.signal = info.si_status;
    death.coreDumped = info.si_code == CLD_DUMPED;
    return death;
}

} // namespace

/// The death of a child by a signal is reported with that signal, and with whether the child dumped
/// core.
/// Holds: P7.
class tst_Signals : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void death_data();
    void death();
    void words_data();
    void words();
};

void tst_Signals::death_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<rlim_t>("coreLimit");
    for (int signal = 1; signal < NSIG; ++signal) {
        if (std::find(harmlessSignals.begin(), harmlessSignals.end(), signal) != harmlessSignals.end())
            continue;
        QTest::addRow("%s (%d), no core allowed", strsignal(signal), signal) << signal << rlim_t(0);
        QTest::addRow("%s (%d), any core allowed", strsignal(signal), signal) << signal << RLIM_INFINITY;
    }
}

void tst_Signals::death()
{
    QFETCH(int, signal);
    QFETCH(rlim_t, coreLimit);
    const QTemporaryDir directory; // For the cores.
    const TemporaryLimit limit(RLIMIT_CORE, coreLimit);
    ForkFd::Command command = child({"signal", std::to_string(signal)});

    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(directory.path()));
    const ExitInfo expected = plainDeath(command);
    QVERIFY(QDir::setCurrent(before));
    QCOMPARE(expected.reason, ExitInfo::Signaled);
    QCOMPARE(expected.signal, signal);

    command.workingDirectory = directory.path().toStdString();
    auto process = ForkFd::spawn(command);
    QVERIFY(process);
    const ExitInfo info = process->wait().value();
    QCOMPARE(info.reason, ExitInfo::Signaled);
    QCOMPARE(info.signal, signal);
    QCOMPARE(info.code, -1);
    QCOMPARE(info.coreDumped, expected.coreDumped);
    QVERIFY(info.hasUsage);
}

void tst_Signals::words_data()
{
    QTest::addColumn<ExitInfo>("info");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("a code") << ExitInfo{ExitInfo::Exited, 3} << QByteArray("exited with code 3");
    QTest::newRow("a signal") << ExitInfo{ExitInfo::Signaled, -1, SIGTERM}
                              << QByteArray("killed by SIGTERM");
    QTest::newRow("a core") << ExitInfo{ExitInfo::Signaled, -1, SIGSEGV, true}
                            << QByteArray("killed by SIGSEGV, core dumped");
    QTest::newRow("a real-time signal")
        << ExitInfo{ExitInfo::Signaled, -1, SIGRTMIN + 2} << QByteArray("killed by SIGRTMIN+2");
    QTest::newRow("a signal without a name")
        << ExitInfo{ExitInfo::Signaled, -1, 1000} << QByteArray("killed by signal 1000");
    QTest::newRow("nothing known") << ExitInfo() << QByteArray("ended, exit status unknown");
}

void tst_Signals::words()
{
    QFETCH(ExitInfo, info);
    QTEST(text(info), "words");
}

QTEST_GUILESS_MAIN(tst_Signals)
#include "tst_signals.moc"
