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
#include <ForkFd/valuetypes.h>

#include <QtCore/QDebug>
#include <QtCore/QIODevice>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace ForkFd {

class ChildProcessPrivate;

/// What a child, its group or its tree uses; see ChildProcess::resourceUsage(). \ingroup ending
struct ResourceUsage
{
    std::chrono::microseconds userTime{0}; ///< Time spent in user mode.
    std::chrono::microseconds systemTime{0}; ///< Time that the kernel spent for the processes.
    qint64 residentBytes = 0; ///< The memory that the processes have now.
    /// The largest amount of memory that is known: the peak of the whole tree where the system counts
    /// it; elsewhere the peak of a single process, or the sum that an earlier call returned.
    qint64 maxResidentBytes = 0;
    int processCount = 0; ///< The processes that live now; threads and zombies do not count.
    /// Whether all members except maxResidentBytes count every process that the child has started,
    /// wherever it went. Only a tree with a control group can have this.
    bool wholeTree = false;
    /// Whether maxResidentBytes is the peak of the whole tree together, as its control group counts it.
    bool isTreePeak = false;
};

/// The processes that a child has left behind. \ingroup ending
struct LeftBehind
{
    int count = 0; ///< The number of processes; -1 if it could not be determined.
    QStringList names; ///< The names of their programs, sorted, each once; at most 15 bytes of each.
};

