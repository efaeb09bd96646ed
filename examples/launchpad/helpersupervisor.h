// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERSUPERVISOR_H
#define LAUNCHPAD_HELPERSUPERVISOR_H

#include "helper.h"
#include "outputdocument.h"
#include "restartdelay.h"
#include "runrecord.h"
#include "usagehistory.h"

#include <ForkFd/ChildProcess>

#include <QtCore/QTimer>

/// Runs one helper: starts and stops it, restarts it, and keeps its output and its history.
///
/// A run is over when the last process of the helper has gone. If the helper itself ends first, what it
/// has left behind is stopped. So the next run finds its port and its files free.
class HelperSupervisor : public QObject
{
    Q_OBJECT

public:
    enum class State {
        Stopped, ///< Not started yet, or stopped by the user.
        Starting,
        Running,
        Stopping, ///< Some of its processes are still there.
        Waiting, ///< For the next restart.
        Exited, ///< It has ended by itself with code 0, and stays so.
        Failed ///< It has crashed, exited with another code, or did not start, and stays so.
    };
    Q_ENUM(State)

    explicit HelperSupervisor(Helper helper, QObject *parent = nullptr);
    /// Stops the helper; the grace continues without the object. Does not wait.
    ~HelperSupervisor() override;

    const Helper &helper() const { return m_helper; }
    /// A helper that is running keeps all settings but the stop signal and the grace until its next
    /// start.
    void setHelper(const Helper &helper);

    State state() const { return m_state; }
    /// Whether some of its processes exist.
    bool isActive() const;
    /// Whether it is active, or will be started again.
    bool isWanted() const { return isActive() || m_state == State::Waiting; }
    /// Whether the stop signal was followed by SIGKILL.
    bool isBeingKilled() const;
    /// The state as a sentence for people.
    QString stateText() const;

    OutputDocument *output() { return &m_output; }
    const UsageHistory &usage() const { return m_usage; }
    const QList<RunRecord> &runs() const { return m_runs; } ///< The last comes last.

    static constexpr int maximumRuns = 200;
    /// How often the usage is sampled; for programs that make pictures of the window.
    static std::chrono::milliseconds sampleInterval;

public Q_SLOTS:
    void start();
    void stop();
    /// Stops the helper if it is running, and starts it as soon as its processes have gone.
    void restart();
    /// Sends SIGKILL to all processes of the helper.
    void kill();

Q_SIGNALS:
    void stateChanged();
    void sampled();
    void runsChanged();

private:
    enum class Next { Nothing, Start };

    void connectChild();
    void applyStopSettings();
    void begin();
    void readOutput();
    void sample();
    void childEnded();
    void treeEnded();
    void record();
    void concludeRun();
    void announceEnd();
    void setState(State state);
    QString waitingText() const;

    Helper m_helper;
    State m_state = State::Stopped;
    bool m_isStopWanted = false; ///< The user has asked for the stop that is under way.
    Next m_next = Next::Nothing;
    QString m_endText;
    bool m_hasFailed = false;
    QDateTime m_begin;
    RestartDelay m_delay;
    QTimer m_restartTimer;
    QTimer m_sampleTimer;
    QTimer m_readTimer;
    UsageHistory m_usage;
    QList<RunRecord> m_runs;
    OutputDocument m_output;
    ForkFd::ChildProcess m_child; // Goes first, because its signals use the others.
};

#endif
