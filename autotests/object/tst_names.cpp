// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QFuture>

#include <type_traits>

/// The class works under its own name and, as an alias, under QProcess's; see also tst_names_macro.cpp.
/// Holds: H13.
class tst_Names : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void writtenOut();
    void aliasInNamespace();
    void aliasInClass();
    void aliasInFunction();
    void functions();
    void enumerators();
    void metaTypes();
    void printing();
    void pointersToSignals();
    void namesOfSignals_data();
    void namesOfSignals();
    void namesOfSlots();
    void subclass();
};

namespace InNamespace {

using QProcess = ForkFd::ChildProcess;

int run(const QString &program)
{
    QProcess process;
    QProcess::ExitStatus status = QProcess::CrashExit;
    QObject::connect(&process, &QProcess::finished,
                     [&status](int, QProcess::ExitStatus how) { status = how; });
    process.start(program, {QStringLiteral("exit"), QStringLiteral("3")});
    process.waitForFinished();
    return status == QProcess::NormalExit ? process.exitCode() : -1;
}

} // namespace InNamespace

namespace {

class WithAlias : public QObject
{
public:
    using QProcess = ForkFd::ChildProcess;

    int run(const QString &program)
    {
        connect(&m_process, &QProcess::finished, this, &WithAlias::onFinished);
        m_process.start(program, {QStringLiteral("exit"), QStringLiteral("3")});
        m_process.waitForFinished();
        return m_exitCode;
    }

private:
    void onFinished(int exitCode, QProcess::ExitStatus) { m_exitCode = exitCode; }

