// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperlistmodel.h"
#include "helperstore.h"
#include "launchpadwindow.h"
#include "messagebar.h"
#include "processtest.h"
#include "supervisor.h"
#include "windowuse.h"

#include <QtCore/QTemporaryDir>
#include <QtGui/QAccessible>
#include <QtGui/QAction>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTreeView>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace WindowUse;
using State = HelperSupervisor::State;

namespace {

QString childProgram()
{
    return QStringLiteral(FORKFD_TEST_CHILD);
}

Helper helperFor(const QString &words)
{
    Helper helper;
    helper.name = u"Test"_s;
    helper.program = childProgram();
    helper.arguments = words.split(u' ');
    helper.stopGrace = 20s;
    return helper;
}

} // namespace

/// The example `launchpad`: clicks and types in its window.
/// Holds: none (it tests an example).
class tst_Launchpad : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void firstHelper();
    void keyboardOnly();
    void crashRestarts();
    void failedStart();
    void startAndStop_data();
    void startAndStop();
    void leftBehind();
    void flood();
    void terminal();
    void edit();
    void closesOverDialogs();
    void removeWhileRunning();
    void closeAfterARemoval();
    void badFile();
    void closeStopsAll();
    void killNow();
    void widgetsAreNamed();

private:
    QString whatIsLeft() const;
    QString fileName() const
    {
        return m_directory.filePath(QString::fromLatin1(QTest::currentTestFunction()) + u".json"_s);
    }
    void save(const QList<Helper> &helpers) const
    {
        HelperStore store(fileName());
        QVERIFY2(store.save(helpers), qPrintable(store.problem()));
    }
    static void show(LaunchpadWindow *window)
    {
        window->show();
        window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window));
    }

    const QTemporaryDir m_directory;
    ProcessState m_stateBefore;
    QStringList m_orphansBefore;
};

// Starts the threads and the guardian of the library.
void tst_Launchpad::initTestCase()
{
    QVERIFY(m_directory.isValid());
    HelperSupervisor::sampleInterval = 50ms;
    warmUp();
    HelperSupervisor supervisor(helperFor(u"sleep"_s));
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), State::Running);
    supervisor.stop();
    QTRY_COMPARE(supervisor.state(), State::Stopped);
    awaitLibrary();
}

// These two functions replace those of ProcessTest, because Qt Widgets opens files and starts threads
// during the tests.
void tst_Launchpad::init()
{
    QTRY_COMPARE(ProcessState::now().children, 0);
    m_stateBefore = ProcessState::now();
    m_orphansBefore = Supervisor::livingOrphans();
}

void tst_Launchpad::cleanup()
{
    QTRY_COMPARE(whatIsLeft(), QString());
}

// The descriptors are those that a child needs; the processes are children and what they have left.
QString tst_Launchpad::whatIsLeft() const
{
    QStringList lines =
        m_stateBefore.differencesTo(ProcessState::now()).split(u'\n', Qt::SkipEmptyParts);
    lines.removeIf([](const QString &line) {
        return line.startsWith("descriptor"_L1) && !line.contains("pidfd"_L1)
            && !line.contains("pipe:"_L1) && !line.contains("ptmx"_L1) && !line.contains("cgroup"_L1);
    });
    QStringList orphans = Supervisor::livingOrphans();
    orphans.removeIf([this](const QString &orphan) { return m_orphansBefore.contains(orphan); });
    return (lines + orphans).join(u'\n');
}

void tst_Launchpad::firstHelper()
{
    LaunchpadWindow window(fileName());
    show(&window);
    QPushButton *add = buttonOf(&window, u"&Add Helper…"_s);
    QVERIFY(add->isVisible());
    inNextDialog([](QDialog *dialog) {
        QVERIFY(!dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok)->isEnabled());
        type(fieldOf(dialog, u"&Program:"_s), childProgram());
        type(fieldOf(dialog, u"&Arguments:"_s), u"say hello hold 8 burn 200 sleep"_s);
        type(fieldOf(dialog, u"&Name:"_s), u"Greeter"_s);
        clickOk(dialog);
    });
    QTest::mouseClick(add, Qt::LeftButton);
    QCOMPARE(window.helpers()->rowCount(), 1);
    QVERIFY(!add->isVisible());
    HelperSupervisor *helper = window.helpers()->supervisor(0);
    QCOMPARE(helper->helper().displayName(), u"Greeter"_s);
    QCOMPARE(HelperStore(fileName()).load(), window.helpers()->helpers());
    QCOMPARE(helper->stateText(), u"Not started"_s);

    click(window, u"&Start"_s);
    QTRY_COMPARE(helper->state(), State::Running);
    QTRY_VERIFY(shownOutput(window).contains(u"hello"_s));
    if (!FORKFD_TEST_PORTABLE) { // It knows the usage when the child has ended.
        QTRY_VERIFY(largestValue(window, u"Memory"_s) > 8 * 1024 * 1024);
        QTRY_VERIFY(largestValue(window, u"CPU"_s) > 0);
    }
    click(window, u"S&top"_s);
    QTRY_COMPARE(helper->state(), State::Stopped);
    const auto *history = window.findChild<QTreeView *>()->model();
    QCOMPARE(history->rowCount(), 1);
    QVERIFY(history->index(0, 1).data().toString().startsWith(u"Killed by SIGTERM"_s));
    QVERIFY(shownOutput(window).contains(u"Killed by SIGTERM"_s));
}

