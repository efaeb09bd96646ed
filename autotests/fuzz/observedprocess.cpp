// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "observedprocess.h"

#include <QtCore/QMetaEnum>
#include <QtCore/QThread>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace Fuzz {

namespace {

const bool isTracing = std::getenv("FORKFD_FUZZ_TRACE") != nullptr;

template<typename E>
QByteArray nameOfValue(E value)
{
    return QMetaEnum::fromType<E>().valueToKey(static_cast<int>(value));
}

} // namespace

const char *ObservedProcess::nameOf(Moment moment)
{
    constexpr const char *names[] = {
        "stateChanged",        "started",  "errorOccurred", "readyRead", "bytesWritten",
        "readChannelFinished", "finished", "ended",         "treeEnded", "aboutToClose"};
    return names[moment];
}

void ObservedProcess::create()
{
    m_process = new ChildProcess;
    m_isGone = false;
    m_isBlocked = false;
    m_isBlind = false;
    m_lives.clear();
    m_startCount = m_endedCount = 0;
    actNoMore();
    trustProperties();
    connectProperties();
    connectSignals();
}

void ObservedProcess::destroy()
{
    m_isGone = true;
    delete m_process.data();
}

void ObservedProcess::destroyLater()
{
    m_isBlind = true; // It may go before the end is told.
    m_process->deleteLater();
}

void ObservedProcess::noteBlocked()
{
    m_isBlocked = m_process->signalsBlocked();
    m_isBlind = true;
    if (!m_isBlocked)
        trustProperties();
}

void ObservedProcess::trustProperties()
{
    m_state = m_process->state();
    m_pid = m_process->processId();
    m_exitCode = m_process->exitCode();
    m_stage = m_process->stopStage();
    m_program = m_process->program();
    m_arguments = m_process->arguments();
}

void ObservedProcess::connectProperties()
{
    const auto keep = [this, self = shared_from_this()](auto member) {
        return [this, self, member](const auto &value) { this->*member = value; };
    };
    QObject::connect(m_process, &ChildProcess::processIdChanged, m_process,
                     keep(&ObservedProcess::m_pid));
    QObject::connect(m_process, &ChildProcess::exitCodeChanged, m_process,
                     keep(&ObservedProcess::m_exitCode));
    QObject::connect(m_process, &ChildProcess::stopStageChanged, m_process,
                     keep(&ObservedProcess::m_stage));
    QObject::connect(m_process, &ChildProcess::programChanged, m_process,
                     keep(&ObservedProcess::m_program));
    QObject::connect(m_process, &ChildProcess::argumentsChanged, m_process,
                     keep(&ObservedProcess::m_arguments));
}

// Each check runs before the actions of that signal.
void ObservedProcess::connectSignals()
{
    const auto connect = [this, self = shared_from_this()](auto signal, auto slot) {
        QObject::connect(m_process, signal, m_process, slot, Qt::DirectConnection);
    };
    const auto self = shared_from_this();
    connect(&ChildProcess::stateChanged, [this, self](ChildProcess::ProcessState state) {
        at(StateChanged, [this, state] {
            const bool isLegal = state == ChildProcess::Starting ? m_state == ChildProcess::NotRunning
                : state == ChildProcess::Running                 ? m_state == ChildProcess::Starting
                                                                 : m_state != ChildProcess::NotRunning;
            if (!isLegal && !m_isBlind)
                fail("state: " + nameOfValue(m_state) + " to " + nameOfValue(state));
            if (m_process->state() != state)
                fail("state: told " + nameOfValue(state) + ", is " + nameOfValue(m_process->state()));
            m_state = state;
        });
    });
    connect(&ChildProcess::started, [this, self] { at(Started, [this] { noteStarted(); }); });
    connect(&ChildProcess::errorOccurred, [this, self](ChildProcess::ProcessError error) {
        at(ErrorOccurred, [this, error] { noteError(error); });
    });
    connect(&ChildProcess::finished, [this, self](int code, ChildProcess::ExitStatus status) {
        at(Finished, [this, code, status] { noteFinished(code, status); });
    });
    connect(&ChildProcess::ended, [this, self] { at(Ended, [this] { noteEnded(); }); });
    connect(&ChildProcess::readyRead, [this, self] { at(ReadyRead, [] {}); });
    connect(&ChildProcess::bytesWritten, [this, self](qint64) { at(BytesWritten, [] {}); });
    connect(&ChildProcess::readChannelFinished, [this, self] { at(ReadChannelFinished, [] {}); });
    connect(&ChildProcess::treeEnded, [this, self] { at(TreeEnded, [] {}); });
    connect(&ChildProcess::aboutToClose, [this, self] { at(AboutToClose, [] {}); });
}

