// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_MESSAGEBAR_H
#define LAUNCHPAD_MESSAGEBAR_H

#include <QtWidgets/QFrame>

class QLabel;

/// A message above the contents of the window, which the user can dismiss.
class MessageBar : public QFrame
{
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);

    void showMessage(const QString &text);
    QString message() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QLabel *const m_label;
};

#endif
