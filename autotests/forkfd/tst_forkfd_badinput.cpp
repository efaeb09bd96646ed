// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>

#include <fcntl.h>
#include <unistd.h>

using namespace ForkFd;

using Call = std::function<int(pid_t *)>;
Q_DECLARE_METATYPE(Call)

namespace {

int returnZero(void *)
{
    return 0;
}

char childName[] = "child";
char *const childArgv[] = {childName, nullptr};

int forkAndExit(int flags, pid_t *ppid)
{
    const int ffd = forkfd(flags, ppid);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(0);
    return ffd;
}

int spawnWith(int flags, pid_t *ppid, const char *path, char *const *argv)
{
    return spawnfd(flags, ppid, path, nullptr, nullptr, argv, nullptr);
}

// For calls with a descriptor. Each row opens it anew, and the test closes it.
int fileDescriptor = -1;

} // namespace

/// Wrong arguments give -1 and the right errno, and change nothing.
/// Holds: F5.
class tst_ForkFdBadInput : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void fails_data();
    void fails();

private:
    static void addFlagRows();
    static void addDescriptorRows();
};

void tst_ForkFdBadInput::addFlagRows()
{
    for (const int flag : {16, 1 << 10, 1 << 30, INT_MIN, -1}) {
        QTest::addRow("forkfd, flags %#x", static_cast<unsigned>(flag))
            << Call([flag](pid_t *ppid) { return forkAndExit(flag, ppid); }) << EINVAL;
        QTest::addRow("vforkfd, flags %#x", static_cast<unsigned>(flag))
            << Call([flag](pid_t *ppid) { return vforkfd(flag, ppid, returnZero, nullptr); }) << EINVAL;
        QTest::addRow("spawnfd, flags %#x", static_cast<unsigned>(flag))
            << Call([flag](pid_t *ppid) { return spawnWith(flag, ppid, FORKFD_TEST_CHILD, childArgv); })
            << EINVAL;
    }
    QTest::addRow("vforkfd, no function")
        << Call([](pid_t *ppid) { return vforkfd(0, ppid, nullptr, nullptr); }) << EFAULT;
    QTest::addRow("spawnfd, no path")
        << Call([](pid_t *ppid) { return spawnWith(0, ppid, nullptr, childArgv); }) << EFAULT;
    QTest::addRow("spawnfd, no path to search for")
        << Call([](pid_t *ppid) { return spawnWith(FFD_SPAWN_SEARCH_PATH, ppid, nullptr, childArgv); })
        << EFAULT;
    QTest::addRow("spawnfd, no arguments")
        << Call([](pid_t *ppid) { return spawnWith(0, ppid, FORKFD_TEST_CHILD, nullptr); }) << EFAULT;
}

void tst_ForkFdBadInput::addDescriptorRows()
{
    const std::pair<const char *, int> numbers[] = {{"-1", -1},
                                                    {"INT_MIN", INT_MIN},
                                                    {"INT_MAX", INT_MAX},
                                                    {"1000 and not open", 1000},
                                                    {"3000000 and not open", 3000000}};
    for (const auto &[name, fd] : numbers) {
        QTest::addRow("wait, descriptor %s", name)
            << Call([fd = fd](pid_t *) { return forkfd_wait(fd, nullptr, nullptr); }) << EBADF;
        QTest::addRow("close, descriptor %s", name)
            << Call([fd = fd](pid_t *) { return forkfd_close(fd); }) << EBADF;
    }
    QTest::addRow("wait, a file") << Call([](pid_t *) {
        return forkfd_wait(fileDescriptor, nullptr, nullptr);
    }) << EINVAL;
    QTest::addRow("close, a file") << Call([](pid_t *) { return forkfd_close(fileDescriptor); })
                                   << EINVAL;
    for (const int options : {4, 1 << 20, -1}) {
        QTest::addRow("wait, options %#x", static_cast<unsigned>(options)) << Call([options](pid_t *) {
            Leash leash;
            const int ffd = startOnLeash(Starter::Fork, leash, 0);
            forkfd_info untouched = {-7, -8};
            const int result = forkfd_wait4(ffd, &untouched, options, nullptr);
            const int savedErrno = errno;
            forkfd_close(ffd);
            errno = savedErrno;
            return untouched.code == -7 && untouched.status == -8 ? result : -3;
        }) << EINVAL;
    }
}

void tst_ForkFdBadInput::fails_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<int>("error");
    addFlagRows();
    addDescriptorRows();
}

void tst_ForkFdBadInput::fails()
{
    QFETCH(Call, call);
    QFETCH(int, error);
    fileDescriptor = ::open("/", O_RDONLY | O_CLOEXEC);
    pid_t pid = -12345;
    errno = 0;
    QCOMPARE(call(&pid), -1);
    QCOMPARE(::strerrorname_np(errno), ::strerrorname_np(error));
    QCOMPARE(pid, -12345);
    QVERIFY(::fcntl(fileDescriptor, F_GETFD) >= 0);
    ::close(fileDescriptor);
}

QTEST_GUILESS_MAIN(tst_ForkFdBadInput)
#include "tst_forkfd_badinput.moc"