/// Starts a child process and communicates with it, like QProcess.
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
/// Each child has its own exit descriptor. So ChildProcess notices the end of the child even if other
/// code waits for all children or ignores SIGCHLD. SIGCHLD handlers of the program keep working.
///
/// Unless its documentation says otherwise, a setting takes effect at the next start, and a function
/// neither blocks nor fails.
///
/// Threads: an object may be used only in the thread it lives in, like any QObject. Static functions may
/// be called from any thread. started(), readyRead(), bytesWritten() and finished() are emitted from the
/// event loop of the object's thread or from the waitFor functions, which need no event loop. The
/// functions that start a child, stop(), close() and the setters of properties also emit signals before
/// they return. A slot may restart or delete the object.
///
/// When several properties change together, their signals are emitted directly one after another. So
/// when any other signal is emitted, each property has the value that its last signal announced.
/// docs/qml.md shows the properties in QML.
///
/// ended() is the last signal of each start, except for treeEnded(). A start that is refused because a
/// child is running does not emit it. When it is emitted, state(), error(), exitInfo() and startError()
/// are final, unless a slot of an earlier signal of the same end has started the next child. ended() is
/// emitted even if such a slot has thrown, but not if the object was destroyed before.
///
/// treeEnded() follows ended(), at once or much later, when the last process that signalScope() reaches
/// has ended. It is emitted once for each start that has created a child, unless the next start or the
/// destructor comes first. The object watches the tree only if treeEnded() is connected or
/// waitForTreeEnded() is called, which may also be after the child has ended. Then it watches until
/// treeEnded() is emitted, the next start or the destructor.
///
/// The destructor kills a child that is still running (see DestructionPolicy). It does not wait for the
/// child, leaves no zombie and emits nothing. In a process created by fork() the child still belongs to
/// the parent: destroying the copy of the object does not affect the child. \since 0.1
/// \ingroup starting io ending stopping options \headerfile ForkFd/childprocess.h <ForkFd/ChildProcess>
class FORKFD_EXPORT ChildProcess : public QIODevice
{
    Q_OBJECT
    /// The current state of the child.
    Q_PROPERTY(ProcessState state READ state NOTIFY stateChanged)
    /// Whether a child is starting or running: the opposite of the state NotRunning.
    Q_PROPERTY(bool running READ isRunning NOTIFY stateChanged)
    /// The process id of the child; 0 if no child is running.
    Q_PROPERTY(qint64 processId READ processId NOTIFY processIdChanged)
    /// The exit code of the last child: the signal number after CrashExit, -1 after UnknownExit, 255
    /// after a failed start.
    Q_PROPERTY(int exitCode READ exitCode NOTIFY exitCodeChanged)
    /// How far the library has come in stopping the current child, or the last one.
    Q_PROPERTY(StopStage stopStage READ stopStage NOTIFY stopStageChanged)
    /// The signal that a stop sends first; 0 means SIGTERM, or SIGHUP with a pseudo-terminal.
    Q_PROPERTY(int stopSignal READ stopSignal WRITE setStopSignal NOTIFY stopSignalChanged)
    /// The program to start.
    Q_PROPERTY(QString program READ program WRITE setProgram NOTIFY programChanged)
    /// The arguments of the program.
    Q_PROPERTY(QStringList arguments READ arguments WRITE setArguments NOTIFY argumentsChanged)
    /// How the last child ended.
    Q_PROPERTY(ExitStatus exitStatus READ exitStatus NOTIFY resultChanged)
    /// How the last child ended, with its signal and resource usage.
    Q_PROPERTY(ForkFd::ExitInfoValue exitInfo READ exitInfoValue NOTIFY resultChanged)
    /// Why the last start failed.
    Q_PROPERTY(ForkFd::StartErrorValue startError READ startErrorValue NOTIFY resultChanged)
    /// One sentence that tells the user how the last child ended, or why the start failed.
    Q_PROPERTY(QString endText READ endText NOTIFY resultChanged)
    /// Whether the current child, or the last one, exceeded its time limit.
    Q_PROPERTY(bool timeLimitExceeded READ timeLimitExceeded NOTIFY resultChanged)
    /// Whether the last child's output was received up to its end.
    Q_PROPERTY(bool outputComplete READ outputComplete NOTIFY resultChanged)
    /// The directory that the child starts in; empty means the parent's.
    Q_PROPERTY(
        QString workingDirectory READ workingDirectory WRITE setWorkingDirectory NOTIFY settingsChanged)
    /// How the child's environment differs from the parent's: {NAME: "value", REMOVED: null}.
    Q_PROPERTY(QVariantMap environmentChanges READ environmentChanges WRITE setEnvironmentChanges NOTIFY
                   settingsChanged)
    /// The milliseconds between the stop signal and SIGKILL.
    Q_PROPERTY(double stopGrace READ stopGraceMsecs WRITE setStopGraceMsecs NOTIFY settingsChanged)
    /// The milliseconds that a child may run before it is stopped; 0 means no limit.
    Q_PROPERTY(double timeLimit READ timeLimitMsecs WRITE setTimeLimitMsecs NOTIFY settingsChanged)
    /// The milliseconds that finished() is delayed while descendants hold the output open.
    Q_PROPERTY(
        double drainTimeout READ drainTimeoutMsecs WRITE setDrainTimeoutMsecs NOTIFY settingsChanged)
    /// The maximum size of the read buffer of each channel, in bytes; 0 means no limit.
    Q_PROPERTY(
        double readBufferSize READ readBufferNumber WRITE setReadBufferNumber NOTIFY settingsChanged)
    /// Which processes signals, stop() and the time limit reach.
    Q_PROPERTY(SignalScope signalScope READ signalScope WRITE setSignalScope NOTIFY settingsChanged)
    /// What the destructor does to a child that is still running.
    Q_PROPERTY(DestructionPolicy destructionPolicy READ destructionPolicy WRITE setDestructionPolicy
                   NOTIFY settingsChanged)
    /// Whether start() waits until the program is executed.
    Q_PROPERTY(StartMode startMode READ startMode WRITE setStartMode NOTIFY settingsChanged)
    /// Where the output channels lead.
    Q_PROPERTY(ProcessChannelMode processChannelMode READ processChannelMode WRITE setProcessChannelMode
                   NOTIFY settingsChanged)
    /// Where standard input comes from.
    Q_PROPERTY(InputChannelMode inputChannelMode READ inputChannelMode WRITE setInputChannelMode NOTIFY
                   settingsChanged)

public:
    /// The errors that can occur.
    enum ProcessError {
        FailedToStart, ///< The child could not be started; see startError().
        Crashed, ///< A signal killed the child.
        Timedout, ///< A waitFor function timed out, or the child exceeded its timeLimit().
        ReadError, ///< Reading from the child failed.
        WriteError, ///< Writing to the child failed.
        UnknownError ///< No error occurred, or the exit status of the child is unknown.
    };
    Q_ENUM(ProcessError)

