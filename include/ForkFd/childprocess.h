// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILDPROCESS_H
#define FORKFD_CHILDPROCESS_H

#include <QtCore/qglobal.h>

#ifdef Q_OS_WIN
#error "ForkFd is for Unix. On Windows write: namespace ForkFd { using ChildProcess = QProcess; }"
#endif

#include <ForkFd/export.h>
#include <ForkFd/spawn.h>

#include <QtCore/QDebug>
#include <QtCore/QIODevice>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>

#include <chrono>
#include <functional>
#include <memory>

namespace ForkFd {

class ChildProcessPrivate;

/// A child process, used as QProcess is.
///
/// \code
/// auto *child = new ForkFd::ChildProcess(this);
/// connect(child, &ForkFd::ChildProcess::finished, this, [child](int exitCode) {
///     qInfo() << exitCode << child->readAllStandardOutput();
///     child->deleteLater();
/// });
/// child->start("make", {"-j4"});
/// \endcode
///
/// Its end is noticed through a descriptor of its own, so that neither another library's wait nor
/// an ignored SIGCHLD loses it, and no signal handler of the program is touched.
///
/// Threads: use an object in the thread it lives in, as any QObject. Signals come from that thread's
/// event loop, or from within a waitFor function, which needs no event loop.
///
/// The destructor kills a child that still runs (see DestructionPolicy), does not wait for it, leaves no
/// zombie and emits nothing. In a process made by fork() an object belongs to the parent, and destroying
/// the copy does the child no harm.
class FORKFD_EXPORT ChildProcess : public QIODevice
{
    Q_OBJECT
    /// Where the child is in its life.
    Q_PROPERTY(ProcessState state READ state NOTIFY stateChanged)
    /// Whether there is a child.
    Q_PROPERTY(bool running READ isRunning NOTIFY stateChanged)
    /// The child's process id; 0 without a child.
    Q_PROPERTY(qint64 processId READ currentProcessId NOTIFY stateChanged)
    /// The last child's exit code, or 255 after a failed start.
    Q_PROPERTY(int exitCode READ exitCode NOTIFY exitCodeChanged)
    /// The program to start.
    Q_PROPERTY(QString program READ program WRITE setProgram NOTIFY programChanged)
    /// Its arguments.
    Q_PROPERTY(QStringList arguments READ arguments WRITE setArguments NOTIFY argumentsChanged)

public:
    /// What went wrong last.
    enum ProcessError {
        FailedToStart, ///< There was no child; startError() says why.
        Crashed, ///< A signal killed the child.
        Timedout, ///< The last waitFor function ran into its timeout. The child goes on.
        ReadError, ///< Reading from the child failed.
        WriteError, ///< Writing to the child failed.
        UnknownError ///< Nothing went wrong, or nobody knows how the child ended.
    };
    Q_ENUM(ProcessError)

    /// Where a child is in its life.
    enum ProcessState {
        NotRunning, ///< There is none, or it has ended.
        Starting, ///< It was started, and started() is still to come.
        Running ///< It runs.
    };
    Q_ENUM(ProcessState)

    /// The child's two outputs.
    enum ProcessChannel { StandardOutput = 0, StandardError = 1 };
    Q_ENUM(ProcessChannel)

    /// What becomes of the child's outputs.
    enum ProcessChannelMode {
        SeparateChannels, ///< Both can be read, each for itself.
        MergedChannels, ///< Both are read as standard output.
        ForwardedChannels, ///< Both are the parent's own.
        ForwardedOutputChannel, ///< Standard output is the parent's own, standard error can be read.
        ForwardedErrorChannel ///< The other way round.
    };
    Q_ENUM(ProcessChannelMode)

    /// What becomes of the child's input.
    enum InputChannelMode {
        ManagedInputChannel, ///< It is what gets written to this device.
        ForwardedInputChannel ///< It is the parent's own.
    };
    Q_ENUM(InputChannelMode)

    /// How the last child ended.
    enum ExitStatus {
        NormalExit, ///< By itself; exitCode() is valid.
        CrashExit, ///< By a signal.
        UnknownExit ///< Another part of the process took the exit status, and it is lost.
    };
    Q_ENUM(ExitStatus)

