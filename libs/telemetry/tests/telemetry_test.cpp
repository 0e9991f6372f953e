#include <waybill/telemetry.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <thread>

#include <unistd.h>

namespace waybill::telemetry {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class LogTest : public testing::Test {
protected:
    LogTest() { start(Level::debug); }
    ~LogTest() override {
        log_to({.service = "waybill"});
        std::filesystem::remove_all(folder_);
    }

    void start(Level level, std::size_t bytes = 1 << 20) {
        std::filesystem::create_directories(folder_);
        ASSERT_FALSE(log_to({"fleet", level, file(), bytes, 2}));
    }
    std::string file() const { return folder_ + "/log.json"; }

    std::vector<json::object> lines() const {
        std::vector<json::object> objects;
        std::ifstream in(file());
        for (std::string line; std::getline(in, line);) objects.push_back(json::parse(line).as_object());
        return objects;
    }
    json::object only_line() const {
        const auto all = lines();
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? json::object{} : all.front();
    }

    const std::string folder_ = testing::TempDir() + "waybill_log_" + std::to_string(::getpid());
};

TEST_F(LogTest, ALineIsOneJsonObject) {
    info("lane taken", {{"lane", 3}, {"epoch", 7u}, {"took", 0.25}, {"first", true}, {"owner", std::string("pod-1")}, {"why", "lease over"}});

    const json::object line = only_line();
    EXPECT_EQ(line.at("level"), "info");
    EXPECT_EQ(line.at("service"), "fleet");
    EXPECT_EQ(line.at("message"), "lane taken");
    EXPECT_EQ(line.at("lane"), 3);
    EXPECT_EQ(line.at("epoch"), 7);
    EXPECT_EQ(line.at("took"), 0.25);
    EXPECT_EQ(line.at("first"), true);
    EXPECT_EQ(line.at("owner"), "pod-1");
    EXPECT_EQ(line.at("why"), "lease over");
    EXPECT_TRUE(parse_instant(std::string(line.at("time").as_string())));
}

TEST_F(LogTest, WhateverIsInATextTheLineStaysReadable) {
    const std::pair<std::string, std::string> rows[] = {
        {"quote \" and \\", "quote \" and \\"},
        {"two\nlines\ttab\r", "two\nlines\ttab\r"},
        {std::string("nul \0 bell \a del \x7f", 18), std::string("nul \0 bell \a del \x7f", 18)},
        {"Ålesund – 6 °C 🚚", "Ålesund – 6 °C 🚚"},
        {"latin \xE5 one", "latin \xEF\xBF\xBD one"},
        {"surrogate \xED\xA0\x80", "surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"overlong \xC0\xAF", "overlong \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"cut \xF0\x9F\x9A", "cut \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"{} {0} %v %s", "{} {0} %v %s"},
    };
    for (const auto& [text, seen] : rows) warn(text, {{"text", text}});

    const auto all = lines();
    ASSERT_EQ(all.size(), std::size(rows));
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].at("message").as_string(), rows[i].second);
        EXPECT_EQ(all[i].at("text").as_string(), rows[i].second);
    }
}

TEST_F(LogTest, NumbersJsonCannotSayAreText) {
    info("odd", {{"nan", std::numeric_limits<double>::quiet_NaN()}, {"big", std::numeric_limits<std::uint64_t>::max()}, {"small", std::numeric_limits<std::int64_t>::min()}});
    const json::object line = only_line();
    EXPECT_EQ(line.at("nan"), "NaN");
    EXPECT_EQ(line.at("big"), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(line.at("small"), std::numeric_limits<std::int64_t>::min());
}

TEST_F(LogTest, LinesAreBounded) {
    info(std::string(100'000, 'm'), {{"text", std::string(100'000, '\n')}});
    const json::object line = only_line();
    EXPECT_LT(line.at("message").as_string().size(), 8 * 1024u + 8);
    EXPECT_LT(line.at("text").as_string().size(), 4 * 1024u + 8);
}

TEST_F(LogTest, AFieldCannotTakeTheNameOfTheFirstFour) {
    info("real", {{"message", "forged"}, {"level", "off"}});
    const json::object line = only_line();
    EXPECT_EQ(line.at("message"), "real");
    EXPECT_EQ(line.at("message_"), "forged");
    EXPECT_EQ(line.at("level"), "info");
}

TEST_F(LogTest, LinesBelowTheLevelAreNotWritten) {
    start(Level::warn);
    debug("no");
    info("no");
    warn("yes");
    error("yes");
    EXPECT_EQ(lines().size(), 2u);
    EXPECT_FALSE(logs(Level::info));
    EXPECT_TRUE(logs(Level::error));
}

TEST_F(LogTest, SeveralServicesOfAProcessKeepTheirNames) {
    Log("intake").info("one");
    Log("billing").error("two", {{"invoice", "i-1"}});
    const auto all = lines();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].at("service"), "intake");
    EXPECT_EQ(all[1].at("service"), "billing");
}