    /// The states of a child.
    enum ProcessState {
        NotRunning, ///< No child is running.
        Starting, ///< start() has been called, and started() has not been emitted yet.
        Running ///< The child is running.
    };
    Q_ENUM(ProcessState)

    /// The output channels of the child.
    enum ProcessChannel { StandardOutput = 0, StandardError = 1 };
    Q_ENUM(ProcessChannel)

    /// Where the child's output channels lead.
    enum ProcessChannelMode {
        SeparateChannels, ///< The two channels are read separately.
        MergedChannels, ///< Standard error is read as part of standard output.
        ForwardedChannels, ///< The child writes to the parent's standard output and standard error.
        ForwardedOutputChannel, ///< Standard output is forwarded; standard error is read.
        ForwardedErrorChannel ///< Standard error is forwarded; standard output is read.
    };
    Q_ENUM(ProcessChannelMode)

    /// Where the child's standard input comes from.
    enum InputChannelMode {
        ManagedInputChannel, ///< The child reads the data written to this device.
        ForwardedInputChannel ///< The child reads the parent's standard input.
    };
    Q_ENUM(InputChannelMode)

    /// How the last child ended.
    enum ExitStatus {
        NormalExit, ///< The child exited; exitCode() is its exit code. Also before the first end and
                    ///< after a failed start.
        CrashExit, ///< A signal killed the child.
        UnknownExit ///< The exit status is lost: other code of the process took it, or SIGCHLD is
                    ///< ignored.
    };
    Q_ENUM(ExitStatus)

    /// Changes that setUnixProcessParameters() makes in the child.
    enum class UnixProcessFlag : quint32 {
        ResetSignalHandlers = 0x0001, ///< Resets all signals to their default actions and unblocks them.
        IgnoreSigPipe = 0x0002, ///< Ignores SIGPIPE.
        CloseFileDescriptors = 0x0010, ///< Closes all but 0, 1, 2 and LaunchOptions::fileDescriptors.
        UseVFork = 0x0020, ///< The modifier may run in memory that the child shares with the parent.
        CreateNewSession = 0x0040, ///< Starts a new session; see setsid(2).
        DisconnectControllingTerminal = 0x0080, ///< Gives up the controlling terminal.
        ResetIds = 0x0100, ///< Sets the effective user and group to the real ones.
        DisableCoreDumps = 0x0200 ///< Disables core dumps.
    };
    Q_ENUM(UnixProcessFlag)
    Q_DECLARE_FLAGS(UnixProcessFlags, UnixProcessFlag)

    /// The argument of setUnixProcessParameters().
    struct UnixProcessParameters
    {
        UnixProcessFlags flags = {}; ///< The flags to apply.
        int lowestFileDescriptorToClose = 0; ///< CloseFileDescriptors leaves lower numbers open.
    };

    /// The processes that a signal for the child is sent to.
    enum class SignalScope {
        Process, ///< Only the child.
        Group, ///< The child and its own process group; the child gives up the parent's terminal.
        Tree ///< The child and all descendants that the system can find; at least its group.
    };
    Q_ENUM(SignalScope)

    /// How the processes of a Tree are found. docs/stopping.md says what each method promises.
    enum class TreeMethod {
        None, ///< Only the child is reached: the scope is Process, or there was no child yet.
        ControlGroup, ///< The tree has a control group, which no process leaves.
        Walk, ///< A walk through /proc from parent to child; daemons are not found.
        Group ///< Only the child's process group is reached.
    };
    Q_ENUM(TreeMethod)

