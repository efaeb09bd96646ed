// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/log.h"

#include "core/base/signalname.h"
#include "core/start/description.h"

#include <QtCore/QDebug>
#include <QtCore/QMetaEnum>

#include <atomic>
#include <cstddef>
#include <string>

namespace ForkFd::Internal {

namespace {

QDebug message()
{
    return QMessageLogger(nullptr, 0, nullptr, childProcessLog().categoryName())
        .debug()
        .noquote()
        .nospace();
}

// The name of a file may contain a line break, which would begin another line of the log.
QString printable(const QString &text)
{
    QString result;
    for (const QChar character : text) {
        if (character.category() == QChar::Other_Control)
            result += QStringLiteral("\\x%1").arg(uint(character.unicode()), 2, 16, QLatin1Char('0'));
        else
            result += character;
    }
    return result;
}

QString quoted(const QString &program)
{
    return u'"' + printable(program) + u'"';
}

QString text(Log::Duration time)
{
    return QString::number(std::chrono::duration<double, std::milli>(time).count(), 'f', 3)
        + QLatin1String(" ms");
}

QString text(const std::string &bytes)
{
    return printable(QString::fromLocal8Bit(bytes));
}

QString signalText(int signal)
{
    return text(nameOfSignal(signal));
}

const char *backendText()
{
    return backend() == Backend::PidFd ? "pidfd" : "sigchld";
}

const char *scopeText(const StoppableChild &child)
{
    switch (child.method()) {
    case StoppableChild::OneProcess:
        break;
    case StoppableChild::OwnCgroupMembers:
        return "tree by control group";
    case StoppableChild::WalkFromChild:
        return "tree by walk";
    case StoppableChild::OwnGroup:
        return child.wantsTree() ? "tree by process group" : "process group";
    }
    return "process";
}

// Reports each rung that is given up once, because the reason holds for all later starts.
void tellOfFallback()
{
    static std::atomic<std::size_t> told = 0; // clazy:exclude=non-pod-global-static
    const std::string gone = rungsGivenUp();
    // The list only grows. Another thread may have reported a longer one.
    std::size_t known = told;
    while (known < gone.size() && !told.compare_exchange_weak(known, gone.size())) { }
    if (known < gone.size())
        message() << "fallback: refused here: " << text(gone) << "; children are created by " << rung();
}

} // namespace

QString Log::nameOf(const StoppableChild *child, const QString &program)
{
    return child ? QLatin1String("pid ") + QString::number(child->watch().pid()) : quoted(program);
}

void Log::started(const Start &start, const StoppableChild &child)
{
    tellOfFallback();
    message() << "start: " << quoted(start.program) << ", arguments: " << start.argumentCount << ", "
              << nameOf(&child, start.program) << ", backend " << backendText() << ", rung "
              << rungOf(child.watch()) << ", scope: " << scopeText(child)
              << ", options: " << text(describeOptions(start.options))
              << (start.hasHeld ? ", held the caller for " : ", took ") << text(start.time);
}

void Log::startedDetached(const Start &start, qint64 pid)
{
    message() << "detached: " << quoted(start.program) << ", arguments: " << start.argumentCount
              << ", pid " << pid << ", options: " << text(describeOptions(start.options))
              << ", held the caller for " << text(start.time);
}

void Log::failed(const QString &program, const StartError &error)
{
    tellOfFallback();
    message() << "failed: " << quoted(program) << ": " << text(error.toString());
}

void Log::signaled(const QString &name, int signal, int errorCode)
{
    message() << "signal: " << signalText(signal) << " to " << name << ": "
              << (errorCode == 0 ? QStringLiteral("sent") : textOfErrno(errorCode));
}

void Log::stopped(const QString &name, int signal, std::chrono::milliseconds grace)
{
    message() << "stop: " << signalText(signal) << " to " << name << ", SIGKILL after " << text(grace);
}

void Log::timeLimitExceeded(const QString &name, std::chrono::milliseconds limit)
{
    message() << "limit: " << name << " exceeds its time limit of " << text(limit);
}

void Log::killed(const QString &name)
{
    message() << "kill: " << name << " got SIGKILL when its grace was over";
}

void Log::ended(const QString &name, const ExitInfo &info, bool wasRecovered, Duration time)
{
    const bool isLost = info.reason == ExitInfo::Unknown;
    if (isLost || wasRecovered)
        message() << "theft: other code has taken the exit status of " << name
                  << ", or SIGCHLD is ignored; "
                  << (isLost ? "the status is lost" : "the kernel still had it");
    message() << "end: " << name << ' ' << text(info.toString()) << " after " << text(time);
}

void Log::treeEnded(const QString &name)
{
    message() << "tree: all processes of " << name << " have ended";
}

void Log::destroyed(const QString &name, ChildProcess::DestructionPolicy policy)
{
    message() << "destroy: " << name << " runs, policy "
              << QMetaEnum::fromType<ChildProcess::DestructionPolicy>().valueToKey(
                     static_cast<int>(policy));
}

void Log::queued(const QString &program)
{
    message() << "queue: " << quoted(program) << " waits for its turn";
}

} // namespace ForkFd::Internal
