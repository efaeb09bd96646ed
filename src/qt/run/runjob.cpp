// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/runjob.h"

#include "qt/childprocess_p.h"
#include "qt/defaultoptions.h"
#include "qt/run/queuecore.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <pthread.h>

namespace ForkFd::Internal {

RunJob::RunJob(QString program, QStringList arguments, RunOptions options)
    : m_program(std::move(program))
    , m_arguments(std::move(arguments))
    , m_options(std::move(options))
{
}

namespace {

bool keepDescriptor(int &fd, std::vector<UniqueFd> &kept)
{
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy)
        return false;
    fd = copy.get();
    kept.push_back(std::move(copy));
    return true;
}

StartError keepDescriptors(LaunchOptions &options, std::vector<UniqueFd> &kept)
{
    for (FileDescriptor &descriptor : options.fileDescriptors) {
        if (!keepDescriptor(descriptor.parentFd, kept))
            return {errno == EBADF ? "fileDescriptors" : "descriptors", errno};
    }
    if (options.controllingTerminal && !keepDescriptor(*options.controllingTerminal, kept))
        return {errno == EBADF ? "controllingTerminal" : "descriptors", errno};
    return {};
}

} // namespace

StartError RunJob::keepOptions()
{
    if (const FailedStep failed = StartPlan::check(m_options.launchOptions))
        return StartFailure(failed).error();
    std::optional<sigset_t> &mask = m_options.launchOptions.signalMask;
    if (!mask)
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask.emplace());
    return keepDescriptors(m_options.launchOptions, m_kept);
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
    start.begin(settings, stopSettings, std::exchange(m_surroundings, {}));
    m_kept.clear(); // The start has its own duplicates.
}

RunPromise RunJob::fail(const StartError &error)
{
    kill();
    m_result.startError = error;
    m_result.startError.subject = QFile::encodeName(m_program).toStdString();
    m_promise.setResult(m_result);
    leaveQueue();
    return m_promise;
}

void RunJob::leaveQueue()
{
    if (const std::shared_ptr<QueueEntry> entry = std::move(m_entry))
        entry->core->remove(*entry);
}

// The watcher's first events would wait for ever, and with 10,000 jobs it takes long to search them.
void RunJob::take(std::function<void()> onOver)
{
    m_onOver = std::move(onOver);
    m_watcher.emplace();
    m_watcher->setFuture(m_promise.future());
    QCoreApplication::removePostedEvents(&*m_watcher);
    if (!isWaiting()) {
        serve();
        return;
    }
    m_entry->core->enlist(m_entry);
    stopIfCanceled();
}

void RunJob::serve()
{
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

// A job that a deputy is beginning is looked at again in serve().
void RunJob::stopIfCanceled()
{
    if (!m_promise.isCanceled() || m_isStopped)
        return;
    if (m_entry && !m_entry->isBegun()) {
        m_isStopped = m_entry->giveUp();
        m_isOver = m_isStopped;
        if (m_isOver)
            m_onOver();
        return;
    }
    m_isStopped = true;
    if (m_child)
        m_child->stop();
}

bool RunJob::kill()
{
    if (m_entry && !m_entry->isBegun())
        return m_entry->giveUp() || m_isOver;
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
    leaveQueue();
    return m_promise;
}

} // namespace ForkFd::Internal
