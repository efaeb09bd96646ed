// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtQml/QQmlComponent>
#include <QtQml/QQmlEngine>

using ForkFd::ChildProcess;

/// QML uses the class with bindings, handlers and functions; a program registers it with one line.
/// Holds: H21.
class tst_Qml : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void exampleOfThePage();
    void bindings();
    void startErrors();
    void enumerators();
    void environment();
    void text();
    void bytes();
    void lines();
    void stopped();
    void restartedByAHandler();
    void destroyedWithTheEngine();

private:
    void warmUp() override;
};

namespace {

/// An engine with one root object. Every warning of the engine is a failure.
class Document
{
public:
    explicit Document(const QByteArray &qml)
    {
        QObject::connect(&m_engine, &QQmlEngine::warnings, &m_engine,
                         [this](const QList<QQmlError> &errors) {
                             for (const QQmlError &error : errors)
                                 m_warnings += error.toString();
                         });
        QQmlComponent component(&m_engine);
        component.setData(qml, {});
        if (component.isReady())
            m_root.reset(component.create());
        else
            m_warnings += component.errorString();
    }

    QVariant operator[](const char *property) const
    {
        return m_root ? m_root->property(property) : QVariant();
    }
    /// Runs the event loop until the property is true.
    bool becomes(const char *property) const
    {
        return m_root && QTest::qWaitFor([&] { return (*this)[property].toBool(); }, 60000);
    }
    QObject *root() const { return m_root.get(); }
    QString warnings() const { return m_warnings.join(u'\n'); }

private:
    QQmlEngine m_engine;
    std::unique_ptr<QObject> m_root;
    QStringList m_warnings;
};

/// A ChildProcess that runs the helper program, and has these lines, too.
QByteArray processWith(const char *arguments, const char *lines)
{
    QByteArray qml = "import QtQml\nimport Processes\nChildProcess {\n"
                     "property bool isOver: false\nonEnded: isOver = true\n"
                     "Component.onCompleted: startProcess()\n"
                     "program: \"" FORKFD_TEST_CHILD "\"\narguments: \"";
    return qml + arguments + "\".split(' ')\n" + lines + "\n}\n";
}

QString page()
{
    QFile file(QStringLiteral(FORKFD_TEST_QML_PAGE));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// The code block in this language.
QString block(const QString &language)
{
    const QRegularExpression fence(u"```%1\\n(.*?)```"_s.arg(language),
                                   QRegularExpression::DotMatchesEverythingOption);
    return fence.match(page()).captured(1);
}

} // namespace

// The engine keeps its thread, and plug-ins their descriptors.
void tst_Qml::warmUp()
{
    ChildProcessTest::warmUp();
    warmUpKeeper();
    qmlRegisterType<ForkFd::ChildProcess>("Processes", 1, 0, "ChildProcess");
    const Document document("import QtQml\nimport Processes\nQtObject {}");
    QCOMPARE(document.warnings(), QString());
}

void tst_Qml::initTestCase()
{
    const auto line =
        u"qmlRegisterType<ForkFd::ChildProcess>(\"Processes\", 1, 0, \"ChildProcess\");\n"_s;
    QCOMPARE(block(u"cpp"_s), line); // This test has registered it with the same line.
}

void tst_Qml::exampleOfThePage()
{
    const Document document(block(u"qml"_s).toUtf8());
    QCOMPARE(document.warnings(), QString());
    QCOMPARE(document["status"].toString(), u"building"_s);
    QVERIFY(QTest::qWaitFor([&] { return document["status"].toString() != u"building"; }, 60000));
    QTRY_COMPARE(document["log"].toString(), u"hello from /\nthanks\nended with 0"_s);
    QCOMPARE(document["status"].toString(), u"exited with code 0"_s);
    QCOMPARE(document.warnings(), QString());
}

// A handler counts each evaluation whose parts do not fit together.
void tst_Qml::bindings()
{
    const Document document(processWith("exit 3", R"(
        readonly property string summary: running ? "running" : "over: " + exitCode + " " + exitInfo.code
            + " " + endText
        property var summaries: []
        onSummaryChanged: summaries.push(summary)
        readonly property bool hasNumber: processId !== 0
        property bool hadNumber: false
        onHasNumberChanged: hadNumber = hadNumber || hasNumber
        property bool isMeasured: false
        property bool isTimed: false
        onFinished: (code, status) => {
            isMeasured = exitInfo.hasUsage && exitInfo.maxResidentBytes > 0
                && exitInfo.userTime + exitInfo.systemTime >= 0 && exitInfo.signal === 0
                && code === 3 && status === ChildProcess.NormalExit
            isTimed = elapsedMilliseconds() >= 0
        }
    )"));
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document.warnings(), QString());
    QCOMPARE(document["summary"].toString(), u"over: 3 3 exited with code 3"_s);
    QVERIFY(document["hadNumber"].toBool() && !document["hasNumber"].toBool());
    QVERIFY(document["isMeasured"].toBool() && document["isTimed"].toBool());
    QCOMPARE(document["summaries"].toStringList().filter(u"over: 0"_s).size(), 1); // Before the start.
}

void tst_Qml::startErrors()
{
    const Document document(R"(
        import QtQml
        import Processes
        ChildProcess {
            program: "/no/such/program"
            property int failures: 0
            property bool isOver: false
            readonly property string reason: startError.step + ", " + startError.errorCode + ", "
                + startError.subject + ", " + startError.text
            onErrorOccurred: error => {
                if (error === ChildProcess.FailedToStart && error === this.error())
                    ++failures
            }
            onEnded: isOver = true
            Component.onCompleted: startProcess()
        })");
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document["reason"].toString(),
             u"exec, 2, /no/such/program, Cannot start '/no/such/program': No such file or directory"_s);
    QCOMPARE(document["failures"].toInt(), 1);
    QCOMPARE(document["exitCode"].toInt(), 255);
    QCOMPARE(document.warnings(), QString());
}

