// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <QtTest/QTest>

#include <cstdlib>

/// A QtTest program with a function for each result that QtTest knows. tst_harnessreports runs it.
class QtTestSample : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passes() { }
    void rows_data();
    void rows();
    void skips() { QSKIP("no need & no \"use\""); }
    void failsAsExpected();
    void crashes();
};

void QtTestSample::rows_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("one") << 1;
    QTest::newRow("<two>") << 2;
}

void QtTestSample::rows()
{
    QFETCH(const int, number);
    QCOMPARE(number, 1);
}

void QtTestSample::failsAsExpected()
{
    QEXPECT_FAIL("", "is known", Continue);
    QVERIFY(false);
}

void QtTestSample::crashes()
{
    if (qEnvironmentVariableIsSet("SAMPLE_CRASHES"))
        std::_Exit(77);
}

QTEST_GUILESS_MAIN(QtTestSample)
#include "qttestsample.moc"
