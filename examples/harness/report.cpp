// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "report.h"

#include "harnesserror.h"

#include <QtCore/QFile>
#include <QtCore/QSaveFile>

#include <cstdio>

using namespace Qt::StringLiterals;

void writeReport(const QByteArray &report, const QString &fileName)
{
    if (fileName.isEmpty())
        return;
    if (fileName == "-"_L1) {
        std::fwrite(report.constData(), 1, static_cast<std::size_t>(report.size()), stdout);
        if (std::fflush(stdout) != 0)
            throw HarnessError(u"standard output: "_s + qt_error_string(errno));
        return;
    }
    QSaveFile file(fileName);
    file.setDirectWriteFallback(true); // For /dev/fd/3 and the like.
    if (!file.open(QIODevice::WriteOnly) || file.write(report) != report.size() || !file.commit())
        throw HarnessError(fileName + u": "_s + file.errorString());
}
