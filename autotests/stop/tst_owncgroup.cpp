// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "delegatedcgroup.h"
#include "stoppingtest.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace {

/// Starts a program in a tree of its own and returns the name of its cgroup.
QByteArray cgroupOf(const QString &program)
{
    Process process;
    process.setSignalScope(Process::SignalScope::Tree);
    process.start(program, {QStringLiteral("cgroup")});
    process.waitForFinished();
    return process.readAll().trimmed();
}

} // namespace

/// The cgroup that the library makes for a tree: its name, and where it is made.
/// Holds: R14.
class tst_OwnCgroup : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void named_data();
    void named();
    void madeAbove_data();
    void madeAbove();
};

void tst_OwnCgroup::init()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    StoppingTest::init();
}

void tst_OwnCgroup::named_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("plain") << QStringLiteral("make-4+x") << QByteArray("make-4+x");
    QTest::newRow("a unit of systemd") << QStringLiteral("a b.scope") << QByteArray("a_b_scope");
    QTest::newRow("other letters") << QString::fromUtf8("ä") << QByteArray("__");
    QTest::newRow("long") << QString(100, u'x') << QByteArray(32, 'x');
}

// Tools such as systemd-cgls show the number of this process and the name of the program.
void tst_OwnCgroup::named()
{
    QFETCH(const QString, program);
    QFETCH(const QByteArray, name);
    const QTemporaryDir directory;
    QVERIFY(QFile::link(childProgram(), directory.filePath(program)));
    const QByteArray path = cgroupOf(directory.filePath(program));
    const QByteArray last = path.mid(path.lastIndexOf('/') + 1);
    QVERIFY2(last.startsWith("forkfd-" + QByteArray::number(getpid()) + '-'), path.constData());
    QVERIFY2(last.endsWith('-' + name), path.constData());
}

void tst_OwnCgroup::madeAbove_data()
{
    QTest::addColumn<bool>("isOwnDelegated");
    QTest::addColumn<bool>("isParentDelegated");
    QTest::addColumn<QByteArray>("place");
    QTest::newRow("own cgroup") << true << true << QByteArray("/leaf/forkfd-");
    QTest::newRow("the one above") << false << true << QByteArray("/forkfd-");
    QTest::newRow("none") << false << false << QByteArray("/leaf");
}

// As a user's program in the app.slice of `systemd --user`: it may use its own cgroup, or only the
// slice.
void tst_OwnCgroup::madeAbove()
{
    QFETCH(const bool, isOwnDelegated);
    QFETCH(const bool, isParentDelegated);
    QFETCH(const QByteArray, place);
    if (geteuid() != 0)
        QSKIP("Only root can delegate a cgroup.");
    const TestControlGroup group;
    const std::string leaf = group.path() + "/leaf";
    QVERIFY(!isParentDelegated || delegate(group.path()));
    QVERIFY(mkdir(leaf.c_str(), 0755) == 0);
    QVERIFY(!isOwnDelegated || delegate(leaf));
    const QByteArray path = inForkedCopy([&] {
        if (!enterCgroup(leaf))
            return QByteArray("cannot enter the cgroup");
        becomeOrdinaryUserWhoMayReadAll();
        return cgroupOf(childProgram());
    });
    eventually([&leaf] { return rmdir(leaf.c_str()) == 0; });
    QVERIFY2(path.startsWith(group.name() + place), path.constData());
}

QTEST_GUILESS_MAIN(tst_OwnCgroup)
#include "tst_owncgroup.moc"
