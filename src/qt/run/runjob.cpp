// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/runjob.h"

#include "qt/childprocess_p.h"
#include "qt/defaultoptions.h"
#include "qt/run/postdetector.h"
#include "qt/run/queuecore.h"

#include "core/start/programsearch.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QFile>

#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include <pthread.h>

namespace ForkFd::Internal {

RunJob::RunJob(QString program, QStringList arguments, RunOptions options)
    : m_program(std::move(program))
    , m_arguments(std::move(arguments))
    , m_options(std::move(options))
    , m_delivery(OutputDelivery::make(m_options))
{
    m_options.onOutput = {};
    m_options.onLine = {};
    m_options.onStarted = {};
}

std::string RunJob::programName() const
{
    return QFile::encodeName(m_program).toStdString();
}

StartError RunJob::keepOptions()
{
    if (const FailedStep failed = StartPlan::check(m_options.launchOptions))
        return StartFailure(failed).error();
    if (std::string &group = m_options.launchOptions.controlGroup; !group.empty())
        group = absolutePath(group);
    std::optional<sigset_t> &mask = m_options.launchOptions.signalMask;
    if (!mask)
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask.emplace());
    return StartFailure(keepDescriptors(m_options.launchOptions, m_kept)).error();
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
    start.environmentChanges = m_options.environmentChanges;
    if (m_options.mergedChannels)
        start.streams.channelMode = ChildProcess::MergedChannels;
    start.begin(settings, stopSettings, std::exchange(m_surroundings, {}));
    m_kept = {}; // The start has its own duplicates.
}

void RunJob::logWait() const
{
    if (Log::isOn())
        Log::queued(m_program);
}

void RunJob::noteLackOfMemory()
{
    PreparedStart &start = m_start.emplace();
    start.startTime = std::chrono::steady_clock::now();
    start.failure = {Step::Clone, ENOMEM};
}

void RunJob::fail(const StartError &error)
{
    kill();
    m_result.startError = error;
    m_result.startError.subject = programName();
    if (Log::isOn())
        Log::failed(m_program, m_result.startError);
    leaveQueue();
    m_promise.setResult(m_result);
}

void RunJob::failNow(const StartError &error)
{
    fail(error);
    finishFuture();
}

void RunJob::finishFuture()
{
    m_promise.finish();
    if (m_leftEntry)
        m_leftEntry->core->noteFinished(*m_leftEntry);
}

void RunJob::leaveQueue()
{
    if (!m_entry)
        return;
    m_leftEntry = std::move(m_entry);
    m_leftEntry->core->remove(*m_leftEntry);
}

void RunJob::take(std::function<void()> onOver, FutureFinisher &finisher)
{
    m_onOver = std::move(onOver);
    if (m_delivery)
        m_delivery->setFinisher(finisher);
    watch(m_watcher, m_promise.future());
    if (m_options.stopWhen)
        watch(m_stopWatcher, *m_options.stopWhen);
    if (!isWaiting()) {
        serve();
        return;
    }
    m_entry->core->enlist(m_entry);
    stopIfWanted();
}

// The first events of a watcher would wait for ever, and with 10,000 jobs searching them takes long. The
// limit counts results whose events wait, and here no event is ever delivered: with the usual limit, Qt
// would slow down the user's producer.
template<typename Watcher, typename Future>
void RunJob::watch(std::optional<Watcher> &watcher, const Future &future)
{
    const PostDetector::Pause pause;
    watcher.emplace();
    watcher->setPendingResultsLimit(std::numeric_limits<int>::max());
    watcher->setFuture(future);
    QCoreApplication::removePostedEvents(&*watcher);
}

void RunJob::serve()
{
    setUp();
    if (m_options.timeLimit > std::chrono::milliseconds::zero())
        m_timeLimit = Deadline(m_options.timeLimit, m_start->startTime);
    ChildProcessPrivate::adopt(*m_child, std::move(*m_start));
    m_start.reset();
    if (m_isOver)
        return;
    m_child->write(m_options.input);
    m_child->closeWriteChannel();
    m_options.input.clear();
    stopIfWanted(); // For requests until now; the watchers report later ones.
}

