// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The end of the child's tree. docs/design/stop-treeend.md has the states.

#include "qt/childprocess_p.h"

#include "core/base/wait.h"
#include "core/stop/keeper.h"

#include <QtCore/QMetaMethod>
#include <QtCore/QThread>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <new>
#include <string>
#include <system_error>

#include <poll.h>

namespace ForkFd {

using namespace Internal;

/// Returns the ids in ascending order: the child, and with Group and Tree the other processes that a
/// signal reaches. Can be called before and after the end of the child, until the next start. Leaves out
/// processes that the kernel is tearing down, and those that have no id in this PID namespace. While
/// something waits for treeEnded(), the list also contains processes that were found earlier and have
/// since lost their parent and left the group.
///
/// An id is only a hint: the process may end at any time, and another process may get the number.
/// ChildProcess::kill() signals the processes without that risk. Blocks for a walk through all processes
/// if there is no cgroup. **Errors** (errno, which is 0 if there is none): EMFILE, ENFILE, ENOMEM, or
/// the errno of reading the cgroup; the list is then empty. \since 0.1
QList<qint64> ChildProcess::remainingProcessIds() const
{
    QList<qint64> ids;
    errno = 0;
    try {
        const std::vector<pid_t> processes = d->remainingProcesses();
        std::copy(processes.begin(), processes.end(), std::back_inserter(ids));
        errno = 0;
    } catch (const std::system_error &error) {
        errno = error.code().value();
    }
    return ids;
}

/// The result has what a message to the user needs: the number of the processes that
/// remainingProcessIds() returns, and the names of their programs. A process that ends during the call
/// may be counted but not named. Without `/proc` there are no names.
///
/// \code
/// const ForkFd::LeftBehind left = child.remainingProcesses();
/// if (left.count > 0)
///     qWarning() << left.count << "processes are left:" << left.names;
/// \endcode
/// Blocks as remainingProcessIds() does. **Errors** (errno, which is 0 if there is none): those of
/// remainingProcessIds(); the count is then -1. \since 0.1
LeftBehind ChildProcess::remainingProcesses() const
{
    const QList<qint64> ids = remainingProcessIds();
    const int errorCode = errno;
    LeftBehind left;
    left.count = ids.isEmpty() && errorCode != 0 ? -1 : static_cast<int>(ids.size());
    for (const qint64 id : ids) {
        const std::string name = nameOfProcess(static_cast<pid_t>(id));
        if (!name.empty()) // Else it has ended in the meantime.
            left.names.append(QString::fromLocal8Bit(name.c_str()));
    }
    left.names.sort();
    left.names.removeDuplicates();
    errno = errorCode;
    return left;
}

/// Blocks for `timeout` at most (negative: no limit) until the child and all processes in signalScope()
/// have ended, and treeEnded() has been emitted. Until the child has ended, it works like
/// waitForFinished() and emits the same signals. If a slot calls it before ended() is emitted, it waits
/// for the end of the tree all the same; treeEnded() is then emitted after ended().
///
/// Returns true at once if treeEnded() was emitted for the last start. **Errors:** returns false if
/// there is no child, if the start has failed, after the timeout, if a slot has started the next child
/// or deleted this object, and in a forked copy. \since 0.1
bool ChildProcess::waitForTreeEnded(std::chrono::milliseconds timeout)
{
    return d->waitForTreeEnded(Deadline::unlessNegative(timeout));
}

// May be called in any thread that connects.
void ChildProcess::connectNotify(const QMetaMethod &signal)
{
    QIODevice::connectNotify(signal);
    if (signal != QMetaMethod::fromSignal(&ChildProcess::treeEnded))
        return;
    if (thread() == QThread::currentThread())
        d->watchTree();
    else
        QMetaObject::invokeMethod(
            this, [this] { d->watchTree(); }, Qt::QueuedConnection);
}

bool ChildProcessPrivate::isTreeEndWanted() const
{
    return q->isSignalConnected(QMetaMethod::fromSignal(&ChildProcess::treeEnded));
}

void ChildProcessPrivate::beginTree()
{
    m_treePhase = Alive;
    if (isTreeEndWanted())
        watchTree();
}

void ChildProcessPrivate::watchTree()
{
    if (m_tree || m_treePhase == None || m_treePhase == Over)
        return;
    m_tree = std::make_unique<TreeEnd>(child, !watch);
    callFromEventLoop();
}

void ChildProcessPrivate::dropTree() noexcept
{
    unwatch(HubClient::Tree);
    m_tree.reset();
}

// From now on the tree's end may be reported, even by an event loop that a slot of ended() runs.
void ChildProcessPrivate::endTree(const Run &run)
{
    if (run.isLatest()) {
        m_treePhase = Left;
        if (m_tree)
            callFromEventLoop(); // A slot may throw.
    }
    emitEnded(run);
    if (run.isLatest())
        serveTree();
}

void ChildProcessPrivate::serveTree()
{
    if (q->thread() != QThread::currentThread() || !m_tree)
        return; // If a slot has moved the object, the new thread serves it.
    m_tree->watch.look();
    if (m_tree->watch.isOver() && m_treePhase == Left) {
        tellTreeEnd();
        return;
    }
    watchDescriptor(HubClient::Tree);
    requestCall();
}

// Nothing is left to signal, so that neither the exit descriptor nor the cgroup is needed.
void ChildProcessPrivate::tellTreeEnd()
{
    const Run run(this);
    const QString name = Log::isOn() ? nameForLog() : QString();
    m_treePhase = Over;
    dropTree();
    if (child)
        letGoUnlessReached();
    if (!name.isEmpty())
        Log::treeEnded(name); // A message handler may start the next child.
    if (run.isLatest())
        Q_EMIT q->treeEnded();
}

bool ChildProcessPrivate::waitForTreeEnded(Deadline deadline)
{
    const Run run(this);
    if (state != ChildProcess::NotRunning) {
        if (awaitOutcome(deadline) != Done)
            return false;
        finishStarting();
        if (run.goesOnHere())
            watchTree();
        if (run.goesOnHere() && serveUntil([] { return false; }, deadline) != RunEnded)
            return false;
    }
    return run.isLatest() && awaitTree(run, deadline);
}

bool ChildProcessPrivate::awaitTree(const Run &run, Deadline deadline)
{
    const auto isHere = [&run, this] {
        return run.isLatest() && q->thread() == QThread::currentThread();
    };
    if (isHere())
        watchTree();
    while (isHere() && m_tree && m_tree->watch.belongsToThisProcess()) {
        // Look once more after the deadline, as serveUntil() does.
        const bool isLastLook = deadline.hasExpired();
        const bool isOver = (m_tree->watch.look(), m_tree->watch.isOver());
        if (isOver && m_treePhase == Left)
            tellTreeEnd();
        if (isOver || isLastLook)
            return isOver;
        pollfd entry = {m_tree->watch.descriptor(), eventsOf(HubClient::Tree), 0};
        const Deadline next = std::min(deadline, m_tree->watch.nextLook());
        pollDescriptors(&entry, 1, Keeper::retryBefore(next.pollTimeout()));
    }
    return isHere() && m_treePhase == Over;
}

std::vector<pid_t> ChildProcessPrivate::remainingProcesses()
{
    if (!m_tree)
        return child ? TreeWatch::membersOf(*child) : std::vector<pid_t>();
    callFromEventLoop(); // The walk may see the last end.
    return m_tree->watch.members();
}

// Finds processes that will have no parent after a signal.
void ChildProcessPrivate::walkTree() noexcept
try {
    if (!m_tree)
        return;
    callFromEventLoop();
    m_tree->watch.walk();
} catch (const std::bad_alloc &) { // The next event will do.
}

// After the end of the child, the processes that walks have found get the signal, too, unless the signal
// to the group has reached them. Before the end, this is done only for a kill, which may reach a process
// twice.
int ChildProcessPrivate::signalWatchedTree(int signal) noexcept
{
    if (signal != 0)
        walkTree();
    const int errorCode = child ? child->sendSignal(signal) : ESRCH;
    if (watch && signal != SIGKILL)
        return errorCode;
    const bool isGroupReached = errorCode != ESRCH;
    const int otherErrorCode =
        m_tree->watch.sendSignal(signal, isGroupReached ? TreeMembers::NotInGroup : TreeMembers::All);
    return isGroupReached ? errorCode : otherErrorCode;
}

} // namespace ForkFd
