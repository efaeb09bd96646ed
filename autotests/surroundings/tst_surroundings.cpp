// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "scenario.h"
#include "surrounding.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <cstring>
#include <random>

using namespace Surroundings;

/// The library works where containers, limits, signal handlers and tools surround the program. Each row
/// starts the program `surrounded`, which enters a surrounding and plays the scenarios there.
/// In the short form only a few scenarios are played, which FORKFD_SURROUNDINGS_SEED chooses.
/// FORKFD_SURROUNDINGS=all plays all, and so does a row on the command line.
/// FORKFD_SURROUNDINGS_FIGURES names a file to which the figures are written as JSON.
///
/// Holds: B1, L5, P1, P5.
class tst_Surroundings : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void inside_data();
    void inside();
    void cleanupTestCase();

private:
    using Results = QMap<QByteArray, QByteArray>;

    static QString tagOf(const Surrounding &surrounding, const QString &mode);
    static QStringList wantedRows();
    static QString reasonToSkip(const Surrounding &surrounding, const QString &mode);
    static Results resultsIn(const QByteArray &output);
    QStringList scenariosOf(const Surrounding &surrounding, const QString &tag) const;
    static QByteArrayList rightResults(const Surrounding &surrounding, const QByteArray &mode,
                                       const Scenario &scenario);
    void check(const Surrounding &surrounding, const QString &mode, const ForkFd::RunResult &run);

    bool m_isWhole = false;
    int m_seed = 0;
    QMap<QString, QFuture<ForkFd::RunResult>> m_runs;
    QMap<QString, QStringList> m_scenarios; ///< Of each row.
    QJsonArray m_skipped;
    int m_results = 0;
    int m_passed = 0;
    int m_failed = 0;
};

static QStringList modes()
{
    return isPortable ? QStringList{QStringLiteral("sigchld")}
                      : QStringList{QStringLiteral("auto"), QStringLiteral("sigchld")};
}

QString tst_Surroundings::tagOf(const Surrounding &surrounding, const QString &mode)
{
    return QString::fromStdString(surrounding.name) + QStringLiteral(", ") + mode;
}

// Those on the command line.
QStringList tst_Surroundings::wantedRows()
{
    const QString function = QStringLiteral("inside:");
    QStringList rows;
    for (const QString &argument : QCoreApplication::arguments()) {
        if (argument.startsWith(function))
            rows.append(argument.mid(function.size()));
    }
    return rows;
}

QString tst_Surroundings::reasonToSkip(const Surrounding &surrounding, const QString &mode)
{
    if ((isUnderThreadSanitizer || isUnderAddressSanitizer) && surrounding.notWithSanitizers)
        return QString::fromUtf8(surrounding.notWithSanitizers);
    if (surrounding.mode && mode != QLatin1String(surrounding.mode))
        return QStringLiteral("only in the mode ") + QLatin1String(surrounding.mode);
    return {};
}

// In the short form those that are special here, and four others.
QStringList tst_Surroundings::scenariosOf(const Surrounding &surrounding, const QString &tag) const
{
    QStringList special;
    QStringList others;
    for (const Scenario &scenario : allScenarios()) {
        if (!isPlayed(surrounding, scenario.name))
            continue;
        const auto names = [&](const Surrounding::Difference &one) {
            return std::strcmp(one.scenario, scenario.name) == 0;
        };
        const auto &differences = surrounding.differences;
        const bool isSpecial = std::any_of(differences.begin(), differences.end(), names);
        (isSpecial ? special : others).append(QString::fromLatin1(scenario.name));
    }
    if (!m_isWhole) {
        std::seed_seq seeds = {m_seed, int{qChecksum(tag.toUtf8())}};
        std::mt19937 random(seeds);
        std::shuffle(others.begin(), others.end(), random);
        others = others.mid(0, 4);
    }
    return special + others;
}

// Several at the same time: most of them wait for something.
void tst_Surroundings::initTestCase()
{
    const QStringList rows = wantedRows();
    m_isWhole = !rows.isEmpty() || qgetenv("FORKFD_SURROUNDINGS") == "all";
    m_seed = qEnvironmentVariableIntValue("FORKFD_SURROUNDINGS_SEED");
    if (m_seed == 0)
        m_seed = QRandomGenerator::global()->bounded(1, 1'000'000);
    if (!m_isWhole)
        qInfo("FORKFD_SURROUNDINGS_SEED=%d", m_seed);
    ForkFd::RunQueue queue(4);
    for (const Surrounding &surrounding : allSurroundings()) {
        for (const QString &mode : modes()) {
            const QString tag = tagOf(surrounding, mode);
            if ((!rows.isEmpty() && !rows.contains(tag)) || !reasonToSkip(surrounding, mode).isEmpty())
                continue;
            ForkFd::RunOptions options;
            options.environmentChanges = {{QStringLiteral("FORKFD_BACKEND"), mode}};
            options.timeLimit = std::chrono::minutes(4);
            options.signalScope = ForkFd::ChildProcess::SignalScope::Tree;
            options.launchOptions.treeDiesWithParentIfPossible = true;
            options.killLeftovers = true;
            options.leftoverGrace = std::chrono::seconds(5);
            m_scenarios[tag] = scenariosOf(surrounding, tag);
            m_runs[tag] = queue.run(
                QStringLiteral(FORKFD_TEST_SURROUNDED),
                QStringList{QString::fromStdString(surrounding.name)} + m_scenarios[tag], options);
        }
    }
    QVERIFY(queue.waitForDone());
}

