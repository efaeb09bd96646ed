// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_LAUNCHPADWINDOW_H
#define LAUNCHPAD_LAUNCHPADWINDOW_H

#include "helperlistmodel.h"
#include "helperstore.h"

#include <QtWidgets/QMainWindow>

class HelperPanel;
class MessageBar;
class MessagePage;
class QListView;
class QStackedWidget;

/// The window. Closing it stops all helpers; it goes when their last process has gone.
class LaunchpadWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit LaunchpadWindow(const QString &fileName, QWidget *parent = nullptr);
    ~LaunchpadWindow() override;

    HelperListModel *helpers() { return &m_model; }

public Q_SLOTS:
    /// Closes the window; called again, it kills what has not stopped yet.
    void closeOrKill();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    struct Actions
    {
        QAction *add, *edit, *remove, *start, *stop, *restart, *kill, *startAll, *stopAll, *quit, *about;
    };

    QAction *newAction(const QString &text, const QKeySequence &keys);
    void createActions();
    void createMenus();
    void createToolBar();
    QWidget *newContents();
    QWidget *newHelpersPage();

    void load();
    void save();
    void addHelper();
    void editHelper();
    void removeHelper();
    void showAbout();
    void showState();
    void showCurrent();
    HelperSupervisor *current() const;

    HelperStore m_store;
    HelperListModel m_model;
    Actions m_actions = {};
    MessageBar *const m_message;
    QStackedWidget *const m_pages;
    MessagePage *const m_emptyPage;
    MessagePage *const m_closingPage;
    QListView *const m_list;
    HelperPanel *const m_panel;
    bool m_isClosing = false;
};

#endif
