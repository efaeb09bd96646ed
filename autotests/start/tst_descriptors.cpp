// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "systemcallfilter.h"
#include "temporarychange.h"
#include "testcontrolgroup.h"
#include "testpipe.h"
#include "testterminal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <unistd.h>

using ForkFd::FileDescriptor;
using ForkFd::LaunchOptions;
using Inodes = std::map<int, ino_t>; // By descriptor.

namespace {

ino_t inodeOf(int fd)
{
    struct stat status = {};
    fstat(fd, &status);
    return status.st_ino;
}

/// The descriptors that a child inherits besides the given ones (POSIX, exec).
Inodes inheritedDescriptors()
{
    Inodes inherited;
    for (const auto &[fd, target] : ProcessState::now().descriptors.asKeyValueRange()) {
        const int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !(flags & FD_CLOEXEC))
            inherited[fd] = inodeOf(fd);
    }
    return inherited;
}

Inodes parse(const QByteArray &output)
{
    Inodes inodes;
    for (const QByteArray &line : output.trimmed().split('\n'))
        inodes[line.split(' ').at(0).toInt()] = line.split(' ').value(1).toULong();
    return inodes;
}

} // namespace

/// The child has exactly the given descriptors, under the requested numbers, and the parent's
/// descriptors that are not close-on-exec.
/// Holds: L8, L13.
class tst_Descriptors : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void nothingByAccident();
    void givenOnes_data();
    void givenOnes();
    void everyMapping();
    void everyPermutation();
    void placesOfTheLibrarysOwn_data();
    void placesOfTheLibrarysOwn();
    void parentKeepsItsOwn();

private:
    static Inodes seenByChild(const std::vector<FileDescriptor> &given);
    static Inodes expected(const std::vector<FileDescriptor> &given);
};

// Without standard output, which carries the answer.
Inodes tst_Descriptors::seenByChild(const std::vector<FileDescriptor> &given)
{
    Inodes inodes = parse(outputOf(child({"inodes"}), {.fileDescriptors = given}));
    inodes.erase(STDOUT_FILENO);
    return inodes;
}

Inodes tst_Descriptors::expected(const std::vector<FileDescriptor> &given)
{
    Inodes inodes = inheritedDescriptors();
    for (const FileDescriptor &descriptor : given)
        inodes[descriptor.childFd] = inodeOf(descriptor.parentFd);
    inodes.erase(STDOUT_FILENO);
    return inodes;
}

void tst_Descriptors::nothingByAccident()
{
    std::vector<std::unique_ptr<TestPipe>> pipes(50);
    std::generate(pipes.begin(), pipes.end(), [] { return std::make_unique<TestPipe>(); });
    const auto running = ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, pipes[0]->readEnd()}}});
    ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, pipes[0]->readEnd()}}}); // For the keeper.
    QVERIFY(running);
    QVERIFY(seenByChild({}) == expected({}));

    const int open = dup(pipes[0]->readEnd());
    const bool isInherited = seenByChild({}) == expected({}) && expected({}).count(open) == 1;
    close(open);
    QVERIFY(isInherited);
    pipes.clear();
}

void tst_Descriptors::givenOnes_data()
{
    const rlim_t limit = [] {
        rlimit files;
        getrlimit(RLIMIT_NOFILE, &files);
        return std::min<rlim_t>(files.rlim_cur, 1 << 20);
    }();
    const int highest = static_cast<int>(limit) - 1;

    QTest::addColumn<std::vector<FileDescriptor>>("given"); // The test opens 20 to 23.
    const auto row = [](const char *name, const std::vector<FileDescriptor> &given) {
        QTest::newRow(name) << given;
    };
    row("one", {{5, 20}});
    row("one for three", {{5, 20}, {6, 20}, {7, 20}});
    row("in its place", {{20, 20}});
    row("in its place and elsewhere", {{20, 20}, {5, 20}});
    row("elsewhere and in its place", {{5, 20}, {20, 20}});
    row("two exchanged", {{20, 21}, {21, 20}});
    row("three in a circle", {{20, 21}, {21, 22}, {22, 20}});
    row("four in a row", {{21, 20}, {22, 21}, {23, 22}, {24, 23}});
    row("four in a row, backwards", {{24, 23}, {23, 22}, {22, 21}, {21, 20}});
    row("standard error for standard input", {{0, 2}});
    row("standard streams exchanged", {{0, 2}, {2, 0}});
    row("in the place of a standard stream", {{2, 20}, {0, 21}});
    row("the highest number", {{highest, 20}});
    row("the highest number and its neighbour", {{highest, 20}, {highest - 1, 21}, {20, 20}});
    row("many", [] {
        std::vector<FileDescriptor> many;
        for (int fd = 3; fd < 120; ++fd)
            many.push_back({fd, 20 + fd % 4});
        return many;
    }());
}

