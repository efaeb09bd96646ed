// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESS_P_H
#define FORKFD_CHILDPROCESS_P_H

#include "channel.h"
#include "exithub.h"

#include "../core/exitwatch.h"
#include "../core/launchplan.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QLoggingCategory>

#include <array>
#include <functional>
#include <vector>

namespace ForkFd {

Q_DECLARE_LOGGING_CATEGORY(childProcessLog)

/// The state machine behind a ChildProcess.
///
///     NotRunning --start()--> Starting --finishStarting()--> Running --finishEnding()--> NotRunning
///                                 \_________________ a failed start _______________________/
///
/// When start() returns in Starting, the child runs or it is known why not. Everybody else learns it
/// from finishStarting(), which is called before anything else that the event loop or a wait does.
///
/// A slot may do anything: restart, wait, delete. Whatever emits a signal therefore asks afterwards
/// whether its Run goes on, and returns at once if not.
class ChildProcessPrivate final : private Internal::HubClient
{
public:
    explicit ChildProcessPrivate(ChildProcess *owner) noexcept
        : q(owner)
    {
    }
    ~ChildProcessPrivate();

    void start(QIODevice::OpenMode mode);
    void failWithoutProgram();
    bool waitForStarted();
    enum WaitOutcome { Done, RunEnded, TimedOut, ObjectGone };
    /// Serves this child until `isDone`, the end of the run or the deadline, which sets error().
    WaitOutcome serveUntil(const std::function<bool()> &isDone, const QDeadlineTimer &deadline);

    Internal::Channel &channelOf(ChildProcess::ProcessChannel channel) noexcept;
    void setReadChannel(ChildProcess::ProcessChannel channel);
    bool canWrite() const noexcept { return !m_closesInputWhenWritten; }
    void queueForWriting(const char *data, qint64 size);
    void closeWriteChannel();

    /// Stops watching in the thread that the object leaves, and goes on in the next one.
    void changeThread();

    ChildProcess *const q;

    // What the next child is to be.
    QString program;
    QStringList arguments;
    QString workingDirectory;
    QProcessEnvironment environment{QProcessEnvironment::InheritFromParent};
    ChildProcess::ProcessChannelMode channelMode = ChildProcess::SeparateChannels;
    ChildProcess::InputChannelMode inputMode = ChildProcess::ManagedInputChannel;
    LaunchOptions launchOptions;

    // What is known of the present one, or the last.
    ChildProcess::ProcessState state = ChildProcess::NotRunning;
    ChildProcess::ProcessError error = ChildProcess::UnknownError;
    StartError startError;
    std::optional<ExitInfo> exitInfo; ///< Known from its end on.
    Internal::ExitWatchPtr watch; ///< Until its end was collected.
    qint64 pid = 0; ///< Until the change to NotRunning was told.
    std::chrono::steady_clock::time_point startTime;
    std::chrono::steady_clock::time_point endTime;

    Internal::Channel input{Internal::Channel::ToChild};
    Internal::Channel output{Internal::Channel::FromChild};
    Internal::Channel errorOutput{Internal::Channel::FromChild};
    ChildProcess::ProcessChannel readChannel = ChildProcess::StandardOutput;
    quint64 readCount = 0; ///< How often data has come on the read channel.
    quint64 writeCount = 0; ///< How often the child's pipe has taken data.

private:
    class Run;
    struct ChildEnds
    {
        std::vector<FileDescriptor> descriptors;
        std::vector<Internal::UniqueFd> owned; ///< What to close once the child has them.
        bool add(int childFd, Internal::UniqueFd descriptor);
    };

    void reset(QIODevice::OpenMode mode);
    bool openChannels(QIODevice::OpenMode mode, ChildEnds &ends);
    static bool openOutput(Internal::Channel &channel, int childFd, bool isRead, ChildEnds &ends);
    StartError launch(const std::vector<FileDescriptor> &channels);
    void failInsideStart();
    QString startErrorText() const;
    void finishStarting();
    void announceStart();
    void emitStarted();
    void finishFailedStart();
    void setState(ChildProcess::ProcessState newState);
    void reportError(ChildProcess::ProcessError newError, const QString &text);
    void reportErrorOf(quint64 run, ChildProcess::ProcessError newError, const QString &text);

    void descriptorReady(Role role) override;
    void serve(Role role);
    bool isServable(Role role) noexcept;
    int descriptorOf(Role role) noexcept;
    Internal::Channel *channelOf(Role role) noexcept;
    void receive(Role role);
    void announceData(ChildProcess::ProcessChannel channel);
    void send();
    void closeChannel(Role role);

    void collect();
    void serveReady(const std::function<bool()> &isDone, const QDeadlineTimer &deadline);
    void retryLater();
    void retryWhenDue();
    void finishEnding();
    void announceLastData(ChildProcess::ProcessChannel channel);

    void watchAll();
    void watchDescriptor(Role role);
    void unwatch(Role role) noexcept;
    void postToEventLoop();

    std::shared_ptr<Internal::ExitHub> m_hub;
    std::array<Internal::ExitHub::Id, 4> m_registrations = {}; ///< By role.
    Internal::RetryDelay m_retryDelay;
    QDeadlineTimer m_retry; ///< Runs while a child that looks ended is left alone for a moment.
    bool m_isStartedDue = false; ///< The state is Running, and started() was not emitted yet.
    bool m_closesInputWhenWritten = false;
    bool m_isEmittingReadyRead = false;
    bool m_isEmittingBytesWritten = false;
    quint64 m_runNumber = 0;
};

} // namespace ForkFd

#endif
