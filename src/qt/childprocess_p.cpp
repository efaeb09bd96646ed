// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocess_p.h"

#include "launchrequest.h"

#include "../core/launcher.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>
#include <QtCore/QPointer>
#include <QtCore/QScopedValueRollback>
#include <QtCore/QTimer>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace ForkFd {

using namespace Internal;

namespace {

constexpr HubClient::Role servingOrder[] = {HubClient::StandardInput, HubClient::StandardOutput,
                                            HubClient::StandardError, HubClient::Exit};

constexpr std::size_t indexOf(HubClient::Role role)
{
    return static_cast<std::size_t>(role);
}

HubClient::Role roleOf(ChildProcess::ProcessChannel channel)
{
    return channel == ChildProcess::StandardOutput ? HubClient::StandardOutput
                                                   : HubClient::StandardError;
}

QString translate(const char *text)
{
    return QCoreApplication::translate("QProcess", text);
}

QString errnoText(int errorCode)
{
    return QString::fromStdString(std::generic_category().message(errorCode));
}

// Failures of the parent are told inside start(), those of the child only afterwards, as by QProcess.
bool isParentsStep(const StartError &error)
{
    constexpr std::string_view steps[] = {"program",  "argument",    "environment", "backend",
                                          "channels", "descriptors", "clone"};
    return error.step && std::find(std::begin(steps), std::end(steps), error.step) != std::end(steps);
}

} // namespace

/// One child's time, as seen by code that emits signals in it.
class ChildProcessPrivate::Run
{
public:
    explicit Run(ChildProcessPrivate *d)
        : m_q(d->q)
        , m_d(d)
        , m_number(d->m_runNumber)
    {
    }

    bool isObjectAlive() const { return !m_q.isNull(); }
    bool goesOn() const
    {
        return isObjectAlive() && m_d->m_runNumber == m_number && m_d->state != ChildProcess::NotRunning;
    }

private:
    const QPointer<ChildProcess> m_q;
    ChildProcessPrivate *const m_d;
    const quint64 m_number;
};

ChildProcessPrivate::~ChildProcessPrivate()
{
    for (const Role role : servingOrder)
        unwatch(role);
    // The reaper collects it.
    if (watch)
        watch->sendSignal(SIGKILL);
}

void ChildProcessPrivate::start(QIODevice::OpenMode mode)
{
    reset(mode);
    startTime = endTime = std::chrono::steady_clock::now();
    startError = LaunchPlan::check(launchOptions);
    ChildEnds ends;
    if (!startError.step && !openChannels(mode, ends)) {
        startError = {"channels", errno};
        for (const Role role : servingOrder)
            closeChannel(role);
        reportError(ChildProcess::FailedToStart, startErrorText());
        return;
    }
    if (!startError.step)
        startError = launch(ends.descriptors);
    pid = watch ? watch->pid() : 0;
    ends.owned.clear();
    if (isParentsStep(startError)) {
        failInsideStart();
        return;
    }
    watchAll();
    postToEventLoop();
    setState(ChildProcess::Starting);
}

void ChildProcessPrivate::failWithoutProgram()
{
    startError = {"program", EINVAL};
    reportError(ChildProcess::FailedToStart, startErrorText());
}

void ChildProcessPrivate::reset(QIODevice::OpenMode mode)
{
    ++m_runNumber;
    // A device that is open in no direction is open all the same, as by QProcess.
    q->QIODevice::open(mode == QIODevice::NotOpen ? QIODevice::Unbuffered : mode);
    q->setErrorString({});
    error = ChildProcess::UnknownError;
    startError = {};
    exitInfo.reset();
    for (Channel *channel : {&input, &output, &errorOutput})
        channel->bytes().clear();
    m_closesInputWhenWritten = false;
    m_isStartedDue = false;
    m_retryDelay = {};
    m_retry = {};
}

