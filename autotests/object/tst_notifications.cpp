// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QMetaProperty>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>

using namespace std::chrono_literals;

/// In each signal, each property has the value of its last notification, or its notification comes
/// before any other signal does. So bindings never see a mixture.
/// Holds: H20.
class tst_Notifications : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyChange_data();
    void everyChange();
    void everySetting_data();
    void everySetting();
    void sameValueTellsNothing();
    void numberIsThatOfQProcess();
    void namedAsTheFunction();

private:
    using Drive = void (*)(Process &);

    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
    }
};

namespace {

/// Receives every signal of an object, and compares its properties with what was notified.
class Witness : public QObject // Without Q_OBJECT: its slots are the numbers of the signals.
{
public:
    explicit Witness(Process &process)
        : m_process(process)
        , m_type(process.metaObject())
    {
        for (int i = m_type->propertyOffset(); i < m_type->propertyCount(); ++i) {
            if (m_type->property(i).hasNotifySignal())
                m_told[i] = m_type->property(i).read(&process);
        }
        for (int i = 0; i < m_type->methodCount(); ++i) {
            if (m_type->method(i).methodType() == QMetaMethod::Signal)
                QMetaObject::connect(&process, i, this, metaObject()->methodCount() + i);
        }
    }

    int qt_metacall(QMetaObject::Call call, int id, void **arguments) override
    {
        id = QObject::qt_metacall(call, id, arguments);
        if (id >= 0 && call == QMetaObject::InvokeMetaMethod)
            see(m_type->method(id));
        return -1;
    }

    QStringList faults; ///< Such as "finished: exitCode".
    QStringList pairs; ///< Such as "stateChanged: exitCode": the notification came next.
    int count = 0;

    /// Whether the properties have the values that were notified.
    bool isUpToDate()
    {
        return std::all_of(m_told.begin(), m_told.end(), [this](const auto &told) {
            return told.second == m_type->property(told.first).read(&m_process);
        });
    }

private:
    void see(const QMetaMethod &signal)
    {
        ++count;
        bool notifies = false;
        for (auto &[index, value] : m_told) {
            if (m_type->property(index).notifySignal() == signal) {
                value = m_type->property(index).read(&m_process);
                notifies = true;
            }
        }
        for (const auto &[index, value] : m_told) {
            if (value == m_type->property(index).read(&m_process))
                continue;
            const QString text =
                QString::fromLatin1(signal.name() + ": " + m_type->property(index).name());
            (notifies ? pairs : faults) += text;
        }
    }

    Process &m_process;
    const QMetaObject *const m_type;
    std::map<int, QVariant> m_told;
};

// QProcess has the result when it emits stateChanged(), and the number after that. A start knows its
// failure when it begins. Between two notifications of the same change, everything may be ahead.
bool isAllowed(const QString &pair)
{
    static const QStringList pairs = {
        u"stateChanged: exitCode"_s,   u"stateChanged: exitStatus"_s, u"stateChanged: exitInfo"_s,
        u"stateChanged: startError"_s, u"stateChanged: endText"_s,    u"stateChanged: outputComplete"_s,
    };
    return pairs.contains(pair) || !pair.startsWith(u"stateChanged"_s);
}

void finish(Process &process)
{
    while (process.isRunning())
        process.waitForFinished();
    QVERIFY(!process.isRunning());
}

void finishInEventLoop(Process &process)
{
    QVERIFY(QTest::qWaitFor([&] { return !process.isRunning(); }, 60000));
}

} // namespace

void tst_Notifications::everyChange_data()
{
    QTest::addColumn<Drive>("drive");
    const auto row = [](const char *name, Drive drive) { QTest::newRow(name) << drive; };
    row("exit", [](Process &process) { process.start(childProgram(), words("exit 3")); });
    row("signal", [](Process &process) { process.start(childProgram(), words("signal 9")); });
    row("output at the end",
        [](Process &process) { process.start(childProgram(), words("write 5 1 exit 3")); });
    row("drain", [](Process &process) {
        process.setDrainTimeout(1h);
        process.start(childProgram(), words("heir 3 write 5 1"));
    });
    row("stopped", [](Process &process) {
        process.start(childProgram(), words("sleep"));
        process.stop();
    });
    row("stopped for good", [](Process &process) {
        process.setStopGrace(0ms);
        process.start(childProgram(), words("sleep"));
        process.stop();
    });
    row("time limit", [](Process &process) {
        process.setTimeLimit(1ms);
        process.start(childProgram(), words("sleep"));
    });
    row("group", [](Process &process) {
        process.setSignalScope(Process::SignalScope::Group);
        process.start(childProgram(), words("exit 3"));
    });
    row("no such program", [](Process &process) { process.start(u"/no/such/program"_s, {}); });
    row("failed in start()", [](Process &process) { process.start(QString(1, QChar(0)), {}); });
    row("no such directory", [](Process &process) {
        process.setWorkingDirectory(u"/no/such/directory"_s);
        process.start(childProgram(), words("exit 3"));
    });
    row("no program", [](Process &process) { process.start(QString(), {}); });
    row("modifier", [](Process &process) {
        process.setChildProcessModifier([] {});
        process.start(childProgram(), words("exit 3"));
    });
    row("failing modifier", [](Process &process) {
        process.setChildProcessModifier([&process] { process.failChildProcessModifier("no", ENOENT); });
        process.start(childProgram(), words("exit 3"));
    });
    row("in the background", [](Process &process) {
        process.setStartMode(Process::StartMode::Background);
        process.start(childProgram(), words("exit 3"));
    });
    row("failed in the background", [](Process &process) {
        process.setStartMode(Process::StartMode::Background);
        process.start(u"/no/such/program"_s, {});
    });
    row("closed", [](Process &process) {
        process.start(childProgram(), words("sleep"));
        process.close();
    });
    row("detached, failed", [](Process &process) {
        process.setProgram(u"/no/such/program"_s);
        QVERIFY(!process.startDetached());
    });
    row("restarted in a slot", [](Process &process) {
        static int starts;
        starts = 0;
        connect(&process, &Process::stateChanged, &process, [&process](Process::ProcessState state) {
            if (state == Process::NotRunning && ++starts == 1)
                process.start(childProgram(), words("exit 4"));
        });
        process.start(childProgram(), words("exit 3"));
    });
}

