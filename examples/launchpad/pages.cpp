// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pages.h"

#include "glyphicon.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

static constexpr int textWidth = 420;

// The icon follows the screen that the window is on.
namespace {
class Emblem : public QWidget
{
public:
    Emblem() { setFixedSize(64, 64); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        glyphIcon(Glyph::Pad).paint(&painter, rect());
    }
};
} // namespace

MessagePage::MessagePage(const QString &title, const QString &text, const QString &button,
                         QWidget *parent)
    : QWidget(parent)
    , m_text(new QLabel)
    , m_button(new QPushButton(button))
{
    auto *heading = new QLabel(title);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    heading->setFont(large);
    heading->setAlignment(Qt::AlignCenter);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setWordWrap(true);
    m_text->setFixedWidth(textWidth);
    setText(text);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addStretch(2);
    layout->addWidget(new Emblem, 0, Qt::AlignHCenter);
    layout->addWidget(heading);
    layout->addWidget(m_text, 0, Qt::AlignHCenter);
    layout->addSpacing(6);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
}

void MessagePage::setText(const QString &text)
{
    m_text->setText(text);
    m_text->setMinimumHeight(std::max(m_text->heightForWidth(textWidth), 0)); // -1 without text.
}
