#include <waybill/settings.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace waybill::settings {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Table table = {
    {"kafka.bootstrap", "127.0.0.1:39092", "where Kafka listens"},
    {"lanes", "4", "lanes of a service", Kind::integer, "1", "64"},
    {"lease.length", "5s", "how long a lane is held without renewal", Kind::duration, "500ms", "1min"},
    {"load.rate", "0.5", "offers a second", Kind::number, "0", "1000"},
    {"trace", "off", "whether traces are written", Kind::boolean},
    {"payments.key", "", "key of the payment provider", Kind::secret},
    {"places.provider", "gazetteer", "who knows places", Kind::text, "", "", {"gazetteer", "nominatim"}},
    {"burst", "", "at most so many at once", Kind::integer, "1"},
};

class SettingsTest : public testing::Test {
protected:
    std::string file_with(const std::string& text) {
        std::ofstream(path_) << text;
        return path_;
    }
    ~SettingsTest() override { std::filesystem::remove(path_); }

    const std::string path_ = testing::TempDir() + "waybill_settings_" + std::to_string(::getpid()) + ".yaml";
};

Settings loaded(const Sources& sources) { return Settings::load(table, sources).value(); }
Refusal refused(const Sources& sources) { return Settings::load(table, sources).refusal(); }

TEST_F(SettingsTest, AFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault) {
    Sources sources{{"--lanes=8"}, {{"WAYBILL_LANES", "7"}, {"WAYBILL_LEASE_LENGTH", "7s"}}, file_with("lanes: 6\nlease:\n  length: 6s\nload.rate: 6\n")};
    const Settings settings = loaded(sources);

    EXPECT_EQ(settings.integer("lanes"), 8);
    EXPECT_EQ(settings.origin("lanes"), "flag --lanes");
    EXPECT_EQ(settings.duration("lease.length"), 7s);
    EXPECT_EQ(settings.origin("lease.length"), "environment WAYBILL_LEASE_LENGTH");
    EXPECT_EQ(settings.number("load.rate"), 6.0);
    EXPECT_EQ(settings.origin("load.rate"), "file " + path_ + ":4");
    EXPECT_EQ(settings.text("kafka.bootstrap"), "127.0.0.1:39092");
    EXPECT_EQ(settings.origin("kafka.bootstrap"), "default");
}

TEST_F(SettingsTest, FlagsAreWrittenWithAnEqualsSignOrASpaceAndABooleanNeedsNoValue) {
    const Settings settings = loaded({{"load", "--kafka.bootstrap", "host:1", "--trace", "offers", "--", "--lanes"}, {}, ""});

    EXPECT_EQ(settings.text("kafka.bootstrap"), "host:1");
    EXPECT_TRUE(settings.boolean("trace"));
    EXPECT_THAT(settings.rest(), testing::ElementsAre("load", "offers", "--lanes"));
}

TEST_F(SettingsTest, WhatIsWrongIsRefusedWithItsPlaceAndItsCure) {
    struct Row {
        Sources sources;
        std::string field, why, cure;
    };
    const Row rows[] = {
        {{{"--lane=3"}, {}, ""}, "--lane", "no setting", "did you mean --lanes?"},
        {{{"--entirely-else=3"}, {}, ""}, "--entirely-else", "no setting", "--help"},
        {{{"--lanes"}, {}, ""}, "lanes", "no value", "--lanes=VALUE"},
        {{{"--lanes=1", "--lanes=2"}, {}, ""}, "lanes", "twice", "once"},
        {{{"--lanes="}, {}, ""}, "lanes", "is empty (flag --lanes)", "leave it out for \"4\""},
        {{{"--lanes=3x"}, {}, ""}, "lanes", "\"3x\" (flag --lanes) is not a whole number", "from 1 to 64"},
        {{{"--lanes=65"}, {}, ""}, "lanes", "too large", "from 1 to 64"},
        {{{"--lanes=99999999999999999999"}, {}, ""}, "lanes", "not a whole number", "from 1 to 64"},
        {{{"--load.rate=-1"}, {}, ""}, "load.rate", "too small", "from 0 to 1000"},
        {{{"--load.rate=nan"}, {}, ""}, "load.rate", "not a number", "from 0 to 1000"},
        {{{"--burst=0"}, {}, ""}, "burst", "too small", "of at least 1"},
        {{{"--trace=maybe"}, {}, ""}, "trace", "neither true nor false", "true or false"},
        {{{"--places.provider=google"}, {}, ""}, "places.provider", "choices", "gazetteer, nominatim"},
        {{{"--payments.key=sk_1"}, {}, ""}, "payments.key", "every user", "WAYBILL_PAYMENTS_KEY"},
        {{{}, {{"WAYBILL_LEASE_LENGHT", "1s"}}, ""}, "WAYBILL_LEASE_LENGHT", "no setting", "did you mean WAYBILL_LEASE_LENGTH?"},
        {{{}, {{"WAYBILL_LEASE_LENGTH", "5"}}, ""}, "lease.length", "environment WAYBILL_LEASE_LENGTH", "500ms"},
        {{{"--settings=/nowhere/waybill.yaml"}, {}, ""}, "settings", "cannot read", "YAML"},
        {{{}, {}, file_with("kafka:\n  bootstrp: x\n")}, "kafka.bootstrp", path_ + ":2", "did you mean kafka.bootstrap?"},
    };
    for (const Row& row : rows) {
        Sources sources = row.sources;
        if (sources.file.empty() && sources.flags.empty() && sources.environment.empty()) sources.file = path_;
        const Refusal refusal = refused(sources);
        EXPECT_EQ(refusal.field, row.field);
        EXPECT_THAT(refusal.why, HasSubstr(row.why)) << row.field;
        EXPECT_THAT(refusal.cure, HasSubstr(row.cure)) << row.field;
    }
}