bool ChildProcessPrivate::openChannels(QIODevice::OpenMode mode, ChildEnds &ends)
{
    using Mode = ChildProcess::ProcessChannelMode;
    const bool isRead = mode.testFlag(QIODevice::ReadOnly);
    const bool hasOutput =
        channelMode != Mode::ForwardedChannels && channelMode != Mode::ForwardedOutputChannel;
    const bool hasError =
        channelMode == Mode::SeparateChannels || channelMode == Mode::ForwardedOutputChannel;
    if (inputMode == ChildProcess::ManagedInputChannel && !ends.add(STDIN_FILENO, input.open()))
        return false;
    if (hasOutput && !openOutput(output, STDOUT_FILENO, isRead, ends))
        return false;
    if (channelMode == Mode::MergedChannels)
        ends.descriptors.push_back({STDERR_FILENO, ends.descriptors.back().parentFd});
    return !hasError || openOutput(errorOutput, STDERR_FILENO, isRead, ends);
}

// An output that nobody can read goes to nobody, so that the child neither blocks nor breaks.
bool ChildProcessPrivate::openOutput(Channel &channel, int childFd, bool isRead, ChildEnds &ends)
{
    return ends.add(childFd,
                    isRead ? channel.open() : UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
}

bool ChildProcessPrivate::ChildEnds::add(int childFd, UniqueFd descriptor)
{
    if (!descriptor)
        return false;
    descriptors.push_back({childFd, descriptor.get()});
    owned.push_back(std::move(descriptor));
    return true;
}

StartError ChildProcessPrivate::launch(const std::vector<FileDescriptor> &channels)
{
    LaunchRequest request = makeLaunchRequest(program, arguments, workingDirectory, environment);
    if (request.executable.empty())
        return {"exec", ENOENT};
    request.channels = channels;
    request.options = launchOptions;
    const LaunchPlan plan(std::move(request));
    StartError reason;
    watch = Internal::launch(plan, reason);
    return reason;
}

void ChildProcessPrivate::failInsideStart()
{
    for (const Role role : servingOrder)
        closeChannel(role);
    const QPointer<ChildProcess> self = q;
    const quint64 run = m_runNumber;
    const QString text = startErrorText();
    setState(ChildProcess::Starting);
    if (self)
        setState(ChildProcess::NotRunning);
    if (self)
        reportErrorOf(run, ChildProcess::FailedToStart, text);
}

// QProcess 6.8's words for what can fail there too, in its translation.
QString ChildProcessPrivate::startErrorText() const
{
    const std::string_view step = startError.step;
    const QString reason = errnoText(startError.errorCode);
    if (step == "program")
        return translate("No program defined");
    if (step == "clone" || step == "descriptors")
        return translate("Resource error (fork failure): %1").arg(reason);
    const char *function = step == "exec" ? "execve"
        : step == "workingDirectory"      ? "chdir"
        : step == "channels"              ? "pipe"
                                          : startError.step;
    return translate("Child process set up failed: %1: %2").arg(QLatin1StringView(function), reason);
}

void ChildProcessPrivate::finishStarting()
{
    if (state == ChildProcess::Starting && startError.step)
        finishFailedStart();
    else if (state == ChildProcess::Starting)
        announceStart();
    else if (m_isStartedDue) // A slot of the change to Running waits, or runs an event loop.
        emitStarted();
}

void ChildProcessPrivate::announceStart()
{
    const Run run(this);
    m_isStartedDue = true;
    setState(ChildProcess::Running);
    if (run.goesOn() && m_isStartedDue)
        emitStarted();
}

void ChildProcessPrivate::emitStarted()
{
    m_isStartedDue = false;
    Q_EMIT q->started(ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::finishFailedStart()
{
    const Run run(this);
    const quint64 number = m_runNumber;
    const QString text = startErrorText();
    for (const Role role : servingOrder)
        closeChannel(role);
    setState(ChildProcess::NotRunning);
    if (run.isObjectAlive())
        reportErrorOf(number, ChildProcess::FailedToStart, text);
}

bool ChildProcessPrivate::waitForStarted()
{
    const QPointer<ChildProcess> self = q;
    const bool hasFailed = startError.step != nullptr;
    finishStarting();
    return self && !hasFailed;
}

void ChildProcessPrivate::setState(ChildProcess::ProcessState newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(newState, ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::reportError(ChildProcess::ProcessError newError, const QString &text)
{
    reportErrorOf(m_runNumber, newError, text);
}

// A slot may have started the next child meanwhile, whose error it is not.
void ChildProcessPrivate::reportErrorOf(quint64 run, ChildProcess::ProcessError newError,
                                        const QString &text)
{
    if (run == m_runNumber) {
        error = newError;
        q->setErrorString(text);
    }
    Q_EMIT q->errorOccurred(newError);
}

Channel &ChildProcessPrivate::channelOf(ChildProcess::ProcessChannel channel) noexcept
{
    return channel == ChildProcess::StandardOutput ? output : errorOutput;
}

void ChildProcessPrivate::setReadChannel(ChildProcess::ProcessChannel channel)
{
    if (channel == readChannel)
        return;
    if (q->isTransactionStarted()) {
        qCWarning(childProcessLog,
                  "QProcess::setReadChannel: Failed due to read transaction being in progress");
        return;
    }
    // QIODevice has read ahead from the old channel, and bytes may have been put back there.
    if (q->isReadable()) {
        const bool isText = q->isTextModeEnabled();
        q->setTextModeEnabled(false);
        channelOf(readChannel).bytes().prepend(q->QIODevice::read(q->QIODevice::bytesAvailable()));
        q->setTextModeEnabled(isText);
    }
    readChannel = channel;
}

void ChildProcessPrivate::queueForWriting(const char *data, qint64 size)
{
    if (!input.isOpen()) // The child reads no more: taken and lost, as by QProcess.
        return;
    input.bytes().append(QByteArray(data, size));
    watchDescriptor(Role::StandardInput);
}

void ChildProcessPrivate::closeWriteChannel()
{
    m_closesInputWhenWritten = true;
    if (input.bytes().isEmpty())
        closeChannel(Role::StandardInput);
}

void ChildProcessPrivate::changeThread()
{
    for (const Role role : servingOrder)
        unwatch(role);
    m_hub.reset();
    // The event moves along with the object.
    if (state != ChildProcess::NotRunning)
        postToEventLoop();
}

// Whoever comes here last in its thread's event loop, or first in a new one's, is to be watched there.
void ChildProcessPrivate::postToEventLoop()
{
    const auto arrive = [this, run = m_runNumber] {
        if (run != m_runNumber || state == ChildProcess::NotRunning)
            return;
        watchAll();
        m_hub->attachToEventLoop();
        retryWhenDue();
        finishStarting();
    };
    QMetaObject::invokeMethod(q, arrive, Qt::QueuedConnection);
}

void ChildProcessPrivate::watchAll()
{
    if (!m_hub)
        m_hub = ExitHub::forCurrentThread();
    for (const Role role : servingOrder)
        watchDescriptor(role);
}

void ChildProcessPrivate::watchDescriptor(Role role)
{
    ExitHub::Id &id = m_registrations[indexOf(role)];
    if (id == 0 && m_hub && isServable(role)) {
        const auto interest = role == Role::StandardInput ? PollSet::Writable : PollSet::Readable;
        id = m_hub->add(descriptorOf(role), interest, this, role);
    }
}

void ChildProcessPrivate::unwatch(Role role) noexcept
{
    if (m_hub)
        m_hub->remove(m_registrations[indexOf(role)]);
}

Channel *ChildProcessPrivate::channelOf(Role role) noexcept
{
    switch (role) {
    case Role::StandardInput:
        return &input;
    case Role::StandardOutput:
        return &output;
    case Role::StandardError:
        return &errorOutput;
    case Role::Exit:
        break;
    }
    return nullptr;
}

int ChildProcessPrivate::descriptorOf(Role role) noexcept
{
    if (const Channel *channel = channelOf(role))
        return channel->descriptor();
    return watch ? watch->descriptor() : -1;
}

// Whether an event of this descriptor would find something to do.
bool ChildProcessPrivate::isServable(Role role) noexcept
{
    if (descriptorOf(role) < 0)
        return false;
    if (role == Role::Exit)
        return m_retry.hasExpired();
    return role != Role::StandardInput || !input.bytes().isEmpty();
}

void ChildProcessPrivate::closeChannel(Role role)
{
    unwatch(role);
    if (Channel *channel = channelOf(role))
        channel->close();
}

void ChildProcessPrivate::descriptorReady(Role role)
{
    const Run run(this);
    finishStarting();
    if (run.goesOn() && isServable(role))
        serve(role);
}

void ChildProcessPrivate::serve(Role role)
{
    if (role == Role::Exit)
        collect();
    else if (role == Role::StandardInput)
        send();
    else
        receive(role);
}

void ChildProcessPrivate::receive(Role role)
{
    switch (channelOf(role)->readSome()) {
    case Channel::Progress:
        announceData(role == Role::StandardOutput ? ChildProcess::StandardOutput
                                                  : ChildProcess::StandardError);
        break;
    case Channel::WouldBlock:
        break;
    case Channel::Finished:
        closeChannel(role);
        break;
    }
}

void ChildProcessPrivate::announceData(ChildProcess::ProcessChannel channel)
{
    const Run run(this);
    if (channel == readChannel) {
        ++readCount;
        if (!m_isEmittingReadyRead) {
            m_isEmittingReadyRead = true;
            Q_EMIT q->readyRead();
            if (!run.isObjectAlive())
                return;
            m_isEmittingReadyRead = false;
        }
    }
    if (run.goesOn())
        Q_EMIT q->channelReadyRead(channel);
    if (!run.goesOn())
        return;
    if (channel == ChildProcess::StandardOutput)
        Q_EMIT q->readyReadStandardOutput(ChildProcess::QPrivateSignal());
    else
        Q_EMIT q->readyReadStandardError(ChildProcess::QPrivateSignal());
}

void ChildProcessPrivate::send()
{
    const Run run(this);
    qint64 written = 0;
    const Channel::Result result = input.writeSome(&written);
    if (result == Channel::Finished) {
        closeChannel(Role::StandardInput);
        input.bytes().clear();
        reportError(ChildProcess::WriteError, translate("Error writing to process"));
        return;
    }
    if (input.bytes().isEmpty()) {
        unwatch(Role::StandardInput);
        if (m_closesInputWhenWritten)
            closeChannel(Role::StandardInput);
    }
    if (written == 0)
        return;
    ++writeCount;
    if (m_isEmittingBytesWritten)
        return;
    m_isEmittingBytesWritten = true;
    Q_EMIT q->bytesWritten(written);
    if (run.isObjectAlive())
        m_isEmittingBytesWritten = false;
}

void ChildProcessPrivate::collect()
{
    exitInfo = watch->collect();
    if (!exitInfo) {
        retryLater();
        return;
    }
    endTime = std::chrono::steady_clock::now();
    unwatch(Role::Exit);
    watch.reset();
    finishEnding();
}

// The child looks ended and cannot be collected yet (ExitWatch::collect): its descriptor stays
// readable and would keep the event loop spinning.
void ChildProcessPrivate::retryLater()
{
    unwatch(Role::Exit);
    m_retry = QDeadlineTimer(m_retryDelay.next());
    retryWhenDue();
}

// Before the thread has an event loop there is nothing to wait in; postToEventLoop() comes back to it.
void ChildProcessPrivate::retryWhenDue()
{
    if (m_retry.hasExpired())
        watchDescriptor(Role::Exit);
    else if (QAbstractEventDispatcher::instance())
        QTimer::singleShot(std::chrono::milliseconds(m_retry.remainingTime()), Qt::PreciseTimer, q,
                           [this] { retryWhenDue(); });
}

// A slot may wait for the child while its last output is announced here: then the wait has come
// here too and done the rest.
void ChildProcessPrivate::finishEnding()
{
    const Run run(this);
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError}) {
        Channel &pipe = channelOf(channel);
        if (!pipe.isOpen())
            continue;
        const bool hasMore = pipe.readRest();
        closeChannel(roleOf(channel));
        if (hasMore)
            announceLastData(channel);
        if (!run.goesOn())
            return;
    }
    closeChannel(Role::StandardInput);
    input.bytes().clear();

    // From here on slots may start the next child; this one is reported to its end nonetheless.
    const quint64 number = m_runNumber;
    const int exitCode = q->exitCode();
    const ChildProcess::ExitStatus exitStatus = q->exitStatus();
    setState(ChildProcess::NotRunning);
    if (run.isObjectAlive() && m_runNumber == number)
        pid = 0;
    if (run.isObjectAlive() && exitStatus == ChildProcess::CrashExit)
        reportErrorOf(number, ChildProcess::Crashed, translate("Process crashed"));
    else if (run.isObjectAlive() && exitStatus == ChildProcess::UnknownExit)
        reportErrorOf(number, ChildProcess::UnknownError,
                      QStringLiteral("Exit status unknown: collected by another part of the process"));
    if (run.isObjectAlive())
        Q_EMIT q->readChannelFinished();
    if (run.isObjectAlive())
        Q_EMIT q->finished(exitCode, exitStatus);
}

// A slot may run an event loop until the end, which no descriptor would wake any more.
void ChildProcessPrivate::announceLastData(ChildProcess::ProcessChannel channel)
{
    const auto goOn = [this, run = m_runNumber] {
        if (run == m_runNumber && state == ChildProcess::Running && !watch)
            finishEnding();
    };
    QMetaObject::invokeMethod(q, goOn, Qt::QueuedConnection);
    announceData(channel);
}

// Waits until one of this child's descriptors is ready, and serves those that are until it is done.
void ChildProcessPrivate::serveReady(const std::function<bool()> &isDone, const QDeadlineTimer &deadline)
{
    const Run run(this);
    std::array<pollfd, std::size(servingOrder)> entries;
    for (const Role role : servingOrder) {
        const short events = role == Role::StandardInput ? POLLOUT : POLLIN;
        // poll(2) ignores negative descriptors.
        entries[indexOf(role)] = {isServable(role) ? descriptorOf(role) : -1, events, 0};
    }
    const QDeadlineTimer next = m_retry.hasExpired() ? deadline : std::min(deadline, m_retry);
    const qint64 timeout = std::min<qint64>(next.remainingTime(), std::numeric_limits<int>::max());
    const int count = ::poll(entries.data(), entries.size(), static_cast<int>(timeout));
    if (m_hub)
        m_hub->invalidateBatch();
    for (const Role role : servingOrder) {
        if (count > 0 && entries[indexOf(role)].revents != 0 && run.goesOn() && !isDone()
            && isServable(role))
            serve(role);
    }
}

ChildProcessPrivate::WaitOutcome ChildProcessPrivate::serveUntil(const std::function<bool()> &isDone,
                                                                 const QDeadlineTimer &deadline)
{
    const Run run(this);
    finishStarting();
    while (run.goesOn() && !isDone()) {
        if (!watch) { // A slot of the last output waits.
            finishEnding();
            break;
        }
        serveReady(isDone, deadline);
        // Not only when nothing came: a child that never stops writing must not stop the clock.
        if (deadline.hasExpired() && run.goesOn() && !isDone()) {
            error = ChildProcess::Timedout;
            q->setErrorString(translate("Process operation timed out"));
            return TimedOut;
        }
    }
    if (!run.isObjectAlive())
        return ObjectGone;
    return run.goesOn() ? Done : RunEnded;
}

} // namespace ForkFd