    /// What else is to be different in the child.
    enum class UnixProcessFlag : quint32 {
        ResetSignalHandlers = 0x0001, ///< Every signal gets its default action, and none is blocked.
        IgnoreSigPipe = 0x0002, ///< SIGPIPE is ignored.
        CloseFileDescriptors = 0x0010, ///< No descriptor but the standard streams, and what is mapped.
        UseVFork = 0x0020, ///< The modifier copes with memory that it shares with the parent.
        CreateNewSession = 0x0040, ///< The child leads a session of its own.
        DisconnectControllingTerminal = 0x0080, ///< It has no controlling terminal.
        ResetIds = 0x0100, ///< Its effective user and group are the real ones.
        DisableCoreDumps = 0x0200 ///< It dumps no core.
    };
    Q_ENUM(UnixProcessFlag)
    Q_DECLARE_FLAGS(UnixProcessFlags, UnixProcessFlag)

    /// What setUnixProcessParameters() sets.
    struct UnixProcessParameters
    {
        UnixProcessFlags flags = {}; ///< Any of them together.
        int lowestFileDescriptorToClose = 0; ///< With CloseFileDescriptors: lower numbers stay open.
    };

    /// Whom the signals for a child reach.
    enum class SignalScope {
        Process, ///< The child alone.
        Group, ///< Its process group, which is one of its own. It has no controlling terminal.
        Tree ///< All that descends from it, as far as the system lets that be known. Else as Group.
    };
    Q_ENUM(SignalScope)

    /// What becomes of a child that runs when its object is destroyed. No object waits for it.
    enum class DestructionPolicy {
        Kill, ///< SIGKILL.
        Stop, ///< As stop() does.
        LeaveRunning ///< It goes on.
    };
    Q_ENUM(DestructionPolicy)

    /// Makes an object without a child.
    explicit ChildProcess(QObject *parent = nullptr);
    /// Kills a child that still runs, unless destructionPolicy() is another, and does not wait for it.
    ~ChildProcess() override;

    /// Starts `program`.
    void start(const QString &program, const QStringList &arguments = {}, OpenMode mode = ReadWrite);
    /// Starts program().
    void start(OpenMode mode = ReadWrite);
    /// Starts what splitCommand() makes of `command`.
    void startCommand(const QString &command, OpenMode mode = ReadWrite);
    /// Starts program() detached: it outlives this object and this process, and the object does not
    /// track it.
    bool startDetached(qint64 *pid = nullptr);
    /// Starts program(). False if it could not even be tried.
    bool open(OpenMode mode = ReadWrite) override;

    /// The program to start.
    QString program() const;
    /// Sets the program, searched in PATH unless its name has a slash.
    void setProgram(const QString &program);
    /// The arguments, without the program's name.
    QStringList arguments() const;
    /// Sets the arguments.
    void setArguments(const QStringList &arguments);
    /// The directory that the child starts in; empty: the parent's.
    QString workingDirectory() const;
    /// Sets the directory that the child starts in.
    void setWorkingDirectory(const QString &directory);
    /// The child's environment; one that inherits from the parent unless set.
    QProcessEnvironment processEnvironment() const;
    /// Sets the child's whole environment.
    void setProcessEnvironment(const QProcessEnvironment &environment);
    /// The same as "NAME=value", sorted.
    QStringList environment() const;
    /// The same from "NAME=value"; the last one wins.
    void setEnvironment(const QStringList &environment);

    /// What becomes of the outputs; SeparateChannels unless set.
    ProcessChannelMode processChannelMode() const;
    /// Sets what becomes of the outputs.
    void setProcessChannelMode(ProcessChannelMode mode);
    /// What becomes of the input; ManagedInputChannel unless set.
    InputChannelMode inputChannelMode() const;
    /// Sets what becomes of the input.
    void setInputChannelMode(InputChannelMode mode);
    /// The output that the functions of QIODevice read; StandardOutput unless set.
    ProcessChannel readChannel() const;
    /// Sets the output that the functions of QIODevice read.
    void setReadChannel(ProcessChannel channel);

    /// Makes a file the child's standard input; an empty name takes that back.
    void setStandardInputFile(const QString &fileName);
    /// Makes a file the child's standard output; an empty name takes that back.
    void setStandardOutputFile(const QString &fileName, OpenMode mode = Truncate);
    /// Makes a file the child's standard error; an empty name takes that back.
    void setStandardErrorFile(const QString &fileName, OpenMode mode = Truncate);
    /// Makes this child's standard output the other's standard input.
    void setStandardOutputProcess(ChildProcess *destination);

