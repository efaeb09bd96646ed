// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "systemcallfilter.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// The errno for every file below goneDirectory, as on a file system that is lost.
constexpr char goneDirectory[] = "/gone";
int goneError = 0;

} // namespace

// Also replaces the stat() that the library calls.
extern "C" int stat(const char *path, struct stat *status) noexcept
{
    if (goneError != 0 && std::strncmp(path, goneDirectory, std::strlen(goneDirectory)) == 0) {
        errno = goneError;
        return -1;
    }
    return fstatat(AT_FDCWD, path, status, 0);
}

/// A program without a slash in its name is found where execvp(3) finds it, or fails with the same
/// errno. Unlike execvp(3), the search goes on after every entry that cannot be looked at.
/// Holds: L12.
class tst_ProgramSearch : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void likeExecvp_data();
    void likeExecvp();
    void goesOn_data();
    void goesOn();
    void effectiveIdentity_data();
    void effectiveIdentity();
    void filterThatRefusesToTell_data();
    void filterThatRefusesToTell();
    void relativeEntryCountsFromHere();
    void colonInTheCurrentDirectory();
    void nameStaysAsGiven();

private:
    static QByteArray found(const std::string &program);
    static QByteArray foundByExecvp(const std::string &program);

    QTemporaryDir m_directory;
};

void tst_ProgramSearch::initTestCase()
{
    QVERIFY(m_directory.isValid());
    chmod(qPrintable(m_directory.path()), 0755);
    const QDir directory(m_directory.path());
    const auto makeTool = [&directory](const char *name, mode_t mode) {
        const QString path = directory.filePath(QLatin1String(name));
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/echo\n"); // Prints its path.
        QVERIFY(fchmod(file.handle(), mode) == 0);
    };
    makeTool("tool", 0755);
    makeTool("first/tool", 0755);
    makeTool("second/tool", 0755);
    makeTool("data/tool", 0644);
    makeTool("locked/tool", 0755);
    makeTool("private/tool", 0700);
    QVERIFY(directory.mkpath(QStringLiteral("directory/tool")));
    QVERIFY(directory.mkpath(QStringLiteral("empty")));
    QVERIFY(directory.mkpath(QStringLiteral("circle")));
    QVERIFY(symlink("tool", qPrintable(directory.filePath(QStringLiteral("circle/tool")))) == 0);
    QVERIFY(symlink("knot", qPrintable(directory.filePath(QStringLiteral("knot")))) == 0);
    chmod(qPrintable(directory.filePath(QStringLiteral("locked"))), 0);
}

// Returns where the library finds the program, or why it does not.
QByteArray tst_ProgramSearch::found(const std::string &program)
{
    return outputOf({{program}}).trimmed();
}

QByteArray tst_ProgramSearch::foundByExecvp(const std::string &program)
{
    TestPipe output;
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(output.writeEnd(), STDOUT_FILENO);
        char *const argv[] = {const_cast<char *>(program.c_str()), nullptr};
        execvp(argv[0], argv);
        _exit(errno);
    }
    output.closeWriteEnd();
    const QByteArray path = output.readAll().trimmed();
    int status = 0;
    waitpid(pid, &status, 0);
    return status == 0 ? path : text(ForkFd::StartError{"exec", WEXITSTATUS(status)});
}

void tst_ProgramSearch::likeExecvp_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("program");
    const auto row = [](const char *name, const char *path, const QByteArray &program = "tool") {
        QTest::newRow(name) << QByteArray(path) << program;
    };
    row("the first of two", "./first:./second");
    row("the only one", "./empty:./second");
    row("none", "./empty");
    row("not executable", "./data");
    row("not executable, then a program", "./data:./first");
    row("not executable, then none", "./data:./empty");
    row("a directory of that name, then a program", "./directory:./first");
    row("a directory of that name", "./directory");
    row("no such directory, then a program", "./missing:./first");
    row("a file for a directory", "./tool");
    row("a file for a directory, then a program", "./tool:./first");
    row("locked", "./locked");
    row("locked, then a program", "./locked:./first");
    row("locked, then none", "./locked:./empty");
    row("a circle of links", "./circle");
    row("a circle of links, then none", "./circle:./empty");
    row("empty entry", "");
    row("empty entry first", ":./first");
    row("empty entry last", "./empty:");
    row("empty entry between", "./empty::./first");
    row("a name too long", "./first", QByteArray(NAME_MAX + 1, 'x'));
}

void tst_ProgramSearch::likeExecvp()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, program);
    const auto search = [&](QByteArray (*find)(const std::string &)) {
        return inForkedCopy([&] {
            becomeOrdinaryUser();
            QDir::setCurrent(m_directory.path());
            qputenv("PATH", path);
            const QByteArray result = find(program.toStdString());
            const QString file = QFileInfo(QString::fromLocal8Bit(result)).canonicalFilePath();
            return file.isEmpty() ? result : file.toLocal8Bit();
        });
    };
    QCOMPARE(search(found), search(foundByExecvp));
}