    /// What the destructor does to a child that is still running. It never waits for the child.
    enum class DestructionPolicy {
        Kill, ///< Sends SIGKILL to the processes in signalScope().
        Stop, ///< Calls stop().
        LeaveRunning ///< Leaves the child running; its pipes are closed.
    };
    Q_ENUM(DestructionPolicy)

    /// How far the library has come in stopping a child.
    enum class StopStage {
        None, ///< The child is not being stopped.
        Asked, ///< The child got the stop signal, by stop() or the time limit.
        Killed ///< The grace is over, and the library has sent SIGKILL.
    };
    Q_ENUM(StopStage)

    /// How long start() blocks.
    enum class StartMode {
        Direct, ///< start() blocks until the child has executed its program, as in QProcess.
        Background ///< start() does not block; a new thread starts the child.
    };
    Q_ENUM(StartMode)

    /// Creates an object without a child.
    explicit ChildProcess(QObject *parent = nullptr);
    /// Destroys the object and applies destructionPolicy() to a child that is still running.
    ~ChildProcess() override;
    /** \name Starting */ /** \{ */
    /// Starts `program` with `arguments`.
    void start(const QString &program, const QStringList &arguments = {}, OpenMode mode = ReadWrite);
    /// Starts program().
    void start(OpenMode mode = ReadWrite);
    /// Splits `command` with splitCommand(), without a shell, and starts the program.
    void startCommand(const QString &command, OpenMode mode = ReadWrite);
    /// Starts program() detached: the child outlives this process, and this object does not track it.
    bool startDetached(qint64 *pid = nullptr);
    /// Starts program(), and returns false if the start fails before this function returns.
    bool open(OpenMode mode = ReadWrite) override;
    /** \} */ /** \name Program, directory and environment */ /** \{ */
    /// Returns the program to start.
    QString program() const;
    /// Sets the program to start, which is looked up in PATH if the name has no slash.
    void setProgram(const QString &program);
    /// Returns the arguments, without the name of the program.
    QStringList arguments() const;
    /// Sets the arguments.
    void setArguments(const QStringList &arguments);
    /// Returns the directory that the child starts in; empty means the parent's.
    QString workingDirectory() const;
    /// Sets the directory that the child starts in.
    void setWorkingDirectory(const QString &directory);
    /// Returns the environment of the child; by default it is inherited from the parent.
    QProcessEnvironment processEnvironment() const;
    /// Sets the whole environment of the child.
    void setProcessEnvironment(const QProcessEnvironment &environment);
    /// Returns the environment as a sorted list of "NAME=value".
    QStringList environment() const;
    /// Sets the environment from a list of "NAME=value"; the last value of a name counts.
    void setEnvironment(const QStringList &environment);
    /// Returns how the child's environment differs from the parent's; a removed variable has no value.
    QVariantMap environmentChanges() const;
    /// Sets the environment to the parent's with these changes; a null value removes the variable.
    void setEnvironmentChanges(const QVariantMap &changes);
    /** \} */ /** \name Channels and redirections */ /** \{ */
    /// Returns where the output channels lead; the default is SeparateChannels.
    ProcessChannelMode processChannelMode() const;
    /// Sets where the output channels lead.
    void setProcessChannelMode(ProcessChannelMode mode);
    /// Returns where standard input comes from; the default is ManagedInputChannel.
    InputChannelMode inputChannelMode() const;
    /// Sets where standard input comes from.
    void setInputChannelMode(InputChannelMode mode);
    /// Returns the channel that the functions of QIODevice read; the default is StandardOutput.
    ProcessChannel readChannel() const;
    /// Sets the channel that the functions of QIODevice read.
    void setReadChannel(ProcessChannel channel);

