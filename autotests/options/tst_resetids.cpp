// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include "forkedcopy.h"
#include "systemcallfilter.h"

#include <cerrno>
#include <cstdlib>

#include <sys/prctl.h>
#include <unistd.h>

using Flag = Process::UnixProcessFlag;
using Flags = Process::UnixProcessFlags;
using Refusals = std::vector<Refusal>;

/// UnixProcessFlag::ResetIds gives the child the real ids of this process.
/// Holds: L9 (dumpable).
class tst_ResetIds : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void ids_data();
    void ids();
#ifndef FORKFD_TEST_QPROCESS // QProcess does not check the result, and changes its own process.
    void idsFail_data();
    void idsFail();
    void dumpable_data();
    void dumpable();
#endif

private:
    static QByteArray identity(Flags flags);
    static void addIdentities();
    static void becomeRowsIdentity();
};

// Returns the child's ids, or why it did not start.
QByteArray tst_ResetIds::identity(Flags flags)
{
    Process process;
    process.setUnixProcessParameters(flags);
    process.start(childProgram(), words("ids"));
    return process.waitForFinished() ? process.readAll().trimmed() : process.errorString().toUtf8();
}

// The real and the effective user of this process.
void tst_ResetIds::addIdentities()
{
    QTest::addColumn<unsigned>("real");
    QTest::addColumn<unsigned>("effective");
    QTest::newRow("an ordinary user's program") << 65534U << 65534U;
    QTest::newRow("root's, for an ordinary user") << 0U << 65534U;
    QTest::newRow("an ordinary user's, for root") << 65534U << 0U;
}

void tst_ResetIds::becomeRowsIdentity()
{
    QFETCH(const unsigned, real);
    QFETCH(const unsigned, effective);
    if (setresgid(real, effective, effective == 0 ? 0 : real) != 0
        || setresuid(real, effective, effective == 0 ? 0 : real) != 0)
        std::abort();
}

void tst_ResetIds::ids_data()
{
    addIdentities();
}

void tst_ResetIds::ids()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the helper program.");
    QFETCH(const unsigned, real);
    QFETCH(const unsigned, effective);
    const QByteArray result = inForkedCopy([] {
        becomeRowsIdentity();
        return identity({}) + '\n' + identity(Flag::ResetIds);
    });
    const QByteArray realId = QByteArray::number(real);
    const QByteArray effectiveId = QByteArray::number(effective);
    const auto both = [](const QByteArray &first, const QByteArray &second) {
        return first + ' ' + second + ' ' + first + ' ' + second;
    };
    QCOMPARE(result, both(realId, effectiveId) + '\n' + both(realId, realId));
}

#ifndef FORKFD_TEST_QPROCESS

void tst_ResetIds::idsFail_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("the user") << Refusals{{SYS_setuid, EPERM}};
    QTest::newRow("the group") << Refusals{{SYS_setgid, EPERM}};
}

void tst_ResetIds::idsFail()
{
    QFETCH(const Refusals, refusals);
    const QByteArray result = inForkedCopy(
        [&] { return refuse(refusals) ? identity(Flag::ResetIds) : QByteArray("no filter"); });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QVERIFY(result.startsWith("Child process set up failed: setuid: Operation not permitted"));
}

void tst_ResetIds::dumpable_data()
{
    addIdentities();
}

// The dumpable flag says whether a process may dump core, be traced or own its files in /proc. It
// belongs to the memory, which the child shares.
void tst_ResetIds::dumpable()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the helper program.");
    const QByteArray result = inForkedCopy([] {
        becomeRowsIdentity();
        QByteArray seen;
        for (const unsigned long wanted : {1UL, 0UL}) {
            prctl(PR_SET_DUMPABLE, wanted);
            identity(Flag::ResetIds);
            seen += QByteArray::number(prctl(PR_GET_DUMPABLE));
        }
        return seen;
    });
    QCOMPARE(result, "10");
}

#endif

QTEST_GUILESS_MAIN(tst_ResetIds)
#include "tst_resetids.moc"