void ObservedProcess::at(Moment moment, const std::function<void()> &check)
{
    if (m_isGone)
        return fail(QByteArray("gone: ") + nameOf(moment) + " after the destruction");
    if (m_process->thread() != QThread::currentThread())
        fail(QByteArray("thread: ") + nameOf(moment) + " in a thread that is not the object's");
    if (isTracing)
        std::fprintf(stderr, "%p %s %s\n", static_cast<const void *>(this), nameOf(moment),
                     nameOfValue(m_process->state()).constData());
    check();
    if (moment != StateChanged)
        checkProperties(nameOf(moment));
    if (m_actions[moment].empty() || !m_faults.isEmpty())
        return;
    const auto action = std::move(m_actions[moment].front());
    m_actions[moment].pop_front();
    action();
}

void ObservedProcess::checkProperties(const char *place)
{
    const auto compare = [&](const char *property, const QByteArray &told, const QByteArray &is) {
        if (told != is)
            fail(QByteArray("property: in ") + place + " " + property + " was told as " + told
                 + ", and is " + is);
    };
    compare("state", nameOfValue(m_state), nameOfValue(m_process->state()));
    compare("processId", m_pid ? "set" : "0", m_process->processId() ? "set" : "0");
    compare("exitCode", QByteArray::number(m_exitCode), QByteArray::number(m_process->exitCode()));
    compare("stopStage", nameOfValue(m_stage), nameOfValue(m_process->stopStage()));
    compare("program", m_program.toUtf8(), m_process->program().toUtf8());
    compare("arguments", m_arguments.join(u' ').toUtf8(), m_process->arguments().join(u' ').toUtf8());
}

ChildLife &ObservedProcess::beginLife(bool mustFail, bool isRead)
{
    ++m_startCount;
    readInTransaction.clear();
    m_lives.push_back(std::make_shared<ChildLife>());
    ChildLife &life = *m_lives.back();
    life.mustFail = life.mayFail = life.isSilent = mustFail;
    if (!isRead || isClosing)
        life.isCut = {true, true};
    if (isClosing && !mustFail)
        life.mayDieOf(SIGKILL);
    return life;
}

// A slot may start the next child before finished() of the one before: then two lives are open at a
// time.
ChildLife *ObservedProcess::firstOpen(bool hasStarted)
{
    const auto found = std::find_if(m_lives.begin(), m_lives.end(), [hasStarted](const auto &life) {
        return !life->isReported() && (life->startedCount > 0) == hasStarted;
    });
    return found == m_lives.end() ? nullptr : found->get();
}

// In a nested event loop the later one may end first.
ChildLife *ObservedProcess::openWith(const ChildLife::Outcome &outcome)
{
    const auto found = std::find_if(m_lives.rbegin(), m_lives.rend(), [&outcome](const auto &life) {
        return !life->isReported() && life->startedCount > 0 && life->outcomes.contains(outcome);
    });
    return found == m_lives.rend() ? firstOpen(true) : found->get();
}

void ObservedProcess::noteStarted()
{
    if (m_isBlind)
        return;
    ChildLife *const life = firstOpen(false);
    if (!life)
        return fail("started: once too often");
    ++life->startedCount;
    if (life->mustFail)
        fail("started: a program that does not exist");
    if (m_process->state() != ChildProcess::Running)
        fail("started: in the state " + nameOfValue(m_process->state()));
    life->isStarting = false;
}

