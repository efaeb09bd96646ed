// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "processtest.h"

#include <cerrno>
#include <thread>
#include <vector>

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

constexpr uid_t someUser = 65533;
constexpr gid_t someGroup = 65532;

} // namespace

/// User, groups and privileges of a child.
/// Holds: L9, L13.
class tst_Identity : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void identity_data();
    void identity();
    void ordinaryUser_data();
    void ordinaryUser();
    void privileges();
    void dumpable();
    void dumpableWithThreads();
};

void tst_Identity::identity_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("printed");
    QTest::newRow("the parent's") << LaunchOptions() << QByteArray("0 0 0, 0 0 0, 7 8");
    QTest::newRow("a user, who keeps the groups")
        << LaunchOptions{.userId = someUser} << QByteArray("65533 65533 65533, 0 0 0, 7 8");
    QTest::newRow("a group") << LaunchOptions{.groupId = someGroup}
                             << QByteArray("0 0 0, 65532 65532 65532, 7 8");
    QTest::newRow("no other groups")
        << LaunchOptions{.supplementaryGroups = std::vector<gid_t>()} << QByteArray("0 0 0, 0 0 0,");
    QTest::newRow("other groups") << LaunchOptions{.supplementaryGroups = std::vector<gid_t>{10, 20}}
                                  << QByteArray("0 0 0, 0 0 0, 10 20");
    QTest::newRow("another user and other groups")
        << LaunchOptions{.userId = someUser,
                         .groupId = someGroup,
                         .supplementaryGroups = std::vector<gid_t>{30}}
        << QByteArray("65533 65533 65533, 65532 65532 65532, 30");
}

void tst_Identity::identity()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the helper program.");
    QFETCH(const LaunchOptions, options);
    QFETCH(const QByteArray, printed);
    const QByteArray result = inForkedCopy([&options] {
        const gid_t groups[] = {7, 8};
        if (setgroups(2, groups) != 0 || setresgid(0, 0, 0) != 0)
            return QByteArray("not root at all");
        const QByteArray before = ownAttributes();
        const QByteArray output = outputOf(child({"identity"}), options).trimmed();
        return output + (ownAttributes() == before ? "" : "the parent has changed");
    });
    QCOMPARE(result, printed);
}

void tst_Identity::ordinaryUser_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("outcome");
    const auto refused = [](const char *step) { return text(StartError{step, EPERM}); };
    QTest::newRow("what it is already")
        << LaunchOptions{.userId = 65534, .groupId = 65534} << QByteArray("exited with code 0");
    QTest::newRow("root") << LaunchOptions{.userId = 0} << refused("userId");
    QTest::newRow("root's group") << LaunchOptions{.groupId = 0} << refused("groupId");
    QTest::newRow("other groups") << LaunchOptions{.supplementaryGroups = std::vector<gid_t>{0}}
                                  << refused("supplementaryGroups");
}

void tst_Identity::ordinaryUser()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    QFETCH(const LaunchOptions, options);
    QFETCH(const QByteArray, outcome);
    QCOMPARE(inForkedCopy([&options] {
                 becomeOrdinaryUserWhoMayReadAll();
                 return outcomeOf(child({}), options);
             }),
             outcome);
}

void tst_Identity::privileges()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
    QCOMPARE(outputOf(child({"privileges"})), "yes\n");
    QCOMPARE(outputOf(child({"privileges"}), {.noNewPrivileges = true}), "no\n");
    QCOMPARE(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

// The dumpable flag says whether a process may dump core, be traced or own its files in /proc. It
// belongs to the memory, which the child shares. The parent keeps its value, also when the start fails
// after the change of identity.
void tst_Identity::dumpable()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    const QByteArray result = inForkedCopy([] {
        QByteArray seen;
        for (const unsigned long wanted : {1UL, 0UL}) {
            prctl(PR_SET_DUMPABLE, wanted);
            for (const LaunchOptions &options :
                 {LaunchOptions{.userId = someUser}, LaunchOptions{.groupId = someGroup}}) {
                outcomeOf(child({}), options);
                seen += QByteArray::number(prctl(PR_GET_DUMPABLE));
                outcomeOf({{"/no/such/program"}}, options);
                seen += QByteArray::number(prctl(PR_GET_DUMPABLE));
            }
        }
        return seen;
    });
    QCOMPARE(result, "11110000");
}

void tst_Identity::dumpableWithThreads()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    for (int round = 0; round < 30; ++round) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([] {
                for (int start = 0; start < 5; ++start)
                    outcomeOf({{"/no/such/program"}}, {.userId = someUser});
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(prctl(PR_GET_DUMPABLE), 1);
    }
}

QTEST_GUILESS_MAIN(tst_Identity)
#include "tst_identity.moc"