TEST_F(LogTest, TheFileTurnsOverAndOldOnesGo) {
    start(Level::info, 1000);
    for (int i = 0; i < 100; ++i) info("filling the file", {{"i", i}});
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) files += entry.file_size() <= 1100 ? 1 : 100;
    EXPECT_EQ(files, 3u);
}

TEST_F(LogTest, AFileThatCannotBeWrittenIsRefusedAndTheLogGoesOnWhereItWas) {
    std::ofstream(folder_ + "/plain");
    const auto refusal = log_to({"fleet", Level::info, folder_ + "/plain/log.json"});
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->field, "log.file");
    info("still here");
    EXPECT_EQ(lines().size(), 1u);
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([t] {
                for (int i = 0; i < 200; ++i) info("from a thread", {{"thread", t}, {"i", i}});
            });
    }
    EXPECT_EQ(lines().size(), 800u);
}

TEST(ParseLevel, KnowsFiveWords) {
    EXPECT_EQ(parse_level("warn").value(), Level::warn);
    EXPECT_EQ(parse_level("loud", "log.level").refusal().field, "log.level");
}

TEST(Figures, AreExposedInTheTextFormat) {
    Figures figures;
    figures.counter("waybill_events_total", "events applied", {{"service", "fleet"}}).add(3);
    figures.gauge("waybill_lanes", "lanes held").set(4);
    figures.histogram("waybill_batch_seconds", "time of a batch", {}, {0.1, 1}).observe(0.5);

    const std::string text = figures.exposition();
    EXPECT_THAT(text, HasSubstr("# HELP waybill_events_total events applied"));
    EXPECT_THAT(text, HasSubstr("# TYPE waybill_events_total counter"));
    EXPECT_THAT(text, HasSubstr("waybill_events_total{service=\"fleet\"} 3"));
    EXPECT_THAT(text, HasSubstr("waybill_lanes 4"));
    EXPECT_THAT(text, HasSubstr("waybill_batch_seconds_bucket{le=\"0.1\"} 0"));
    EXPECT_THAT(text, HasSubstr("waybill_batch_seconds_bucket{le=\"1\"} 1"));
    EXPECT_THAT(text, HasSubstr("waybill_batch_seconds_count 1"));
}

TEST(Figures, TheSameNameAndLabelsAreTheSameFigure) {
    Figures figures;
    figures.counter("c", "h", {{"a", "1"}, {"b", "2"}}).add();
    figures.counter("c", "h", {{"b", "2"}, {"a", "1"}}).add();
    EXPECT_EQ(figures.counter("c", "h", {{"a", "1"}, {"b", "2"}}).value(), 2);
}

TEST(Figures, AMisnamedFigureIsAProgrammersError) {
    Figures figures;
    figures.counter("c", "h");
    EXPECT_THROW(figures.gauge("c", "h"), std::logic_error);
    EXPECT_THROW(figures.counter("not a name", "h"), std::logic_error);
    EXPECT_THROW(figures.counter("d", "h", {{"a b", "1"}}), std::logic_error);
    EXPECT_THROW(figures.counter("d", "h", {{"a", "1"}, {"a", "2"}}), std::logic_error);
}

TEST(Figures, InputCannotGrowThemWithoutBound) {
    Figures figures;
    for (int i = 0; i < 3000; ++i) figures.counter("c", "h", {{"path", std::to_string(i)}}).add();
    EXPECT_EQ(figures.counter("c", "h", {{"path", "other"}}).value(), 2000);
}

TEST(Figures, AHandleOfNothingCountsNothing) {
    Counter().add();
    Gauge().set(1);
    Histogram().observe(1);
    EXPECT_EQ(Counter().value(), 0);
}

constexpr auto w3c_sample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, IsReadAndWritten) {
    const Trace trace = parse_traceparent(w3c_sample).value();
    EXPECT_EQ(traceparent(trace), w3c_sample);
    EXPECT_EQ(trace_id_text(trace), "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(span_id_text(trace), "00f067aa0ba902b7");
    EXPECT_TRUE(trace.sampled);
}

TEST(Traceparent, OfALaterVersionIsReadByItsFirstFourParts) {
    EXPECT_TRUE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-holds"));
    EXPECT_EQ(traceparent(*parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
}

TEST(Traceparent, OtherwiseIsRefused) {
    for (const char* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                             "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"})
        EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(Trace, ComesFromItsSeedsAlone) {
    EXPECT_EQ(begin_trace(1, 2), begin_trace(1, 2));
    EXPECT_NE(begin_trace(1, 2), begin_trace(2, 1));
    EXPECT_TRUE(parse_traceparent(traceparent(begin_trace(0, 0))));
}

TEST(Trace, AChildStaysInTheTraceWithASpanOfItsOwn) {
    const Trace parent = begin_trace(1, 2, false);
    std::set<std::string> spans{span_id_text(parent)};
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Trace child = child_of(parent, seed);
        EXPECT_EQ(child, child_of(parent, seed));
        EXPECT_EQ(child.trace_id, parent.trace_id);
        EXPECT_FALSE(child.sampled);
        spans.insert(span_id_text(child));
    }
    EXPECT_EQ(spans.size(), 1001u);
}

}  // namespace
}  // namespace waybill::telemetry