void tst_Descriptors::givenOnes()
{
    QFETCH(std::vector<FileDescriptor>, given);
    // Each of the four descriptors refers to another pipe.
    std::array<TestPipe, 4> pipes;
    for (int i = 0; i < 4; ++i)
        QCOMPARE(dup3(pipes[static_cast<size_t>(i)].readEnd(), 20 + i, O_CLOEXEC), 20 + i);
    const Inodes seen = seenByChild(given);
    const Inodes wanted = expected(given);
    for (int fd = 20; fd < 24; ++fd)
        close(fd);
    QCOMPARE(seen.size(), wanted.size());
    QVERIFY(seen == wanted);
}

// All 4^4 mappings of four numbers: permutations, copies and mixtures.
void tst_Descriptors::everyMapping()
{
    constexpr std::size_t count = 4;
    const std::array<TestPipe, count> pipes;
    for (int mapping = 0; mapping < 256; ++mapping) {
        std::vector<FileDescriptor> given;
        int rest = mapping;
        for (const TestPipe &pipe : pipes) {
            given.push_back({pipe.readEnd(), pipes[std::size_t(rest) % count].readEnd()});
            rest /= count;
        }
        QVERIFY2(seenByChild(given) == expected(given), qPrintable(QString::number(mapping, count)));
    }
}

// Five numbers can have a cycle of two beside a cycle of three.
void tst_Descriptors::everyPermutation()
{
    const std::array<TestPipe, 5> pipes;
    std::array<std::size_t, 5> order = {0, 1, 2, 3, 4};
    do {
        std::vector<FileDescriptor> given;
        for (std::size_t i = 0; i < pipes.size(); ++i)
            given.push_back({pipes[i].readEnd(), pipes[order[i]].readEnd()});
        QVERIFY(seenByChild(given) == expected(given));
    } while (std::next_permutation(order.begin(), order.end()));
}

void tst_Descriptors::placesOfTheLibrarysOwn_data()
{
    QTest::addColumn<std::vector<Refusal>>("refusals");
    QTest::newRow("as the system can") << std::vector<Refusal>{};
    // A copied child reports through a socket.
    QTest::newRow("fork") << std::vector<Refusal>{{SYS_clone3, ENOSYS},
                                                  {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK},
                                                  {SYS_clone, EPERM, CLONE_PIDFD, CLONE_PIDFD}};
}

// The targets are the lowest free numbers, which the library gets for its own descriptors, too.
void tst_Descriptors::placesOfTheLibrarysOwn()
{
    QFETCH(const std::vector<Refusal>, refusals);
    const QByteArray result = inRefusedCopy(refusals, [] {
        outcomeOf(child({})); // Opens the descriptors that the library keeps.
        std::array<TestPipe, 5> pipes;
        const TestTerminal terminal;
        const TestControlGroup group;
        const int next = dup(STDIN_FILENO);
        close(next);
        std::array<std::size_t, 5> order = {0, 1, 2, 3, 4};
        do {
            LaunchOptions options = {.newSession = true, .controllingTerminal = terminal.descriptor()};
            if (FORKFD_TEST_HAS_VFORK && group.isMade())
                options.controlGroup = group.path();
            for (int i = 0; i < 5; ++i)
                options.fileDescriptors.push_back({next + i, pipes[order[std::size_t(i)]].readEnd()});
            const Inodes wanted = expected(options.fileDescriptors);
            Inodes seen = parse(outputOf(child({"inodes"}), options));
            seen.erase(STDOUT_FILENO);
            if (seen != wanted || outputOf(child({"terminal"}), options) != "yes\n")
                return QByteArray("something else");
        } while (std::next_permutation(order.begin(), order.end()));
        return QByteArray("as wished");
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "as wished");
}

void tst_Descriptors::parentKeepsItsOwn()
{
    TestPipe first;
    TestPipe second;
    const ino_t inode = inodeOf(first.readEnd());
    QCOMPARE(
        outcomeOf(child({"exit", "0"}),
                  {.fileDescriptors = {{first.readEnd(), second.readEnd()}, {60, first.readEnd()}}}),
        "exited with code 0");
    QCOMPARE(inodeOf(first.readEnd()), inode);
    QCOMPARE(fcntl(first.readEnd(), F_GETFD), FD_CLOEXEC);
    QCOMPARE(fcntl(second.readEnd(), F_GETFD), FD_CLOEXEC);
}

QTEST_GUILESS_MAIN(tst_Descriptors)
#include "tst_descriptors.moc"
