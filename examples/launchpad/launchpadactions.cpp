// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The actions of the window, and where they stand.

#include "glyphicon.h"
#include "launchpadwindow.h"

#include <QtGui/QAction>
#include <QtWidgets/QMenuBar>
#include <QtWidgets/QToolBar>

QAction *LaunchpadWindow::newAction(const QString &text, const QKeySequence &keys)
{
    auto *action = new QAction(text, this);
    action->setShortcut(keys);
    return action;
}

void LaunchpadWindow::createActions()
{
    m_actions.add = newAction(tr("&Add…"), QKeySequence::New);
    m_actions.edit = newAction(tr("&Edit…"), Qt::Key_F2);
    m_actions.remove = newAction(tr("Re&move…"), QKeySequence::Delete);
    m_actions.start = newAction(tr("&Start"), Qt::Key_F5);
    m_actions.stop = newAction(tr("S&top"), Qt::SHIFT | Qt::Key_F5);
    m_actions.restart = newAction(tr("&Restart"), Qt::CTRL | Qt::Key_F5);
    m_actions.kill = newAction(tr("&Kill"), Qt::CTRL | Qt::Key_K);
    m_actions.startAll = newAction(tr("&Start All"), {});
    m_actions.stopAll = newAction(tr("S&top All"), {});
    m_actions.quit = newAction(tr("&Quit"), Qt::CTRL | Qt::Key_Q);
    m_actions.about = newAction(tr("&About Launchpad"), {});
    m_actions.add->setIcon(glyphIcon(Glyph::Add));
    m_actions.edit->setIcon(glyphIcon(Glyph::Edit));
    m_actions.remove->setIcon(glyphIcon(Glyph::Remove));
    m_actions.start->setIcon(glyphIcon(Glyph::Start));
    m_actions.stop->setIcon(glyphIcon(Glyph::Stop));
    m_actions.restart->setIcon(glyphIcon(Glyph::Restart));
    m_actions.kill->setIcon(glyphIcon(Glyph::Kill));

    connect(m_actions.add, &QAction::triggered, this, &LaunchpadWindow::addHelper);
    connect(m_actions.edit, &QAction::triggered, this, &LaunchpadWindow::editHelper);
    connect(m_actions.remove, &QAction::triggered, this, &LaunchpadWindow::removeHelper);
    connect(m_actions.start, &QAction::triggered, this, [this] { current()->start(); });
    connect(m_actions.stop, &QAction::triggered, this, [this] { current()->stop(); });
    connect(m_actions.restart, &QAction::triggered, this, [this] { current()->restart(); });
    connect(m_actions.kill, &QAction::triggered, this, [this] { current()->kill(); });
    connect(m_actions.startAll, &QAction::triggered, &m_model, &HelperListModel::startAll);
    connect(m_actions.stopAll, &QAction::triggered, &m_model, &HelperListModel::stopAll);
    connect(m_actions.quit, &QAction::triggered, this, &QWidget::close);
    connect(m_actions.about, &QAction::triggered, this, &LaunchpadWindow::showAbout);
}

void LaunchpadWindow::createMenus()
{
    QMenu *file = menuBar()->addMenu(tr("&File"));
    file->addActions({m_actions.startAll, m_actions.stopAll});
    file->addSeparator();
    file->addAction(m_actions.quit);
    QMenu *helper = menuBar()->addMenu(tr("&Helper"));
    helper->addActions({m_actions.add, m_actions.edit, m_actions.remove});
    helper->addSeparator();
    helper->addActions({m_actions.start, m_actions.stop, m_actions.restart, m_actions.kill});
    menuBar()->addMenu(tr("H&elp"))->addAction(m_actions.about);
}

void LaunchpadWindow::createToolBar()
{
    QToolBar *bar = addToolBar(tr("Tool Bar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({16, 16});
    bar->addActions({m_actions.add, m_actions.edit, m_actions.remove});
    bar->addSeparator();
    bar->addActions({m_actions.start, m_actions.stop, m_actions.restart});
}
