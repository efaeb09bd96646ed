// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "windowuse.h"

#include "outputview.h"
#include "usagegraph.h"

#include <QtCore/QTimer>
#include <QtGui/QAccessible>
#include <QtGui/QAction>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QToolBar>

#include <algorithm>

using namespace Qt::StringLiterals;

void WindowUse::inNextDialog(const std::function<void(QDialog *)> &function)
{
    auto *timer = new QTimer(qApp);
    QObject::connect(timer, &QTimer::timeout, timer, [timer, function] {
        auto *dialog = qobject_cast<QDialog *>(QApplication::activeModalWidget());
        if (!dialog || !dialog->isActiveWindow())
            return;
        timer->stop();
        timer->deleteLater();
        function(dialog);
        if (QTest::currentTestFailed())
            dialog->reject();
    });
    timer->start(1);
}

QWidget *WindowUse::fieldOf(const QWidget *dialog, const QString &label)
{
    const auto labels = dialog->findChildren<QLabel *>();
    for (const QLabel *one : labels) {
        if (one->text() == label)
            return one->buddy();
    }
    return nullptr;
}

void WindowUse::type(QWidget *field, const QString &text)
{
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(field, text);
}

QPushButton *WindowUse::buttonOf(const QWidget *window, const QString &text)
{
    const auto buttons = window->findChildren<QPushButton *>();
    for (QPushButton *one : buttons) {
        if (one->text() == text)
            return one;
    }
    return nullptr;
}

void WindowUse::clickOk(const QDialog *dialog)
{
    const auto *buttons = dialog->findChild<QDialogButtonBox *>();
    QTest::mouseClick(buttons->button(QDialogButtonBox::Ok), Qt::LeftButton);
}

void WindowUse::press(LaunchpadWindow *window, Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window));
    QTest::keyClick(window, key, modifiers);
}

void WindowUse::click(const LaunchpadWindow &window, const QString &text)
{
    const auto *bar = window.findChild<QToolBar *>();
    const auto actions = bar->actions();
    for (QAction *action : actions) {
        if (action->text() == text)
            QTest::mouseClick(bar->widgetForAction(action), Qt::LeftButton);
    }
}

double WindowUse::largestValue(const LaunchpadWindow &window, const QString &graph)
{
    const auto graphs = window.findChildren<UsageGraph *>();
    for (const UsageGraph *one : graphs) {
        if (one->accessibleName() == graph && !one->values().isEmpty())
            return *std::max_element(one->values().begin(), one->values().end());
    }
    return 0;
}

QString WindowUse::shownOutput(const LaunchpadWindow &window)
{
    return window.findChild<OutputView *>()->toPlainText();
}

QString WindowUse::namelessWidgets(const QWidget *window)
{
    QStringList nameless;
    const auto widgets = window->findChildren<QWidget *>();
    for (QWidget *one : widgets) {
        if (!one->isVisible() || !(one->focusPolicy() & Qt::TabFocus) || one->focusProxy())
            continue;
        const auto *interface = QAccessible::queryAccessibleInterface(one);
        if (!interface || interface->text(QAccessible::Name).isEmpty())
            nameless += QString::fromLatin1(one->metaObject()->className());
    }
    return nameless.join(u' ');
}