    /// The function that runs in the child before its program; empty unless set.
    std::function<void(void)> childProcessModifier() const;
    /// Sets a function that runs in the child before its program.
    void setChildProcessModifier(const std::function<void(void)> &modifier);
    /// Within that function: makes the start fail.
    [[noreturn]] void failChildProcessModifier(const char *description, int error = 0) noexcept;
    /// What else is to be different in the child; nothing unless set.
    UnixProcessParameters unixProcessParameters() const noexcept;
    /// Sets what else is to be different in the child.
    void setUnixProcessParameters(const UnixProcessParameters &params);
    /// Sets the flags alone.
    void setUnixProcessParameters(UnixProcessFlags flagsOnly);

    /// Everything that came on standard output and was not read yet.
    QByteArray readAllStandardOutput();
    /// Everything that came on standard error and was not read yet.
    QByteArray readAllStandardError();
    /// Closes the child's input once everything written to it is through.
    void closeWriteChannel();
    /// Keeps nothing that comes on that output from now on.
    void closeReadChannel(ProcessChannel channel);

    /// Whether there is a child.
    ProcessState state() const;
    /// The child's process id; 0 without a child.
    qint64 processId() const;
    /// What went wrong last; UnknownError at first.
    ProcessError error() const;
    /// How the last child ended; only after finished().
    ExitStatus exitStatus() const;
    /// The last child's exit code; after CrashExit the signal's number, after UnknownExit -1.
    int exitCode() const;
    /// How the last child ended, with the signal and the resources it used; after finished().
    ExitInfo exitInfo() const;
    /// Which step of the last start failed, and its errno. Known as soon as start() returns.
    StartError startError() const;
    /// From the start to the child's end, or to now; 0 before the first start.
    std::chrono::nanoseconds elapsedTime() const;
    /// What else is to be different in the next child.
    LaunchOptions launchOptions() const;
    void setLaunchOptions(const LaunchOptions &options);

    /// Sends a signal to what signalScope() reaches, never to another process that got the number.
    /// Signal 0 sends nothing: true while there is a process that a signal would reach.
    bool sendSignal(int signal);
    /// How long a child may take to end after stop(); 5 s unless set.
    std::chrono::milliseconds stopGrace() const;
    /// Sets how long a child may take to end after stop().
    void setStopGrace(std::chrono::milliseconds grace);
    /// How long a child may run before it is stopped; 0: for ever.
    std::chrono::milliseconds timeLimit() const;
    /// Sets how long a child may run, counted from its start.
    void setTimeLimit(std::chrono::milliseconds limit);
    /// Whether the present child, or the last one, has run for longer.
    bool timeLimitExceeded() const;
    /// Whom signals, stop() and the time limit reach; the child alone unless set.
    SignalScope signalScope() const;
    /// Sets whom they reach, for the next child.
    void setSignalScope(SignalScope scope);
    /// What the destructor does to a child that still runs; Kill unless set.
    DestructionPolicy destructionPolicy() const;
    /// Sets what the destructor does to it.
    void setDestructionPolicy(DestructionPolicy policy);

    /// Whether there is a child: state() is not NotRunning.
    bool isRunning() const;

    /// How many bytes of each output may wait here; 0 unless set: any number.
    qint64 readBufferSize() const;
    /// Sets how many bytes of each output may wait here before the child has to.
    void setReadBufferSize(qint64 bytes);
    /// How long finished() waits for output that descendants of the child hold open; 0 unless set.
    std::chrono::milliseconds drainTimeout() const;
    /// Sets how long finished() waits for the end of the output, counted from the child's end.
    void setDrainTimeout(std::chrono::milliseconds timeout);
    /// Gives the child's pseudo-terminal another size. False if it has none.
    bool setTerminalSize(int columns, int rows);

    /// Blocks until the child runs, at most `msecs` (-1: for ever). False if it does not.
    bool waitForStarted(int msecs = 30000);
    /// Blocks until there is new data on the current read channel.
    bool waitForReadyRead(int msecs = 30000) override;
    /// Blocks until some of what was written has reached the child's pipe.
    bool waitForBytesWritten(int msecs = 30000) override;
    /// Blocks until the child has ended and finished() was emitted.
    bool waitForFinished(int msecs = 30000);

