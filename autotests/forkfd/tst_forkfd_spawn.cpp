// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

/// An argument vector for the helper program.
class Arguments
{
public:
    explicit Arguments(std::initializer_list<const char *> words)
    {
        m_argv.push_back(const_cast<char *>(FORKFD_TEST_CHILD));
        for (const char *word : words)
            m_argv.push_back(const_cast<char *>(word));
        m_argv.push_back(nullptr);
    }
    char *const *argv() const { return m_argv.data(); }

private:
    std::vector<char *> m_argv;
};

/// A posix_spawn_file_actions_t that destroys itself.
struct Actions
{
    Actions() { posix_spawn_file_actions_init(&actions); }
    ~Actions() { posix_spawn_file_actions_destroy(&actions); }
    posix_spawn_file_actions_t actions;
};

struct Attributes
{
    Attributes() { posix_spawnattr_init(&attributes); }
    ~Attributes() { posix_spawnattr_destroy(&attributes); }
    posix_spawnattr_t attributes;
};

int spawnChild(const Arguments &arguments, const Actions *actions, const Attributes *attributes,
               char *const envp[] = nullptr)
{
    return spawnfd(FFD_CLOEXEC, nullptr, FORKFD_TEST_CHILD, actions ? &actions->actions : nullptr,
                   attributes ? &attributes->attributes : nullptr, arguments.argv(), envp);
}

} // namespace

/// spawnfd() has all features of posix_spawn(3).
/// Holds: F6.
class tst_ForkFdSpawn : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void fileActions();
    void closedDescriptor();
    void processGroup();
    void signalMaskAndDefaults();
    void environment_data();
    void environment();
    void searchPath_data();
    void searchPath();
    void failures_data();
    void failures();
    void failingFileAction();

private:
    QByteArray outputOf(const Arguments &arguments, const Attributes *attributes,
                        char *const envp[] = nullptr);
    static quint64 maskIn(const QByteArray &status, const QByteArray &name);
    QString path(const char *name) const { return m_directory.filePath(QString::fromLatin1(name)); }

    QTemporaryDir m_directory;
};

