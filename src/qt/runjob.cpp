// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runjob.h"

#include <QtCore/QFile>

#include <algorithm>
#include <utility>

namespace ForkFd::Internal {

RunJob::RunJob(QString program, QStringList arguments, RunOptions options)
    : m_program(std::move(program))
    , m_arguments(std::move(arguments))
    , m_options(std::move(options))
{
    // The library's thread has all signals blocked, which is nobody's wish for the child.
    if (std::optional<sigset_t> &mask = m_options.launchOptions.signalMask; !mask)
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask.emplace());
}

RunPromise RunJob::fail(const StartError &error)
{
    m_result.startError = error;
    m_result.startError.subject = QFile::encodeName(m_program).toStdString();
    m_promise.setResult(m_result);
    return m_promise;
}

void RunJob::start(std::function<void()> onOver)
{
    m_onOver = std::move(onOver);
    m_watcher.emplace();
    m_watcher->setFuture(m_promise.future());
    if (m_promise.isCanceled()) { // From now on the watcher would hear of it.
        m_onOver();
        return;
    }
    setUp();
    m_child->start(m_program, m_arguments);
    if (!m_child->waitForStarted()) {
        keepResult();
        m_onOver();
        return;
    }
    m_child->write(m_options.input);
    m_child->closeWriteChannel();
    m_options.input.clear();
}

void RunJob::setUp()
{
    m_child.emplace();
    m_child->setWorkingDirectory(m_options.workingDirectory);
    m_child->setProcessEnvironment(m_options.environment);
    m_child->setLaunchOptions(m_options.launchOptions);
    m_child->setStopGrace(m_options.stopGrace);
    m_child->setSignalScope(m_options.signalScope);
    if (m_options.mergedChannels)
        m_child->setProcessChannelMode(ChildProcess::MergedChannels);
    QObject::connect(&*m_child, &ChildProcess::finished, &*m_child, [this] {
        keepResult();
        m_onOver();
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
    m_result.elapsedTime = m_child->elapsedTime();
    m_result.standardOutput = outputOf(ChildProcess::StandardOutput);
    m_result.standardError = outputOf(ChildProcess::StandardError);
}

void RunJob::exceedTimeLimit()
{
    if (!m_child || !m_child->isRunning() || m_child->waitForFinished(0))
        return; // It has ended in time, and this thread has not come to it yet.
    m_result.timeLimitExceeded = true;
    m_child->stop();
}

void RunJob::stopIfCanceled()
{
    if (!m_promise.isCanceled() || std::exchange(m_isStopped, true))
        return;
    if (m_child)
        m_child->stop();
}

void RunJob::kill()
{
    if (m_child)
        m_child->kill();
}

RunPromise RunJob::takePromise()
{
    m_watcher.reset(); // Before it is told of the result, which nobody would hear.
    m_child.reset();
    m_promise.setResult(m_result);
    return m_promise;
}

} // namespace ForkFd::Internal
