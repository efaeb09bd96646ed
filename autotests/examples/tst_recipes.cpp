// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "lifeline.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

/// The programs of docs/recipes.md.
/// Holds: none (it tests examples).
class tst_Recipes : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_directory.isValid()); }
    void guarded();
    void lines_data();
    void lines();
    void pipeline();
    void port();
    void portWithoutServer();
    void prompt();
    void reexec();
    void restart();
    void scope_data();
    void scope();
    void watched();
    void watchedUntilItsEnd();

private:
    /// Starts a recipe. It and its children inherit `lifeline` as descriptor 9.
    static void start(Process &recipe, const char *name, const QStringList &arguments,
                      Lifeline *lifeline = nullptr);
    /// The end of a recipe, and all its output.
    static QByteArray run(const char *name, const QStringList &arguments = {});
    QByteArray contents(const QString &name) const;
    void writeFile(const QString &name, const QByteArray &contents) const;

    const QTemporaryDir m_directory;
};

void tst_Recipes::start(Process &recipe, const char *name, const QStringList &arguments,
                        Lifeline *lifeline)
{
    recipe.setProcessChannelMode(Process::MergedChannels);
    ForkFd::LaunchOptions options;
    if (lifeline)
        options.fileDescriptors = {lifeline->asDescriptor()};
    recipe.setLaunchOptions(options);
    const QDir programs(QStringLiteral(FORKFD_TEST_EXAMPLES));
    recipe.start(programs.filePath(u"forkfd-recipe-"_s + QLatin1String(name)), arguments);
    if (lifeline)
        lifeline->letGo();
}

QByteArray tst_Recipes::run(const char *name, const QStringList &arguments)
{
    Process recipe;
    start(recipe, name, arguments);
    if (!recipe.waitForFinished(120000))
        return recipe.errorString().toUtf8();
    return text(recipe.exitInfo()) + '\n' + recipe.readAll();
}

