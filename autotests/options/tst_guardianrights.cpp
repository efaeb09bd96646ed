// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardian/send.h"
#include "guardiantest.h"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr uid_t someUser = 65533;

// The program's end of the socket, as an attacker in the program would find it.
int guardianSocket()
{
    for (int fd = 3; fd < 1024; ++fd) {
        int type = 0;
        socklen_t size = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET)
            return fd;
    }
    return -1;
}

bool giveUpRoot()
{
    return setresgid(someUser, someUser, someUser) == 0 && setresuid(someUser, someUser, someUser) == 0;
}

// Asks the guardian to kill a process that the sender itself must not kill.
QByteArray askToKill(pid_t victim)
{
    using ForkFd::Internal::GuardianMessage;
    const int socket = guardianSocket();
    if (kill(victim, SIGKILL) == 0 || errno != EPERM)
        return "it may kill the process itself";
    GuardianMessage message = {.kind = GuardianMessage::Leader, .leader = victim, .tree = 4711};
    int errorCode = ForkFd::Internal::sendToGuardian(socket, message, -1);
    message.kind = GuardianMessage::Started;
    if (errorCode == 0)
        errorCode = ForkFd::Internal::sendToGuardian(socket, message, -1);
    return errorCode == 0 ? "asked" : strerror(errorCode);
}

} // namespace

/// A guardian keeps the rights that its program gives up later, so it obeys its own effective user only.
/// Holds: R18.
class tst_GuardianRights : public GuardianTest
{
    Q_OBJECT

private Q_SLOTS:
    void programWithoutItsRights();
    void copyWithoutItsRights();
    void treesOfBothUsers();

private:
    static void expectUnharmed(ForkFd::Child &victim, const QByteArray &result);
};

// `result` is the number of the guardian, and " asked" if it was told to kill the victim.
void tst_GuardianRights::expectUnharmed(ForkFd::Child &victim, const QByteArray &result)
{
    QVERIFY2(result.endsWith(" asked"), result.constData());
    const pid_t guardian = result.split(' ')[0].toInt();
    QVERIFY(eventually([&] { return hasEnded(guardian); })); // It has killed what it had to.
    QVERIFY(!victim.wait(std::chrono::milliseconds(0)));
    QVERIFY(victim.sendSignal(SIGKILL));
    QCOMPARE(text(*victim.wait()), "killed by SIGKILL");
}

// A program drops root and is taken over afterwards. Once the guardian would kill any process for it.
void tst_GuardianRights::programWithoutItsRights()
{
    if (geteuid() != 0)
        QSKIP("Only root has rights to give up.");
    auto victim = ForkFd::spawn(child({"sleep"}));
    QVERIFY(victim);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto tree = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        const QList<pid_t> living = guardians();
        if (!tree || living.size() != 1 || !giveUpRoot())
            return "not begun";
        return QByteArray::number(living[0]) + ' ' + askToKill(victim->pid());
    });
    expectUnharmed(*victim, result);
}

// A worker without an exec has a copy of the socket.
void tst_GuardianRights::copyWithoutItsRights()
{
    if (geteuid() != 0)
        QSKIP("Only root has rights to give up.");
    auto victim = ForkFd::spawn(child({"sleep"}));
    QVERIFY(victim);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto tree = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        const QList<pid_t> living = guardians();
        if (!tree || living.size() != 1)
            return "not begun";
        return QByteArray::number(living[0]) + ' ' + inForkedCopy([&]() -> QByteArray {
                   return giveUpRoot() ? askToKill(victim->pid()) : "still root";
               });
    });
    expectUnharmed(*victim, result);
}

void tst_GuardianRights::treesOfBothUsers()
{
    if (geteuid() != 0)
        QSKIP("Only root has rights to give up.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the helper program.");
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto first = startBranch(lifeline, "session");
        if (!first || !giveUpRoot())
            return "no first tree";
        const auto second = startBranch(lifeline, "session");
        if (!second || guardians().size() != 2)
            return "no second tree, guardians: " + QByteArray::number(guardians().size());
        raise(SIGKILL);
        return {};
    });
    expectTreeDied(result, lifeline);
}

QTEST_GUILESS_MAIN(tst_GuardianRights)
#include "tst_guardianrights.moc"
