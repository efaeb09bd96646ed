// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_AUTOTESTS_WINDOWUSE_H
#define FORKFD_AUTOTESTS_WINDOWUSE_H

#include "launchpadwindow.h"

#include <QtWidgets/QDialog>
#include <QtWidgets/QPushButton>

#include <functional>

/// What a user does with the launchpad's window, and sees in it.
namespace WindowUse {

/// Calls `function` when a dialog has opened, in the event loop of that dialog. The function has to
/// close it.
void inNextDialog(const std::function<void(QDialog *)> &function);
QWidget *fieldOf(const QWidget *dialog, const QString &label);
void type(QWidget *field, const QString &text);
QPushButton *buttonOf(const QWidget *window, const QString &text);
void clickOk(const QDialog *dialog);
/// Presses a key in the window, when the last dialog has gone.
void press(LaunchpadWindow *window, Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
/// Clicks a button of the tool bar.
void click(const LaunchpadWindow &window, const QString &text);
double largestValue(const LaunchpadWindow &window, const QString &graph);
QString shownOutput(const LaunchpadWindow &window);
/// The visible widgets that the keyboard reaches, and that a screen reader could not name.
QString namelessWidgets(const QWidget *window);

} // namespace WindowUse

#endif
