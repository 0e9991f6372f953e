#include "headers.h"

#include <gtest/gtest.h>

#include <array>

namespace waybill::kafka {
namespace {

runtime::Envelope read(std::string_view lane, std::string_view incarnation, std::string_view seq) {
    auto envelope = unread("routes.events", 0);
    const std::array<std::pair<std::string_view, std::string_view>, 4> headers{{{"ce_type", "routes.v1.RouteFound"}, {"waybill_lane", lane}, {"waybill_inc", incarnation}, {"waybill_seq", seq}}};
    for (const auto& [name, value] : headers) read_header(name, value, envelope);
    return envelope;
}

TEST(HeadersOfAMessage, MakeItOursWithItsNumber) {
    auto envelope = read("3", "1700000000", "42");
    read_header("ce_source", "/waybill/routes", envelope);
    read_header("ce_subject", "wb-1", envelope);
    read_header("x-foreign", "passed over", envelope);
    EXPECT_TRUE(is_ours(envelope));
    EXPECT_EQ(envelope.id(), "routes.events/0/3/1700000000/42");
    EXPECT_EQ(envelope.source, "routes");
    EXPECT_EQ(envelope.subject, "wb-1");
}

TEST(HeadersOfAMessage, MakeItNotOursWhenTheNumberIsNone) {
    struct Row { const char* lane; const char* incarnation; const char* seq; };
    const Row table[] = {
        {"", "1", "0"}, {"-1", "1", "0"}, {"1", "0", "0"}, {"1", "1", "-1"}, {"one", "1", "0"},
        {"4294967297", "1", "0"},             // would be lane 1 if it were cut down to an int
        {"1x", "1", "0"}, {"1", "1", "7 "},   // not a whole number to its end
        {"1", "1", "9223372036854775807"},    // has no next number
        {"1", "99999999999999999999", "0"},
    };
    for (const auto& row : table) EXPECT_FALSE(is_ours(read(row.lane, row.incarnation, row.seq))) << row.lane << "/" << row.incarnation << "/" << row.seq;
}

TEST(HeadersOfAMessage, HaveNothingInThemThatCannotBeWrittenDown) {
    auto envelope = read("1", "1", "0");
    read_header("ce_subject", std::string_view("wb-\xff\0\xc3\xa4", 7), envelope);
    EXPECT_EQ(envelope.subject, "wb-????");
    read_header("ce_subject", "Ørsted 漢字", envelope);
    EXPECT_EQ(envelope.subject, "Ørsted 漢字");
}

TEST(HeadersOfAMessage, MayBeShorterThanTheirPrefix) {
    auto envelope = read("1", "1", "0");
    read_header("ce_source", "/way", envelope);
    EXPECT_EQ(envelope.source, "");
}

}  // namespace
}  // namespace waybill::kafka
