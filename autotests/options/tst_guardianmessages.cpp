// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardiantest.h"
#include "namedthreads.h"

#include "guardian/message.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <initializer_list>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::StartError;
using Message = ForkFd::Internal::GuardianMessage;

namespace {

/// Messages of one kind to the guardian.
struct Messages
{
    std::atomic<int> toRefuse = 0; ///< How many of the next ones fail for lack of memory.
    std::atomic<int> refused = 0;
    std::atomic<int> sent = 0;
    std::atomic<std::uint64_t> leaderStart = 0; ///< In the last message that was sent.
};

std::array<Messages, 4> messages; // The kinds to the guardian are the first four.

Messages &of(Message::Kind kind)
{
    return messages[kind];
}

void refuse(std::initializer_list<Message::Kind> kinds, int count)
{
    for (const Message::Kind kind : kinds)
        of(kind).toRefuse = count;
}

} // namespace

// Replaces libc's function for the library, and for its children before their exec.
extern "C" ssize_t sendmsg(int socket, const msghdr *header, int flags)
{
    const iovec &data = header->msg_iov[0];
    const auto *message = static_cast<const Message *>(data.iov_base);
    const bool isToGuardian = data.iov_len == sizeof(Message) && message->kind < messages.size();
    if (isToGuardian && messages[message->kind].toRefuse > 0) {
        --messages[message->kind].toRefuse;
        ++messages[message->kind].refused;
        errno = ENOBUFS;
        return -1;
    }
    const auto size = static_cast<ssize_t>(syscall(SYS_sendmsg, socket, header, flags));
    if (isToGuardian && size >= 0) {
        ++messages[message->kind].sent;
        messages[message->kind].leaderStart = message->leaderStart;
    }
    return size;
}

/// Messages to the guardian that cannot be sent at first. The program is a forked copy, because a
/// guardian lives as long as its program.
/// Holds: R15, R16.
class tst_GuardianMessages : public GuardianTest
{
    Q_OBJECT

private Q_SLOTS:
    void started_data() { TestCgroups::addTrees(); }
    void started();
    void failed();
    void leaderFails();
    void leaderTellsWhenItBegan();
    void listForAnotherGuardian_data() { TestCgroups::addTrees(); }
    void listForAnotherGuardian();

private:
    static bool isForgotten();
};

// Whether the thread that waits for the ends of trees ends, because there is none.
bool tst_GuardianMessages::isForgotten()
{
    return eventually([] { return threadsNamed("forkfd-guard") == 0; });
}

// Without the message the guardian never took the tree for over: the tree stayed known for ever, and so
// did the thread.
void tst_GuardianMessages::started()
{
    QFETCH(const bool, hasCgroup);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        refuse({Message::Started}, 2);
        const QByteArray end = outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
        if (!isForgotten())
            return end + ", and is not forgotten";
        return end + ", told " + QByteArray::number(of(Message::Started).sent);
    });
    QCOMPARE(result, "exited with code 3, told 1");
}

// The guardian kept what it knew of a tree that was not started.
void tst_GuardianMessages::failed()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        refuse({Message::Forget}, 2);
        StartError error;
        ForkFd::spawn({.argv = {"/no/such/program"}}, {.treeDiesWithParent = true}, &error);
        if (!eventually([] { return of(Message::Forget).sent > 0; }))
            return "not told";
        if (!isForgotten())
            return "not forgotten";
        return text(error) + ", told " + QByteArray::number(of(Message::Forget).sent);
    });
    QCOMPARE(result, text(StartError{"exec", ENOENT}) + ", told 1");
}

// By the time the guardian reads a number, another process may have it. A pidfd means the leader for
// ever.
void tst_GuardianMessages::leaderTellsWhenItBegan()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("Here the child has a copy of the memory, so that this test does not see its message.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        const auto leader = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        if (!leader)
            return "not started";
        const quint64 start = ForkFd::backend() == ForkFd::Backend::SigChld ? startOf(leader->pid()) : 0;
        return of(Message::Leader).leaderStart == start ? "right" : "wrong";
    });
    QCOMPARE(result, "right");
}

// The child is not started without its guardian.
void tst_GuardianMessages::leaderFails()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        refuse({Message::Leader}, 1);
        const ForkFd::LaunchOptions options = {.treeDiesWithParent = true};
        const QByteArray first = outcomeOf(child({"exit", "3"}), options);
        return first + ", " + outcomeOf(child({"exit", "3"}), options);
    });
    QCOMPARE(result, text(StartError{"treeDiesWithParent", ENOBUFS}) + ", exited with code 3");
}

// A guardian that takes the place of a killed one gets the list as soon as it can be sent.
void tst_GuardianMessages::listForAnotherGuardian()
{
    QFETCH(const bool, hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        const auto tree = startBranch(lifeline, "group");
        const QList<pid_t> before = guardians();
        if (!tree || before.size() != 1)
            return "no guardian";
        of(Message::Started).sent = 0;
        refuse({Message::Group, Message::Leader}, 1'000'000);
        kill(before[0], SIGKILL);
        const Messages &first = of(hasCgroup ? Message::Group : Message::Leader);
        if (!eventually([&] { return first.refused > 2; }))
            return "it is not tried again";
        refuse({Message::Group, Message::Leader}, 0);
        if (!eventually([] { return of(Message::Started).sent > 0; }))
            return "it is not told";
        raise(SIGKILL);
        return {};
    });
    expectTreeDied(result, lifeline);
}

QTEST_GUILESS_MAIN(tst_GuardianMessages)
#include "tst_guardianmessages.moc"
