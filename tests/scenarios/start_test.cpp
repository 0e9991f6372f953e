// Starts that do not come to their end: whatever was started is stopped again, and the next start finds all in order.
#include "system.h"

#include <waybill/stack.h>

#include <gmock/gmock.h>
#include <pqxx/pqxx>

namespace waybill::scenarios {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Starting : public testing::Test {
protected:
    static void SetUpTestSuite() {
        std::string name = (fs::temp_directory_path() / "waybill-start-XXXXXX").string();
        ASSERT_TRUE(::mkdtemp(name.data()));
        fs::permissions(name, fs::perms(0755));  // Postgres may run as a user of its own
        folder_ = name;
    }
    static void TearDownTestSuite() {
        if (const auto run = stack::find(folder_ / "run")) {
            stack::stop_all(*run);
            fs::remove_all(run->postgres_folder);
        }
        fs::remove_all(folder_);
    }

    std::unique_ptr<Program> up(const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{waybill_program(), "--run", (folder_ / "run").string(), "up", "--mode", "test"};
        words.insert(words.end(), more.begin(), more.end());
        fs::remove(said_);
        return std::make_unique<Program>(words, said_);
    }
    void wait_for_its_end(Program& program) {
        wait_for("up to end", [&] { return program.ended(); }, 90s, [&] { return content_of(said_); });
    }
    void expect_nothing_left() {
        const auto looked = stack::look(folder_ / "run");
        ASSERT_TRUE(looked);
        EXPECT_EQ(looked->state, "stopped");
        EXPECT_FALSE(looked->keeper.alive);
        for (const auto& process : looked->processes) EXPECT_FALSE(process.alive) << process.name;
    }

    static inline fs::path folder_;
    const fs::path said_ = folder_ / "said.txt";
};

TEST_F(Starting, InterruptedItStopsWhatItStarted) {
    const auto program = up();
    wait_for("the servers to be there", [&] { return content_of(said_).find("starting the services") != std::string::npos; }, 90s, [&] { return content_of(said_); });
    program->signal(SIGINT);
    wait_for_its_end(*program);
    EXPECT_EQ(program->exit_code(), 1);
    EXPECT_THAT(content_of(said_), HasSubstr("interrupted; stopping what was started"));
    expect_nothing_left();
}

// In the run folder that the interrupted start left.
TEST_F(Starting, NotReadyInTimeItSaysWhyAndStopsWhatItStarted) {
    const auto run = stack::begin({.folder = folder_ / "run", .mode = "test"});
    ASSERT_TRUE(run) << to_text(run.refusal());
    ASSERT_EQ(stack::start_postgres(*run), std::nullopt);
    {
        pqxx::connection connection(stack::postgres_dsn(*run, "fleet"));
        pqxx::work work(connection);
        work.exec("create table if not exists migration (number int primary key, applied_at timestamptz not null default now()); insert into migration (number) values (999)");  // of a later version
        work.commit();
    }
    ASSERT_EQ(stack::stop_all(*run), std::nullopt);

    const auto program = up({"--ready-within", "3"});
    wait_for_its_end(*program);
    EXPECT_EQ(program->exit_code(), 1);
    EXPECT_THAT(content_of(said_), HasSubstr("not ready after 3 s: "));
    EXPECT_THAT(content_of(said_), HasSubstr("schema fleet was migrated further than this program knows; run the newer version"));
    EXPECT_THAT(content_of(said_), Not(HasSubstr("up in ")));
    expect_nothing_left();
}

}  // namespace
}  // namespace waybill::scenarios