void ObservedProcess::noteError(ChildProcess::ProcessError error)
{
    if (m_isBlind)
        return;
    if (error == ChildProcess::FailedToStart) {
        ChildLife *const life = firstOpen(false);
        if (!life)
            return fail("error: FailedToStart without a start, or after started()");
        ++life->failedCount;
        if (!life->mayFail)
            fail("error: FailedToStart, " + m_process->errorString().toUtf8());
        const bool isLast = life == m_lives.back().get(); // Otherwise a slot has started the next child.
        if (isLast && !m_process->startError().step)
            fail("error: FailedToStart without a step");
    } else if (error == ChildProcess::Crashed) {
        ChildLife *const life = firstOpen(true);
        if (!life || life->crashedCount++ > 0)
            fail("error: Crashed once too often");
    } else if (error == ChildProcess::ReadError || error == ChildProcess::UnknownError) {
        fail("error: " + nameOfValue(error));
    }
}

void ObservedProcess::noteFinished(int code, ChildProcess::ExitStatus status)
{
    if (m_isBlind)
        return;
    ChildLife *const life = openWith({code, status});
    if (!life)
        return fail("finished: without started(), or once too often");
    ++life->finishedCount;
    const QByteArray text = QByteArray::number(code) + ' ' + nameOfValue(status);
    if (!life->outcomes.contains({code, status}))
        fail("finished: " + text + ", for which there is no cause");
    if (life->crashedCount != (status == ChildProcess::CrashExit ? 1 : 0))
        fail("finished: " + text + " with another number of crashes");
    if (life != m_lives.back().get()) // A slot has started the next child.
        return;
    if (m_process->state() != ChildProcess::NotRunning)
        fail("finished: in the state " + nameOfValue(m_process->state()));
    const ForkFd::ExitInfo info = m_process->exitInfo();
    const bool isSame = status == ChildProcess::NormalExit
        ? info.reason == ForkFd::ExitInfo::Exited && info.code == code
        : info.reason == ForkFd::ExitInfo::Signaled && info.signal == code;
    if (!isSame || m_process->exitCode() != code || m_process->exitStatus() != status)
        fail("finished: " + text + ", but exitInfo() is " + QByteArray::fromStdString(info.toString()));
    checkOutput(*life);
}

// At the end all that the child has written can be read.
void ObservedProcess::checkOutput(ChildLife &life)
{
    const int channel = m_process->readChannel();
    const auto index = static_cast<std::size_t>(channel);
    if (life.isCut[index] || !m_process->isReadable())
        return;
    const qint64 available = m_process->bytesAvailable();
    if (available != life.unread[index].size())
        fail("output: " + QByteArray::number(available) + " bytes of channel "
             + QByteArray::number(channel) + " at the end, not "
             + QByteArray::number(life.unread[index].size()));
}

void ObservedProcess::noteEnded()
{
    if (++m_endedCount > m_startCount && !m_isBlind)
        fail("ended: once too often");
}

void ObservedProcess::noteRead(int channel, const QByteArray &bytes, bool isPeek)
{
    ChildLife *const last = life();
    const auto index = static_cast<std::size_t>(channel);
    if (!last || last->isCut[index] || bytes.isEmpty())
        return;
    if (!last->unread[index].startsWith(bytes))
        fail("read: " + QByteArray::number(bytes.size()) + " bytes of channel "
             + QByteArray::number(channel) + " that the child has not written there");
    if (isPeek)
        return;
    last->unread[index].remove(0, bytes.size());
    if (m_process->isTransactionStarted())
        readInTransaction += bytes;
}

void ObservedProcess::checkAllReported()
{
    if (m_isBlind)
        return;
    for (const auto &life : m_lives) {
        if (life->finishedCount + life->failedCount != 1)
            fail("report: " + QByteArray::number(life->finishedCount) + " finished() and "
                 + QByteArray::number(life->failedCount) + " FailedToStart for one start");
    }
    if (m_endedCount != m_startCount)
        fail("ended: " + QByteArray::number(m_endedCount) + " for " + QByteArray::number(m_startCount)
             + " starts");
    checkProperties("the end");
}

} // namespace Fuzz
