// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Prints the core's types in logs and tests of Qt programs.

#include <ForkFd/childprocess.h>

namespace ForkFd {

namespace {

std::string textOf(const StartError &error)
{
    return error.step ? error.toString() : "no error";
}

} // namespace

/// Prints no quotes. Never blocks; any thread. **Errors:** none. \since 0.1
QDebug operator<<(QDebug debug, const ExitInfo &info)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(info.toString());
}

/// Prints no quotes. Never blocks; any thread. **Errors:** none. \since 0.1
QDebug operator<<(QDebug debug, const StartError &error)
{
    const QDebugStateSaver saver(debug);
    return debug.noquote() << QString::fromStdString(textOf(error));
}

/// Used by QTest::toString(). Values that differ only in the resource usage print the same text.
///
/// Never blocks; any thread. **Errors:** none. \since 0.1
char *toString(const ExitInfo &info)
{
    return qstrdup(info.toString().c_str());
}

/// Used by QTest::toString(). Never blocks; any thread. **Errors:** none. \since 0.1
char *toString(const StartError &error)
{
    return qstrdup(textOf(error).c_str());
}

} // namespace ForkFd