TEST_F(SettingsTest, AFileThatIsNotAPlainMapIsRefused) {
    const std::pair<const char*, const char*> rows[] = {
        {"- a\n- b\n", "not a map"},
        {"lanes: [1, 2]\n", "is a list"},
        {"lanes:\n", "has no value"},
        {"lanes: 1\nlanes: 2\n", "twice"},
        {"kafka.bootstrap: a\nkafka: {bootstrap: b}\n", "twice"},
        {"lanes: {\n", "is not YAML"},
        {"a: &a {b: &b {c: &c {d: &d {e: &e {f: &f {g: &g {h: &h {i: &i {j: 1}}}}}}}}}\n", "nested too deeply"},
        {"? [1]\n: 2\n", "without a plain name"},
    };
    for (const auto& [text, why] : rows) EXPECT_THAT(refused({{}, {}, file_with(text)}).why, HasSubstr(why)) << text;
}

TEST_F(SettingsTest, AnEmptyFileAndAMissingDefaultFileAreNoMatter) {
    EXPECT_EQ(loaded({{}, {}, file_with("# nothing yet\n")}).integer("lanes"), 4);
    EXPECT_EQ(loaded({{}, {}, "/nowhere/waybill.yaml"}).integer("lanes"), 4);
}

TEST_F(SettingsTest, TheFileIsNamedByFlagOrEnvironment) {
    const std::string path = file_with("lanes: 9\n");
    EXPECT_EQ(loaded({{"--settings=" + path}, {}, ""}).integer("lanes"), 9);
    EXPECT_EQ(loaded({{}, {{"WAYBILL_SETTINGS", path}}, ""}).integer("lanes"), 9);
}

TEST_F(SettingsTest, ASecretIsReadButNeverShown) {
    const Settings settings = loaded({{}, {}, file_with("payments:\n  key: sk_live_1\n")});

    EXPECT_EQ(settings.secret("payments.key"), "sk_live_1");
    for (const Setting& line : settings.list()) EXPECT_THAT(line.value, Not(HasSubstr("sk_live"))) << line.name;
    EXPECT_THAT(help(table), AllOf(HasSubstr("WAYBILL_PAYMENTS_KEY"), Not(HasSubstr("--payments.key"))));
    EXPECT_THAT(to_text(refused({{}, {}, file_with("payments.key: {sk_live_1\n")})), Not(HasSubstr("sk_live")));
}

TEST_F(SettingsTest, AnUnsetKeyIsAskedForWithHas) {
    const Settings settings = loaded({});
    EXPECT_FALSE(settings.has("burst"));
    EXPECT_FALSE(settings.has("payments.key"));
    EXPECT_THROW(settings.integer("burst"), std::logic_error);
    EXPECT_EQ(settings.secret("payments.key"), "");
}

TEST_F(SettingsTest, ARequiredKeyWithoutAValueSaysWhereToPutOne) {
    const Refusal refusal = Settings::load({{"tenant", std::nullopt, "whose"}}, {}).refusal();
    EXPECT_EQ(refusal, (Refusal{"tenant", "is required and has no value", "set --tenant, WAYBILL_TENANT, or tenant in the settings file"}));
}

TEST_F(SettingsTest, NamesOfOtherProgramsArePassedOver) {
    const Sources sources{{"--test.kafka=1"}, {{"WAYBILL_TEST_KAFKA", "1"}, {"PATH", "/bin"}}, file_with("test:\n  kafka: 1\n"), {"test."}};
    EXPECT_EQ(loaded(sources).integer("lanes"), 4);
}

TEST_F(SettingsTest, EveryValueIsListedWithItsOrigin) {
    const auto lines = loaded({{"--lanes=2"}, {}, ""}).list();
    EXPECT_EQ(lines.size(), table.size());
    EXPECT_THAT(lines, testing::Contains(Setting{"lanes", "2", "flag --lanes", "lanes of a service", Kind::integer}));
}

TEST_F(SettingsTest, ATableThatContradictsItselfAndAMisreadKeyAreProgrammersErrors) {
    EXPECT_THROW(Settings::load({{"a.b", "", ""}, {"a-b", "", ""}}, {}), std::logic_error);
    EXPECT_THROW(Settings::load({{"a", "9", "", Kind::integer, "1", "8"}}, {}), std::logic_error);
    EXPECT_THROW(Settings::load({{"a", "", "", Kind::integer, "one"}}, {}), std::logic_error);
    EXPECT_THROW(Settings::load({{"a", "known", "", Kind::secret}}, {}), std::logic_error);
    EXPECT_THROW(Settings::load({{"A B", "", ""}}, {}), std::logic_error);
    EXPECT_THROW(loaded({}).text("lanes"), std::logic_error);
    EXPECT_THROW(loaded({}).text("payments.key"), std::logic_error);
    EXPECT_THROW(loaded({}).text("unheard-of"), std::logic_error);
}

TEST(ParseDuration, TakesAWholeNumberAndAUnit) {
    const std::pair<const char*, std::chrono::milliseconds> right[] = {{"500ms", 500ms}, {"2s", 2s}, {"10min", 10min}, {"1h", 1h}, {"7d", 168h}, {"0s", 0s}};
    for (const auto& [text, duration] : right) EXPECT_EQ(parse_duration(text, "wait").value(), duration) << text;
    for (const char* wrong : {"", "5", "ms", "-1s", "1.5s", "1 s", "1m", "1S", "9223372036854775807h", "99999999999999999999ms"}) EXPECT_FALSE(parse_duration(wrong, "wait")) << wrong;
}

}  // namespace
}  // namespace waybill::settings
