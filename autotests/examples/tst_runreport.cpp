// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtool.h"
#include "testpipe.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtCore/QTemporaryDir>

/// The report of forkfd-run, as text and as JSON, and where it goes.
/// Holds: none (it tests an example).
class tst_RunReport : public RunToolTest
{
    Q_OBJECT

private Q_SLOTS:
    void json_data();
    void json();
    void usage();
    void tree();
    void manual();
    void everyOptionIsDocumented();
    void outputFile();
    void quiet();
    void noReader();

private:
    static QJsonObject parsed(const QByteArray &line);
    static QJsonObject reportOf(const QStringList &arguments) { return parsed(run(arguments).report); }
    /// The fields that the manual documents.
    static QSet<QString> documented();
    static void addFields(QSet<QString> &fields, const QJsonObject &object);
};

QJsonObject tst_RunReport::parsed(const QByteArray &line)
{
    if (line.count('\n') != 1 || !line.endsWith('\n'))
        qWarning("Not one line: %s", line.constData());
    return QJsonDocument::fromJson(line).object();
}

void tst_RunReport::json_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QVariantMap>("fields");

    QTest::newRow("exits") << command({u"--json"_s}, "exit 3")
                           << QVariantMap{{u"outcome"_s, u"exited"_s},
                                          {u"exit_code"_s, 3},
                                          {u"signal"_s, QVariant::fromValue(nullptr)},
                                          {u"signal_name"_s, QVariant::fromValue(nullptr)},
                                          {u"core_dumped"_s, false},
                                          {u"time_limit_exceeded"_s, false},
                                          {u"stop_stage"_s, u"none"_s},
                                          {u"start_error"_s, QVariant::fromValue(nullptr)},
                                          {u"status"_s, 3},
                                          {u"program"_s, childProgram()},
                                          {u"arguments"_s, QVariantList{u"exit"_s, u"3"_s}},
                                          {u"tree_usage"_s, QVariant::fromValue(nullptr)},
                                          {u"left_behind"_s, QVariant::fromValue(nullptr)}};
    QTest::newRow("is killed") << command({u"--json"_s}, "signal 9")
                               << QVariantMap{{u"outcome"_s, u"signaled"_s},
                                              {u"exit_code"_s, QVariant::fromValue(nullptr)},
                                              {u"signal"_s, 9},
                                              {u"signal_name"_s, u"SIGKILL"_s},
                                              {u"stop_stage"_s, u"none"_s},
                                              {u"status"_s, 137}};
    QTest::newRow("exceeds its time limit")
        << command({u"--json"_s, u"--time-limit=1ms"_s, u"--stop-signal=USR1"_s}, "sleep")
        << QVariantMap{{u"outcome"_s, u"signaled"_s},
                       {u"signal_name"_s, u"SIGUSR1"_s},
                       {u"time_limit_exceeded"_s, true},
                       {u"stop_stage"_s, u"asked"_s},
                       {u"status"_s, 124}};
    QTest::newRow("does not start") << QStringList{u"--json"_s, u"/no/such/program"_s}
                                    << QVariantMap{{u"outcome"_s, u"not started"_s},
                                                   {u"pid"_s, QVariant::fromValue(nullptr)},
                                                   {u"exit_code"_s, QVariant::fromValue(nullptr)},
                                                   {u"usage"_s, QVariant::fromValue(nullptr)},
                                                   {u"start_error"_s,
                                                    QVariantMap{{u"step"_s, u"exec"_s},
                                                                {u"errno"_s, ENOENT},
                                                                {u"subject"_s, u"/no/such/program"_s}}},
                                                   {u"status"_s, 127}};
}

void tst_RunReport::json()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QVariantMap, fields);

    const QJsonObject report = reportOf(arguments);
    for (auto field = fields.begin(); field != fields.end(); ++field) {
        const QJsonValue expected = QJsonValue::fromVariant(field.value());
        QVERIFY2(report.contains(field.key()), qPrintable(field.key()));
        QVERIFY2(report.value(field.key()) == expected, qPrintable(field.key()));
    }
}

void tst_RunReport::usage()
{
    const QDateTime before = QDateTime::currentDateTimeUtc();
    const QJsonObject report = reportOf(command({u"--json"_s}, "burn 20 touch 20"));
    const QDateTime after = QDateTime::currentDateTimeUtc();
    const QDateTime start =
        QDateTime::fromString(report.value(u"start_time"_s).toString(), Qt::ISODateWithMs);
    QVERIFY(start.addMSecs(1) >= before && start <= after);
    QVERIFY(report.value(u"pid"_s).toInteger() > 1);
    QVERIFY(report.value(u"wall_seconds"_s).toDouble() > 0);
    QVERIFY(report.value(u"wall_seconds"_s).toDouble()
            <= static_cast<double>(before.msecsTo(after) + 1) / 1000);
    QCOMPARE(report.value(u"backend"_s).toString(), QString::fromLocal8Bit(qgetenv("FORKFD_BACKEND")));
    const QJsonObject usage = report.value(u"usage"_s).toObject();
    const double time =
        usage.value(u"user_seconds"_s).toDouble() + usage.value(u"system_seconds"_s).toDouble();
    QVERIFY2(time >= 0.019, qPrintable(QString::number(time)));
    QVERIFY(usage.value(u"max_resident_bytes"_s).toInteger() >= 20 * 1024 * 1024);
}