void tst_Launchpad::keyboardOnly()
{
    LaunchpadWindow window(fileName());
    show(&window);
    inNextDialog([](QDialog *dialog) {
        QTest::keyClick(dialog, Qt::Key_A, Qt::AltModifier);
        QTest::keyClicks(dialog->focusWidget(), u"sleep"_s);
        QTest::keyClick(dialog, Qt::Key_P, Qt::AltModifier);
        QTest::keyClicks(dialog->focusWidget(), childProgram());
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Return);
    });
    press(&window, Qt::Key_N, Qt::ControlModifier);
    QCOMPARE(window.helpers()->rowCount(), 1);
    HelperSupervisor *helper = window.helpers()->supervisor(0);
    QCOMPARE(helper->helper().arguments, QStringList{u"sleep"_s});

    press(&window, Qt::Key_F5);
    QTRY_COMPARE(helper->state(), State::Running);
    press(&window, Qt::Key_F5, Qt::ControlModifier);
    QTRY_COMPARE(helper->runs().size(), 1);
    QTRY_COMPARE(helper->state(), State::Running);
    press(&window, Qt::Key_K, Qt::ControlModifier);
    QTRY_COMPARE(helper->state(), State::Stopped);
    QCOMPARE(helper->runs().size(), 2);

    inNextDialog([](QDialog *dialog) { QTest::keyClick(dialog, Qt::Key_R, Qt::AltModifier); });
    press(&window, Qt::Key_Delete);
    QCOMPARE(window.helpers()->rowCount(), 0);
    press(&window, Qt::Key_Q, Qt::ControlModifier);
    QTRY_VERIFY(!window.isVisible());
}

void tst_Launchpad::crashRestarts()
{
    Helper helper = helperFor(u"say again signal 9"_s);
    helper.restartDelay = 10ms;
    save({helper});
    LaunchpadWindow window(fileName());
    show(&window);
    HelperSupervisor *supervisor = window.helpers()->supervisor(0);
    const auto texts = std::make_shared<QStringList>();
    connect(supervisor, &HelperSupervisor::stateChanged, this,
            [=] { *texts += supervisor->stateText(); });
    click(window, u"&Start"_s);
    QTRY_VERIFY(supervisor->runs().size() >= 3);
    QTRY_VERIFY((click(window, u"S&top"_s), supervisor->state() == State::Stopped));
    QVERIFY(texts->contains(u"Restarts in 1 s: killed by SIGKILL"_s));
    QVERIFY(supervisor->runs().first().isFailure);
    QVERIFY(shownOutput(window).count(u"again"_s) >= 3);
}

void tst_Launchpad::failedStart()
{
    Helper helper;
    helper.program = u"/no/such/program"_s;
    helper.restartPolicy = RestartPolicy::Never;
    HelperSupervisor supervisor(helper);
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), State::Failed);
    QVERIFY2(supervisor.stateText().contains(u"/no/such/program"_s), qPrintable(supervisor.stateText()));
    QCOMPARE(supervisor.runs().size(), 1);
}

void tst_Launchpad::startAndStop_data()
{
    QTest::addColumn<RestartPolicy>("policy");
    QTest::addColumn<QString>("words");
    QTest::addColumn<State>("state");
    QTest::newRow("never, crash") << RestartPolicy::Never << u"signal 9"_s << State::Failed;
    QTest::newRow("never, code") << RestartPolicy::Never << u"exit 3"_s << State::Failed;
    QTest::newRow("on failure, success") << RestartPolicy::OnFailure << u"exit 0"_s << State::Exited;
    QTest::newRow("on failure, code") << RestartPolicy::OnFailure << u"exit 3"_s << State::Waiting;
    QTest::newRow("always, success") << RestartPolicy::Always << u"exit 0"_s << State::Waiting;
}