void tst_Qml::enumerators()
{
    const Document document(R"(
        import QtQml
        import Processes
        ChildProcess {
            signalScope: ChildProcess.Group
            destructionPolicy: ChildProcess.DestructionPolicy.Stop
            startMode: ChildProcess.Background
            processChannelMode: ChildProcess.MergedChannels
            inputChannelMode: ChildProcess.ManagedInputChannel
            stopGrace: 2500
            timeLimit: 1e10
            drainTimeout: 10
            readBufferSize: 1000
            stopSignal: 2
            property bool isRight: state === ChildProcess.NotRunning
                && stopStage === ChildProcess.StopStage.None && exitStatus === ChildProcess.NormalExit
        })");
    QCOMPARE(document.warnings(), QString());
    const auto *process = qobject_cast<ChildProcess *>(document.root());
    QVERIFY(process);
    QVERIFY(document["isRight"].toBool());
    QCOMPARE(process->signalScope(), ChildProcess::SignalScope::Group);
    QCOMPARE(process->destructionPolicy(), ChildProcess::DestructionPolicy::Stop);
    QCOMPARE(process->startMode(), ChildProcess::StartMode::Background);
    QCOMPARE(process->processChannelMode(), ChildProcess::MergedChannels);
    using namespace std::chrono_literals;
    QVERIFY(process->stopGrace() == 2500ms && process->timeLimit() == 10'000'000s
            && process->drainTimeout() == 10ms);
    QCOMPARE(process->readBufferSize(), 1000);
    QCOMPARE(process->stopSignal(), 2);
}

void tst_Qml::environment()
{
    qputenv("FORKFD_TEST_KEPT", "kept");
    qputenv("FORKFD_TEST_REMOVED", "removed");
    const Document document(R"(
        import QtQml
        import Processes
        ChildProcess {
            program: "sh"
            arguments: ["-c", "echo $FORKFD_TEST_KEPT $FORKFD_TEST_REMOVED $FORKFD_TEST_SET"]
            environmentChanges: ({ FORKFD_TEST_SET: 7, FORKFD_TEST_REMOVED: null })
            readonly property string changes: JSON.stringify(environmentChanges)
            property string text
            property bool isOver: false
            onEnded: {
                text = readStandardOutputText()
                isOver = true
            }
            Component.onCompleted: startProcess()
        })");
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document["text"].toString(), u"kept 7\n"_s);
    QCOMPARE(document["changes"].toString(),
             u"{\"FORKFD_TEST_REMOVED\":null,\"FORKFD_TEST_SET\":\"7\"}"_s);
    QCOMPARE(document.warnings(), QString());
    qunsetenv("FORKFD_TEST_KEPT");
    qunsetenv("FORKFD_TEST_REMOVED");
}