void RunJob::end()
{
    if (m_isOver || m_treeWait)
        return;
    keepResult();
    if (m_result.startError.step || m_child->remainingProcesses().count == 0) {
        m_isOver = true;
        m_onOver();
        return;
    }
    m_treeWait = std::make_unique<TreeWait>(*m_child, m_options, m_timeLimit, [this] { endTree(); });
    m_treeWait->begin();
}

void RunJob::endTree()
{
    m_isOver = true;
    m_result.leftBehind = m_treeWait->leftBehind();
    m_result.resourceUsage = m_child->resourceUsage();
    m_result.timeLimitExceeded = m_result.timeLimitExceeded || m_treeWait->hasExceededTimeLimit();
    m_onOver();
}

void RunJob::setUp()
{
    m_child.emplace();
    m_child->setProgram(m_program); // For the subject of a failure.
    m_child->setStopSignal(m_options.stopSignal);
    m_child->setStopGrace(m_options.stopGrace);
    m_child->setTimeLimit(m_options.timeLimit);
    m_child->setSignalScope(m_options.signalScope);
    const bool isLogged = Log::isOn(); // Then the log names them.
    if (isLogged)
        m_child->setArguments(m_arguments);
    if (isLogged || DefaultOptions::current())
        m_child->setLaunchOptions(m_options.launchOptions); // They are not those of a new object.
    QObject::connect(&*m_child, &ChildProcess::finished, &*m_child, [this] { end(); });
    QObject::connect(&*m_child, &ChildProcess::errorOccurred, &*m_child,
                     [this](ChildProcess::ProcessError error) {
                         if (error == ChildProcess::FailedToStart)
                             end();
                     });
    if (m_delivery)
        QObject::connect(&*m_child, &ChildProcess::started, &*m_child,
                         [this] { m_delivery->addStart(m_child->processId()); });
    m_child->setDrainTimeout(m_options.drainTimeout);
    if (m_options.waitForTree || m_options.killLeftovers) // So that walks find more.
        QObject::connect(&*m_child, &ChildProcess::treeEnded, &*m_child, [] {});
    if (deliversOutput())
        m_child->setReadBufferSize(m_options.maxUndelivered); // Beyond this the child has to wait.
    if (m_options.maxOutput <= 0 && !deliversOutput())
        return;
    QObject::connect(&*m_child, &ChildProcess::readyReadStandardOutput, &*m_child,
                     [this] { receive(ChildProcess::StandardOutput); });
    QObject::connect(&*m_child, &ChildProcess::readyReadStandardError, &*m_child,
                     [this] { receive(ChildProcess::StandardError); });
}

bool RunJob::deliversOutput() const
{
    return m_delivery && m_delivery->wantsOutput();
}

// Output that is only kept is left to the ChildProcess, and taken at the end.
void RunJob::receive(ChildProcess::ProcessChannel channel)
{
    if (deliversOutput()) {
        if (!m_delivery->isFull())
            takeOutput(channel);
        return;
    }
    m_child->setReadChannel(channel);
    if (m_child->bytesAvailable() > m_options.maxOutput)
        m_child->closeReadChannel(channel);
}

void RunJob::resumeReading()
{
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError}) {
        if (m_child && !m_isOver && deliversOutput() && !m_delivery->isFull())
            takeOutput(channel);
    }
}

void RunJob::takeOutput(ChildProcess::ProcessChannel channel)
{
    if (!m_child->isReadable())
        return; // There was no program to start.
    m_child->setReadChannel(channel);
    const QByteArray bytes = m_child->readAll();
    if (deliversOutput())
        m_delivery->add(channel, bytes);
    QByteArray &kept =
        channel == ChildProcess::StandardOutput ? m_result.standardOutput : m_result.standardError;
    const bool isLimited = m_options.maxOutput > 0;
    const qint64 room = isLimited ? m_options.maxOutput - kept.size() : bytes.size();
    m_isCut = m_isCut || bytes.size() > room;
    kept += bytes.size() > room ? bytes.left(static_cast<qsizetype>(room)) : bytes;
}