// In each state a start, a stop, and a start that is stopped at once do what they say.
void tst_Launchpad::startAndStop()
{
    QFETCH(const RestartPolicy, policy);
    QFETCH(const QString, words);
    QFETCH(const State, state);
    Helper helper = helperFor(words);
    helper.restartPolicy = policy;
    helper.restartDelay = 1h;
    HelperSupervisor supervisor(helper);
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), state);
    supervisor.start();
    QVERIFY(supervisor.isActive());
    QTRY_COMPARE(supervisor.state(), state);
    supervisor.restart();
    supervisor.stop();
    QTRY_COMPARE(supervisor.state(), State::Stopped);
    supervisor.restart();
    QTRY_COMPARE(supervisor.state(), state);
}

// The helper ends, and what it has left behind ignores the stop signal. Where the system does not let it
// be reached, it ends by itself.
void tst_Launchpad::leftBehind()
{
    Helper helper;
    helper.program = u"sh"_s;
    helper.arguments = QStringList{u"-c"_s, u"trap '' TERM; sleep 1 & exit 0"_s};
    helper.restartPolicy = RestartPolicy::Never;
    helper.stopGrace = 1ms;
    HelperSupervisor supervisor(helper);
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), State::Exited);
}

// A helper that writes without end holds neither the window nor its end up.
void tst_Launchpad::flood()
{
    Helper helper;
    helper.program = u"yes"_s;
    HelperSupervisor supervisor(helper);
    supervisor.start();
    QTRY_COMPARE(supervisor.output()->blockCount(), OutputDocument::maximumLines);
    supervisor.stop();
    QTRY_COMPARE(supervisor.state(), State::Stopped);
}

void tst_Launchpad::terminal()
{
    Helper helper = helperFor(u"terminal exit 0"_s);
    helper.hasTerminal = true;
    HelperSupervisor supervisor(helper);
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), State::Exited);
    QVERIFY(supervisor.output()->toPlainText().contains(u"\nyes\n"_s));
}

void tst_Launchpad::edit()
{
    save({helperFor(u"sleep"_s)});
    LaunchpadWindow window(fileName());
    show(&window);
    inNextDialog([](QDialog *dialog) {
        auto *restart = qobject_cast<QComboBox *>(fieldOf(dialog, u"&Restart:"_s));
        restart->setCurrentIndex(restart->findText(u"Always"_s));
        auto *environment = fieldOf(dialog, u"&Environment:"_s);
        const auto *ok = dialog->findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Ok);
        type(environment, u"=bad"_s);
        QVERIFY(!ok->isEnabled());
        type(environment, u"A=1"_s);
        clickOk(dialog);
    });
    click(window, u"&Edit…"_s);
    Helper expected = helperFor(u"sleep"_s);
    expected.restartPolicy = RestartPolicy::Always;
    expected.environmentChanges = {{u"A"_s, u"1"_s}};
    QCOMPARE(HelperStore(fileName()).load(), QList<Helper>{expected});
    inNextDialog([](QDialog *dialog) { dialog->reject(); });
    QTest::keyClick(window.findChild<QListView *>(), Qt::Key_Return);
    QCOMPARE(window.helpers()->helpers(), QList<Helper>{expected});
}

// As a signal does, while two dialogs lie over the window.
void tst_Launchpad::closesOverDialogs()
{
    save({helperFor(u"sleep"_s)});
    LaunchpadWindow window(fileName());
    show(&window);
    inNextDialog([&window](QDialog *dialog) {
        auto *timer = new QTimer(dialog);
        QObject::connect(timer, &QTimer::timeout, dialog, [closed = &window, dialog] {
            QWidget *above = QApplication::activeModalWidget();
            if (above && above != dialog)
                closed->closeOrKill();
        });
        timer->start(1);
        QTest::mouseClick(buttonOf(dialog, u"Browse…"_s), Qt::LeftButton);
    });
    click(window, u"&Edit…"_s);
    QVERIFY(!QApplication::activeModalWidget());
    QTRY_VERIFY(!window.isVisible());
}

void tst_Launchpad::removeWhileRunning()
{
    save({helperFor(u"sleep"_s), helperFor(u"branch same sleep"_s)});
    LaunchpadWindow window(fileName());
    show(&window);
    window.findChild<QListView *>()->setCurrentIndex(window.helpers()->index(1));
    click(window, u"&Start"_s);
    QTRY_COMPARE(window.helpers()->supervisor(1)->state(), State::Running);
    inNextDialog([](QDialog *dialog) { dialog->reject(); });
    click(window, u"Re&move…"_s);
    QCOMPARE(window.helpers()->rowCount(), 2);
    inNextDialog([](QDialog *dialog) {
        QVERIFY(qobject_cast<QMessageBox *>(dialog)->text().contains(u"running"_s));
        QTest::mouseClick(buttonOf(dialog, u"&Remove"_s), Qt::LeftButton);
    });
    click(window, u"Re&move…"_s);
    QCOMPARE(window.helpers()->rowCount(), 1);
    QCOMPARE(HelperStore(fileName()).load(), window.helpers()->helpers());
    QTRY_VERIFY(!window.helpers()->isAnyWanted());
}

