// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

/// Every exit code comes back as it is.
class tst_ExitCodes : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyCode();
};

void tst_ExitCodes::everyCode()
{
    for (int code = 0; code <= 255; ++code) {
        auto process = ForkFd::spawn(child({"exit", std::to_string(code)}));
        QVERIFY(process);
        const auto info = process->wait();
        QVERIFY(info);
        QCOMPARE(info->reason, ForkFd::ExitInfo::Exited);
        QCOMPARE(info->code, code);
        QCOMPARE(info->signal, 0);
        QVERIFY(info->hasUsage);
    }
}

QTEST_GUILESS_MAIN(tst_ExitCodes)
#include "tst_exitcodes.moc"
