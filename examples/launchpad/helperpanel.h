// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERPANEL_H
#define LAUNCHPAD_HELPERPANEL_H

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

class ElidedLabel;
class HistoryModel;
class OutputView;
class QTabWidget;
class QTreeView;
class HelperSupervisor;
class UsageGraph;

/// Shows one helper: its state, what it uses, its output and its history.
class HelperPanel : public QWidget
{
    Q_OBJECT

public:
    explicit HelperPanel(QWidget *parent = nullptr);

    /// Null shows nothing.
    void setSupervisor(HelperSupervisor *supervisor);

private:
    QLayout *newHeader();
    QWidget *newTabs();
    void showState();
    void showUsage();

    QPointer<HelperSupervisor> m_supervisor;
    ElidedLabel *const m_name;
    ElidedLabel *const m_command;
    ElidedLabel *const m_state;
    UsageGraph *const m_processorTime;
    UsageGraph *const m_memory;
    OutputView *const m_output;
    HistoryModel *const m_history;
    QTreeView *const m_historyView;
};

#endif