void tst_ProgramSearch::goesOn_data()
{
    QTest::addColumn<QByteArray>("entry");
    QTest::addColumn<int>("error");
    QTest::newRow("a circle of links in it") << QByteArray("./circle") << 0;
    QTest::newRow("a circle of links") << QByteArray("./knot") << 0;
    QTest::newRow("a name too long") << "./" + QByteArray(NAME_MAX + 1, 'x') << 0;
    QTest::newRow("a path too long") << QByteArray(PATH_MAX + 1, '/') << 0;
    for (const int error : {EPERM, EIO, ENODEV, ELOOP, ENOTCONN, ETIMEDOUT, ESTALE, EACCES})
        QTest::newRow(strerrorname_np(error)) << QByteArray(goneDirectory) << error;
}

void tst_ProgramSearch::goesOn()
{
    QFETCH(QByteArray, entry);
    QFETCH(int, error);
    const QByteArray result = inForkedCopy([&] {
        QDir::setCurrent(m_directory.path());
        qputenv("PATH", entry + ":./first");
        goneError = error;
        return found("tool");
    });
    QVERIFY2(result.endsWith("/first/tool"), result.constData());
}

void tst_ProgramSearch::effectiveIdentity_data()
{
    QTest::addColumn<unsigned>("real");
    QTest::addColumn<unsigned>("effective");
    QTest::newRow("of root") << 65534U << 0U;
    QTest::newRow("of an ordinary user") << 0U << 65534U;
}

void tst_ProgramSearch::effectiveIdentity()
{
    if (geteuid() != 0)
        QSKIP("Only root can take another identity.");
    QFETCH(unsigned, real);
    QFETCH(unsigned, effective);
    const auto search = [&](QByteArray (*find)(const std::string &)) {
        return inForkedCopy([&] {
            QDir::setCurrent(m_directory.path());
            qputenv("PATH", "./private:./first");
            if (setresuid(real, effective, 0) != 0)
                return QByteArray("no other identity");
            return QFileInfo(QString::fromLocal8Bit(find("tool"))).canonicalFilePath().toLocal8Bit();
        });
    };
    const QByteArray expected = search(foundByExecvp);
    QVERIFY2(expected.endsWith(effective == 0 ? "/private/tool" : "/first/tool"), expected.constData());
    QCOMPARE(search(found), expected);
}

void tst_ProgramSearch::filterThatRefusesToTell_data()
{
    QTest::addColumn<int>("error");
    for (const int error : {ENOSYS, EPERM, EACCES, EINVAL})
        QTest::newRow(strerrorname_np(error)) << error;
}

// Filters that are older than faccessat2(2) (Linux 5.8) answer EPERM.
void tst_ProgramSearch::filterThatRefusesToTell()
{
#ifdef SYS_faccessat2
    QFETCH(int, error);
    const QByteArray result = inForkedCopy([&] {
        QDir::setCurrent(m_directory.path());
        qputenv("PATH", "./data:./first");
        return refuse({{SYS_faccessat2, error}}) ? found("tool") : QByteArray("no filter");
    });
    QVERIFY2(result.endsWith("/first/tool"), result.constData());
#else
    QSKIP("This system has no such call.");
#endif
}

void tst_ProgramSearch::relativeEntryCountsFromHere()
{
    const QByteArray result = inForkedCopy([this] {
        QDir::setCurrent(m_directory.path());
        qputenv("PATH", "first");
        return outputOf({{"tool"}, {}, "/"}).trimmed();
    });
    QCOMPARE(result, QFile::encodeName(m_directory.filePath(QStringLiteral("first/tool"))));
}

// "…/a:b/bin" is one folder, and "…/a" is not searched.
void tst_ProgramSearch::colonInTheCurrentDirectory()
{
    const QDir directory(m_directory.path());
    QVERIFY(directory.mkpath(QStringLiteral("first/a:b/bin")));
    QVERIFY(directory.mkpath(QStringLiteral("first/a")));
    const QString tool = directory.filePath(QStringLiteral("first/a:b/bin/tool"));
    QVERIFY(QFile::copy(directory.filePath(QStringLiteral("tool")), tool));
    QVERIFY(QFile::copy(tool, directory.filePath(QStringLiteral("first/a/tool"))));
    const QByteArray result = inForkedCopy([&] {
        QDir::setCurrent(directory.filePath(QStringLiteral("first/a:b")));
        qputenv("PATH", "bin:/usr/bin:/bin");
        return found("tool");
    });
    QCOMPARE(result, QFile::encodeName(tool));
}

void tst_ProgramSearch::nameStaysAsGiven()
{
    const QByteArray result = inForkedCopy([] {
        const QFileInfo program(QStringLiteral(FORKFD_TEST_CHILD));
        qputenv("PATH", QFile::encodeName(program.path()));
        return outputOf({{program.fileName().toStdString(), "name"}});
    });
    QCOMPARE(result, "child\n");
}

QTEST_GUILESS_MAIN(tst_ProgramSearch)
#include "tst_programsearch.moc"