// Twice, so that the second start forgets the first one; then a start with another result.
void tst_Notifications::everyChange()
{
    QFETCH(const Drive, drive);
    Process process;
    Witness witness(process);
    for (const auto end : {finish, finishInEventLoop}) {
        drive(process);
        end(process);
        QVERIFY(witness.isUpToDate());
    }
    process.setChildProcessModifier({});
    process.setWorkingDirectory({});
    process.setProgram(childProgram());
    process.setArguments(words("exit 0"));
    process.startProcess();
    finish(process);
    QVERIFY(witness.isUpToDate());
    QVERIFY(witness.count > 0);
    QCOMPARE(witness.faults, QStringList());
    for (const QString &pair : std::as_const(witness.pairs))
        QVERIFY2(isAllowed(pair), qPrintable(pair));
}

void tst_Notifications::everySetting_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QVariant>("refused"); // Is read back as the default; invalid: none is.
    const auto row = [](const char *name, const QVariant &value, const QVariant &refused = {}) {
        QTest::newRow(name) << value << refused;
    };
    row("program", u"a"_s);
    row("arguments", QStringList{u"a"_s});
    row("stopSignal", SIGINT);
    row("workingDirectory", u"/tmp"_s);
    row("environmentChanges", QVariantMap{{u"FORKFD_TEST_NEW"_s, u"1"_s}, {u"PATH"_s, {}}});
    row("stopGrace", 100);
    row("timeLimit", 100, -1);
    row("drainTimeout", 100, -1);
    row("readBufferSize", 100, -1);
    row("signalScope", QVariant::fromValue(Process::SignalScope::Tree));
    row("destructionPolicy", QVariant::fromValue(Process::DestructionPolicy::Stop));
    row("startMode", QVariant::fromValue(Process::StartMode::Background));
    row("processChannelMode", QVariant::fromValue(Process::MergedChannels));
    row("inputChannelMode", QVariant::fromValue(Process::ForwardedInputChannel));
}

void tst_Notifications::everySetting()
{
    QFETCH(const QVariant, value);
    QFETCH(const QVariant, refused);
    const char *const name = QTest::currentDataTag();
    Process process;
    process.setStartMode(Process::StartMode::Direct);
    Witness witness(process);
    const QVariant before = process.property(name);
    QVERIFY(process.setProperty(name, value));
    QVERIFY(process.property(name) != before);
    QCOMPARE(witness.count, 1);
    QVERIFY(witness.isUpToDate());
    QVERIFY(process.setProperty(name, value));
    QCOMPARE(witness.count, 1); // The same value.
    QVERIFY(process.setProperty(name, refused.isValid() ? refused : before));
    QCOMPARE(process.property(name), before);
    QCOMPARE(witness.count, 2);
    QVERIFY(witness.isUpToDate());
    QCOMPARE(witness.faults + witness.pairs, QStringList());
}

void tst_Notifications::sameValueTellsNothing()
{
    Process process;
    QSignalSpy result(&process, &Process::resultChanged);
    QSignalSpy number(&process, &Process::processIdChanged);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(result.size(), 0); // There was nothing to forget.
    finish(process);
    QCOMPARE(result.size(), 1);
    QCOMPARE(number.size(), 2);
    QVERIFY(number[0][0].toLongLong() > 0);
    QCOMPARE(number[1][0].toLongLong(), 0);
}

// QProcess has no number in stateChanged(Starting), and still has it in stateChanged(NotRunning).
void tst_Notifications::numberIsThatOfQProcess()
{
    const auto record = [](auto &process) {
        QStringList texts;
        atEverySignal(&process, [&](const QString &signal) {
            if (signal.startsWith(u"stateChanged"_s) || signal.startsWith(u"finished"_s))
                texts += signal + (process.processId() == 0 ? u", none"_s : u", a number"_s);
        });
        process.start(childProgram(), words("exit 3"));
        process.waitForFinished();
        return texts;
    };
    Process process;
    QProcess example;
    QCOMPARE(record(process), record(example));
}

void tst_Notifications::namedAsTheFunction()
{
    Process process;
    QObject::connect(&process, &Process::stateChanged, [&] {
        QCOMPARE(process.property("processId").toLongLong(), process.processId());
        QCOMPARE(process.property("running").toBool(), process.isRunning());
        QCOMPARE(process.isRunning(), process.state() != Process::NotRunning);
        QCOMPARE(process.property("exitCode").toInt(), process.exitCode());
        QVERIFY(process.property("exitInfo").value<ForkFd::ExitInfoValue>().value()
                == process.exitInfo());
        QVERIFY(process.property("startError").value<ForkFd::StartErrorValue>().value()
                == process.startError());
    });
    process.start(childProgram(), words("exit 3"));
    finish(process);
    process.start(u"/no/such/program"_s, {});
    finish(process);
}

QTEST_GUILESS_MAIN(tst_Notifications)
#include "tst_notifications.moc"