void tst_RunReport::tree()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library cannot end what the child leaves.");
    const Result result =
        run(command({u"--json"_s, u"--tree"_s, u"--die-with-parent"_s}, "branch same exit 0"));
    const QJsonObject report = parsed(result.report);
    QVERIFY(report.value(u"tree_usage"_s).toObject().contains(u"whole_tree"_s));
    const QJsonArray left = report.value(u"left_behind"_s).toArray();
    QCOMPARE(left.size(), 1);
    QCOMPARE(left.at(0).toObject().value(u"name"_s).toString(), u"child"_s);
    QVERIFY(left.at(0).toObject().value(u"pid"_s).toInteger() > 1);
}

void tst_RunReport::addFields(QSet<QString> &fields, const QJsonObject &object)
{
    for (auto field = object.begin(); field != object.end(); ++field) {
        fields.insert(field.key());
        if (field->isObject())
            addFields(fields, field->toObject());
        else if (field->isArray() && field->toArray().first().isObject())
            addFields(fields, field->toArray().first().toObject());
    }
}

QSet<QString> tst_RunReport::documented()
{
    QFile manual(QStringLiteral(FORKFD_TEST_RUN_FOLDER "/forkfd-run.1"));
    if (!manual.open(QIODevice::ReadOnly))
        return {};
    QSet<QString> fields;
    const QRegularExpression line(u"^\\.(?:It )?Va (.*)$"_s, QRegularExpression::MultilineOption);
    auto match = line.globalMatch(QString::fromUtf8(manual.readAll()));
    while (match.hasNext()) {
        const QStringList names =
            match.next().captured(1).split(QRegularExpression(u"[ ,;.]+"_s), Qt::SkipEmptyParts);
        fields += QSet(names.begin(), names.end());
    }
    fields.remove(u"Va"_s); // The macro can be repeated in its line.
    return fields;
}

void tst_RunReport::manual()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library cannot end what the child leaves.");
    QSet<QString> fields;
    addFields(fields, reportOf({u"--json"_s, u"/no/such/program"_s}));
    addFields(
        fields,
        parsed(run(command({u"--json"_s, u"--tree"_s, u"--die-with-parent"_s}, "branch same exit 0"))
                   .report));
    const QSet<QString> inManual = documented();
    const QSet<QString> missing = fields - inManual;
    const QSet<QString> invented = inManual - fields;
    QVERIFY2(missing.isEmpty(), qPrintable(QStringList(missing.cbegin(), missing.cend()).join(u' ')));
    QVERIFY2(invented.isEmpty(), qPrintable(QStringList(invented.cbegin(), invented.cend()).join(u' ')));
}

void tst_RunReport::everyOptionIsDocumented()
{
    QByteArrayList texts;
    for (const char *name : {"forkfd-run.1", "completions/forkfd-run.bash",
                             "completions/forkfd-run.fish", "completions/forkfd-run.zsh"}) {
        QFile file(QStringLiteral(FORKFD_TEST_RUN_FOLDER "/%1").arg(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::ReadOnly));
        // mdoc(7) writes one hyphen, and fish names options without hyphens.
        texts += file.readAll().replace("Fl -", "--").replace(", -", ", --").replace(" -l ", " --");
    }
    const QRegularExpression option(u"^.{6}(--[a-z-]+)"_s, QRegularExpression::MultilineOption);
    int count = 0;
    for (const auto &match : option.globalMatch(QString::fromUtf8(run({u"--help"_s}).output))) {
        for (const QByteArray &text : texts)
            QVERIFY2(text.contains(match.captured(1).toLatin1()), qPrintable(match.captured(1)));
        ++count;
    }
    QCOMPARE(count, 12);
}

void tst_RunReport::outputFile()
{
    const QTemporaryDir folder;
    const QString name = folder.filePath(u"report"_s);
    QFile file(name);
    for (int times = 0; times < 2; ++times) {
        const Result result = run(command({u"-o"_s, name}, "write 3 2 exit 3"));
        QCOMPARE(result.end, "exited with code 3");
        QCOMPARE(result.report, "xxx"); // The command's own.
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().startsWith("forkfd-run: exited with code 3; wall "));
    file.close();
    run(command({u"--output"_s, name, u"--append"_s}, "exit 4"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().count('\n'), 2);

    const Result failed = run(command({u"--output=/no/such/folder/file"_s}, "write 3 1"));
    QCOMPARE(failed.end, "exited with code 125");
    QCOMPARE(failed.output, "");
    QCOMPARE(failed.report, "forkfd-run: /no/such/folder/file: No such file or directory\n");
    const Result full = run(command({u"--output=/dev/full"_s}, "exit 3"));
    QCOMPARE(full.end, "exited with code 3");
    QCOMPARE(full.report, "forkfd-run: /dev/full: No space left on device\n");
}

void tst_RunReport::quiet()
{
    const Result result = run(command({u"-q"_s}, "exit 3"));
    QCOMPARE(result.end, "exited with code 3");
    QCOMPARE(result.report, "");
}

// A report that cannot be written does not change the exit code.
void tst_RunReport::noReader()
{
    TestPipe pipe;
    pipe.closeReadEnd();
    Process process;
    process.setLaunchOptions({.fileDescriptors = {{9, pipe.writeEnd()}}});
    process.start(u"sh"_s,
                  QStringList{u"-c"_s, u"exec \"$@\" 2>&9"_s, u"sh"_s, runProgram()}
                      + command({}, "exit 3"));
    QCOMPARE(resultOf(process).end, "exited with code 3");
}

QTEST_GUILESS_MAIN(tst_RunReport)
#include "tst_runreport.moc"
