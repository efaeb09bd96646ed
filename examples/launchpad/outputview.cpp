// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "outputview.h"

#include "outputdocument.h"

#include <QtCore/QEvent>
#include <QtGui/QFontDatabase>
#include <QtWidgets/QPlainTextDocumentLayout>
#include <QtWidgets/QScrollBar>

OutputView::OutputView(QWidget *parent)
    : QPlainTextEdit(parent)
    , m_nothing(new QTextDocument(this))
{
    m_nothing->setDocumentLayout(new QPlainTextDocumentLayout(m_nothing));
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setWordWrapMode(QTextOption::WrapAnywhere);
    setPlaceholderText(tr("What the helper writes appears here."));
}

void OutputView::setOutput(OutputDocument *output)
{
    if (m_output == output)
        return;
    if (m_output)
        m_output->disconnect(this);
    m_output = output;
    if (!output) {
        setDocument(m_nothing);
        return;
    }
    output->setPalette(palette());
    setDocument(output);
    connect(output, &OutputDocument::aboutToAppend, this,
            [this] { m_isAtEnd = verticalScrollBar()->value() >= verticalScrollBar()->maximum(); });
    connect(output, &OutputDocument::appended, this, [this] {
        if (m_isAtEnd)
            scrollToEnd();
    });
    scrollToEnd();
}

void OutputView::scrollToEnd()
{
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void OutputView::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_output)
        m_output->setPalette(palette());
}
