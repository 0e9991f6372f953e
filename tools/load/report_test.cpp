#include "report.h"

#include <gmock/gmock.h>

namespace waybill::load {
namespace {

using testing::HasSubstr;
using testing::Not;

Report a_report() {
    Report report;
    report.scenario = "offers";
    report.verdict = "clean";
    report.machine = this_machine();
    report.timeline = {{.at = 0, .offers = 3, .asked_p50_ms = 5, .asked_p99_ms = 7}};
    report.judge = R"({"clean": true, "note": "<b>"})";
    return report;
}

bench::Histogram some() {
    bench::Histogram micros;
    for (std::uint64_t i = 1; i <= 1000; ++i) micros.add(i * 1000);
    return micros;
}

std::string page_of(Report report) {
    report.steps = {figures_of("taken", "from due to 202", some())};
    return page(report, {some()});
}

TEST(Report, SaysTheVerdictFirst) {
    EXPECT_THAT(page_of(a_report()), HasSubstr("nothing lost, doubled, reordered or stuck"));
    auto bad = a_report();
    bad.verdict = "failed: two invoices for wb-1";
    EXPECT_THAT(page_of(bad), HasSubstr("two invoices for wb-1: whatever its speed, this run failed"));
    EXPECT_THAT(page_of(bad), Not(HasSubstr("nothing lost")));
}

TEST(Report, SaysWhenTheGeneratorWasTheBound) {
    auto report = a_report();
    EXPECT_THAT(page_of(report), Not(HasSubstr("The generator was late")));
    report.generator_was_the_bound = true;
    EXPECT_THAT(page_of(report), HasSubstr("The generator was late"));
}

TEST(Report, NeedsNoNetworkAndEscapesWhatItShows) {
    const auto html = page_of(a_report());
    EXPECT_THAT(html, Not(HasSubstr("http")));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("&lt;b&gt;"));
}

TEST(Report, CurvesReachTheMaximum) {
    const auto figures = figures_of("taken", "", some());
    EXPECT_NEAR(figures.p50_ms, 500, 0.6);
    EXPECT_NEAR(figures.p99_ms, 990, 1.1);
    EXPECT_EQ(figures.max_ms, 1000);
    EXPECT_THAT(page_of(a_report()), HasSubstr("1000.0</td></tr>"));
}

TEST(Report, ReadsBackFromItsJson) {
    auto report = a_report();
    report.steps = {figures_of("taken", "", some())};
    const auto again = json::from_json<Report>(json::to_json(report));
    EXPECT_EQ(json::to_json(again), json::to_json(report));
}

TEST(Report, OfNothingIsStillAPage) { EXPECT_THAT(page(Report{}, {}), HasSubstr("</html>")); }

}  // namespace
}  // namespace waybill::load
