// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperpanel.h"

#include "elidedlabel.h"
#include "helpersupervisor.h"
#include "helpertext.h"
#include "historymodel.h"
#include "outputview.h"
#include "usagegraph.h"

#include <QtCore/QLocale>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QTabBar>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QTreeView>
#include <QtWidgets/QVBoxLayout>

static constexpr int spacing = 12;

static QString percent(double value)
{
    return HelperPanel::tr("%1 %").arg(qRound(value * 100));
}

static QString bytes(double value)
{
    return QLocale().formattedDataSize(qint64(value), 1);
}

static QString stateOf(const HelperSupervisor &supervisor)
{
    const int count = supervisor.usage().processCount();
    return supervisor.isActive() && count > 1
        ? HelperPanel::tr("%1, %2 processes").arg(supervisor.stateText(), QString::number(count))
        : supervisor.stateText();
}

HelperPanel::HelperPanel(QWidget *parent)
    : QWidget(parent)
    , m_name(new ElidedLabel)
    , m_command(new ElidedLabel)
    , m_state(new ElidedLabel)
    , m_processorTime(new UsageGraph(tr("CPU"), 0.1, percent))
    , m_memory(new UsageGraph(tr("Memory"), 1024 * 1024, bytes))
    , m_output(new OutputView)
    , m_history(new HistoryModel(this))
    , m_historyView(new QTreeView)
{
    auto *graphs = new QHBoxLayout;
    graphs->setSpacing(2 * spacing);
    graphs->addWidget(m_processorTime);
    graphs->addWidget(m_memory);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing, spacing, spacing, spacing);
    layout->setSpacing(spacing);
    layout->addLayout(newHeader());
    layout->addLayout(graphs);
    layout->addWidget(newTabs(), 1);
}

QLayout *HelperPanel::newHeader()
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_name->setFont(large);
    m_state->setAccessibleName(tr("State"));
    m_command->setAccessibleName(tr("Command"));
    auto *header = new QVBoxLayout;
    header->setSpacing(2);
    header->addWidget(m_name);
    header->addWidget(m_state);
    header->addWidget(m_command);
    m_command->setForegroundRole(QPalette::PlaceholderText);
    return header;
}

QWidget *HelperPanel::newTabs()
{
    m_output->setAccessibleName(tr("Output"));
    m_output->setFrameShape(QFrame::NoFrame);
    m_historyView->setAccessibleName(tr("History"));
    m_historyView->setFrameShape(QFrame::NoFrame);
    m_historyView->setModel(m_history);
    m_historyView->setRootIsDecorated(false);
    m_historyView->setUniformRowHeights(true);
    m_historyView->setAllColumnsShowFocus(true);
    m_historyView->header()->setStretchLastSection(false);
    m_historyView->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_historyView->header()->setSectionResizeMode(HistoryModel::End, QHeaderView::Stretch);
    m_historyView->header()->setSectionsMovable(false);
    auto *tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->setAccessibleName(tr("Output and history"));
    tabs->tabBar()->setAccessibleName(tabs->accessibleName());
    tabs->addTab(m_output, tr("&Output"));
    tabs->addTab(m_historyView, tr("Hi&story"));
    return tabs;
}

void HelperPanel::setSupervisor(HelperSupervisor *supervisor)
{
    if (m_supervisor)
        m_supervisor->disconnect(this);
    m_supervisor = supervisor;
    m_output->setOutput(supervisor ? supervisor->output() : nullptr);
    m_history->setSupervisor(supervisor);
    if (!supervisor)
        return;
    connect(supervisor, &HelperSupervisor::stateChanged, this, &HelperPanel::showState);
    connect(supervisor, &HelperSupervisor::sampled, this, &HelperPanel::showUsage);
    showUsage();
}

void HelperPanel::showState()
{
    const Helper &helper = m_supervisor->helper();
    QStringList words = helper.arguments;
    words.prepend(helper.program);
    const QString command = joinedArguments(words).simplified();
    m_name->setText(helper.displayName());
    m_state->setText(stateOf(*m_supervisor));
    m_command->setText(command);
}

void HelperPanel::showUsage()
{
    m_processorTime->setValues(m_supervisor->usage().processorTime());
    m_memory->setValues(m_supervisor->usage().memory());
    showState();
}