    QProcess m_process;
    int m_exitCode = -1;
};

/// Makes protected members public.
template<typename P>
struct Opened : P
{
    using P::readData;
    using P::setProcessState;
    using P::writeData;
};

// QProcess and ChildProcess must both have these functions in exactly this form.
template<typename P>
void requireFunctions()
{
    static_assert(std::is_base_of_v<QIODevice, P>);
    static_assert(std::is_constructible_v<P, QObject *> && !std::is_convertible_v<QObject *, P>);
    static_assert(!std::is_copy_constructible_v<P> && !std::is_move_constructible_v<P>);
    using Mode = QIODevice::OpenMode;
    using Channel = typename P::ProcessChannel;
    const auto functions = std::make_tuple(
        static_cast<void (P::*)(const QString &, const QStringList &, Mode)>(&P::start),
        static_cast<void (P::*)(Mode)>(&P::start),
        static_cast<void (P::*)(const QString &, Mode)>(&P::startCommand),
        static_cast<bool (P::*)(qint64 *)>(&P::startDetached),
        static_cast<bool (*)(const QString &, const QStringList &, const QString &, qint64 *)>(
            &P::startDetached),
        static_cast<bool (P::*)(Mode)>(&P::open), static_cast<QString (P::*)() const>(&P::program),
        static_cast<void (P::*)(const QString &)>(&P::setProgram),
        static_cast<QStringList (P::*)() const>(&P::arguments),
        static_cast<void (P::*)(const QStringList &)>(&P::setArguments),
        static_cast<typename P::ProcessChannelMode (P::*)() const>(&P::processChannelMode),
        static_cast<void (P::*)(typename P::ProcessChannelMode)>(&P::setProcessChannelMode),
        static_cast<typename P::InputChannelMode (P::*)() const>(&P::inputChannelMode),
        static_cast<void (P::*)(typename P::InputChannelMode)>(&P::setInputChannelMode),
        static_cast<Channel (P::*)() const>(&P::readChannel),
        static_cast<void (P::*)(Channel)>(&P::setReadChannel),
        static_cast<void (P::*)(Channel)>(&P::closeReadChannel),
        static_cast<void (P::*)()>(&P::closeWriteChannel),
        static_cast<void (P::*)(const QString &)>(&P::setStandardInputFile),
        static_cast<void (P::*)(const QString &, Mode)>(&P::setStandardOutputFile),
        static_cast<void (P::*)(const QString &, Mode)>(&P::setStandardErrorFile),
        static_cast<void (P::*)(P *)>(&P::setStandardOutputProcess),
        static_cast<std::function<void(void)> (P::*)() const>(&P::childProcessModifier),
        static_cast<void (P::*)(const std::function<void(void)> &)>(&P::setChildProcessModifier),
        static_cast<QString (P::*)() const>(&P::workingDirectory),
        static_cast<void (P::*)(const QString &)>(&P::setWorkingDirectory),
        static_cast<QStringList (P::*)() const>(&P::environment),
        static_cast<void (P::*)(const QStringList &)>(&P::setEnvironment),
        static_cast<QProcessEnvironment (P::*)() const>(&P::processEnvironment),
        static_cast<void (P::*)(const QProcessEnvironment &)>(&P::setProcessEnvironment),
        static_cast<typename P::ProcessError (P::*)() const>(&P::error),
        static_cast<typename P::ProcessState (P::*)() const>(&P::state),
        static_cast<qint64 (P::*)() const>(&P::processId),
        static_cast<bool (P::*)(int)>(&P::waitForStarted),
        static_cast<bool (P::*)(int)>(&P::waitForReadyRead),
        static_cast<bool (P::*)(int)>(&P::waitForBytesWritten),
        static_cast<bool (P::*)(int)>(&P::waitForFinished),
        static_cast<QByteArray (P::*)()>(&P::readAllStandardOutput),
        static_cast<QByteArray (P::*)()>(&P::readAllStandardError),
        static_cast<int (P::*)() const>(&P::exitCode),
        static_cast<typename P::ExitStatus (P::*)() const>(&P::exitStatus),
        static_cast<qint64 (P::*)() const>(&P::bytesToWrite),
        static_cast<bool (P::*)() const>(&P::isSequential), static_cast<void (P::*)()>(&P::close),
        static_cast<int (*)(const QString &, const QStringList &)>(&P::execute),
        static_cast<QStringList (*)()>(&P::systemEnvironment),
        static_cast<QString (*)()>(&P::nullDevice),
        static_cast<QStringList (*)(QStringView)>(&P::splitCommand),
        static_cast<void (P::*)()>(&P::terminate), static_cast<void (P::*)()>(&P::kill),
        static_cast<void (P::*)(typename P::ProcessState)>(&Opened<P>::setProcessState),
        static_cast<qint64 (P::*)(char *, qint64)>(&Opened<P>::readData),
        static_cast<qint64 (P::*)(const char *, qint64)>(&Opened<P>::writeData));
    Q_UNUSED(functions);
}

// Since Qt 6.7.
template<typename P>
void requireNewerFunctions()
{
    using Parameters = typename P::UnixProcessParameters;
    using Flags = typename P::UnixProcessFlags;
    const auto functions = std::make_tuple(
        static_cast<void (P::*)(const char *, int) noexcept>(&P::failChildProcessModifier),
        static_cast<Parameters (P::*)() const noexcept>(&P::unixProcessParameters),
        static_cast<void (P::*)(const Parameters &)>(&P::setUnixProcessParameters),
        static_cast<void (P::*)(Flags)>(&P::setUnixProcessParameters));
    static_assert(std::is_same_v<decltype(Parameters::flags), Flags>);
    static_assert(std::is_same_v<decltype(Parameters::lowestFileDescriptorToClose), int>);
    static_assert(quint32(P::UnixProcessFlag::ResetSignalHandlers) == 0x0001);
    static_assert(quint32(P::UnixProcessFlag::IgnoreSigPipe) == 0x0002);
    static_assert(quint32(P::UnixProcessFlag::CloseFileDescriptors) == 0x0010);
    static_assert(quint32(P::UnixProcessFlag::UseVFork) == 0x0020);
    static_assert(quint32(P::UnixProcessFlag::CreateNewSession) == 0x0040);
    static_assert(quint32(P::UnixProcessFlag::DisconnectControllingTerminal) == 0x0080);
    static_assert(quint32(P::UnixProcessFlag::ResetIds) == 0x0100);
    Q_UNUSED(functions);
}

// Every enumerator of QProcess has the same value in ChildProcess.
template<typename Theirs, typename Ours>
bool hasAllOf()
{
    const QMetaEnum theirs = QMetaEnum::fromType<Theirs>();
    const QMetaEnum ours = QMetaEnum::fromType<Ours>();
    bool result = theirs.keyCount() > 0;
    for (int i = 0; i < theirs.keyCount(); ++i) {
        bool exists = false;
        result = result && ours.keyToValue(theirs.key(i), &exists) == theirs.value(i) && exists;
    }
    return result;
}

/// Has slots for connections by name.
class Receiver : public QObject
{
    Q_OBJECT

public:
    int calls = 0;

public Q_SLOTS:
    void take() { ++calls; }
    void takeCode(int) { ++calls; }
};

} // namespace

