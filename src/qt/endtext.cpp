// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Sentences for people: how a child has ended, and why a start has failed.

#include "qt/childprocess_p.h"

#include "core/base/signalname.h"

#include <ForkFd/run.h>

#include <QtCore/QFile>

#include <chrono>

namespace ForkFd {

using namespace Internal;
using std::chrono::nanoseconds;

namespace {

QString endOf(const ExitInfo &info)
{
    if (info.reason == ExitInfo::Exited)
        return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "exited with code %1"))
            .arg(info.code);
    if (info.reason == ExitInfo::Signaled)
        return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "killed by %1"))
            .arg(QString::fromStdString(nameOfSignal(info.signal)));
    return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "ended, exit status unknown"));
}

QString withCore(const QString &text, const ExitInfo &info)
{
    if (!info.coreDumped)
        return text;
    return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1, core dumped")).arg(text);
}

QString textOf(nanoseconds time)
{
    using namespace std::chrono;
    if (time < 1s)
        return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 ms"))
            .arg(duration_cast<milliseconds>(time).count());
    return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 s"))
        .arg(round<seconds>(time).count());
}

QString afterLimit(const QString &end)
{
    return translateOwn(
               QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 after it had exceeded its time limit"))
        .arg(end);
}

// With `delay`, the time from the request to stop to the end, after the library's SIGKILL.
QString afterRequest(const QString &end, bool exceededLimit, std::optional<nanoseconds> delay)
{
    if (!delay)
        return exceededLimit
            ? afterLimit(end)
            : translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 after it was asked to stop"))
                  .arg(end);
    const char *sentence = exceededLimit
        ? QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 %2 after it had exceeded its time limit")
        : QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "%1 %2 after it was asked to stop");
    return translateOwn(sentence).arg(end, textOf(*delay));
}

QString failedStart(const QString &program, const QString &subject, const QString &reason)
{
    if (program.isEmpty())
        return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "Cannot start: %1")).arg(reason);
    if (subject.isEmpty() || subject == program)
        return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "Cannot start '%1': %2"))
            .arg(program, reason);
    return translateOwn(QT_TRANSLATE_NOOP("ForkFd::ChildProcess", "Cannot start '%1': %2: %3"))
        .arg(program, subject, reason);
}

} // namespace

/// The text is, for example, "exited with code 3" or "killed by SIGSEGV, core dumped". It is translated
/// in the context `ForkFd::ChildProcess`. Any thread. \since 0.1
QString endText(const ExitInfo &info)
{
    return withCore(endOf(info), info);
}

/// The text is, for example, "Cannot start '/no/such': No such file or directory"; the subject of the
/// error is in quotation marks. Empty if nothing failed. Any thread. \since 0.1
QString endText(const StartError &error)
{
    if (!error.step)
        return {};
    const QString reason =
        error.errorCode != 0 ? textOfErrno(error.errorCode) : QString::fromLatin1(error.step);
    return failedStart(QFile::decodeName(error.subject.c_str()), {}, reason);
}

/// The text tells why the start failed, or how the child ended and whether it exceeded its time limit.
/// Any thread. \since 0.1
QString endText(const RunResult &result)
{
    if (result.startError.step)
        return endText(result.startError);
    const QString end = endOf(result.exitInfo);
    return withCore(result.timeLimitExceeded ? afterLimit(end) : end, result.exitInfo);
}

/// Names the program after a failed start: "Cannot start '/no/such': No such file or directory".
/// Otherwise begins with a verb, so that a name can stand before it: "exited with code 3", "killed by
/// SIGSEGV, core dumped", "killed by SIGKILL 5 s after it was asked to stop", "killed by SIGTERM after
/// it had exceeded its time limit". Translated in the context `ForkFd::ChildProcess`, and with Qt's
/// translations where the words are Qt's. For logs that programs read, use exitInfo() and startError().
///
/// Empty before the first start and while a child is starting or running. \since 0.1
QString ChildProcess::endText() const
{
    return d->endText();
}

QString ChildProcessPrivate::endText() const
{
    if (isFailureTold)
        return textForFailedStart();
    if (!isEndTold || state != ChildProcess::NotRunning)
        return {};
    QString text = endOf(exitInfo.get());
    if (stopStage == ChildProcess::StopStage::Killed)
        text = afterRequest(text, timeLimitExceeded, endTime - askTime);
    else if (stopStage == ChildProcess::StopStage::Asked)
        text = afterRequest(text, timeLimitExceeded, {});
    return withCore(text, exitInfo.get());
}

// The texts for a missing program and for the modifier are QProcess's; errno says nothing there.
QString ChildProcessPrivate::textForFailedStart() const
{
    const bool isWorded =
        failure->step == Step::Modifier || (failure->step == Step::Program && failure->subject.empty());
    const QString reason = isWorded ? textOfFailedStart() : textOfErrno(failure->errorCode);
    const bool hasProgram = failure->step != Step::Program || !failure->subject.empty();
    const QString subject = isWorded ? QString() : QFile::decodeName(failure->subject.c_str());
    return failedStart(hasProgram ? settings.program : QString(), subject, reason);
}

} // namespace ForkFd
