// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESS_AS_QPROCESS_H
#define FORKFD_CHILDPROCESS_AS_QPROCESS_H

// Read before the first line of each of Qt's tests, which stay as they are. All of Qt that they use has
// to come before the macro.

#include <QtCore/QtCore>
#include <QtNetwork/QHostInfo>
#include <QtTest/QtTest>

#include <ForkFd/ChildProcess>

#include <array>

#define QProcess ForkFd::ChildProcess

// The tests have rows with a modifier that shares the parent's memory if this function, which Qt exports
// to nobody else, says that there is such a thing.
#define QT_BUILD_INTERNAL
QT_BEGIN_NAMESPACE
inline bool _qprocessUsingVfork() noexcept
{
    return true;
}
QT_END_NAMESPACE

#if QT_VERSION < QT_VERSION_CHECK(6, 6, 0)
// With the one function of Qt 6.6 that the tests use.
class ParityThread : public QThread
{
public:
    using QThread::QThread;
    static void sleep(std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }
};
#define QThread ParityThread
#endif

#endif
