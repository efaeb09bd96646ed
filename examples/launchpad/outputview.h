// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_OUTPUTVIEW_H
#define LAUNCHPAD_OUTPUTVIEW_H

#include <QtCore/QPointer>
#include <QtWidgets/QPlainTextEdit>

class OutputDocument;

/// Shows the output of a helper, and follows its end unless the user has scrolled away from it.
class OutputView : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit OutputView(QWidget *parent = nullptr);

    /// Shows this document; null shows nothing.
    void setOutput(OutputDocument *output);

protected:
    void changeEvent(QEvent *event) override;

private:
    void scrollToEnd();

    QTextDocument *const m_nothing;
    QPointer<OutputDocument> m_output;
    bool m_isAtEnd = true;
};

#endif
