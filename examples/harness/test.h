// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_TEST_H
#define FORKFD_EXAMPLES_TEST_H

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

/// A test: a program to run, and what has to be true before, while and after it runs.
struct Test
{
    QString name; ///< Unique among all tests.
    QString folder = {}; ///< The build folder that it is from; empty: none.
    QString nameInFolder = {}; ///< Its name before it was made unique.
    QString wholeName = {}; ///< Of a function of QtTest: the name of the test that contains it.
    QString program = {}; ///< Empty if it has not been built.
    QStringList arguments = {};
    QString workingDirectory = {};
    QVariantMap environmentChanges = {}; ///< As ChildProcess::environmentChanges().
    QStringList labels = {};
    bool isQtTest = false; ///< The program takes the options of QtTest.

    // When it may run.
    double cost = 0; ///< Tests with a higher cost come first.
    int processors = 1; ///< How many of the places it takes.
    bool isSerial = false; ///< No other test may run beside it.
    bool isDisabled = false;
    QStringList locks = {}; ///< No two tests with a lock of the same name run at the same time.
    QStringList after = {}; ///< Names of tests that come before it.
    QStringList fixturesRequired = {};
    QStringList fixturesSetUp = {};
    QStringList fixturesCleanedUp = {};
    QStringList requiredFiles = {};

    // How its end is judged.
    std::optional<std::chrono::milliseconds> timeLimit = {}; ///< 0: none.
    bool isExpectedToFail = false;
    std::optional<int> skipCode = {};
    QStringList passPatterns = {};
    QStringList failPatterns = {};
    QStringList skipPatterns = {};
};

/// Names of tests and fixtures are known within their build folder.
using NameInFolder = std::pair<QString, QString>;

using TestList = std::vector<Test>;

#endif
