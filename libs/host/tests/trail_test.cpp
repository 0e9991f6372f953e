#include "trail.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace waybill::host {
namespace {

using testing::SizeIs;

std::string trace(std::uint64_t number) { return fmt::format("00-0123456789abcdef{:016x}-0000000000000001-01", number); }

struct File {
    File() { ::close(::mkstemp(path.data())); }
    ~File() { ::unlink(path.c_str()); }
    std::vector<boost::json::value> lines() const {
        std::vector<boost::json::value> all;
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) all.push_back(boost::json::parse(line));
        return all;
    }
    std::string path = (std::filesystem::temp_directory_path() / "waybill-trail-XXXXXX").string();
};

TEST(Trail, FollowsTheSameRequestsInEveryProcess) {
    const File one, other;
    const FileTrail here(one.path, 16), there(other.path, 16);
    int followed = 0;
    for (std::uint64_t number = 0; number < 1600; ++number) {
        EXPECT_EQ(here.follows(trace(number)), there.follows(trace(number)));
        followed += here.follows(trace(number));
    }
    EXPECT_EQ(followed, 100);
    EXPECT_FALSE(here.follows("")) << "without a trace there is nothing to follow";
    EXPECT_TRUE(FileTrail(one.path, 1).follows(trace(7)));
}

TEST(Trail, OfSeveralProcessesIsOneFileOfWholeLines) {
    const File file;
    FileTrail one(file.path, 1), other(file.path, 1);
    runtime::Footprint batch;
    batch.service = "intake";
    batch.committed = 1234;
    batch.events = {{"intake/1", "request:a", "intake.v1.OfferRegistered", "wb-1"}};
    one.went(batch);
    other.acknowledged("intake/1");
    one.went(batch);
    const auto lines = file.lines();
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[0].at("batch").at("service"), "intake");
    EXPECT_EQ(lines[0].at("batch").at("events").at(0).at("subject"), "wb-1");
    EXPECT_EQ(lines[1].at("acknowledged"), "intake/1");
    EXPECT_GT(lines[1].at("at").to_number<std::int64_t>(), 0);
}

TEST(Trail, ThatCannotBeWrittenIsRefusedByTheSettingsName) {
    try {
        FileTrail("/nowhere/trail.jsonl", 16);
        FAIL();
    } catch (const std::invalid_argument& wrong) {
        EXPECT_THAT(wrong.what(), testing::HasSubstr("trail.file"));
    }
}

}  // namespace
}  // namespace waybill::host
