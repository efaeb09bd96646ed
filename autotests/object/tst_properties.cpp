// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <QtCore/QMetaProperty>
#include <QtCore/QPointer>

using ForkFd::ChildProcess;
using namespace std::chrono_literals;

/// Bindings, buttons and QML use the object through its properties and slots.
/// Holds: H11.
class tst_Properties : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void declared_data();
    void declared();
    void bindingsAreRight_data();
    void bindingsAreRight();
    void orderOfSignals();
    void onlyRealChanges();
    void written();
    void refusedWhileItRuns();
    void setByAStart();
    void startProcess();
    void startedAnewInASlot();
    void settingsChangedInASlot();
    void destroyedInASlot_data();
    void destroyedInASlot();
    void knownWhileItDrains();
};

namespace {

/// Holds a property's value as a binding does: updated at each notify signal only.
class Mirror : public QObject
{
    Q_OBJECT

public:
    Mirror(const QObject *object, const QMetaProperty &property)
        : m_object(object)
        , m_property(property)
        , m_value(property.read(object))
    {
        connect(object, property.notifySignal(), this,
                metaObject()->method(metaObject()->indexOfSlot("update()")));
    }

    bool isRight() const { return m_value == m_property.read(m_object); }
    QString text() const
    {
        return u"%1: %2 for %3"_s.arg(QString::fromLatin1(m_property.name()), m_value.toString(),
                                      m_property.read(m_object).toString());
    }

private Q_SLOTS:
    void update() { m_value = m_property.read(m_object); }

private:
    const QObject *const m_object;
    const QMetaProperty m_property;
    QVariant m_value;
};

/// One mirror for each property that ChildProcess adds to those of QIODevice.
class Mirrors
{
public:
    explicit Mirrors(const ChildProcess &process)
    {
        const QMetaObject &type = ChildProcess::staticMetaObject;
        for (int i = type.propertyOffset(); i < type.propertyCount(); ++i)
            m_mirrors.push_back(std::make_unique<Mirror>(&process, type.property(i)));
    }

    std::size_t count() const { return m_mirrors.size(); }
    /// The mirrors that do not match their property.
    QStringList wrongOnes() const
    {
        QStringList texts;
        for (const auto &mirror : m_mirrors) {
            if (!mirror->isRight())
                texts += mirror->text();
        }
        return texts;
    }

private:
    std::vector<std::unique_ptr<Mirror>> m_mirrors;
};

} // namespace

void tst_Properties::declared_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QMetaType>("type");
    QTest::addColumn<bool>("isWritable");
    QTest::addColumn<QByteArray>("notifySignal");
    const auto row = [](const char *name, QMetaType type, bool isWritable, const char *notifySignal) {
        QTest::newRow(name) << QByteArray(name) << type << isWritable << QByteArray(notifySignal);
    };
    row("state", QMetaType::fromType<ChildProcess::ProcessState>(), false, "stateChanged");
    row("running", QMetaType::fromType<bool>(), false, "stateChanged");
    row("processId", QMetaType::fromType<qint64>(), false, "processIdChanged");
    row("exitCode", QMetaType::fromType<int>(), false, "exitCodeChanged");
    row("stopStage", QMetaType::fromType<ChildProcess::StopStage>(), false, "stopStageChanged");
    row("stopSignal", QMetaType::fromType<int>(), true, "stopSignalChanged");
    row("program", QMetaType::fromType<QString>(), true, "programChanged");
    row("arguments", QMetaType::fromType<QStringList>(), true, "argumentsChanged");
    row("exitStatus", QMetaType::fromType<ChildProcess::ExitStatus>(), false, "resultChanged");
    row("exitInfo", QMetaType::fromType<ForkFd::ExitInfoValue>(), false, "resultChanged");
    row("startError", QMetaType::fromType<ForkFd::StartErrorValue>(), false, "resultChanged");
    row("endText", QMetaType::fromType<QString>(), false, "resultChanged");
    row("timeLimitExceeded", QMetaType::fromType<bool>(), false, "resultChanged");
    row("outputComplete", QMetaType::fromType<bool>(), false, "resultChanged");
    row("workingDirectory", QMetaType::fromType<QString>(), true, "settingsChanged");
    row("environmentChanges", QMetaType::fromType<QVariantMap>(), true, "settingsChanged");
    row("stopGrace", QMetaType::fromType<double>(), true, "settingsChanged");
    row("timeLimit", QMetaType::fromType<double>(), true, "settingsChanged");
    row("drainTimeout", QMetaType::fromType<double>(), true, "settingsChanged");
    row("readBufferSize", QMetaType::fromType<double>(), true, "settingsChanged");
    row("signalScope", QMetaType::fromType<ChildProcess::SignalScope>(), true, "settingsChanged");
    row("destructionPolicy", QMetaType::fromType<ChildProcess::DestructionPolicy>(), true,
        "settingsChanged");
    row("startMode", QMetaType::fromType<ChildProcess::StartMode>(), true, "settingsChanged");
    row("processChannelMode", QMetaType::fromType<ChildProcess::ProcessChannelMode>(), true,
        "settingsChanged");
    row("inputChannelMode", QMetaType::fromType<ChildProcess::InputChannelMode>(), true,
        "settingsChanged");
}

