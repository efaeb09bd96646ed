// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "testtimes.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtCore/QSaveFile>

#include <map>

using namespace Qt::StringLiterals;

namespace {

using Times = std::map<QString, double>;

QString ownFile(const QString &folder)
{
    return QDir(folder).filePath(u"Testing/forkfd-harness.times"_s);
}

// "seconds name" in each line.
void readOwnTimes(const QString &folder, Times &times)
{
    QFile file(ownFile(folder));
    if (!file.open(QIODevice::ReadOnly))
        return;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const qsizetype space = line.indexOf(' ');
        if (space > 0)
            times[QString::fromUtf8(line.mid(space + 1))] = line.left(space).toDouble();
    }
}

// ctest's lines are "name count seconds", up to a line "---".
void readTimesOfCTest(const QString &folder, Times &times)
{
    QFile file(QDir(folder).filePath(u"Testing/Temporary/CTestCostData.txt"_s));
    if (!file.open(QIODevice::ReadOnly))
        return;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line == "---")
            return;
        const QList<QByteArray> words = line.split(' ');
        if (words.size() == 3 && words.at(1) != "0")
            times[QString::fromUtf8(words.at(0))] = words.at(2).toDouble();
    }
}

} // namespace

void readTestTimes(const QStringList &buildFolders, TestList &tests)
{
    for (const QString &folder : buildFolders) {
        Times times;
        readTimesOfCTest(folder, times);
        readOwnTimes(folder, times);
        for (Test &test : tests) {
            const auto found = times.find(test.nameInFolder);
            if (test.folder == folder && test.cost == 0 && found != times.end())
                test.cost = found->second;
        }
    }
}

void writeTestTimes(const QStringList &buildFolders, const std::vector<TestResult> &results)
{
    for (const QString &folder : buildFolders) {
        Times times;
        readOwnTimes(folder, times); // Of tests that were not selected.
        for (const TestResult &result : results) {
            const bool isWhole =
                result.outcome() != Outcome::Interrupted && result.last().time.count() != 0;
            if (result.test->folder == folder && isWhole)
                times[result.test->nameInFolder] =
                    std::chrono::duration<double>(result.last().time).count();
        }
        QSaveFile file(ownFile(folder));
        if (!QDir(folder).mkpath(u"Testing"_s) || !file.open(QIODevice::WriteOnly))
            continue;
        for (const auto &[name, seconds] : times)
            file.write(QByteArray::number(seconds, 'f', 3) + ' ' + name.toUtf8() + '\n');
        file.commit();
    }
}