void tst_Surroundings::inside_data()
{
    QTest::addColumn<const Surrounding *>("surrounding");
    QTest::addColumn<QString>("mode");
    for (const Surrounding &surrounding : allSurroundings()) {
        for (const QString &mode : modes())
            QTest::newRow(qPrintable(tagOf(surrounding, mode))) << &surrounding << mode;
    }
}

tst_Surroundings::Results tst_Surroundings::resultsIn(const QByteArray &output)
{
    Results results;
    for (const QByteArray &line : output.split('\n')) {
        const qsizetype colon = line.indexOf(": ");
        if (colon > 0)
            results[line.left(colon)] = line.mid(colon + 2);
    }
    return results;
}

QByteArrayList tst_Surroundings::rightResults(const Surrounding &surrounding, const QByteArray &mode,
                                              const Scenario &scenario)
{
    QByteArrayList right = {scenario.right ? scenario.right : mode == "auto" ? "pidfd" : "sigchld"};
    for (const Surrounding::Difference &difference : surrounding.differences) {
        if (std::strcmp(difference.scenario, scenario.name) != 0 || !difference.result
            || (difference.mode && mode != difference.mode))
            continue;
        if (!difference.dependsOnMachine)
            right.clear();
        right.append(difference.result);
    }
    return right;
}

void tst_Surroundings::check(const Surrounding &surrounding, const QString &mode,
                             const ForkFd::RunResult &run)
{
    QVERIFY2(
        run.exitInfo.toString() == "exited with code 0",
        qPrintable(endText(run) + u'\n' + QString::fromUtf8(run.standardOutput + run.standardError)));
    QCOMPARE(run.leftBehind.count, 0);
    const Results results = resultsIn(run.standardOutput);
    const QStringList played = m_scenarios[tagOf(surrounding, mode)];
    std::vector<Scenario> expected = {{"left over", nullptr, "nothing"}};
    for (const Scenario &scenario : allScenarios()) {
        if (played.contains(QLatin1String(scenario.name)))
            expected.push_back(scenario);
    }
    m_results += static_cast<int>(expected.size());
    QByteArray wrong;
    for (const Scenario &scenario : expected) {
        const QByteArrayList right = rightResults(surrounding, mode.toLatin1(), scenario);
        const QByteArray result = results.value(scenario.name, "(none)");
        if (!right.contains(result))
            wrong +=
                QByteArray("\n") + scenario.name + ": " + result + "; right is: " + right.join(" or ");
    }
    QVERIFY2(wrong.isEmpty(), wrong.constData());
}

void tst_Surroundings::inside()
{
    QFETCH(const Surrounding *, surrounding);
    QFETCH(QString, mode);
    const QString tag = tagOf(*surrounding, mode);
    QString reason = reasonToSkip(*surrounding, mode);
    if (reason.isEmpty()) {
        const ForkFd::RunResult run = m_runs[tag].result();
        reason = QString::fromUtf8(resultsIn(run.standardOutput).value("skip"));
        if (reason.isEmpty()) {
            check(*surrounding, mode, run);
            ++(QTest::currentTestFailed() ? m_failed : m_passed);
            return;
        }
    }
    m_skipped.append(QJsonObject{{QStringLiteral("row"), tag}, {QStringLiteral("reason"), reason}});
    QSKIP(qPrintable(reason));
}

void tst_Surroundings::cleanupTestCase()
{
    const QString path = qEnvironmentVariable("FORKFD_SURROUNDINGS_FIGURES");
    if (path.isEmpty())
        return;
    const QJsonObject figures = {
        {QStringLiteral("tool"), QStringLiteral("surroundings")},
        {QStringLiteral("rows"), static_cast<int>(allSurroundings().size())},
        {QStringLiteral("backends"), static_cast<int>(modes().size())},
        {QStringLiteral("scenarios"), static_cast<int>(allScenarios().size())},
        {QStringLiteral("results"), m_results},
        {QStringLiteral("passed"), m_passed},
        {QStringLiteral("failed"), m_failed},
        {QStringLiteral("skipped"), m_skipped},
    };
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(file.errorString()));
    file.write(QJsonDocument(figures).toJson(QJsonDocument::Compact) + '\n');
}

QTEST_GUILESS_MAIN(tst_Surroundings)
#include "tst_surroundings.moc"
