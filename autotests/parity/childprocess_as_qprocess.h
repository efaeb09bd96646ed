// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESS_AS_QPROCESS_H
#define FORKFD_CHILDPROCESS_AS_QPROCESS_H

// The compiler includes this file before each of Qt's tests, which are unchanged. All Qt headers that
// the tests use must come before the macro.

#include <QtCore/QtCore>
#include <QtNetwork/QHostInfo>
#include <QtTest/QtTest>

#include <ForkFd/ChildProcess>

#include <array>
#include <chrono>
#include <thread>

#define QProcess ForkFd::ChildProcess

// Qt exports this function only to its tests. If it returns true, they also test a modifier that shares
// the parent's memory.
#define QT_BUILD_INTERNAL
QT_BEGIN_NAMESPACE
inline bool _qprocessUsingVfork() noexcept
{
    return true;
}
QT_END_NAMESPACE

#if QT_VERSION < QT_VERSION_CHECK(6, 6, 0)
// Adds the only function of Qt 6.6 that the tests use.
class ParityThread : public QThread
{
public:
    using QThread::QThread;
    static void sleep(std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }
};
#define QThread ParityThread
#endif

#endif
