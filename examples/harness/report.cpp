// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "report.h"

#include "harnesserror.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSaveFile>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

void writeToStandardOutput(const QByteArray &report)
{
    const auto size = static_cast<std::size_t>(report.size());
    const bool isWritten = std::fwrite(report.constData(), 1, size, stdout) == size;
    if (std::fflush(stdout) != 0 || !isWritten)
        throw HarnessError(u"standard output cannot be written"_s);
}

// A device or a pipe, such as /dev/null and /dev/fd/3, must not become a file.
void writeInto(const QString &fileName, const QByteArray &report)
{
    QFile file(fileName);
    if (!file.open(QIODevice::WriteOnly) || file.write(report) != report.size() || !file.flush())
        throw HarnessError(fileName + u": "_s + file.errorString());
}

void replace(const QString &fileName, const QByteArray &report)
{
    QSaveFile file(fileName);
    file.setDirectWriteFallback(true); // For a folder that does not allow another file.
    if (!file.open(QIODevice::WriteOnly) || file.write(report) != report.size() || !file.commit())
        throw HarnessError(fileName + u": "_s + file.errorString());
}

} // namespace

void writeReport(const QByteArray &report, const QString &fileName)
{
    if (fileName.isEmpty())
        return;
    const QFileInfo present(fileName);
    if (fileName == "-"_L1)
        writeToStandardOutput(report);
    else if (present.exists() && !present.isFile())
        writeInto(fileName, report);
    else
        replace(fileName, report);
}