    /// Redirects the child's standard input to a file; an empty name removes the redirection.
    Q_INVOKABLE void setStandardInputFile(const QString &fileName);
    /// Redirects the child's standard output to a file; an empty name removes the redirection.
    Q_INVOKABLE void setStandardOutputFile(const QString &fileName,
                                           QIODeviceBase::OpenMode mode = Truncate);
    /// Redirects the child's standard error to a file; an empty name removes the redirection.
    Q_INVOKABLE void setStandardErrorFile(const QString &fileName,
                                          QIODeviceBase::OpenMode mode = Truncate);
    /// Pipes this child's standard output into the standard input of `destination`.
    void setStandardOutputProcess(ChildProcess *destination);
    /** \} */ /** \name Code and changes in the child */ /** \{ */
    /// Returns the function that the child calls before it executes the program; empty by default.
    std::function<void(void)> childProcessModifier() const;
    /// Sets the function that the child calls before it executes the program.
    void setChildProcessModifier(const std::function<void(void)> &modifier);
    /// Makes the start fail; called from within the modifier.
    [[noreturn]] void failChildProcessModifier(const char *description, int error = 0) noexcept;
    /// Returns the changes that the child makes before it executes the program; none by default.
    UnixProcessParameters unixProcessParameters() const noexcept;
    /// Sets the changes that the child makes before it executes the program.
    void setUnixProcessParameters(const UnixProcessParameters &params);
    /// Sets only the flags.
    void setUnixProcessParameters(UnixProcessFlags flagsOnly);
    /** \} */ /** \name Reading and writing */ /** \{ */
    /// Returns all data that was received from standard output and not read yet.
    Q_INVOKABLE QByteArray readAllStandardOutput();
    /// Returns all data that was received from standard error and not read yet.
    Q_INVOKABLE QByteArray readAllStandardError();
    /// Closes the child's standard input as soon as all data has been written.
    Q_INVOKABLE void closeWriteChannel();
    /// Discards all data that the channel receives from now on.
    Q_INVOKABLE void closeReadChannel(ForkFd::ChildProcess::ProcessChannel channel);
    /// Returns the unread data of standard output, decoded from UTF-8. The bytes of an incomplete
    /// character stay unread.
    Q_INVOKABLE QString readStandardOutputText();
    /// Returns the unread data of standard error, decoded in the same way.
    Q_INVOKABLE QString readStandardErrorText();
    /// Writes `text` to the child, as UTF-8; returns the number of bytes, or -1.
    Q_INVOKABLE qint64 writeText(const QString &text);
    /** \} */ /** \name State, end and options */ /** \{ */
    /// Returns the current state of the child.
    ProcessState state() const;
    /// Returns the process id of the child; 0 if no child is running.
    qint64 processId() const;
    /// Returns the last error; UnknownError if no error occurred.
    Q_INVOKABLE ForkFd::ChildProcess::ProcessError error() const;
    /// Returns how the last child ended; valid after finished().
    ExitStatus exitStatus() const;
    /// Returns the exit code of the last child: the signal number after CrashExit, -1 after UnknownExit,
    /// 255 after a failed start.
    int exitCode() const;
    /// Returns how the last child ended, with its signal and resource usage; valid after finished().
    ExitInfo exitInfo() const;
    /// Returns the resources that the processes in signalScope() use and have used; empty if they are
    /// not known.
    std::optional<ResourceUsage> resourceUsage() const;
    /// Returns why the last start failed: the failed step, its errno and its subject. The step is null
    /// if the start did not fail.
    StartError startError() const;
    /// Returns one sentence that tells the user how the last child ended, or why the start failed.
    Q_INVOKABLE QString endText() const;
    /// Returns how long the child has run so far, or did run; 0 before the first start.
    std::chrono::nanoseconds elapsedTime() const;
    /// Returns elapsedTime() in whole milliseconds.
    Q_INVOKABLE qint64 elapsedMilliseconds() const;
    /// Returns the options of the next child.
    LaunchOptions launchOptions() const;
    /// Sets the options of the next child.
    void setLaunchOptions(const LaunchOptions &options);
    /// Returns whether start() waits until the program is executed; the default is Direct.
    StartMode startMode() const;
    /// Sets whether start() waits until the program is executed.
    void setStartMode(StartMode mode);
    /** \} */ /** \name Signals, stopping and limits */ /** \{ */
    /// Sends `signal` to the processes in signalScope(); on failure returns false and sets errno.
    Q_INVOKABLE bool sendSignal(int signal);
    /// Returns the signal that a stop sends first; 0, the default, means SIGTERM, or SIGHUP with a
    /// pseudo-terminal.
    int stopSignal() const;
    /// Sets the signal that a stop sends first.
    void setStopSignal(int signal);
    /// Returns how far the library has come in stopping the current child, or the last one.
    StopStage stopStage() const;
    /// Returns the time between the stop signal and SIGKILL; the default is 5 s.
    std::chrono::milliseconds stopGrace() const;
    /// Sets the time between the stop signal and SIGKILL.
    void setStopGrace(std::chrono::milliseconds grace);
    /// Returns how long a child may run before it is stopped; 0, the default, means no limit.
    std::chrono::milliseconds timeLimit() const;
    /// Sets how long a child may run before it is stopped.
    void setTimeLimit(std::chrono::milliseconds limit);
    /// Returns whether the current child, or the last one, exceeded its time limit.
    bool timeLimitExceeded() const;
    /// Returns which processes signals, stop() and the time limit reach; the default is the child only.
    SignalScope signalScope() const;
    /// Sets which processes signals, stop() and the time limit reach.
    void setSignalScope(SignalScope scope);
    /// Returns how the processes in signalScope() of the current child, or the last one, are found.
    TreeMethod treeMethod() const;
    /// Returns what the destructor does to a child that is still running; the default is Kill.
    DestructionPolicy destructionPolicy() const;
    /// Sets what the destructor does to a child that is still running.
    void setDestructionPolicy(DestructionPolicy policy);