void tst_Names::writtenOut()
{
    ForkFd::ChildProcess process;
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), ForkFd::ChildProcess::NormalExit);
    QCOMPARE(process.exitCode(), 3);
}

void tst_Names::aliasInNamespace()
{
    QCOMPARE(InNamespace::run(childProgram()), 3);
}

void tst_Names::aliasInClass()
{
    QCOMPARE(WithAlias().run(childProgram()), 3);
}

QT_WARNING_PUSH
QT_WARNING_DISABLE_GCC("-Wshadow") // The shadowing is intended.

void tst_Names::aliasInFunction()
{
    using QProcess = ForkFd::ChildProcess;
    QCOMPARE(QProcess::execute(childProgram(), words("exit 3")), 3);
    static_assert(!std::is_same_v<QProcess, ::QProcess>);
}

QT_WARNING_POP

void tst_Names::functions()
{
    requireFunctions<QProcess>();
    requireFunctions<ForkFd::ChildProcess>();
    requireNewerFunctions<ForkFd::ChildProcess>();
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    requireNewerFunctions<QProcess>();
#endif
}

void tst_Names::enumerators()
{
    using Ours = ForkFd::ChildProcess;
    QVERIFY((hasAllOf<QProcess::ProcessError, Ours::ProcessError>()));
    QVERIFY((hasAllOf<QProcess::ProcessState, Ours::ProcessState>()));
    QVERIFY((hasAllOf<QProcess::ProcessChannel, Ours::ProcessChannel>()));
    QVERIFY((hasAllOf<QProcess::ProcessChannelMode, Ours::ProcessChannelMode>()));
    QVERIFY((hasAllOf<QProcess::InputChannelMode, Ours::InputChannelMode>()));
    QVERIFY((hasAllOf<QProcess::ExitStatus, Ours::ExitStatus>()));
    QCOMPARE(QMetaEnum::fromType<Ours::ExitStatus>().keyToValue("UnknownExit"), 2);
    QCOMPARE(quint32(Ours::UnixProcessFlag::DisableCoreDumps), 0x0200U); // As in QProcess 6.9.
    const Ours::UnixProcessFlags flags =
        Ours::UnixProcessFlag::UseVFork | Ours::UnixProcessFlag::ResetIds;
    QCOMPARE(flags.toInt(), 0x0120U);
}

void tst_Names::metaTypes()
{
    using Ours = ForkFd::ChildProcess;
    QCOMPARE(QMetaType::fromType<Ours::ExitStatus>().name(), "ForkFd::ChildProcess::ExitStatus");
    const QVariant value = QVariant::fromValue(Ours::CrashExit);
    QCOMPARE(value.value<Ours::ExitStatus>(), Ours::CrashExit);
    QCOMPARE(value.toInt(), 1);
    QCOMPARE(QVariant::fromValue(Ours::FailedToStart).toString(), u"FailedToStart"_s);

    Ours process;
    QSignalSpy finished(&process, SIGNAL(finished(int, ForkFd::ChildProcess::ExitStatus)));
    QSignalSpy stateChanged(&process, &Ours::stateChanged);
    process.start(childProgram(), words("signal 9"));
    QVERIFY(comes(finished));
    QCOMPARE(finished[0][1].value<Ours::ExitStatus>(), Ours::CrashExit);
    QCOMPARE(stateChanged[1][0].value<Ours::ProcessState>(), Ours::Running);
}

// Qt's own texts contain the name of the class, not the alias in the code.
void tst_Names::printing()
{
    QString text;
    QDebug(&text).nospace() << ForkFd::ChildProcess::Crashed;
    QCOMPARE(text, u"ForkFd::ChildProcess::Crashed"_s);
}

