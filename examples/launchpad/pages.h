// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_PAGES_H
#define LAUNCHPAD_PAGES_H

#include <QtWidgets/QWidget>

class QLabel;
class QPushButton;

/// A page with a title, an explanation and one button, in the middle of the window.
class MessagePage : public QWidget
{
    Q_OBJECT

public:
    MessagePage(const QString &title, const QString &text, const QString &button,
                QWidget *parent = nullptr);

    void setText(const QString &text);
    QPushButton *button() const { return m_button; }

private:
    QLabel *const m_text;
    QPushButton *const m_button;
};

#endif
