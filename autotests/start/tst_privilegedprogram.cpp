// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

/// In a set-user-ID program the caller's environment does not choose the backend. PATH is searched, and
/// is the program's to set.
/// Holds: P8.
class tst_PrivilegedProgram : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void backend_data();
    void backend();
    void pathIsThePrograms();

private:
    QByteArray run(const QByteArray &wish, const char *path = "/no/such:") const;
    std::string path(const char *name) const
    {
        return m_directory.filePath(QLatin1String(name)).toStdString();
    }

    QTemporaryDir m_directory;
};

void tst_PrivilegedProgram::initTestCase()
{
    constexpr uid_t someUser = 65533;
    if (geteuid() != 0)
        QSKIP("Only root can make a program with the rights of another user.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the library.");
    const std::string program = path("privileged");
    QVERIFY(QFile::copy(QStringLiteral(FORKFD_TEST_PRIVILEGED), QString::fromStdString(program)));
    QVERIFY(QFile::copy(QStringLiteral(FORKFD_TEST_CHILD), QString::fromStdString(path("tool"))));
    QVERIFY(chmod(m_directory.path().toLocal8Bit().constData(), 0755) == 0);
    QVERIFY(chmod(path("tool").c_str(), 0755) == 0);
    if (chown(program.c_str(), someUser, 0) != 0 || chmod(program.c_str(), 04755) != 0)
        QSKIP("No file can be given to another user here.");
    if (!run("").startsWith("privileged"))
        QSKIP("Programs get no rights of their files here (mount option nosuid).");
}

// The output of the program.
QByteArray tst_PrivilegedProgram::run(const QByteArray &wish, const char *searchPath) const
{
    const std::string wanted = "FORKFD_BACKEND=" + wish.toStdString();
    const std::string folders = std::string("PATH=") + searchPath + m_directory.path().toStdString();
    return outputOf({.argv = {path("privileged")}, .environment = {{wanted, folders}}}).trimmed();
}

void tst_PrivilegedProgram::backend_data()
{
    QTest::addColumn<QByteArray>("wish");
    for (const char *wish : {"", "pidfd", "sigchld", "kqueue"})
        QTest::newRow(*wish ? wish : "none") << QByteArray(wish);
}

void tst_PrivilegedProgram::backend()
{
    QFETCH(const QByteArray, wish);
    QCOMPARE(run(wish), run(""));
    QVERIFY2(run(wish).endsWith(", exited with code 0"), run(wish).constData());
}

// If the program does not clean PATH, its caller chooses what it executes.
void tst_PrivilegedProgram::pathIsThePrograms()
{
    QVERIFY(run("").endsWith(", exited with code 0"));
    QCOMPARE(run("", "/no/such:/nor/such"), "privileged, exec: tool: No such file or directory");
}

QTEST_GUILESS_MAIN(tst_PrivilegedProgram)
#include "tst_privilegedprogram.moc"