    /// Blocks until all children that are being stopped have ended, whatever objects they belong to, at
    /// most `timeout` (negative: for ever). True if all have ended.
    static bool waitForStopped(std::chrono::milliseconds timeout);

    /// Runs a program to its end. Its exit code; -1 when it did not exit by itself, -2 when it did not
    /// start.
    static int execute(const QString &program, const QStringList &arguments = {});
    /// Starts a program detached: it outlives this process.
    static bool startDetached(const QString &program, const QStringList &arguments = {},
                              const QString &workingDirectory = {}, qint64 *pid = nullptr);
    /// The environment of this process as "NAME=value".
    static QStringList systemEnvironment();
    /// The name of a file that swallows everything.
    static QString nullDevice();
    /// Takes a command line apart at its spaces, except within double quotes.
    static QStringList splitCommand(QStringView command);

    /// 2 when the device can be read, else 0. Hides QIODevice's, which knows of one.
    int readChannelCount() const;
    /// readChannel() as a number. Hides QIODevice's.
    int currentReadChannel() const;
    /// setReadChannel() by number. Hides QIODevice's.
    void setCurrentReadChannel(int channel);
    /// Everything that came on the read channel and was not read yet. Hides QIODevice's, which copies
    /// it.
    QByteArray readAll();
    using QIODevice::write;
    /// Writes `data` to the child. Hides QIODevice's, which copies it; this one shares a large array.
    qint64 write(const QByteArray &data);

    /// True: there is no position to seek to.
    bool isSequential() const override;
    /// How many bytes can be read from the read channel now.
    qint64 bytesAvailable() const override;
    /// How many written bytes have not reached the child's pipe yet.
    qint64 bytesToWrite() const override;
    /// Whether the read channel holds a whole line.
    bool canReadLine() const override;
    /// Kills the child, waits for its end and closes the device.
    void close() override;

public Q_SLOTS:
    /// Starts program(): start() where no overloads are wanted, as in QML.
    void startProcess();
    /// Asks the child to end: SIGTERM.
    void terminate();
    /// Makes the child end: SIGKILL.
    void kill();
    /// Asks the child to end, and makes it end after stopGrace(). Returns at once.
    void stop();

Q_SIGNALS:
    /// The child runs its program.
    void started(QPrivateSignal);
    /// The child has ended; its output is still there to be read.
    void finished(int exitCode, ForkFd::ChildProcess::ExitStatus exitStatus = NormalExit);
    /// Something went wrong.
    void errorOccurred(ForkFd::ChildProcess::ProcessError error);
    /// state() has changed.
    void stateChanged(ForkFd::ChildProcess::ProcessState state, QPrivateSignal);
    /// There is new data from the child's standard output.
    void readyReadStandardOutput(QPrivateSignal);
    /// There is new data from the child's standard error.
    void readyReadStandardError(QPrivateSignal);
    /// exitCode() has changed: at the end of a child, to 255 by a failed start, or to 0 by the next
    /// start.
    void exitCodeChanged(int exitCode);
    /// program() has changed, by setProgram() or by a start.
    void programChanged(const QString &program);
    /// arguments() have changed, by setArguments() or by a start.
    void argumentsChanged(const QStringList &arguments);

protected:
    /// Sets state() and tells, for subclasses that start children in a way of their own.
    void setProcessState(ProcessState state);
    /// Takes bytes from the read channel; -1 at its end.
    qint64 readData(char *data, qint64 maxSize) override;
    /// Queues bytes for the child; 0 when its input is closed.
    qint64 writeData(const char *data, qint64 size) override;
    /// Moves the watch along when the object changes its thread.
    bool event(QEvent *event) override;

private:
    qint64 currentProcessId() const;

    friend class ChildProcessPrivate;
    std::unique_ptr<ChildProcessPrivate> const d;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(ChildProcess::UnixProcessFlags)

/// Prints what ExitInfo::toString() says.
FORKFD_EXPORT QDebug operator<<(QDebug debug, const ExitInfo &info);
/// Prints what StartError::toString() says, or "no error".
FORKFD_EXPORT QDebug operator<<(QDebug debug, const StartError &error);
/// What QCOMPARE prints; to be freed with delete[].
FORKFD_EXPORT char *toString(const ExitInfo &info);
/// What QCOMPARE prints; to be freed with delete[].
FORKFD_EXPORT char *toString(const StartError &error);

} // namespace ForkFd

#endif