// The window stays until its processes have gone, and offers to kill them.
void tst_Launchpad::closeAfterARemoval()
{
    Helper helper = helperFor(u"ignore 15 say x sleep"_s);
    helper.stopGrace = 1h;
    helper.startsWithLaunchpad = true;
    save({helper});
    LaunchpadWindow window(fileName());
    show(&window);
    QTRY_VERIFY(shownOutput(window).contains(u"x"_s));
    inNextDialog(
        [](QDialog *dialog) { QTest::mouseClick(buttonOf(dialog, u"&Remove"_s), Qt::LeftButton); });
    click(window, u"Re&move…"_s);
    QCOMPARE(window.helpers()->rowCount(), 0);
    window.close();
    QVERIFY(window.isVisible());
    QCOMPARE(window.helpers()->activeNames(), helper.displayName());
    QTest::mouseClick(buttonOf(&window, u"&Kill Now"_s), Qt::LeftButton);
    QTRY_VERIFY(!window.isVisible());
}

void tst_Launchpad::badFile()
{
    QFile file(fileName());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\n\"version\": 1,\n");
    file.close();
    LaunchpadWindow window(fileName());
    show(&window);
    const auto *message = window.findChild<MessageBar *>();
    QVERIFY(message->isVisible());
    QVERIFY2(message->message().contains(fileName() + u" could not be read. Line 3: "_s),
             qPrintable(message->message()));
    inNextDialog([](QDialog *dialog) {
        type(fieldOf(dialog, u"&Program:"_s), u"true"_s);
        clickOk(dialog);
    });
    click(window, u"&Add…"_s);
    QVERIFY(message->isVisible());
    QVERIFY2(message->message().contains(fileName() + u".kept-1"_s), qPrintable(message->message()));
    QTest::mouseClick(buttonOf(&window, u"&Dismiss"_s), Qt::LeftButton);
    QVERIFY(!message->isVisible());
}

// Two helpers run, with grandchildren; one ignores the stop signal, and one waits for its restart.
void tst_Launchpad::closeStopsAll()
{
    const QString scope = FORKFD_TEST_PORTABLE ? u"same"_s : u"session"_s;
    Helper stubborn = helperFor(u"ignore 15 branch %1 say x sleep"_s.arg(scope));
    stubborn.stopGrace = 50ms;
    Helper waiting = helperFor(u"exit 3"_s);
    waiting.restartDelay = 1h;
    save({helperFor(u"branch %1 say x sleep"_s.arg(scope)), stubborn, waiting});
    LaunchpadWindow window(fileName());
    show(&window);
    window.helpers()->startAll();
    for (const int row : {0, 1})
        QTRY_VERIFY(window.helpers()->supervisor(row)->output()->toPlainText().contains(u"x"_s));
    QTRY_COMPARE(window.helpers()->supervisor(2)->state(), State::Waiting);
    QVERIFY(!window.close());
    QVERIFY(window.isVisible());
    QCOMPARE(window.helpers()->activeNames(), u"Test, Test"_s);
    QTRY_VERIFY(!window.isVisible());
    QVERIFY(!window.helpers()->isAnyWanted());
}

void tst_Launchpad::killNow()
{
    Helper helper = helperFor(u"ignore 15 say x sleep"_s);
    helper.stopGrace = 1h;
    helper.startsWithLaunchpad = true;
    save({helper});
    LaunchpadWindow window(fileName());
    show(&window);
    QTRY_VERIFY(shownOutput(window).contains(u"x"_s));
    window.close();
    auto *button = buttonOf(&window, u"&Kill Now"_s);
    QTRY_VERIFY(button->hasFocus());
    QCOMPARE(namelessWidgets(&window), QString());
    QTest::keyClick(button, Qt::Key_Space);
    QTRY_VERIFY(!window.isVisible());
}

void tst_Launchpad::widgetsAreNamed()
{
    save({helperFor(u"sleep"_s)});
    LaunchpadWindow window(fileName());
    show(&window);
    QCOMPARE(namelessWidgets(&window), QString());
    QString nameless = u"none was asked"_s;
    inNextDialog([&nameless](QDialog *dialog) {
        nameless = namelessWidgets(dialog);
        dialog->reject();
    });
    click(window, u"&Edit…"_s);
    QCOMPARE(nameless, QString());
    const auto *list = QAccessible::queryAccessibleInterface(window.findChild<QListView *>());
    QCOMPARE(list->child(0)->text(QAccessible::Name), u"Test: Not started"_s);
}

QTEST_MAIN(tst_Launchpad)
#include "tst_launchpad.moc"