    /// Returns the process ids of the processes in signalScope() that are left, including the child.
    QList<qint64> remainingProcessIds() const;
    /// Returns how many processes remainingProcessIds() returns, and the names of their programs.
    LeftBehind remainingProcesses() const;

    /// Returns what start() would do with the present settings, as text for a bug report.
    Q_INVOKABLE QString describe() const;

    /// Returns whether a child is starting or running: whether state() is not NotRunning.
    bool isRunning() const;
    /** \} */ /** \name Buffers and lines */ /** \{ */
    /// Returns the maximum size of the read buffer of each channel; 0, the default, means no limit.
    qint64 readBufferSize() const;
    /// Sets the maximum size of the read buffer of each channel. Waits, close() and execute() ignore it.
    void setReadBufferSize(qint64 bytes);
    /// Returns how long finished() is delayed while descendants hold the output open; the default is 0.
    std::chrono::milliseconds drainTimeout() const;
    /// Sets how long finished() is delayed while descendants hold the output open.
    void setDrainTimeout(std::chrono::milliseconds timeout);
    /// Returns whether the last child's output was received up to its end, so that nothing is missing.
    bool outputComplete() const;
    /// Returns whether takeLine() can return a line of this channel.
    Q_INVOKABLE bool hasLine(ForkFd::ChildProcess::ProcessChannel channel) const;
    /// Removes the next line of this channel and returns it without its line end.
    QByteArray takeLine(ProcessChannel channel);
    /// Does the same as takeLine(), and decodes the line from UTF-8.
    Q_INVOKABLE QString takeTextLine(ForkFd::ChildProcess::ProcessChannel channel);
    /// Resizes the child's pseudo-terminal; on failure returns false and sets errno.
    Q_INVOKABLE bool setTerminalSize(int columns, int rows);
    /** \} */ /** \name Waiting */ /** \{ */
    /// Returns whether the child has started; blocks only while a modifier runs or a background start is
    /// in progress.
    bool waitForStarted(int msecs = 30000);
    /// Blocks for `msecs` at most (negative: no timeout) until the current read channel has new data.
    /// Returns whether it has. Emits signals.
    bool waitForReadyRead(int msecs = 30000) override;
    /// Blocks for `msecs` at most (negative: no timeout) until some of the written data has reached the
    /// child's pipe. Returns whether some has. Emits signals.
    bool waitForBytesWritten(int msecs = 30000) override;
    /// Blocks for `msecs` at most (negative: no timeout) until the child has ended and finished() has
    /// been emitted. Returns false after the timeout, without a child and after a failed start.
    bool waitForFinished(int msecs = 30000);
    /// Blocks for `timeout` at most (negative: no timeout) until all processes in signalScope() have
    /// ended and treeEnded() has been emitted. Returns whether they have.
    bool waitForTreeEnded(std::chrono::milliseconds timeout);

