// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The core's types in the logs and tests of Qt programs.

#include <ForkFd/childprocess.h>

namespace ForkFd {

namespace {

std::string textOf(const StartError &error)
{
    return error.step ? error.toString() : "no error";
}

} // namespace

/// Without quotes. Never blocks, any thread. **Errors:** none. \since 0.1
QDebug operator<<(QDebug debug, const ExitInfo &info)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(info.toString());
}

/// Without quotes. Never blocks, any thread. **Errors:** none. \since 0.1
QDebug operator<<(QDebug debug, const StartError &error)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(textOf(error));
}

/// QTest::toString() finds it. Two that differ in the resource usage alone print the same.
///
/// Never blocks, any thread. **Errors:** none. \since 0.1
char *toString(const ExitInfo &info)
{
    return qstrdup(info.toString().c_str());
}

/// QTest::toString() finds it. Never blocks, any thread. **Errors:** none. \since 0.1
char *toString(const StartError &error)
{
    return qstrdup(textOf(error).c_str());
}

} // namespace ForkFd
