// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A description of what the next start would do, as text.

#include "qt/childprocess_p.h"

#include "core/base/signalname.h"
#include "core/base/signals.h"
#include "core/start/description.h"
#include "core/start/programsearch.h"

#include <QtCore/QMetaEnum>

#include <cerrno>

namespace ForkFd {

using namespace Internal;

namespace {

QString line(const char *name, const QString &text)
{
    return QLatin1String(name) + QLatin1String(": ") + text + u'\n';
}

template<typename Enum>
QString nameOf(Enum value)
{
    return QLatin1String(QMetaEnum::fromType<Enum>().valueToKey(static_cast<int>(value)));
}

QString timeText(std::chrono::milliseconds time)
{
    return QString::number(time.count()) + QLatin1String(" ms");
}

QString modifierText(const ChildSettings &settings)
{
    if (!settings.modifier.function)
        return QStringLiteral("none");
    return settings.parameters.flags.testFlag(ChildProcess::UnixProcessFlag::UseVFork)
        ? QStringLiteral("in shared memory, if possible")
        : QStringLiteral("in a copy of the memory");
}

QString parametersText(const ChildProcess::UnixProcessParameters &parameters)
{
    QByteArray flags = QMetaEnum::fromType<ChildProcess::UnixProcessFlag>().valueToKeys(
        static_cast<int>(parameters.flags.toInt()));
    flags.replace('|', ", ");
    return flags.isEmpty() ? QStringLiteral("none") : QString::fromLatin1(flags);
}

} // namespace

/// Each line consists of a name, a colon and a text. The lines are those of `describe()` in spawn.h, the
/// version of Qt, where the standard streams lead, and all settings that concern the start or the end of
/// a child. Starts nothing.
///
/// You can publish the text: it contains no argument and no value of a variable, only the names of
/// variables that are set or removed. But it contains the names of the program, of directories and of
/// redirected files.
/// \code
/// if (child.error() == ForkFd::ChildProcess::FailedToStart)
///     qWarning().noquote() << child.describe();
/// \endcode
/// The text is for people: programs must not depend on it.
///
/// Looks the program up as start() does, and blocks as long as the file system does. **Errors:** none.
/// The text says whether the program is not found, or an option or the scope is wrong, but not what only
/// a start can find out. \since 0.1
QString ChildProcess::describe() const
{
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    StartRequest request = makeStartRequest(d->settings, {});
    const std::string name = request.command.argv.front();
    const StartFailure failure = findProgram(request, searchPathFor(name));
    request.command.argv.front() = name;
    QString text =
        QString::fromLocal8Bit(Internal::describe(request, failure.errorCode)) + d->describeSettings();
    errno = savedErrno;
    return text;
}

QString ChildProcessPrivate::describeSettings() const
{
    const StopSettings &stopping = stopSettings;
    const bool hasTerminal = settings.launchOptions->pseudoTerminal.has_value();
    QString text = line("Qt", QLatin1String(qVersion()))
        + line("standard input", streams.describe(Redirections::Input, hasTerminal))
        + line("standard output", streams.describe(Redirections::Output, hasTerminal))
        + line("standard error", streams.describe(Redirections::ErrorOutput, hasTerminal))
        + line("parameters", parametersText(settings.parameters))
        + line("modifier", modifierText(settings)) + line("start mode", nameOf(settings.startMode))
        + line("scope", nameOf(stopping.scope));
    if (!isScopePossible(settings, stopping))
        text += line("wrong scope", QStringLiteral("the options name a process group"));
    text += line("stop",
                 QString::fromStdString(nameOfSignal(stopping.firstSignal(hasTerminal)))
                     + QLatin1String(", SIGKILL after ") + timeText(stopping.grace));
    const bool isLimited = stopping.timeLimit > std::chrono::milliseconds::zero();
    text += line("time limit", isLimited ? timeText(stopping.timeLimit) : QStringLiteral("none"));
    return text
        + line("destruction",
               nameOf(stopping.atDestruction.value_or(ChildProcess::DestructionPolicy::Kill)));
}

} // namespace ForkFd