void tst_Names::pointersToSignals()
{
    using Ours = ForkFd::ChildProcess;
    const auto unique = &Ours::finished; // Ambiguous if there were two signals.
    Ours process;
    int calls = 0;
    // clazy expects the name of a signal here.
    connect(&process, unique, // clazy:exclude=connect-non-signal
            [&](int, Ours::ExitStatus) { ++calls; });
    connect(&process, &Ours::finished, [&](int) { ++calls; });
    connect(&process, &Ours::finished, [&] { ++calls; });
    connect(&process, QOverload<int, Ours::ExitStatus>::of(&Ours::finished), this, [&] { ++calls; });
    connect(&process, qOverload<int, Ours::ExitStatus>(&Ours::finished), this, [&] { ++calls; });
    connect(&process, &Ours::started, &process, &Ours::terminate);
    connect(&process, &Ours::errorOccurred, &process, &Ours::kill);
    connect(&process, &QIODevice::readyRead, &process, &QObject::deleteLater);
    const QFuture<std::tuple<int, Ours::ExitStatus>> future =
        QtFuture::connect(&process, &Ours::finished);
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(calls, 5);
    QCOMPARE(process.exitCode(), SIGTERM);
    QCOMPARE(std::get<0>(future.result()), SIGTERM);
}

void tst_Names::namesOfSignals_data()
{
    QTest::addColumn<QByteArray>("signal");
    QTest::addColumn<int>("count");
    const auto row = [](const char *signal, int count) {
        QTest::newRow(signal + 1) << QByteArray(signal) << count;
    };
    row(SIGNAL(started()), 1);
    row(SIGNAL(finished(int)), 1);
    row(SIGNAL(finished(int, ForkFd::ChildProcess::ExitStatus)), 1);
    row(SIGNAL(errorOccurred(ForkFd::ChildProcess::ProcessError)), 1);
    row(SIGNAL(stateChanged(ForkFd::ChildProcess::ProcessState)), 3);
    row(SIGNAL(readyReadStandardOutput()), 1);
    row(SIGNAL(readyReadStandardError()), 1);
    row(SIGNAL(readyRead()), 1);
    row(SIGNAL(channelReadyRead(int)), 2);
    row(SIGNAL(readChannelFinished()), 1);
    row(SIGNAL(bytesWritten(qint64)), 1);
}

void tst_Names::namesOfSignals()
{
    QFETCH(const QByteArray, signal);
    ForkFd::ChildProcess process;
    Receiver receiver;
    const bool hasNumber = signal.contains("(int");
    QVERIFY(connect(&process, signal.constData(), &receiver,
                    hasNumber ? SLOT(takeCode(int)) : SLOT(take())));
    process.start(childProgram(), words("echo write 3 2 signal 9"));
    process.write("abc");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QTEST(receiver.calls, "count");
}

void tst_Names::namesOfSlots()
{
    ForkFd::ChildProcess process;
    QVERIFY(connect(&process, SIGNAL(started()), &process, SLOT(terminate())));
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), SIGTERM);
    process.disconnect();
    process.start(childProgram(), words("sleep"));
    QVERIFY(QMetaObject::invokeMethod(&process, "kill"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), SIGKILL);
}

void tst_Names::subclass()
{
    QObject parent;
    auto *process = new Opened<ForkFd::ChildProcess>;
    process->setParent(&parent);
    QCOMPARE(parent.findChild<ForkFd::ChildProcess *>(), process);
    QCOMPARE(qobject_cast<ForkFd::ChildProcess *>(static_cast<QObject *>(process)), process);
    QCOMPARE(qobject_cast<QProcess *>(static_cast<QObject *>(process)), nullptr);
    QSignalSpy stateChanged(process, &ForkFd::ChildProcess::stateChanged);
    process->setProcessState(ForkFd::ChildProcess::Running);
    process->setProcessState(ForkFd::ChildProcess::Running);
    QVERIFY(!process->waitForReadyRead(1)); // It knows of no child that could have ended.
    QCoreApplication::processEvents();
    QCOMPARE(process->state(), ForkFd::ChildProcess::Running);
    QCOMPARE(stateChanged.size(), 1);
    process->setProcessState(ForkFd::ChildProcess::NotRunning);
    QCOMPARE(stateChanged.size(), 2);
    QCOMPARE(process->writeData("abc", 3), 3);
    char byte;
    QCOMPARE(process->readData(&byte, 1), -1);
}

QTEST_GUILESS_MAIN(tst_Names)
#include "tst_names.moc"