void RunJob::keepResult()
{
    takeOutput(ChildProcess::StandardOutput);
    takeOutput(ChildProcess::StandardError);
    if (m_delivery)
        m_delivery->endLines();
    m_result.startError = m_child->startError();
    m_result.exitInfo = m_child->exitInfo();
    m_result.timeLimitExceeded = m_child->timeLimitExceeded();
    m_result.elapsedTime = m_child->elapsedTime();
    m_result.resourceUsage = m_child->resourceUsage();
    m_result.outputComplete = m_child->outputComplete() && !m_isCut;
}

bool RunJob::isStopWanted() const
{
    return m_promise.isCanceled() || (m_options.stopWhen && m_options.stopWhen->isFinished());
}

bool RunJob::stopIfWanted()
{
    if (m_isStopped || m_isOver || !isStopWanted())
        return true;
    if (m_entry && !m_entry->isBegun()) {
        m_isStopped = m_entry->giveUp();
        if (m_isStopped) {
            m_isOver = true;
            m_result.startError = StartFailure(Step::Canceled, ECANCELED, programName()).error();
            if (Log::isOn())
                Log::failed(m_program, m_result.startError);
            m_onOver();
        }
        return m_isStopped;
    }
    if (!m_child) // The job has begun, and is still on its way to this thread.
        return false;
    m_isStopped = true;
    if (m_treeWait)
        m_treeWait->stop();
    else
        m_child->stop();
    return true;
}

bool RunJob::kill()
{
    if (m_entry && !m_entry->isBegun())
        return m_entry->giveUp() || m_isOver;
    if (m_treeWait && !m_treeWait->mayKill())
        return true;
    if (m_child)
        return m_child->sendSignal(SIGKILL) || errno != EAGAIN;
    PendingStart *start = m_start ? m_start->pending.get() : nullptr;
    return !start || start->cancel() || start->child()->sendSignal(SIGKILL) != EAGAIN;
}

// Leaves the queue first: a program that is submitted after result() finds the place free.
void RunJob::finish(std::unique_ptr<RunJob> job, FutureFinisher &finisher)
{
    // The watchers would get events for the result, which are never delivered.
    job->m_watcher.reset();
    job->m_stopWatcher.reset();
    job->m_treeWait.reset();
    job->m_child.reset();
    job->leaveQueue();
    job->m_promise.setResult(job->m_result);
    finishSoon(std::move(job), finisher);
}

void RunJob::finishSoon(std::unique_ptr<RunJob> job, FutureFinisher &finisher)
{
    const RunJob &self = *job;
    self.finishLater(finisher,
                     [owner = std::shared_ptr<RunJob>(std::move(job))] { owner->finishFuture(); });
}

// If `end` owns the job, a thread of the finisher may destroy the job before this returns.
void RunJob::finishLater(FutureFinisher &finisher, std::function<void()> end) const
{
    if (m_delivery) {
        m_delivery->setFinisher(finisher); // The job may not have been taken.
        m_delivery->finish(std::move(end));
    } else {
        finisher.call(std::move(end));
    }
}

// A deputy may be using the job: touches only members that the deputy does not use.
void RunJob::abandon(FutureFinisher &finisher) const
{
    RunPromise promise = m_promise;
    if (m_isOver) {
        promise.setResult(m_result);
    } else if (m_treeWait) { // Only what the program has left behind is not known.
        promise.setResult(m_result);
        promise.cancel();
    } else {
        RunResult unknown;
        if (!m_child || m_child->state() != ChildProcess::Running)
            unknown.startError = StartFailure(Step::Canceled, ECANCELED, programName()).error();
        promise.setResult(unknown);
        promise.cancel();
    }
    finishLater(finisher, [promise]() mutable { promise.finish(); });
}

} // namespace ForkFd::Internal
