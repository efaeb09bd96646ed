// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

// Returns the number of the first check that failed. Async-signal-safe, as the functions under test have
// to be.
int checkInherited(int running, int ended)
{
    if (forkfd_wait4(running, nullptr, FFDW_NOHANG, nullptr) != -1 || errno != ECHILD)
        return 1;
    if (forkfd_wait(running, nullptr, nullptr) != -1 || errno != ECHILD)
        return 2;
    if (forkfd_wait(ended, nullptr, nullptr) != -1 || errno != ECHILD)
        return 3;
    if (forkfd_close(running) != 0 || ::fcntl(running, F_GETFD) != -1)
        return 4;
    if (forkfd_wait(running, nullptr, nullptr) != -1 || errno != EBADF)
        return 5;
    if (forkfd_close(running) != -1 || errno != EBADF)
        return 6;
    return 0;
}

} // namespace

/// A forked copy of a process with children.
/// Holds: S12.
class tst_ForkFdCopy : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void descriptorsAreTheParents_data();
    void descriptorsAreTheParents();
    void startsChildrenOfItsOwn_data() { addStarterRows(); }
    void startsChildrenOfItsOwn();
    void usesItsParentsNumbers();
    void vforkChildChangesNothing();
};

void tst_ForkFdCopy::descriptorsAreTheParents_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("by forkfd") << 0;
    QTest::newRow("by forkfd with FFD_USE_FORK") << FFD_USE_FORK;
}

void tst_ForkFdCopy::descriptorsAreTheParents()
{
    QFETCH(int, flags);
    Leash leash;
    const int running = startOnLeash(Starter::Fork, leash, 3);
    const int ended = startEnding({"exit", "4"});
    QVERIFY(becomesReadable(ended));
    const int copy = forkfd(FFD_CLOEXEC | flags, nullptr);
    if (copy == FFD_CHILD_PROCESS)
        ::_exit(checkInherited(running, ended));
    QCOMPARE(wait(copy), "exited 0");
    QCOMPARE(forkfd_close(copy), 0);

    QCOMPARE(wait(running, FFDW_NOHANG), "EAGAIN");
    QCOMPARE(wait(ended), "exited 4");
    leash.end();
    QCOMPARE(wait(running), "exited 3");
    QCOMPARE(forkfd_close(running), 0);
    QCOMPARE(forkfd_close(ended), 0);
}

void tst_ForkFdCopy::startsChildrenOfItsOwn()
{
    QFETCH(Starter, starter);
    Leash leash;
    const int running = startOnLeash(Starter::Fork, leash, 3);
    const QByteArray failure = inCopy([starter]() -> const char * {
        Leash itsLeash;
        const int ffd = startOnLeash(starter, itsLeash, 5);
        if (ffd < 0)
            return "cannot start";
        if (wait(ffd, FFDW_NOHANG) != "EAGAIN")
            return "it should be running";
        itsLeash.end();
        if (wait(ffd) != "exited 5")
            return "another end";
        return forkfd_close(ffd) == 0 ? nullptr : "cannot close";
    });
    QCOMPARE(failure, "");
    leash.end();
    QCOMPARE(wait(running), "exited 3");
    QCOMPARE(forkfd_close(running), 0);
}

// The copy closes all that it has inherited, as servers do, and gets the same numbers for its own
// children.
void tst_ForkFdCopy::usesItsParentsNumbers()
{
    Leash leash;
    // Two lower numbers that the copy frees: some ways to start a child need more than one descriptor.
    int lower[2];
    QCOMPARE(::pipe2(lower, O_CLOEXEC), 0);
    const int ffd = startOnLeash(Starter::Fork, leash, 3);
    const QByteArray failure = inCopy([ffd, &lower]() -> const char * {
        // The first start opens the descriptors that the library keeps.
        const int first = startChild(Starter::Fork, FFD_CLOEXEC, nullptr, {"exit", "4"});
        if (wait(first) != "exited 4" || forkfd_close(first) != 0)
            return "another first end";
        for (const int fd : {lower[0], lower[1], ffd})
            ::close(fd);
        int own = -1;
        do {
            own = startChild(Starter::Fork, FFD_CLOEXEC, nullptr, {"exit", "5"});
        } while (own >= 0 && own < ffd);
        if (own != ffd)
            return "another number";
        if (wait(own) != "exited 5")
            return "another end";
        return forkfd_close(own) == 0 ? nullptr : "cannot close";
    });
    QCOMPARE(failure, "");
    for (const int fd : lower)
        ::close(fd);
    leash.end();
    QCOMPARE(wait(ffd), "exited 3");
    QCOMPARE(forkfd_close(ffd), 0);
}

// A vfork() child shares its parent's memory, but not its descriptors.
void tst_ForkFdCopy::vforkChildChangesNothing()
{
    Leash leash;
    int running = startOnLeash(Starter::Fork, leash, 3);
    const int copy = vforkfd(
        FFD_CLOEXEC, nullptr,
        [](void *token) {
            const int itsCopy = *static_cast<const int *>(token);
            return forkfd_wait(itsCopy, nullptr, nullptr) == -1 && errno == ECHILD
                    && forkfd_close(itsCopy) == 0
                ? 0
                : 1;
        },
        &running);
    QCOMPARE(wait(copy), "exited 0");
    QCOMPARE(forkfd_close(copy), 0);
    QCOMPARE(wait(running, FFDW_NOHANG), "EAGAIN");
    leash.end();
    QCOMPARE(wait(running), "exited 3");
    QCOMPARE(forkfd_close(running), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdCopy)
#include "tst_forkfd_copy.moc"
