// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERDIALOG_H
#define LAUNCHPAD_HELPERDIALOG_H

#include "helper.h"

#include <QtWidgets/QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

/// Lets the user describe a helper. OK is possible only if the description is complete.
class HelperDialog : public QDialog
{
    Q_OBJECT

public:
    explicit HelperDialog(const Helper &helper, QWidget *parent = nullptr);

    Helper helper() const;

private:
    Helper entered() const;
    void addProgramRows(QFormLayout *form);
    void addEndRows(QFormLayout *form);
    void addButtons(QFormLayout *form);
    QWidget *withBrowseButton(QLineEdit *field, const QString &name);
    void browse(QLineEdit *field);
    void fill();
    void check();

    const Helper m_original;
    Helper m_shown; ///< What the fields make of it.
    QLineEdit *const m_name;
    QLineEdit *const m_program;
    QPlainTextEdit *const m_arguments;
    QLineEdit *const m_directory;
    QPlainTextEdit *const m_environment;
    QComboBox *const m_restart;
    QDoubleSpinBox *const m_delay;
    QComboBox *const m_signal;
    QDoubleSpinBox *const m_grace;
    QCheckBox *const m_startsWithLaunchpad;
    QCheckBox *const m_hasTerminal;
    QLabel *const m_problem;
    QPushButton *m_ok = nullptr;
};

#endif
