// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "thief.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QProcess>
#include <QtCore/QSet>
#include <QtCore/QTemporaryDir>

#include <algorithm>

/// GLib, libuv, libev, QProcess and ForkFd have children in one process, begun in many orders. The
/// others see what they see without ForkFd, and ForkFd sees all of its children's ends.
/// Holds: S2, S3, S4.
class tst_Coexistence : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyOrder_data();
    void everyOrder();

private:
    static void start(QProcess &process, const QString &how, const QString &order,
                      const QString &directory);
    static QMap<QString, QString> seenBy(const QProcess &process, QByteArray output);
};

void tst_Coexistence::initTestCase()
{
    if (isUnderThreadSanitizer)
        QSKIP("It reports a race in GLib and hides all ends from libev, without us too.");
}

// Three names each, in the order in which they stand in `names`.
static QSet<QStringList> triplesIn(const QStringList &names)
{
    QSet<QStringList> triples;
    for (qsizetype i = 0; i < names.size(); ++i) {
        for (qsizetype j = i + 1; j < names.size(); ++j) {
            for (qsizetype k = j + 1; k < names.size(); ++k)
                triples.insert({names[i], names[j], names[k]});
        }
    }
    return triples;
}

// A greedy selection of permutations, in which each three of the five names occur in every order.
void tst_Coexistence::everyOrder_data()
{
    QTest::addColumn<QString>("order");
    QStringList names = {"ev", "glib", "qt", "us", "uv"};
    QList<QStringList> permutations;
    QSet<QStringList> missing;
    do {
        permutations += names;
        missing += triplesIn(names);
    } while (std::next_permutation(names.begin(), names.end()));
    while (!missing.isEmpty()) {
        const auto gain = [&](const QStringList &one) { return (triplesIn(one) & missing).size(); };
        const QStringList best = *std::max_element(
            permutations.cbegin(), permutations.cend(),
            [&](const QStringList &a, const QStringList &b) { return gain(a) < gain(b); });
        missing -= triplesIn(best);
        const QString order = best.join(',');
        QTest::newRow(qPrintable(order)) << order;
    }
}

void tst_Coexistence::start(QProcess &process, const QString &how, const QString &order,
                            const QString &directory)
{
    process.start(QStringLiteral(FORKFD_TEST_COEXISTENCE), {how, order, directory});
}

QMap<QString, QString> tst_Coexistence::seenBy(const QProcess &process, QByteArray output)
{
    QMap<QString, QString> result;
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        return result;
    for (const QByteArray &line : output.trimmed().split('\n')) {
        const auto space = line.indexOf(' ');
        result.insert(QString::fromLatin1(line.left(space)), QString::fromLatin1(line.mid(space + 1)));
    }
    return result;
}

void tst_Coexistence::everyOrder()
{
    QFETCH(QString, order);

    QTemporaryDir directory;
    QTemporaryDir directoryWithoutUs;
    QProcess withUs;
    QProcess withoutUs;
    start(withUs, "forkfd", order, directory.path());
    start(withoutUs, "plain", order, directoryWithoutUs.path());
    QVERIFY(withUs.waitForFinished());
    QVERIFY(withoutUs.waitForFinished());
    QMap<QString, QString> seen = seenBy(withUs, withUs.readAllStandardOutput());
    QMap<QString, QString> seenWithoutUs = seenBy(withoutUs, withoutUs.readAllStandardOutput());
    QCOMPARE(seen.size(), 5);

    const QString ours = seen.take("us");
    seenWithoutUs.remove("us");
    QCOMPARE(seen, seenWithoutUs);

    // The codes of our children follow from the place of "us" in the order. -3 means Unknown.
    const qsizetype place = order.split(',').indexOf("us");
    QStringList words = ours.split(' ');
    QCOMPARE(words.takeFirst(), "6:");
    QStringList known;
    for (const qsizetype round : {0, 1, 2}) {
        for (const qsizetype child : {1, 2})
            known.append(QString::number((round * 10 + place * 2 + child) << 8));
    }
    // In the last round the second child ends first.
    std::swap(known[4], known[5]);
    QCOMPARE(words.size(), known.size());
    const bool isAlwaysKnown = isStolenStatusRecoverable();
    for (qsizetype i = 0; i < known.size(); ++i) {
        if (isAlwaysKnown || words[i] != "-3")
            QCOMPARE(words[i], known[i]);
    }
}

QTEST_GUILESS_MAIN(tst_Coexistence)
#include "tst_coexistence.moc"