// Each byte of the text arrives alone, and is written when the one before it was read.
void tst_Qml::text()
{
    ChildProcess process;
    process.start(childProgram(), words("echo"));
    QVERIFY(process.waitForStarted());
    const QByteArray bytes = "a\u00fc\u20ac\U0001f600z";
    QString text;
    for (const char byte : bytes) {
        process.write(&byte, 1);
        const qint64 before = process.bytesAvailable();
        while (process.bytesAvailable() == before)
            QVERIFY(process.waitForReadyRead());
        text += process.readStandardOutputText();
    }
    QCOMPARE(text, QString::fromUtf8(bytes));
    QCOMPARE(process.writeText(u"\u20ac"_s), 3);
    process.write("\xe2"); // An unfinished character is told at the end.
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(process.readStandardOutputText().startsWith(u"\u20ac\ufffd"_s));
    QCOMPARE(process.readStandardErrorText(), QString());
    process.close();
    QTest::ignoreMessage(QtWarningMsg, "QIODevice::write (ForkFd::ChildProcess): device not open");
    QCOMPARE(process.writeText(u"a"_s), -1);
}

// The functions of QProcess return an ArrayBuffer, which QML converts to a string.
void tst_Qml::bytes()
{
    const Document document(processWith("write 3 1 write 2 2", R"(
        property string output
        property string errors
        property int size: 0
        onFinished: {
            const bytes = readAllStandardOutput()
            size = bytes.byteLength
            output = bytes
            errors += readAllStandardError()
        }
    )"));
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document.warnings(), QString());
    QCOMPARE(document["output"].toString(), u"xxx"_s);
    QCOMPARE(document["errors"].toString(), u"xx"_s);
    QCOMPARE(document["size"].toInt(), 3);
}

void tst_Qml::lines()
{
    const Document document(R"(
        import QtQml
        import Processes
        ChildProcess {
            program: "sh"
            arguments: ["-c", "printf 'a\\nb' >&2; cat"]
            property var lines: []
            property string echo
            property bool isOver: false
            function take() {
                while (hasLine(ChildProcess.StandardError))
                    lines.push(takeTextLine(ChildProcess.StandardError))
            }
            onStarted: {
                writeText("\u20ac")
                closeWriteChannel()
            }
            onReadyReadStandardError: take()
            onEnded: {
                take()
                echo = readStandardOutputText()
                isOver = true
            }
            Component.onCompleted: startProcess()
        })");
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document["lines"].toStringList(), (QStringList{u"a"_s, u"b"_s}));
    QCOMPARE(document["echo"].toString(), u"\u20ac"_s);
    QCOMPARE(document.warnings(), QString());
}

void tst_Qml::stopped()
{
    const Document document(processWith("sleep", R"(
        property bool wasAsked: false
        onStopStageChanged: stage => { wasAsked = wasAsked || stage === ChildProcess.Asked }
        onStarted: stop()
    )"));
    QVERIFY(document.becomes("isOver"));
    QVERIFY(document["wasAsked"].toBool());
    QCOMPARE(document["endText"].toString(), u"killed by SIGTERM after it was asked to stop"_s);
    QCOMPARE(document.warnings(), QString());
}

void tst_Qml::restartedByAHandler()
{
    const Document document(R"(
        import QtQml
        import Processes
        ChildProcess {
            program: "sh"
            property int count: 0
            property bool isOver: false
            arguments: ["-c", "exit " + count]
            onEnded: {
                if (++count < 4)
                    startProcess()
                else
                    isOver = true
            }
            Component.onCompleted: startProcess()
        })");
    QVERIFY(document.becomes("isOver"));
    QCOMPARE(document["exitCode"].toInt(), 3);
    QCOMPARE(document.warnings(), QString());
}

void tst_Qml::destroyedWithTheEngine()
{
    const Document document(processWith("sleep", "destructionPolicy: ChildProcess.Kill"));
    QCOMPARE(document.warnings(), QString());
    QVERIFY(document["running"].toBool());
}

QTEST_GUILESS_MAIN(tst_Qml)
#include "tst_qml.moc"
