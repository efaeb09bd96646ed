// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperdialog.h"

#include "helpertext.h"

#include <QtGui/QFontDatabase>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

static double toSeconds(std::chrono::milliseconds time)
{
    return double(time.count()) / 1000;
}

static std::chrono::milliseconds fromSeconds(double seconds)
{
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

static QDoubleSpinBox *newSecondsField()
{
    auto *field = new QDoubleSpinBox;
    field->setRange(0, 86400);
    field->setDecimals(3);
    field->setSuffix(HelperDialog::tr(" s"));
    return field;
}

static QPlainTextEdit *newTextField(int lines)
{
    auto *field = new QPlainTextEdit;
    field->setTabChangesFocus(true);
    field->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    field->setFixedHeight(lines * field->fontMetrics().lineSpacing() + 2 * field->frameWidth() + 10);
    return field;
}

static QLabel *labelOf(QWidget *field, const QString &text)
{
    auto *label = new QLabel(text);
    label->setBuddy(field);
    return label;
}

HelperDialog::HelperDialog(const Helper &helper, QWidget *parent)
    : QDialog(parent)
    , m_original(helper)
    , m_name(new QLineEdit)
    , m_program(new QLineEdit)
    , m_arguments(newTextField(2))
    , m_directory(new QLineEdit)
    , m_environment(newTextField(3))
    , m_restart(new QComboBox)
    , m_delay(newSecondsField())
    , m_signal(new QComboBox)
    , m_grace(newSecondsField())
    , m_startsWithLaunchpad(new QCheckBox(tr("Start when the &launchpad opens")))
    , m_hasTerminal(new QCheckBox(tr("Run in a &terminal, for programs that show colors only there")))
    , m_problem(new QLabel)
{
    setWindowTitle(helper.program.isEmpty() ? tr("Add Helper") : tr("Edit Helper"));
    auto *form = new QFormLayout(this);
    addProgramRows(form);
    addEndRows(form);
    addButtons(form);
    fill();
    connect(m_program, &QLineEdit::textChanged, this, &HelperDialog::check);
    connect(m_environment, &QPlainTextEdit::textChanged, this, &HelperDialog::check);
    check();
    resize(520, sizeHint().height());
}

void HelperDialog::addProgramRows(QFormLayout *form)
{
    m_program->setPlaceholderText(tr("A name, looked up in PATH, or a file"));
    m_name->setPlaceholderText(tr("As the program"));
    m_directory->setPlaceholderText(tr("Where the launchpad was started"));
    m_arguments->setPlaceholderText(tr("Separated by spaces, \"quotes around\" others"));
    m_arguments->setToolTip(tr("A double quote between quotes is written twice."));
    m_environment->setPlaceholderText(tr("NAME=value sets a variable\nNAME removes it"));
    form->addRow(labelOf(m_program, tr("&Program:")), withBrowseButton(m_program, tr("Program")));
    form->addRow(tr("&Arguments:"), m_arguments);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(labelOf(m_directory, tr("&Directory:")),
                 withBrowseButton(m_directory, tr("Directory")));
    form->addRow(tr("&Environment:"), m_environment);
    form->addRow(QString(), m_hasTerminal);
}

void HelperDialog::addEndRows(QFormLayout *form)
{
    m_restart->addItem(tr("Never"), int(RestartPolicy::Never));
    m_restart->addItem(tr("After a failure"), int(RestartPolicy::OnFailure));
    m_restart->addItem(tr("Always"), int(RestartPolicy::Always));
    m_restart->setToolTip(tr("A failure is a crash, an exit code other than 0, or a failed start."));
    m_delay->setToolTip(tr("Before the first restart. Each further delay is twice as long, up to a "
                           "minute, until the helper has run for a minute."));
    for (const int number : stopSignals)
        m_signal->addItem(signalName(number), number);
    m_grace->setToolTip(tr("What is left of the helper after this time is killed."));
    form->addRow(tr("&Restart:"), m_restart);
    form->addRow(tr("&Wait before a restart:"), m_delay);
    form->addRow(tr("&Stop with:"), m_signal);
    form->addRow(tr("&Kill after:"), m_grace);
    form->addRow(QString(), m_startsWithLaunchpad);
}

void HelperDialog::addButtons(QFormLayout *form)
{
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(m_problem);
    form->addRow(buttons);
}

QWidget *HelperDialog::withBrowseButton(QLineEdit *field, const QString &name)
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    auto *button = new QPushButton(tr("Browse…"));
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(field);
    layout->addWidget(button);
    field->setAccessibleName(name); // The label stands in another widget.
    button->setAccessibleName(tr("Browse: %1").arg(name));
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, [this, field] { browse(field); });
    return row;
}

