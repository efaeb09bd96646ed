// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Settings, results and text in types that QML knows.

#include "qt/childprocess_p.h"
#include "qt/parentenvironment.h"

#include <QtCore/QVariant>

#include <algorithm>
#include <chrono>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

namespace {

// Whether the byte continues a character of UTF-8.
bool isContinuation(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

int lengthOfCharacter(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    if (byte < 0xC2)
        return 1;
    return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1;
}

// The number of bytes at the end that begin a character whose rest is missing.
qsizetype unfinishedBytes(QByteArrayView bytes)
{
    for (qsizetype count = 1; count <= 3 && count <= bytes.size(); ++count) {
        const char byte = bytes[bytes.size() - count];
        if (!isContinuation(byte))
            return lengthOfCharacter(byte) > count ? count : 0;
    }
    return 0;
}

double numberOf(milliseconds time)
{
    return static_cast<double>(time.count());
}

// Accepts any number of QML, including NaN. The largest result is 31 years in milliseconds, or 1 TB.
qint64 wholeOf(double number)
{
    return number > 0 ? static_cast<qint64>(std::min(number, 1e12)) : 0;
}

} // namespace

/// Decodes all unread bytes of standard output. While more output may follow, the bytes of an incomplete
/// character stay unread. A byte that is not valid UTF-8 becomes U+FFFD. This function is for QML; in
/// C++, readAllStandardOutput() returns the bytes. **Errors:** those of readAllStandardOutput(); during
/// a read transaction, this function warns and returns nothing. \since 0.1
QString ChildProcess::readStandardOutputText()
{
    return takeText(StandardOutput);
}

/// As readStandardOutputText(). \since 0.1
QString ChildProcess::readStandardErrorText()
{
    return takeText(StandardError);
}

QString ChildProcess::takeText(ProcessChannel channel)
{
    if (isTransactionStarted()) { // QIODevice holds the bytes, so that none can be put back.
        qCWarning(childProcessLog, "ChildProcess: Called while transaction is in progress");
        return {};
    }
    QByteArray bytes = channel == StandardOutput ? readAllStandardOutput() : readAllStandardError();
    Channel &pipe = d->output.channel(channel);
    const qsizetype unfinished = pipe.isOpen() ? unfinishedBytes(bytes) : 0;
    if (unfinished > 0) {
        pipe.bytes().prepend(bytes.last(unfinished));
        bytes.chop(unfinished);
    }
    return QString::fromUtf8(bytes);
}

/// The same as takeLine(). A byte that is not valid UTF-8 becomes U+FFFD. **Errors:** empty if hasLine()
/// is false. \since 0.1
QString ChildProcess::takeTextLine(ProcessChannel channel)
{
    return QString::fromUtf8(takeLine(channel));
}

/// The same as write(text.toUtf8()). Does not block. **Errors:** those of QIODevice::write(): -1 if the
/// device is not open for writing. \since 0.1
qint64 ChildProcess::writeText(const QString &text)
{
    return write(text.toUtf8());
}

/// See elapsedTime(). \since 0.1
qint64 ChildProcess::elapsedMilliseconds() const
{
    return std::chrono::duration_cast<milliseconds>(elapsedTime()).count();
}

/// Compares the environment that was set, no matter by which function, with the environment that this
/// process has at this moment. Empty if no environment was set. \since 0.1
QVariantMap ChildProcess::environmentChanges() const
{
    if (d->settings.environment.inheritsFromParent())
        return {};
    const QProcessEnvironment parent = Internal::parentEnvironment();
    const QProcessEnvironment &child = d->settings.environment;
    QVariantMap changes;
    for (const QString &name : parent.keys()) {
        if (!child.contains(name))
            changes.insert(name, QVariant::fromValue(nullptr));
    }
    for (const QString &name : child.keys()) {
        if (!parent.contains(name) || parent.value(name) != child.value(name))
            changes.insert(name, child.value(name));
    }
    return changes;
}

/// Replaces what this function or setProcessEnvironment() has set before: `changes` apply to the
/// environment of this process at this moment. A value is converted to a string; `null` and `undefined`
/// remove the variable. An empty map inherits the environment. Emits settingsChanged() if the result is
/// different. \since 0.1
void ChildProcess::setEnvironmentChanges(const QVariantMap &changes)
{
    if (changes.isEmpty()) {
        setProcessEnvironment(QProcessEnvironment(QProcessEnvironment::InheritFromParent));
        return;
    }
    QProcessEnvironment environment = Internal::parentEnvironment();
    for (auto change = changes.cbegin(); change != changes.cend(); ++change) {
        if (change->isNull())
            environment.remove(change.key());
        else
            environment.insert(change.key(), change->toString());
    }
    setProcessEnvironment(environment);
}

ExitInfoValue ChildProcess::exitInfoValue() const
{
    return exitInfo();
}

StartErrorValue ChildProcess::startErrorValue() const
{
    return startError();
}

double ChildProcess::stopGraceMsecs() const
{
    return numberOf(stopGrace());
}

void ChildProcess::setStopGraceMsecs(double msecs)
{
    setStopGrace(milliseconds(wholeOf(msecs)));
}

double ChildProcess::timeLimitMsecs() const
{
    return numberOf(timeLimit());
}

void ChildProcess::setTimeLimitMsecs(double msecs)
{
    setTimeLimit(milliseconds(wholeOf(msecs)));
}

double ChildProcess::drainTimeoutMsecs() const
{
    return numberOf(drainTimeout());
}

void ChildProcess::setDrainTimeoutMsecs(double msecs)
{
    setDrainTimeout(milliseconds(wholeOf(msecs)));
}

double ChildProcess::readBufferNumber() const
{
    return static_cast<double>(readBufferSize());
}

void ChildProcess::setReadBufferNumber(double bytes)
{
    setReadBufferSize(wholeOf(bytes));
}

} // namespace ForkFd