    /// Blocks for `timeout` at most (negative: no timeout, 0: only checks) until all children of this
    /// process that are being stopped have ended. Returns whether they have. Any thread.
    static bool waitForStopped(std::chrono::milliseconds timeout);
    /** \} */ /** \name For the whole process */ /** \{ */
    /// Returns the options that new objects begin with; until they are set, options that change nothing.
    static LaunchOptions defaultLaunchOptions();
    /// Sets the options that new objects begin with. For applications, not for libraries.
    static void setDefaultLaunchOptions(const LaunchOptions &options);

    /// Runs a program and returns its exit code; -1 if it crashed, -2 if it did not start.
    static int execute(const QString &program, const QStringList &arguments = {});
    /// Starts a program detached: the child outlives this process.
    static bool startDetached(const QString &program, const QStringList &arguments = {},
                              const QString &workingDirectory = {}, qint64 *pid = nullptr);
    /// Returns the environment of this process as a list of "NAME=value".
    static QStringList systemEnvironment();
    /// Returns the name of the null device.
    static QString nullDevice();
    /// Splits a command line at its spaces, except within double quotes; three double quotes in a row
    /// stand for one. There is no shell: single quotes, backslashes and variables have no meaning.
    static QStringList splitCommand(QStringView command);
    /** \} */ /** \name As a QIODevice */ /** \{ */
    /// Returns 2 if the device is open for reading, or 1 with MergedChannels; otherwise 0.
    int readChannelCount() const;
    /// Returns readChannel() as a number.
    int currentReadChannel() const;
    /// Calls setReadChannel() with a number.
    void setCurrentReadChannel(int channel);
    /// Returns all unread data of the current read channel.
    QByteArray readAll();
    using QIODevice::readLine;
    /// Returns the next line with its newline, or as much of it as has arrived; at most `maxSize` bytes
    /// if that is not 0.
    QByteArray readLine(qint64 maxSize = 0);
    using QIODevice::write;
    /// Writes `data` to the child; a large array is shared, not copied.
    qint64 write(const QByteArray &data);

