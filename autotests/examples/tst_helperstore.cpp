// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperstore.h"
#include "processtest.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <csignal>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The file of helpers of the example `launchpad`.
/// Holds: none (it tests an example).
class tst_HelperStore : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void readsBack();
    void keepsUnknownMembers();
    void keepsBadFile_data();
    void keepsBadFile();
    void keepsChangedFile();
    void failsToSave();
    void replacesOnlyFiles();

private:
    static QByteArray contents(const QString &name)
    {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static void write(const QString &name, const QByteArray &contents)
    {
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(contents), contents.size());
    }
};

static QList<Helper> someHelpers()
{
    Helper first;
    first.name = u"Server"_s;
    first.program = u"python3"_s;
    first.arguments = QStringList{u"-m"_s, u"http.server"_s};
    first.directory = u"/tmp"_s;
    first.environmentChanges = {{u"A"_s, u"1"_s}, {u"B"_s, QVariant()}};
    first.restartPolicy = RestartPolicy::Always;
    first.restartDelay = 1500ms;
    first.stopSignal = SIGINT;
    first.stopGrace = 0ms;
    first.startsWithLaunchpad = true;
    first.hasTerminal = true;
    Helper second;
    second.program = u"/bin/ls"_s;
    return {first, second};
}

void tst_HelperStore::readsBack()
{
    const QTemporaryDir directory;
    HelperStore store(directory.filePath(u"new/helpers.json"_s));
    QCOMPARE(store.load(), QList<Helper>());
    QVERIFY2(store.save(someHelpers()), qPrintable(store.problem()));
    QVERIFY2(store.save(someHelpers()), qPrintable(store.problem()));
    QCOMPARE(store.keptName(), QString());
    HelperStore other(store.fileName());
    const auto read = other.load();
    QVERIFY2(read, qPrintable(other.problem()));
    QCOMPARE(*read, someHelpers());
    QCOMPARE(read->at(1).displayName(), u"ls"_s);
}

void tst_HelperStore::keepsUnknownMembers()
{
    const QTemporaryDir directory;
    const QString name = directory.filePath(u"helpers.json"_s);
    write(name, R"({"version": 1, "later": [7], "helpers": [{"program": "x", "color": "red"}]})");
    HelperStore store(name);
    const auto helpers = store.load();
    QVERIFY2(helpers, qPrintable(store.problem()));
    QVERIFY(store.save(*helpers));
    QCOMPARE(store.keptName(), QString());
    QVERIFY(contents(name).contains("\"later\""));
    QVERIFY(contents(name).contains("\"color\": \"red\""));
}

void tst_HelperStore::keepsBadFile_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("problem");
    QTest::newRow("empty") << QByteArray() << u"Line 1: "_s;
    QTest::newRow("no JSON") << QByteArray("{\n\n  x") << u"Line 3: "_s;
    QTest::newRow("a list") << QByteArray("[]") << u"\"version\" is not 1"_s;
    QTest::newRow("newer") << QByteArray(R"({"version": 2, "helpers": []})")
                           << u"\"version\" is not 1"_s;
    QTest::newRow("no helpers") << QByteArray(R"({"version": 1})") << u"\"helpers\" is not a list"_s;
    const auto add = [](const char *name, const QByteArray &helper, const QString &problem) {
        QTest::newRow(name) << QByteArray("{\"version\": 1, \"helpers\": [{\"program\": \"x\"}, "
                                          + helper + "]}")
                            << problem;
    };
    add("no program", "{}", u"Helper 2: \"program\" has to be"_s);
    add("a number", "7", u"Helper 2: \"program\" has to be"_s);
    add("arguments", R"({"program": "x", "arguments": ["a", 1]})", u"\"arguments\" has to be a list"_s);
    add("environment", R"({"program": "x", "environment": {"A": 1}})", u"\"environment\" has to be"_s);
    add("policy", R"({"program": "x", "restart": "maybe"})", u"one of: never, on-failure, always"_s);
    add("signal", R"({"program": "x", "stopSignal": "SIGNAL"})", u"\"stopSignal\" has to be one of"_s);
    add("grace", R"({"program": "x", "stopGrace": -1})", u"\"stopGrace\" has to be a number"_s);
    add("flag", R"({"program": "x", "terminal": "yes"})", u"\"terminal\" has to be true or false"_s);
}

void tst_HelperStore::keepsBadFile()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, problem);
    const QTemporaryDir directory;
    const QString name = directory.filePath(u"helpers.json"_s);
    write(name, bytes);
    HelperStore store(name);
    QVERIFY(!store.load());
    QVERIFY2(store.problem().contains(problem), qPrintable(store.problem()));
    QCOMPARE(contents(name), bytes);
    QVERIFY2(store.save(someHelpers()), qPrintable(store.problem()));
    QCOMPARE(store.keptName(), QString(name + u".kept-1"_s));
    QCOMPARE(contents(store.keptName()), bytes);
    QCOMPARE(HelperStore(name).load(), someHelpers());
}

void tst_HelperStore::keepsChangedFile()
{
    const QTemporaryDir directory;
    const QString name = directory.filePath(u"helpers.json"_s);
    HelperStore first(name);
    HelperStore second(name);
    QVERIFY(first.load() && second.load());
    QVERIFY(first.save(someHelpers()));
    QVERIFY(second.save({}));
    QCOMPARE(HelperStore(second.keptName()).load(), someHelpers());
    QVERIFY(first.save(someHelpers().mid(0, 1)));
    QCOMPARE(first.keptName(), QString(name + u".kept-2"_s));
}

void tst_HelperStore::failsToSave()
{
    const QTemporaryDir directory;
    write(directory.filePath(u"file"_s), "x");
    HelperStore store(directory.filePath(u"file/helpers.json"_s));
    QVERIFY(!store.save(someHelpers()));
    QVERIFY(!store.problem().isEmpty());
    QCOMPARE(contents(directory.filePath(u"file"_s)), "x");
}

// A pipe stands for a device such as /dev/null, which must not be renamed.
void tst_HelperStore::replacesOnlyFiles()
{
    const QTemporaryDir directory;
    const QString name = directory.filePath(u"pipe"_s);
    QCOMPARE(mkfifo(QFile::encodeName(name).constData(), 0600), 0);
    HelperStore store(name);
    QVERIFY(!store.load());
    QVERIFY(!store.save(someHelpers()));
    QCOMPARE(store.problem(), u"It is not a file."_s);
    QVERIFY(!QFileInfo(name).isFile());
    QCOMPARE(QDir(directory.path()).entryList(QDir::System | QDir::Files), QStringList{u"pipe"_s});
}

QTEST_GUILESS_MAIN(tst_HelperStore)
#include "tst_helperstore.moc"