QByteArray tst_Recipes::contents(const QString &name) const
{
    QFile file(m_directory.filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void tst_Recipes::writeFile(const QString &name, const QByteArray &contents) const
{
    QFile file(m_directory.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(contents), contents.size());
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

void tst_Recipes::guarded()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
    Lifeline lifeline;
    Process recipe;
    const QString script = u"sleep 1000 & (setsid sleep 1000 & echo ready; wait) & wait"_s;
    start(recipe, "guarded", {u"sh"_s, u"-c"_s, script}, &lifeline);
    QVERIFY2(recipe.waitForReadyRead(), qPrintable(recipe.errorString()));
    recipe.kill();
    QVERIFY(recipe.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(run("guarded", {u"sh"_s, u"-c"_s, u"exit 3"_s}), "exited with code 3\n");
}

void tst_Recipes::lines_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("lines") << QStringList{u"sh"_s, u"-c"_s, u"echo one; echo; printf three; exit 3"_s}
                           << QByteArray("exited with code 3\n1: one\n1: \n1: three\n");
    QTest::newRow("errors") << QStringList{u"sh"_s, u"-c"_s, u"echo bad >&2"_s}
                            << QByteArray("exited with code 0\n2: bad\n");
    QTest::newRow("NUL") << QStringList{u"printf"_s, u"a\\0b\n"_s}
                         << QByteArray("exited with code 0\n1: a") + '\0' + "b\n";
    QTest::newRow("not there")
        << QStringList{u"/no/such/program"_s}
        << QByteArray("exited with code 127\nexec: /no/such/program: No such file or directory\n");
}

void tst_Recipes::lines()
{
    QFETCH(const QStringList, command);
    QTEST(run("lines", command), "result");
}

void tst_Recipes::pipeline()
{
    QCOMPARE(run("pipeline"), "exited with code 0\nready\nkilled by SIGTERM\nkilled by SIGTERM\n");
}

void tst_Recipes::portWithoutServer()
{
    QCOMPARE(run("port", {QString()}), "exited with code 127\n");
    QCOMPARE(run("port", {u"/no/such/program"_s}), "exited with code 127\n");
}

// A lock stands for the port. The worker holds it for longer than the server lives.
void tst_Recipes::port()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("In the portable library the end of a tree is that of the child.");
    const QString script = u"exec 8>\"$0\"; flock -n 8 || exit 1\n"
                           "(trap '' TERM; echo up; exec sleep 0.2 >/dev/null) &\n"
                           "exec sleep 1000 >/dev/null"_s;
    QCOMPARE(run("port", {u"sh"_s, u"-c"_s, script, m_directory.filePath(u"port"_s)}),
             "exited with code 0\nup\nup\n");
}

void tst_Recipes::prompt()
{
    QCOMPARE(run("prompt", {u"Password: "_s, u"secret"_s, childProgram(), u"prompt"_s}),
             "exited with code 0\nPassword: secret\r\n");
}

void tst_Recipes::reexec()
{
    QCOMPARE(run("reexec"), "exited with code 0\nexit code 3\n");
}

void tst_Recipes::restart()
{
    const QString script = u"echo x >>\"$0\"; test $(wc -l <\"$0\") -ge 3 || kill -9 $$"_s;
    QCOMPARE(run("restart", {u"1"_s, u"sh"_s, u"-c"_s, script, m_directory.filePath(u"starts"_s)}),
             "exited with code 0\nkilled by SIGKILL\nnext start in 1 ms\nkilled by SIGKILL\nnext start "
             "in 2 ms\n"
             "exited with code 0\n");
    // A delay of 0 grows, too.
    QCOMPARE(run("restart", {u"0"_s, u"sh"_s, u"-c"_s, script, m_directory.filePath(u"more starts"_s)}),
             "exited with code 0\nkilled by SIGKILL\nnext start in 0 ms\nkilled by SIGKILL\nnext start "
             "in 1 ms\nexited with code 0\n");
}

void tst_Recipes::scope_data()
{
    QTest::addColumn<bool>("hasManager");
    QTest::newRow("with systemd") << true;
    QTest::newRow("without systemd") << false;
}

// A script stands for systemd-run: the test has no service manager.
void tst_Recipes::scope()
{
    QFETCH(const bool, hasManager);
    writeFile(u"systemd-run"_s,
              "#!/bin/sh\necho \"$*\" >\"$0.log\"\nwhile test \"$1\" != --; do shift; done\nshift\n"
              "exec \"$@\"\n");
    QFile::remove(m_directory.filePath(u"systemd-run.log"_s));
    QVERIFY(QDir(m_directory.path()).mkpath(u"systemd"_s));
    writeFile(u"systemd/private"_s, {});

    Lifeline lifeline;
    Process recipe;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PATH"_s, m_directory.path() + u':' + environment.value(u"PATH"_s));
    environment.insert(u"XDG_RUNTIME_DIR"_s, hasManager ? m_directory.path() : u"/nowhere"_s);
    recipe.setProcessEnvironment(environment);
    start(recipe, "scope", {childProgram(), u"exit"_s, u"0"_s}, &lifeline);
    QVERIFY(recipe.waitForFinished());
    QCOMPARE(text(recipe.exitInfo()), "exited with code 0");
    QVERIFY(recipe.readAll().trimmed().toInt() > 0);
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(contents(u"systemd-run.log"_s),
             hasManager ? "--user --scope --quiet --collect -- " + childProgram().toUtf8() + " exit 0\n"
                        : QByteArray());
}

void tst_Recipes::watched()
{
    const QString log = m_directory.filePath(u"watched"_s);
    QCOMPARE(run("watched", {log, u"sh"_s, u"-c"_s, u"echo output; exit 3"_s}),
             "exited with code 0\nexited with code 3\n");
    QCOMPARE(contents(u"watched"_s), "output\n");
    QCOMPARE(run("watched", {u"/no/such/log"_s, childProgram()}),
             "exited with code 1\nchannels: /no/such/log: No such file or directory\n");
}

// The recipe ends before its child.
void tst_Recipes::watchedUntilItsEnd()
{
    Lifeline lifeline;
    TestPipe input;
    const QString name = u"/proc/%1/fd/%2"_s.arg(getpid()).arg(input.readEnd());
    const QString script = u"read line <\"$0\"; echo \"$line\""_s;
    Process recipe;
    start(recipe, "watched", {m_directory.filePath(u"survivor"_s), u"sh"_s, u"-c"_s, script, name},
          &lifeline);
    recipe.closeWriteChannel();
    QVERIFY(recipe.waitForFinished());
    QCOMPARE(text(recipe.exitInfo()), "exited with code 0");
    QVERIFY(!lifeline.isCut());
    input.write("survived\n");
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(contents(u"survivor"_s), "survived\n");
}

QTEST_GUILESS_MAIN(tst_Recipes)
#include "tst_recipes.moc"
