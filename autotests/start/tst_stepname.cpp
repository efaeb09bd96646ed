// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <cerrno>
#include <map>
#include <sstream>

using namespace Qt::StringLiterals;

using ForkFd::StartError;
using ForkFd::StepName;

/// The step of a failed start is used as a text: it compares, converts and prints as one.
/// Holds: L3 (comparesAsText, textsOfNoStep).
class tst_StepName : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void comparesWithTextsOfUsers();
    void comparesAsText();
    void convertsToText();
    void printsAsText();
    void textsOfNoStep();
    void isMadeFromText();

private:
    // As a user's text: in other memory than the library's.
    const std::string m_exec = "exec";
};

// `step == "exec"` once compared addresses.
void tst_StepName::comparesWithTextsOfUsers()
{
    ForkFd::ChildProcess process;
    process.start(u"/no/such/program"_s, QStringList());
    QVERIFY(process.startError().step == m_exec.c_str());
    QVERIFY(!process.waitForFinished());
    StartError error;
    QVERIFY(!ForkFd::spawn({{"/no/such/program"}}, {}, &error));
    QVERIFY(error.step == m_exec.c_str());
}

void tst_StepName::comparesAsText()
{
    const StepName step = StartError("exec", ENOENT).step;
    QVERIFY(step == "exec");
    QVERIFY("exec" == step);
    QVERIFY(step == m_exec);
    QVERIFY(m_exec == step);
    QVERIFY(step == std::string_view(m_exec));
    QVERIFY(step == "exec"_ba);
    QVERIFY("exec"_ba == step);
    QVERIFY(step == "exec"_L1);
    QVERIFY(step == StepName(m_exec.c_str()));
    QCOMPARE(step, "exec");
    QVERIFY(step != "clone");
    QVERIFY("clone" != step);
    QVERIFY(step != std::string("clone"));
    QVERIFY("exe"_L1 != step);
    QVERIFY(step != StepName("clone"));
    QVERIFY(step != nullptr);
}

void tst_StepName::convertsToText()
{
    const StepName step = StartError("exec", ENOENT).step;
    const char *pointer = step;
    QCOMPARE(pointer, "exec");
    QCOMPARE(step ? step : "(none)", "exec");
    const std::string string = step;
    QCOMPARE(string, m_exec);
    const QByteArray bytes = step;
    QCOMPARE(bytes, "exec"_ba);
    QCOMPARE(QByteArray(step), bytes);
    QCOMPARE(QString::fromLatin1(step), u"exec"_s);
    QCOMPARE(QString::fromUtf8(step), u"exec"_s);
    QCOMPARE(QLatin1String(step), "exec"_L1);
    QCOMPARE(std::string_view(step), std::string_view(m_exec));
    QCOMPARE(qstrcmp(step, "exec"), 0);
    std::map<std::string, int> count;
    ++count[step];
    QCOMPARE(count.at("exec"), 1);
}

void tst_StepName::printsAsText()
{
    const StepName step = StartError("exec", ENOENT).step;
    QString text;
    QDebug(&text) << step;
    QCOMPARE(text, u"exec "_s);
    std::ostringstream stream;
    stream << "step " << step;
    QCOMPARE(stream.str(), std::string("step exec"));
    QCOMPARE(std::string("step ") + step + '.', std::string("step exec."));
    QCOMPARE(step + std::string(" failed"), std::string("exec failed"));
    QCOMPARE("step "_ba + step, "step exec"_ba);
    std::string appended = "step ";
    appended += step;
    QCOMPARE(appended, std::string("step exec"));
}

void tst_StepName::textsOfNoStep()
{
    const StepName none;
    QVERIFY(!none);
    QVERIFY(none == nullptr);
    QVERIFY(none == "");
    QVERIFY(none != "exec");
    QVERIFY(none == StartError().step);
    QCOMPARE(std::string(none), std::string());
    QCOMPARE(QString::fromLatin1(none), QString());
    QCOMPARE(std::string("step ") + none, std::string("step "));
    QCOMPARE(none ? none : "(none)", "(none)");
    std::ostringstream stream;
    stream << none << '.';
    QCOMPARE(stream.str(), std::string("."));
}

void tst_StepName::isMadeFromText()
{
    const StartError expected{m_exec.c_str(), ENOENT};
    QVERIFY((expected == StartError{"exec", ENOENT, "/no/such"}));
    StartError error;
    error.step = "exec";
    error.errorCode = ENOENT;
    QVERIFY(error == expected);
    error.step = nullptr;
    QVERIFY(error != expected);
}

QTEST_GUILESS_MAIN(tst_StepName)
#include "tst_stepname.moc"
