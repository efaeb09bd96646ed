// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "launchpadwindow.h"

#include "glyphicon.h"
#include "helperdelegate.h"
#include "helperdialog.h"
#include "helperpanel.h"
#include "messagebar.h"
#include "pages.h"

#include <QtCore/QItemSelectionModel>

#include <QtGui/QAction>
#include <QtGui/QCloseEvent>
#include <QtWidgets/QApplication>
#include <QtWidgets/QListView>
#include <QtWidgets/QMenuBar>
#include <QtWidgets/QMessageBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QToolBar>
#include <QtWidgets/QVBoxLayout>

LaunchpadWindow::LaunchpadWindow(const QString &fileName, QWidget *parent)
    : QMainWindow(parent)
    , m_store(fileName)
    , m_message(new MessageBar)
    , m_pages(new QStackedWidget)
    , m_emptyPage(new MessagePage(
          tr("No Helpers Yet"),
          tr("A helper is a program that runs while this window is open: a development server, a "
             "file watcher, a tunnel. You see its output and what it uses here. When you close the "
             "window, it is stopped with all that it has started."),
          tr("&Add Helper…")))
    , m_closingPage(new MessagePage(tr("Stopping Helpers"), {}, tr("&Kill Now")))
    , m_list(new QListView)
    , m_panel(new HelperPanel)
{
    setWindowTitle(tr("Launchpad"));
    createActions();
    createMenus();
    createToolBar();
    setCentralWidget(newContents());
    connect(m_emptyPage->button(), &QPushButton::clicked, this, &LaunchpadWindow::addHelper);
    connect(m_closingPage->button(), &QPushButton::clicked, &m_model, &HelperListModel::killAll);
    connect(&m_model, &HelperListModel::changed, this, &LaunchpadWindow::showState);
    load();
    showState();
    resize(960, 600);
}

LaunchpadWindow::~LaunchpadWindow()
{
    m_model.disconnect(this);
    m_panel->setSupervisor(nullptr);
}

QWidget *LaunchpadWindow::newContents()
{
    m_pages->addWidget(newHelpersPage());
    m_pages->addWidget(m_emptyPage);
    m_pages->addWidget(m_closingPage);
    auto *contents = new QWidget;
    auto *layout = new QVBoxLayout(contents);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_message);
    layout->addWidget(m_pages, 1);
    return contents;
}

QWidget *LaunchpadWindow::newHelpersPage()
{
    m_list->setModel(&m_model);
    m_list->setItemDelegate(new HelperDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setAccessibleName(tr("Helpers"));
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_list->addActions({m_actions.start, m_actions.stop, m_actions.restart, m_actions.kill,
                        m_actions.edit, m_actions.remove});
    m_list->setMinimumWidth(160);
    connect(m_list, &QListView::activated, m_actions.edit, &QAction::trigger);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &LaunchpadWindow::showCurrent);
    auto *splitter = new QSplitter;
    splitter->addWidget(m_list);
    splitter->addWidget(m_panel);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({280, 680});
    splitter->setChildrenCollapsible(false);
    return splitter;
}

void LaunchpadWindow::load()
{
    const auto helpers = m_store.load();
    if (!helpers) {
        m_message->showMessage(
            tr("The helpers in %1 could not be read. %2 Nothing was changed. If you add a helper, "
               "that file is renamed and kept.")
                .arg(m_store.fileName(), m_store.problem()));
        return;
    }
    for (const Helper &helper : *helpers) {
        m_model.append(helper);
        if (helper.startsWithLaunchpad)
            m_model.supervisor(m_model.rowCount() - 1)->start();
    }
    m_list->setCurrentIndex(m_model.index(0));
}

void LaunchpadWindow::save()
{
    if (!m_store.save(m_model.helpers()))
        m_message->showMessage(
            tr("The helpers could not be saved in %1. %2").arg(m_store.fileName(), m_store.problem()));
    else if (!m_store.keptName().isEmpty())
        m_message->showMessage(
            tr("The file of helpers was not the one that this window knew. It is kept as %1.")
                .arg(m_store.keptName()));
    else
        m_message->hide();
}

void LaunchpadWindow::addHelper()
{
    HelperDialog dialog({}, this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    m_model.append(dialog.helper());
    m_list->setCurrentIndex(m_model.index(m_model.rowCount() - 1));
    m_list->setFocus();
    save();
}

void LaunchpadWindow::editHelper()
{
    const QPersistentModelIndex index = m_list->currentIndex();
    if (!current())
        return;
    HelperDialog dialog(current()->helper(), this);
    if (dialog.exec() != QDialog::Accepted)
        return;
    m_model.supervisor(index.row())->setHelper(dialog.helper());
    save();
}

void LaunchpadWindow::removeHelper()
{
    if (!current())
        return;
    const int row = m_list->currentIndex().row();
    const QString question = current()->isActive()
        ? tr("Remove “%1”? It is running, and will be stopped.")
        : tr("Remove “%1”?");
    QMessageBox box(QMessageBox::Question, tr("Remove Helper"),
                    question.arg(current()->helper().displayName()), QMessageBox::Cancel, this);
    const QPushButton *remove = box.addButton(tr("&Remove"), QMessageBox::DestructiveRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    if (box.clickedButton() != remove)
        return;
    m_model.remove(row);
    save();
}

void LaunchpadWindow::showAbout()
{
    QMessageBox::about(
        this, tr("About Launchpad"),
        tr("Runs helpers while its window is open: an example of ForkFd, a library that starts child "
           "processes from Qt programs."));
}

HelperSupervisor *LaunchpadWindow::current() const
{
    return m_model.supervisor(m_list->currentIndex().row());
}

void LaunchpadWindow::showCurrent()
{
    m_panel->setSupervisor(current());
    showState();
}

void LaunchpadWindow::showState()
{
    const HelperSupervisor *one = m_isClosing ? nullptr : current();
    const bool isActive = one && one->isActive();
    m_actions.add->setEnabled(!m_isClosing);
    m_actions.edit->setEnabled(one);
    m_actions.remove->setEnabled(one);
    m_actions.start->setEnabled(one && !isActive);
    m_actions.stop->setEnabled(one && one->isWanted()
                               && one->state() != HelperSupervisor::State::Stopping);
    m_actions.restart->setEnabled(one);
    m_actions.kill->setEnabled(isActive);
    m_actions.startAll->setEnabled(!m_isClosing && m_model.rowCount() > 0);
    m_actions.stopAll->setEnabled(!m_isClosing && m_model.isAnyWanted());
    if (m_isClosing) {
        m_closingPage->setText(m_model.activeNames());
        m_pages->setCurrentWidget(m_closingPage);
        if (!m_model.isAnyWanted())
            QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
    } else {
        m_pages->setCurrentIndex(m_model.rowCount() == 0 ? 1 : 0);
    }
}

void LaunchpadWindow::closeOrKill()
{
    // A file dialog lies over the dialog that has opened it.
    const QWidget *last = nullptr;
    for (QWidget *dialog; (dialog = QApplication::activeModalWidget()) && dialog != last;) {
        last = dialog;
        dialog->close();
    }
    if (m_isClosing)
        m_model.killAll();
    else
        close();
}

void LaunchpadWindow::closeEvent(QCloseEvent *event)
{
    if (!m_model.isAnyWanted())
        return event->accept();
    event->ignore();
    if (m_isClosing)
        return;
    m_isClosing = true;
    m_model.stopAll();
    showState();
    m_closingPage->button()->setFocus();
}
