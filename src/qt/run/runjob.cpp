// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/runjob.h"

#include "qt/childprocess_p.h"
#include "qt/defaultoptions.h"

#include <QtCore/QFile>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

RunJob::RunJob(QString program, QStringList arguments, RunOptions options)
    : m_program(std::move(program))
    , m_arguments(std::move(arguments))
    , m_options(std::move(options))
{
}

void RunJob::begin()
{
    ChildSettings settings;
    settings.program = m_program;
    settings.arguments = m_arguments;
    settings.workingDirectory = m_options.workingDirectory;
    settings.environment = m_options.environment;
    settings.launchOptions.set(m_options.launchOptions);
    StopSettings stopSettings;
    stopSettings.scope = m_options.signalScope;
    PreparedStart &start = m_start.emplace();
    if (m_options.mergedChannels)
        start.streams.channelMode = ChildProcess::MergedChannels;
    start.begin(settings, stopSettings);
}

RunPromise RunJob::fail(const StartError &error)
{
    kill();
    m_result.startError = error;
    m_result.startError.subject = QFile::encodeName(m_program).toStdString();
    m_promise.setResult(m_result);
    return m_promise;
}

void RunJob::serve(std::function<void()> onOver)
{
    m_onOver = std::move(onOver);
    m_watcher.emplace();
    m_watcher->setFuture(m_promise.future());
    setUp();
    ChildProcessPrivate::adopt(*m_child, std::move(*m_start));
    m_start.reset();
    if (m_isOver)
        return;
    m_child->write(m_options.input);
    m_child->closeWriteChannel();
    m_options.input.clear();
    stopIfCanceled(); // Later cancellations are reported by the watcher.
}

void RunJob::end()
{
    if (std::exchange(m_isOver, true))
        return;
    keepResult();
    m_onOver();
}

void RunJob::setUp()
{
    m_child.emplace();
    m_child->setProgram(m_program); // For the subject of a failure.
    m_child->setStopGrace(m_options.stopGrace);
    m_child->setTimeLimit(m_options.timeLimit);
    m_child->setSignalScope(m_options.signalScope);
    if (DefaultOptions::current())
        m_child->setLaunchOptions(m_options.launchOptions); // They are not those of a new object.
    QObject::connect(&*m_child, &ChildProcess::finished, &*m_child, [this] { end(); });
    QObject::connect(&*m_child, &ChildProcess::errorOccurred, &*m_child,
                     [this](ChildProcess::ProcessError error) {
                         if (error == ChildProcess::FailedToStart)
                             end();
                     });
    if (m_options.maxOutput <= 0)
        return;
    QObject::connect(&*m_child, &ChildProcess::readyReadStandardOutput, &*m_child,
                     [this] { discardBeyond(ChildProcess::StandardOutput); });
    QObject::connect(&*m_child, &ChildProcess::readyReadStandardError, &*m_child,
                     [this] { discardBeyond(ChildProcess::StandardError); });
}

void RunJob::discardBeyond(ChildProcess::ProcessChannel channel)
{
    m_child->setReadChannel(channel);
    if (m_child->bytesAvailable() >= m_options.maxOutput)
        m_child->closeReadChannel(channel);
}

QByteArray RunJob::outputOf(ChildProcess::ProcessChannel channel)
{
    if (!m_child->isReadable())
        return {}; // There was no program to start.
    m_child->setReadChannel(channel);
    QByteArray output = m_child->readAll();
    if (m_options.maxOutput > 0)
        output.truncate(std::min<qint64>(m_options.maxOutput, output.size()));
    return output;
}

void RunJob::keepResult()
{
    m_result.startError = m_child->startError();
    m_result.exitInfo = m_child->exitInfo();
    m_result.timeLimitExceeded = m_child->timeLimitExceeded();
    m_result.elapsedTime = m_child->elapsedTime();
    m_result.standardOutput = outputOf(ChildProcess::StandardOutput);
    m_result.standardError = outputOf(ChildProcess::StandardError);
}

void RunJob::stopIfCanceled()
{
    if (!m_promise.isCanceled() || std::exchange(m_isStopped, true))
        return;
    if (m_child)
        m_child->stop();
}

bool RunJob::kill()
{
    if (m_child)
        return m_child->sendSignal(SIGKILL) || errno != EAGAIN;
    PendingStart *start = m_start ? m_start->pending.get() : nullptr;
    return !start || start->cancel() || start->child()->sendSignal(SIGKILL) != EAGAIN;
}

RunPromise RunJob::takePromise()
{
    m_watcher.reset(); // Otherwise the watcher gets an event for the result, which is never delivered.
    m_child.reset();
    m_promise.setResult(m_result);
    return m_promise;
}

} // namespace ForkFd::Internal
