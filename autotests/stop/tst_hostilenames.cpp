// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "testwalk.h"

#include <QtCore/QTemporaryDir>

using namespace std::chrono_literals;
using ForkFd::ResourceUsage;

/// Children whose names look like fields of the files in /proc.
/// Holds: R2, R12.
class tst_HostileNames : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_directory.isValid()); }
    void tree_data();
    void tree();

private:
    QTemporaryDir m_directory;
};

// The kernel keeps 15 bytes of the name.
void tst_HostileNames::tree_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("hasCgroup");
    const QString names[] = {u") Z 0 0 0 0 0 0"_s,  u"x) S 1 1 1 0 0"_s,    u"(((((((((((((((("_s,
                             u"))))))))))))))))"_s, u"a\nVmRSS:\t9 kB\n"_s, u"\n) Z 1 1 1\\n"_s};
    for (const bool hasCgroup : {false, true}) {
        for (const QString &name : names) {
            if (!hasCgroup || TestCgroups::canBeMade())
                QTest::addRow("%s, %s", qPrintable(name.simplified()), hasCgroup ? "cgroup" : "walk")
                    << name << hasCgroup;
        }
    }
}

void tst_HostileNames::tree()
{
    QFETCH(const QString, name);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    const QString program = m_directory.filePath(name);
    QFile::link(childProgram(), program);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Process::SignalScope::Tree);
    process.setStopGrace(50ms);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    const QString command = u"ignore 15 branch same branch group branch session session sleep"_s;
    startAndAwait(process, lifeline, program, command.split(u' '));
    if (const std::optional<ResourceUsage> usage = process.resourceUsage()) {
        const bool isWalk = process.treeMethod() == Process::TreeMethod::Walk;
        QCOMPARE(usage->processCount, hasCgroup || isWalk ? 4 : usage->processCount);
        QVERIFY(usage->residentBytes > 64 * 1024); // Not what the name says.
    }
    process.stop();
    QVERIFY(comes(treeEnded));
    if (hasCgroup || canHoldMembers())
        QVERIFY(lifeline.isCut());
    else
        lifeline.cut();
}

QTEST_GUILESS_MAIN(tst_HostileNames)
#include "tst_hostilenames.moc"