void tst_Properties::declared()
{
    QFETCH(const QByteArray, name);
    const QMetaObject &object = ChildProcess::staticMetaObject;
    const QMetaProperty property = object.property(object.indexOfProperty(name.constData()));
    QVERIFY(property.isValid() && property.isReadable());
    QTEST(property.metaType(), "type");
    QTEST(property.isWritable(), "isWritable");
    QTEST(property.notifySignal().name(), "notifySignal");
}

void tst_Properties::bindingsAreRight_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("command");
    const auto row = [](const char *name, const char *command, const QString &program = childProgram()) {
        QTest::newRow(name) << program << QString::fromLatin1(command);
    };
    row("success", "exit 0");
    row("failure", "exit 3");
    row("signal", "signal 9");
    row("with output", "write 5 1 exit 3");
    row("with an heir", "heir 3 write 5 1");
    row("failed start", "", u"/no/such/program"_s);
    row("failed inside start()", "", QString(1, QChar(0)));
    row("no program", "", QString());
}

void tst_Properties::bindingsAreRight()
{
    QFETCH(const QString, program);
    QFETCH(const QString, command);
    ChildProcess process;
    const Mirrors mirrors(process);
    QCOMPARE(mirrors.count(), 25U);
    process.setDrainTimeout(1h);
    for (int i = 0; i < 3; ++i) { // The second start changes other properties.
        process.start(i == 1 ? childProgram() : program, i == 1 ? words("exit 4") : command.split(u' '));
        QCOMPARE(mirrors.wrongOnes(), QStringList());
        QVERIFY(eventually([&process] {
            QCoreApplication::processEvents();
            return !process.isRunning();
        }));
        QCOMPARE(mirrors.wrongOnes(), QStringList());
    }
}

void tst_Properties::orderOfSignals()
{
    ChildProcess process;
    QStringList record;
    atEverySignal(&process, [&](const QString &signal) { record += signal; });
    connect(&process, &ChildProcess::exitCodeChanged,
            [&](int code) { record += u"exitCodeChanged %1"_s.arg(code); });
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(record,
             QStringList({
                 u"stateChanged Starting"_s,
                 u"stateChanged Running"_s,
                 u"started"_s,
                 u"stateChanged NotRunning"_s,
                 u"exitCodeChanged 3"_s,
                 u"readChannelFinished"_s,
                 u"finished 3 NormalExit"_s,
                 u"exitCodeChanged 0"_s,
                 u"stateChanged Starting"_s,
                 u"stateChanged Running"_s,
                 u"started"_s,
                 u"stateChanged NotRunning"_s,
                 u"readChannelFinished"_s,
                 u"finished 0 NormalExit"_s,
             }));
}

void tst_Properties::onlyRealChanges()
{
    ChildProcess process;
    const QSignalSpy program(&process, &ChildProcess::programChanged);
    const QSignalSpy arguments(&process, &ChildProcess::argumentsChanged);
    const QSignalSpy exitCode(&process, &ChildProcess::exitCodeChanged);
    process.setProgram(QString());
    process.setArguments({});
    QCOMPARE(program.size() + arguments.size(), 0);
    process.setProgram(childProgram());
    process.setProgram(childProgram());
    process.setArguments(words("exit 0"));
    process.setArguments(words("exit 0"));
    for (int i = 0; i < 2; ++i) {
        process.start(childProgram(), words("exit 0"));
        QVERIFY(process.waitForFinished());
    }
    QCOMPARE(program.size(), 1);
    QCOMPARE(program[0][0].toString(), childProgram());
    QCOMPARE(arguments.size(), 1);
    QCOMPARE(arguments[0][0].toStringList(), words("exit 0"));
    QCOMPARE(exitCode.size(), 0);
}

void tst_Properties::written()
{
    ChildProcess process;
    const Mirrors mirrors(process);
    QVERIFY(process.setProperty("program", childProgram()));
    QVERIFY(process.setProperty("arguments", words("exit 3")));
    QCOMPARE(mirrors.wrongOnes(), QStringList());
    process.startProcess();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.property("exitCode").toInt(), 3);
}