void HelperDialog::browse(QLineEdit *field)
{
    const QString chosen = field == m_program
        ? QFileDialog::getOpenFileName(this, tr("Program"), field->text())
        : QFileDialog::getExistingDirectory(this, tr("Directory"), field->text());
    if (!chosen.isEmpty())
        field->setText(chosen);
}

void HelperDialog::fill()
{
    m_name->setText(m_original.name);
    m_program->setText(m_original.program);
    m_arguments->setPlainText(joinedArguments(m_original.arguments));
    m_directory->setText(m_original.directory);
    m_environment->setPlainText(environmentText(m_original.environmentChanges));
    m_restart->setCurrentIndex(m_restart->findData(int(m_original.restartPolicy)));
    m_delay->setValue(toSeconds(m_original.restartDelay));
    m_signal->setCurrentIndex(m_signal->findData(m_original.stopSignal));
    m_grace->setValue(toSeconds(m_original.stopGrace));
    m_startsWithLaunchpad->setChecked(m_original.startsWithLaunchpad);
    m_hasTerminal->setChecked(m_original.hasTerminal);
    m_shown = entered();
}

void HelperDialog::check()
{
    QString badLine;
    const bool isReadable = parsedEnvironment(m_environment->toPlainText(), &badLine).has_value();
    m_problem->setText(isReadable ? QString()
                                  : tr("The environment has a line without a name: %1").arg(badLine));
    m_problem->setVisible(!isReadable);
    m_ok->setEnabled(isReadable && !m_program->text().trimmed().isEmpty());
}

// A field cannot show everything that the file may hold, such as a line break in a variable. What the
// user has not changed stays as it was.
Helper HelperDialog::helper() const
{
    Helper helper = entered();
    const auto keep = [&](auto Helper::*member) {
        if (helper.*member == m_shown.*member)
            helper.*member = m_original.*member;
    };
    keep(&Helper::name);
    keep(&Helper::program);
    keep(&Helper::arguments);
    keep(&Helper::directory);
    keep(&Helper::environmentChanges);
    keep(&Helper::restartPolicy);
    keep(&Helper::restartDelay);
    keep(&Helper::stopSignal);
    keep(&Helper::stopGrace);
    return helper;
}

Helper HelperDialog::entered() const
{
    QString badLine;
    Helper helper = m_original;
    helper.name = m_name->text().trimmed();
    helper.program = m_program->text().trimmed();
    helper.arguments = splitArguments(m_arguments->toPlainText());
    helper.directory = m_directory->text();
    helper.environmentChanges =
        parsedEnvironment(m_environment->toPlainText(), &badLine).value_or(QVariantMap());
    helper.restartPolicy = RestartPolicy(m_restart->currentData().toInt());
    helper.restartDelay = fromSeconds(m_delay->value());
    helper.stopSignal = m_signal->currentData().toInt();
    helper.stopGrace = fromSeconds(m_grace->value());
    helper.startsWithLaunchpad = m_startsWithLaunchpad->isChecked();
    helper.hasTerminal = m_hasTerminal->isChecked();
    return helper;
}
