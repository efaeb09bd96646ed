// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

using Flag = ForkFd::ChildProcess::UnixProcessFlag;
using Flags = ForkFd::ChildProcess::UnixProcessFlags;

namespace {

sigset_t setOf(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

bool isIn(int signal, const QByteArray &output, const QByteArray &name)
{
    const auto begin = output.indexOf(name + ":\t") + name.size() + 2;
    const quint64 mask = output.mid(begin, 16).toULongLong(nullptr, 16);
    return (mask >> (signal - 1) & 1) != 0;
}

} // namespace

/// ResetSignalHandlers: the child inherits neither ignored nor blocked signals.
/// Holds: L4, H13.
class tst_ResetSignals : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void child_data();
    void child();
};

void tst_ResetSignals::child_data()
{
    QTest::addColumn<Flags>("flags");
    QTest::addColumn<std::optional<sigset_t>>("wish");
    QTest::addColumn<bool>("isIgnored");
    QTest::addColumn<bool>("isBlocked");
    QTest::newRow("not asked for") << Flags() << std::optional<sigset_t>() << true << true;
    QTest::newRow("asked for") << Flags(Flag::ResetSignalHandlers) << std::optional<sigset_t>() << false
                               << false;
    // An explicit mask stays in force.
    QTest::newRow("with a mask of its own")
        << Flags(Flag::ResetSignalHandlers) << std::optional(setOf(SIGUSR2)) << false << true;
}

void tst_ResetSignals::child()
{
    QFETCH(const Flags, flags);
    QFETCH(const std::optional<sigset_t>, wish);
    Process process;
    process.setUnixProcessParameters(flags);
    process.setLaunchOptions({.fileDescriptors = {}, .signalMask = wish});
    {
        const TemporaryAction ignored(SIGUSR1, SIG_IGN);
        const TemporaryMask blocked(setOf(SIGUSR2));
        process.start(childProgram(), {u"signals"_s});
    }
    QVERIFY(process.waitForFinished());
    const QByteArray output = process.readAllStandardOutput();
    QTEST(isIn(SIGUSR1, output, "SigIgn"), "isIgnored");
    QTEST(isIn(SIGUSR2, output, "SigBlk"), "isBlocked");
}

QTEST_GUILESS_MAIN(tst_ResetSignals)
#include "tst_resetsignals.moc"