    /// Returns true.
    bool isSequential() const override;
    /// Returns how many bytes can be read from the current read channel.
    qint64 bytesAvailable() const override;
    /// Returns how many written bytes have not reached the child's pipe yet.
    qint64 bytesToWrite() const override;
    /// Returns whether a complete line can be read from the current read channel.
    bool canReadLine() const override;
    /// Blocks until all data is written, then kills the child, waits for its end and closes the device.
    void close() override;
    /** \} */
public Q_SLOTS:
    /// Calls start(); a slot without overloads, for QML.
    void startProcess();
    /// Sends SIGTERM.
    void terminate();
    /// Sends SIGKILL.
    void kill();
    /// Sends the stopSignal(), and SIGKILL after stopGrace(); does not wait for the end of the child.
    void stop();

Q_SIGNALS:
    /// Emitted when the child has begun to execute its program. Not emitted by startDetached().
    void started(QPrivateSignal);
    /// Emitted when the child has ended; its output can still be read. After a failed start it is not
    /// emitted, but ended() is.
    void finished(int exitCode, ForkFd::ChildProcess::ExitStatus exitStatus = NormalExit);
    /// Emitted once for each start, after all its other signals except treeEnded(): the child has ended,
    /// or could not be started. Not emitted by startDetached().
    void ended();
    /// Emitted once after ended(), when no process in signalScope() is left.
    void treeEnded();
    /// Emitted when an error occurs, except for the timeout of a waitFor function.
    void errorOccurred(ForkFd::ChildProcess::ProcessError error);
    /// Emitted when state() has changed.
    void stateChanged(ForkFd::ChildProcess::ProcessState state, QPrivateSignal);
    /// Emitted when new data is available on standard output.
    void readyReadStandardOutput(QPrivateSignal);
    /// Emitted when new data is available on standard error.
    void readyReadStandardError(QPrivateSignal);
    /// Emitted when processId() has changed; 0: the child has ended.
    void processIdChanged(qint64 processId);
    /// Emitted when the properties of the result have changed: a child has ended, a start has failed, a
    /// time limit is exceeded, or a new start has reset them.
    void resultChanged();
    /// Emitted when a property that has no signal of its own was set to another value.
    void settingsChanged();
    /// Emitted when exitCode() has changed: a child has ended, a start has failed, or a new start has
    /// reset it.
    void exitCodeChanged(int exitCode);
    /// Emitted when stopStage() has changed.
    void stopStageChanged(ForkFd::ChildProcess::StopStage stage);
    /// Emitted when setStopSignal() has changed stopSignal().
    void stopSignalChanged(int signal);
    /// Emitted when setProgram() or a start has changed program().
    void programChanged(const QString &program);
    /// Emitted when setArguments() or a start has changed arguments().
    void argumentsChanged(const QStringList &arguments);

protected:
    /// Sets state() and emits stateChanged(); for subclasses that start children in another way.
    void setProcessState(ProcessState state);
    /// Reads from the current read channel; returns -1 at its end.
    qint64 readData(char *data, qint64 maxSize) override;
    /// Reads from the current read channel up to the end of the line; returns -1 at its end.
    qint64 readLineData(char *data, qint64 maxSize) override;
    /// Queues data for the child; returns 0 if standard input is closed.
    qint64 writeData(const char *data, qint64 size) override;
    /// Registers the descriptors of the child with the new thread when the object is moved.
    bool event(QEvent *event) override;
    /// Begins to watch for the end of the tree when treeEnded() is connected.
    void connectNotify(const QMetaMethod &signal) override;

private:
    struct Use_setChildProcessModifier_Instead
    {
    };
    // As with Qt 6, a subclass for Qt 5 that overrides this function does not compile: nothing calls it.
    virtual Use_setChildProcessModifier_Instead setupChildProcess() { return {}; }

    ExitInfoValue exitInfoValue() const;
    StartErrorValue startErrorValue() const;
    // As double, because QML cannot assign a number literal to a qint64.
    double stopGraceMsecs() const;
    void setStopGraceMsecs(double msecs);
    double timeLimitMsecs() const;
    void setTimeLimitMsecs(double msecs);
    double drainTimeoutMsecs() const;
    void setDrainTimeoutMsecs(double msecs);
    double readBufferNumber() const;
    void setReadBufferNumber(double bytes);
    QString takeText(ProcessChannel channel);

    friend class ChildProcessPrivate;
    std::unique_ptr<ChildProcessPrivate> const d;
};

Q_DECLARE_OPERATORS_FOR_FLAGS(ChildProcess::UnixProcessFlags)
/** \addtogroup ending */ /** \{ */
/// Returns ExitInfo::toString() as a QString, translated.
FORKFD_EXPORT QString endText(const ExitInfo &info);
/// Returns a translated sentence about a failed start; empty if nothing failed.
FORKFD_EXPORT QString endText(const StartError &error);
/// Prints ExitInfo::toString().
FORKFD_EXPORT QDebug operator<<(QDebug debug, const ExitInfo &info);
/// Prints StartError::toString(), or "no error".
FORKFD_EXPORT QDebug operator<<(QDebug debug, const StartError &error);
/// Returns the text that QCOMPARE prints; the caller frees it with delete[].
FORKFD_EXPORT char *toString(const ExitInfo &info);
/// Returns the text that QCOMPARE prints; the caller frees it with delete[].
FORKFD_EXPORT char *toString(const StartError &error);
/** \} */
} // namespace ForkFd

#endif