void tst_Properties::refusedWhileItRuns()
{
    ChildProcess process;
    process.start(childProgram(), words("sleep"));
    const QSignalSpy program(&process, &ChildProcess::programChanged);
    const QSignalSpy arguments(&process, &ChildProcess::argumentsChanged);
    for (int i = 0; i < 2; ++i)
        QTest::ignoreMessage(QtWarningMsg, "QProcess::setProgram: Process is already running");
    process.setProgram(u"another"_s);
    process.setArguments({u"another"_s});
    QCOMPARE(program.size() + arguments.size(), 0);
}

void tst_Properties::setByAStart()
{
    ChildProcess process;
    QSignalSpy program(&process, &ChildProcess::programChanged);
    QSignalSpy arguments(&process, &ChildProcess::argumentsChanged);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(program.size(), 1);
    QCOMPARE(arguments.size(), 1);
    process.startCommand(childProgram() + u" exit 3"_s);
    QVERIFY(process.waitForFinished());
    QCOMPARE(program.size(), 1);
    QCOMPARE(arguments.size(), 2);
    QCOMPARE(arguments[1][0].toStringList(), words("exit 3"));
}

// By name, as QML and string-based connections call it.
void tst_Properties::startProcess()
{
    ChildProcess process;
    process.setProgram(childProgram());
    process.setArguments(words("echo"));
    QVERIFY(QMetaObject::invokeMethod(&process, "startProcess"));
    QVERIFY(process.isRunning());
    QVERIFY(process.property("running").toBool());
    QVERIFY(process.isWritable() && process.isReadable());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(!process.isRunning());
}

void tst_Properties::startedAnewInASlot()
{
    ChildProcess process;
    const Mirrors mirrors(process);
    QSignalSpy finished(&process, &ChildProcess::finished);
    connect(&process, &ChildProcess::exitCodeChanged, [&](int code) {
        if (code == 3)
            process.start(childProgram(), words("exit 4"));
    });
    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished, 2));
    QCOMPARE(finished[0][0].toInt(), 3);
    QCOMPARE(finished[1][0].toInt(), 4);
    QCOMPARE(mirrors.wrongOnes(), QStringList());
}

// In a slot of a start that fails at once.
void tst_Properties::settingsChangedInASlot()
{
    ChildProcess process;
    const Mirrors mirrors(process);
    connect(&process, &ChildProcess::errorOccurred, [&] {
        process.setProgram(u"another"_s);
        process.setArguments({u"another"_s});
    });
    process.start(QString(1, QChar(0)), words("exit 4"));
    QCOMPARE(process.program(), u"another"_s);
    QCOMPARE(mirrors.wrongOnes(), QStringList());
}

void tst_Properties::destroyedInASlot_data()
{
    QTest::addColumn<QByteArray>("signal");
    for (const char *name :
         {"exitCodeChanged(int)", "programChanged(QString)", "argumentsChanged(QStringList)",
          "processIdChanged(qint64)", "resultChanged()"})
        QTest::newRow(name) << QByteArray(name);
}

void tst_Properties::destroyedInASlot()
{
    QFETCH(const QByteArray, signal);
    struct Destroyer : QObject
    {
        QPointer<ChildProcess> process = new ChildProcess;
        int qt_metacall(QMetaObject::Call, int, void **) override
        {
            delete process;
            return -1;
        }
    } destroyer;
    QSignalSpy destroyed(destroyer.process, &QObject::destroyed);
    const int index = destroyer.process->metaObject()->indexOfSignal(signal.constData());
    QVERIFY(QMetaObject::connect(destroyer.process, index, &destroyer,
                                 destroyer.metaObject()->methodCount()));
    destroyer.process->start(childProgram(), words("exit 3"));
    QVERIFY(destroyed.size() == 1 || comes(destroyed));
}

void tst_Properties::knownWhileItDrains()
{
    ChildProcess process;
    process.setDrainTimeout(1h);
    QSignalSpy exitCode(&process, &ChildProcess::exitCodeChanged);
    QSignalSpy finished(&process, &ChildProcess::finished);
    process.start(childProgram(), words("heir 3 eof 0 write 5 1"));
    QVERIFY(comes(exitCode));
    QCOMPARE(exitCode[0][0].toInt(), 3);
    QVERIFY(finished.size() == 1 || comes(finished));
    QCOMPARE(exitCode.size(), 1);
}

QTEST_GUILESS_MAIN(tst_Properties)
#include "tst_properties.moc"
