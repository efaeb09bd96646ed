// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <ForkFd/forkfd.h>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

/// Leaves room for `count` more descriptors, until the end of the scope.
class FreeDescriptors
{
public:
    explicit FreeDescriptors(int count)
        : m_limit(RLIMIT_NOFILE, 128)
    {
        int fd;
        while ((fd = open("/", O_RDONLY | O_CLOEXEC)) >= 0)
            m_taken.push_back(fd);
        for (; count > 0; --count) {
            close(m_taken.back());
            m_taken.pop_back();
        }
    }
    ~FreeDescriptors()
    {
        for (const int fd : m_taken)
            close(fd);
    }
    FreeDescriptors(const FreeDescriptors &) = delete;
    FreeDescriptors &operator=(const FreeDescriptors &) = delete;

private:
    TemporaryLimit m_limit;
    std::vector<int> m_taken;
};

// Without eventfd(2) the library needs a pair of sockets, and a copying fork() needs another pair.
constexpr int enoughDescriptors = FORKFD_TEST_PORTABLE ? 6 : 4;

} // namespace

/// A start that hits a limit reports it, at whichever step. The next start does not remember it.
/// Holds: L2 (memory), L3.
class tst_StartShortage : public ProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: resources that an earlier start keeps would hide a shortage.
    void warmUp() override { }

private Q_SLOTS:
    void processes();
    void memory();
    void descriptors_data();
    void descriptors();
    void descriptorsOfTheChild_data();
    void descriptorsOfTheChild();
};

void tst_StartShortage::processes()
{
    const QByteArray outcome = inForkedCopy([] {
        becomeOrdinaryUserWhoMayReadAll();
        QByteArray all;
        {
            const TemporaryLimit limit(RLIMIT_NPROC, 0);
            for (int times = 0; times < 3; ++times)
                all += outcomeOf(child({"exit", "42"})) + '\n';
        }
        all += hasChildren() ? "a child was left" : "no child was left\n";
        return all + outcomeOf(child({"exit", "42"}));
    });
    const QByteArray failed = text(StartError{"clone", EAGAIN}) + '\n';
    QCOMPARE(outcome, failed + failed + failed + "no child was left\nexited with code 42");
}

void tst_StartShortage::memory()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("A sanitizer does not live with a limit on memory.");
    const QByteArray outcome = inForkedCopy([] {
        const ForkFd::Command command = child({"exit", "42"});
        StartError error;
        {
            const TemporaryLimit limit(RLIMIT_AS, 0);
            ForkFd::spawn(command, {}, &error);
        }
        return text(error) + '\n' + outcomeOf(command);
    });
    // fork() needs kernel memory only, which RLIMIT_AS does not limit.
    const QByteArray first = FORKFD_TEST_PORTABLE ? QByteArray() : text(StartError{"clone", ENOMEM});
    const QByteArray rest = "\nexited with code 42";
    // The SIGCHLD backend needs a thread, and pthread_create(3) reports a lack of memory as EAGAIN.
    if (ForkFd::backend() == ForkFd::Backend::SigChld && outcome != first + rest)
        QCOMPARE(outcome, text(StartError{"clone", EAGAIN}) + rest);
    else
        QCOMPARE(outcome, first + rest);
}

void tst_StartShortage::descriptors_data()
{
    // The SIGCHLD backend keeps a descriptor, which the count must not include.
    if (ForkFd::backend() == ForkFd::Backend::SigChld)
        ProcessTest::warmUp();
    QTest::addColumn<int>("count");
    for (int count = 0; count < enoughDescriptors; ++count)
        QTest::addRow("%d left", count) << count;
    QTest::newRow("enough left") << enoughDescriptors;
}

void tst_StartShortage::descriptors()
{
    QFETCH(int, count);
    QByteArray outcome;
    {
        const FreeDescriptors room(count);
        outcome = outcomeOf(child({"exit", "42"}));
    }
    // How many descriptors a start needs depends on the rung.
    const QByteArray failed = text(StartError{"descriptors", EMFILE});
    if (count == 0)
        QCOMPARE(outcome, failed);
    else if (count == enoughDescriptors || outcome != failed)
        QCOMPARE(outcome, "exited with code 42");
    QVERIFY(!hasChildren());
    QCOMPARE(outcomeOf(child({"exit", "42"})), "exited with code 42");
}

void tst_StartShortage::descriptorsOfTheChild_data()
{
    descriptors_data();
}

void tst_StartShortage::descriptorsOfTheChild()
{
    QFETCH(int, count);
    // The child needs more descriptors for a moment to exchange two.
    const TestPipe pipe;
    const ForkFd::LaunchOptions exchange = {
        .fileDescriptors = {{pipe.readEnd(), pipe.writeEnd()}, {pipe.writeEnd(), pipe.readEnd()}}};
    ForkFd::StartError error;
    std::optional<ForkFd::Child> process;
    {
        const FreeDescriptors room(count);
        process = ForkFd::spawn(child({"exit", "42"}), exchange, &error);
    }
    if (process) {
        QVERIFY(count >= 2);
        QCOMPARE(text(process->wait().value()), "exited with code 42");
    } else {
        QVERIFY(count < enoughDescriptors);
        QCOMPARE(error.errorCode, EMFILE);
        const QByteArray step = error.step;
        QVERIFY(step == "descriptors" || (step == "fileDescriptors" && count > 0));
    }
}

QTEST_GUILESS_MAIN(tst_StartShortage)
#include "tst_startshortage.moc"