void tst_ForkFdSpawn::initTestCase()
{
    QFile file(path("plain"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no program");
}

QByteArray tst_ForkFdSpawn::outputOf(const Arguments &arguments, const Attributes *attributes,
                                     char *const envp[])
{
    const QByteArray name = path("output").toLocal8Bit();
    Actions actions;
    posix_spawn_file_actions_addopen(&actions.actions, STDOUT_FILENO, name.constData(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int ffd = spawnChild(arguments, &actions, attributes, envp);
    if (wait(ffd) != "exited 0" || forkfd_close(ffd) != 0)
        return "the child failed";
    QFile file(path("output"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no output");
}

void tst_ForkFdSpawn::fileActions()
{
    QFile input(path("input"));
    QVERIFY(input.open(QIODevice::ReadWrite));
    input.write("some text");
    input.seek(0);
    const QByteArray name = path("copy").toLocal8Bit();
    Actions actions;
    posix_spawn_file_actions_adddup2(&actions.actions, input.handle(), STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions.actions, STDOUT_FILENO, name.constData(),
                                     O_WRONLY | O_CREAT, 0600);
    const int ffd = spawnChild(Arguments({"echo"}), &actions, nullptr);
    QVERIFY(ffd >= 0);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
    QFile copy(path("copy"));
    QVERIFY(copy.open(QIODevice::ReadOnly));
    QCOMPARE(copy.readAll(), "some text");
}

void tst_ForkFdSpawn::closedDescriptor()
{
    const int inherited = ::open("/dev/null", O_RDONLY); // Not close-on-exec.
    const QByteArray number = ' ' + QByteArray::number(inherited) + ' ';
    QVERIFY((' ' + outputOf(Arguments({"fds"}), nullptr)).contains(number));

    const QByteArray name = path("fds").toLocal8Bit();
    Actions actions;
    posix_spawn_file_actions_addopen(&actions.actions, STDOUT_FILENO, name.constData(),
                                     O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addclose(&actions.actions, inherited);
    const int ffd = spawnChild(Arguments({"fds"}), &actions, nullptr);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
    QFile file(path("fds"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!(' ' + file.readAll()).contains(number));
    ::close(inherited);
}

void tst_ForkFdSpawn::processGroup()
{
    Attributes attributes;
    posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes.attributes, 0);
    pid_t pid;
    const Arguments arguments({"sleep"});
    const int ffd = spawnfd(FFD_CLOEXEC, &pid, FORKFD_TEST_CHILD, nullptr, &attributes.attributes,
                            arguments.argv(), nullptr);
    QVERIFY(ffd >= 0);
    QCOMPARE(::getpgid(pid), pid);
    QCOMPARE(::kill(-pid, SIGKILL), 0);
    QCOMPARE(wait(ffd), "killed 9");
    QCOMPARE(forkfd_close(ffd), 0);
}

// The hexadecimal number of a field in a status file of /proc.
quint64 tst_ForkFdSpawn::maskIn(const QByteArray &status, const QByteArray &name)
{
    const QByteArray rest = status.mid(status.indexOf(name + ":\t") + name.size() + 2);
    return rest.left(rest.indexOf('\n')).toULongLong(nullptr, 16);
}

// Without attributes the mask is the caller's, as with posix_spawn(3) itself.
void tst_ForkFdSpawn::signalMaskAndDefaults()
{
    struct sigaction ignored = {};
    ignored.sa_handler = SIG_IGN;
    struct sigaction previous;
    ::sigaction(SIGUSR2, &ignored, &previous);
    sigset_t set;
    sigset_t previousMask;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &set, &previousMask);
    const QByteArray inherited = outputOf(Arguments({"signals"}), nullptr);

    Attributes attributes;
    posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGHUP);
    posix_spawnattr_setsigmask(&attributes.attributes, &mask);
    sigset_t defaults;
    ::sigemptyset(&defaults);
    ::sigaddset(&defaults, SIGUSR2);
    posix_spawnattr_setsigdefault(&attributes.attributes, &defaults);
    const QByteArray changed = outputOf(Arguments({"signals"}), &attributes);
    ::sigaction(SIGUSR2, &previous, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &previousMask, nullptr);

    // Signal n is bit n - 1. Libc ignores the two signals that it uses itself.
    constexpr quint64 libcsOwn = quint64(3) << 31;
    QCOMPARE(maskIn(inherited, "SigBlk"), quint64(1) << (SIGUSR1 - 1));
    QCOMPARE(maskIn(inherited, "SigIgn") & ~libcsOwn, quint64(1) << (SIGUSR2 - 1));
    QCOMPARE(maskIn(changed, "SigBlk"), quint64(1) << (SIGHUP - 1));
    QCOMPARE(maskIn(changed, "SigIgn") & ~libcsOwn, quint64(0));
}

void tst_ForkFdSpawn::environment_data()
{
    QTest::addColumn<bool>("isGiven");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("the parent's") << false << QByteArray("the parent's\n");
    QTest::newRow("another one") << true << QByteArray("the child's\n");
}

void tst_ForkFdSpawn::environment()
{
    QFETCH(bool, isGiven);
    QFETCH(QByteArray, value);
    ::setenv("FORKFD_TEST_VARIABLE", "the parent's", 1);
    char variable[] = "FORKFD_TEST_VARIABLE=the child's";
    char *const envp[] = {variable, nullptr};
    const QByteArray output =
        outputOf(Arguments({"env", "FORKFD_TEST_VARIABLE"}), nullptr, isGiven ? envp : nullptr);
    ::unsetenv("FORKFD_TEST_VARIABLE");
    QCOMPARE(output, value);
}

void tst_ForkFdSpawn::searchPath_data()
{
    QTest::addColumn<int>("flags");
    QTest::addColumn<int>("error");
    QTest::newRow("searched") << FFD_SPAWN_SEARCH_PATH << 0;
    QTest::newRow("not searched") << 0 << ENOENT;
}

void tst_ForkFdSpawn::searchPath()
{
    QFETCH(int, flags);
    QFETCH(int, error);
    const QFileInfo program(QStringLiteral(FORKFD_TEST_CHILD));
    const QByteArray previous = qgetenv("PATH");
    qputenv("PATH", "/nowhere:" + program.path().toLocal8Bit());
    const QByteArray name = program.fileName().toLocal8Bit();
    const QString directory = QDir::currentPath();
    QDir::setCurrent(QStringLiteral("/")); // Has no file of that name.
    const Arguments arguments({"exit", "5"});
    const int ffd = spawnfd(FFD_CLOEXEC | flags, nullptr, name.constData(), nullptr, nullptr,
                            arguments.argv(), nullptr);
    const int actualError = ffd < 0 ? errno : 0;
    qputenv("PATH", previous);
    QDir::setCurrent(directory);
    QCOMPARE(actualError, error);
    if (ffd >= 0) {
        QCOMPARE(wait(ffd), "exited 5");
        QCOMPARE(forkfd_close(ffd), 0);
    }
}

void tst_ForkFdSpawn::failures_data()
{
    QTest::addColumn<int>("flags");
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<int>("error");
    QTest::newRow("no such file") << 0 << QByteArray("/nowhere/program") << ENOENT;
    QTest::newRow("no name") << 0 << QByteArray("") << ENOENT;
    QTest::newRow("a directory") << 0 << QByteArray("/") << EACCES;
    QTest::newRow("not executable") << 0 << path("plain").toLocal8Bit() << EACCES;
    QTest::newRow("not in PATH") << FFD_SPAWN_SEARCH_PATH << QByteArray("no-such-program") << ENOENT;
}

void tst_ForkFdSpawn::failures()
{
    QFETCH(int, flags);
    QFETCH(QByteArray, program);
    QFETCH(int, error);
    pid_t pid = -7;
    const Arguments arguments({"exit", "0"});
    const QByteArray previous = qgetenv("PATH");
    qputenv("PATH", "/nowhere"); // The test's own PATH may name a folder that this user may not search.
    const int result =
        spawnfd(flags, &pid, program.constData(), nullptr, nullptr, arguments.argv(), nullptr);
    const int actualError = errno;
    qputenv("PATH", previous);
    QCOMPARE(result, -1);
    QCOMPARE(::strerrorname_np(actualError), ::strerrorname_np(error));
    QCOMPARE(pid, -7);
}

void tst_ForkFdSpawn::failingFileAction()
{
    Actions actions;
    posix_spawn_file_actions_adddup2(&actions.actions, 999, 5);
    QCOMPARE(spawnChild(Arguments({"exit", "0"}), &actions, nullptr), -1);
    QCOMPARE(errno, EBADF);
}

QTEST_GUILESS_MAIN(tst_ForkFdSpawn)
#include "tst_forkfd_spawn.moc"
