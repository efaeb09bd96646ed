// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_OBSERVEDPROCESS_H
#define FORKFD_FUZZ_OBSERVEDPROCESS_H

#include "childlife.h"
#include "faultlist.h"

#include <QtCore/QPointer>

#include <functional>
#include <list>

namespace Fuzz {

/// A ChildProcess, and what its signals and results have to be. Used only in the thread of the object.
class ObservedProcess : public std::enable_shared_from_this<ObservedProcess>
{
public:
    using ChildProcess = ForkFd::ChildProcess;

    /// The signals in which a slot may act.
    enum Moment {
        StateChanged,
        Started,
        ErrorOccurred,
        ReadyRead,
        BytesWritten,
        ReadChannelFinished,
        Finished,
        Ended,
        TreeEnded,
        AboutToClose,
        MomentCount
    };

    explicit ObservedProcess(FaultList &faults)
        : m_faults(faults)
    {
    }

    /// Makes the object; not in the constructor, because the slots share the ownership of this.
    void create();
    bool exists() const { return !m_process.isNull(); }
    ChildProcess *process() const { return m_process.data(); }
    void destroy();
    void destroyLater();

    /// Call it before start(). With `mustFail` the program does not exist.
    ChildLife &beginLife(bool mustFail, bool isRead);
    /// The life of the last start; null before the first one, and when no child of it can be left.
    ChildLife *life() { return m_lives.empty() ? nullptr : m_lives.back().get(); }
    /// Called with what a function has read from a channel, which it took away unless `isPeek`.
    void noteRead(int channel, const QByteArray &bytes, bool isPeek = false);
    void noteBlocked();
    /// Takes the values of the properties as told.
    void trustProperties();
    /// Fails unless each start has been reported once.
    void checkAllReported();

    /// Called once, at the next signal of this kind.
    void act(Moment moment, std::function<void()> action)
    {
        m_actions[moment].push_back(std::move(action));
    }

    void actNoMore()
    {
        for (auto &actions : m_actions)
            actions.clear();
    }

    static const char *nameOf(Moment moment);
    QByteArray readInTransaction; ///< A rollback brings it back.
    /// close() is running. As in QProcess, it also kills a child that a slot starts during the call.
    bool isClosing = false;

private:
    void connectSignals();
    void connectProperties();
    void at(Moment moment, const std::function<void()> &check);
    void fail(const QByteArray &text) { m_faults.add(text); }
    void checkProperties(const char *place);
    ChildLife *firstOpen(bool hasStarted);
    ChildLife *openWith(const ChildLife::Outcome &outcome);
    void noteStarted();
    void noteError(ChildProcess::ProcessError error);
    void noteFinished(int code, ChildProcess::ExitStatus status);
    void noteEnded();
    void checkOutput(ChildLife &life);

    FaultList &m_faults;
    QPointer<ChildProcess> m_process;
    bool m_isGone = false;
    bool m_isBlocked = false;
    bool m_isBlind = false;
    std::list<std::shared_ptr<ChildLife>> m_lives;
    int m_startCount = 0;
    int m_endedCount = 0;
    std::array<std::list<std::function<void()>>, MomentCount> m_actions;

    // The values that the signals have told.
    ChildProcess::ProcessState m_state = ChildProcess::NotRunning;
    qint64 m_pid = 0;
    int m_exitCode = 0;
    ChildProcess::StopStage m_stage = ChildProcess::StopStage::None;
    QString m_program;
    QStringList m_arguments;
};

} // namespace Fuzz

#endif
