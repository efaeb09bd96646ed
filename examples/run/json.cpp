// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "command.h"
#include "report.h"
#include "signalname.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QJsonValue>

using ForkFd::ChildProcess;

namespace {

double seconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double>(time).count();
}

QLatin1String outcomeOf(const ChildProcess &process)
{
    if (process.startError().step)
        return QLatin1String("not started");
    switch (process.exitInfo().reason) {
    case ForkFd::ExitInfo::Exited:
        return QLatin1String("exited");
    case ForkFd::ExitInfo::Signaled:
        return QLatin1String("signaled");
    case ForkFd::ExitInfo::Unknown:
        break;
    }
    return QLatin1String("unknown");
}

QLatin1String nameOf(ChildProcess::StopStage stage)
{
    switch (stage) {
    case ChildProcess::StopStage::None:
        break;
    case ChildProcess::StopStage::Asked:
        return QLatin1String("asked");
    case ChildProcess::StopStage::Killed:
        return QLatin1String("killed");
    }
    return QLatin1String("none");
}

QJsonValue startErrorOf(const ChildProcess &process)
{
    const ForkFd::StartError error = process.startError();
    if (!error.step)
        return QJsonValue::Null;
    return QJsonObject{{QStringLiteral("step"), QLatin1String(static_cast<const char *>(error.step))},
                       {QStringLiteral("errno"), error.errorCode},
                       {QStringLiteral("subject"), QFile::decodeName(error.subject.c_str())}};
}

QJsonValue usageOf(const ForkFd::ExitInfo &info)
{
    if (!info.hasUsage)
        return QJsonValue::Null;
    const rusage &usage = info.usage;
    return QJsonObject{{QStringLiteral("user_seconds"), seconds(info.userTime())},
                       {QStringLiteral("system_seconds"), seconds(info.systemTime())},
                       {QStringLiteral("max_resident_bytes"), qint64(info.maxResidentBytes())},
                       {QStringLiteral("minor_faults"), qint64(usage.ru_minflt)},
                       {QStringLiteral("major_faults"), qint64(usage.ru_majflt)},
                       {QStringLiteral("blocks_read"), qint64(usage.ru_inblock)},
                       {QStringLiteral("blocks_written"), qint64(usage.ru_oublock)},
                       {QStringLiteral("voluntary_switches"), qint64(usage.ru_nvcsw)},
                       {QStringLiteral("involuntary_switches"), qint64(usage.ru_nivcsw)}};
}

bool hasTree(const ChildProcess &process)
{
    return process.signalScope() == ChildProcess::SignalScope::Tree && !process.startError().step;
}

QJsonValue treeUsageOf(const ChildProcess &process)
{
    const auto usage = hasTree(process) ? process.resourceUsage() : std::nullopt;
    if (!usage)
        return QJsonValue::Null;
    return QJsonObject{{QStringLiteral("user_seconds"), seconds(usage->userTime)},
                       {QStringLiteral("system_seconds"), seconds(usage->systemTime)},
                       {QStringLiteral("max_resident_bytes"), usage->maxResidentBytes},
                       {QStringLiteral("whole_tree"), usage->wholeTree}};
}

// The name that top(1) shows; null where the system does not tell.
QJsonValue nameOfProcess(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/comm").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return QJsonValue::Null;
    return QString::fromLocal8Bit(file.readAll().trimmed());
}

QJsonValue leftBehindOf(const ChildProcess &process)
{
    if (!hasTree(process))
        return QJsonValue::Null;
    QJsonArray left;
    const QList<qint64> processes = process.remainingProcessIds();
    for (const qint64 pid : processes)
        left.append(
            QJsonObject{{QStringLiteral("pid"), pid}, {QStringLiteral("name"), nameOfProcess(pid)}});
    return left;
}

// How the command ended. Null stands for what does not apply.
void addEnd(QJsonObject &object, const ChildProcess &process)
{
    const ForkFd::ExitInfo info = process.exitInfo();
    const bool isExited = info.reason == ForkFd::ExitInfo::Exited;
    const bool isSignaled = info.reason == ForkFd::ExitInfo::Signaled;
    object[QStringLiteral("outcome")] = outcomeOf(process);
    object[QStringLiteral("exit_code")] = isExited ? QJsonValue(info.code) : QJsonValue::Null;
    object[QStringLiteral("signal")] = isSignaled ? QJsonValue(info.signal) : QJsonValue::Null;
    object[QStringLiteral("signal_name")] =
        isSignaled ? QJsonValue(QString::fromStdString(nameOfSignal(info.signal))) : QJsonValue::Null;
    object[QStringLiteral("core_dumped")] = info.coreDumped;
    object[QStringLiteral("time_limit_exceeded")] = process.timeLimitExceeded();
    object[QStringLiteral("stop_stage")] = nameOf(process.stopStage());
    object[QStringLiteral("start_error")] = startErrorOf(process);
    object[QStringLiteral("status")] = exitCodeOf(process);
}

} // namespace

QByteArray jsonOf(const ChildProcess &process, const Start &start)
{
    QJsonObject object;
    object[QStringLiteral("program")] = process.program();
    object[QStringLiteral("arguments")] = QJsonArray::fromStringList(process.arguments());
    object[QStringLiteral("pid")] = start.pid > 0 ? QJsonValue(start.pid) : QJsonValue::Null;
    addEnd(object, process);
    object[QStringLiteral("start_time")] = start.time.toString(Qt::ISODateWithMs);
    object[QStringLiteral("wall_seconds")] = seconds(process.elapsedTime());
    object[QStringLiteral("usage")] = usageOf(process.exitInfo());
    object[QStringLiteral("tree_usage")] = treeUsageOf(process);
    object[QStringLiteral("left_behind")] = leftBehindOf(process);
    const bool usesPidFd = ForkFd::backend() == ForkFd::Backend::PidFd;
    object[QStringLiteral("backend")] = usesPidFd ? QLatin1String("pidfd") : QLatin1String("sigchld");
    object[QStringLiteral("rung")] = QLatin1String(ForkFd::rung());
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}
