#include <waybill/access.h>

#include <gmock/gmock.h>

namespace waybill::access {
namespace {

using testing::HasSubstr;

// SHA-256 of "k-lt" and of "k-op".
const std::string two_keys = R"([{"sha256": ")" + sha256_hex("k-lt") + R"(", "role": "customer", "id": "cust-lt"},
                                 {"sha256": ")" + sha256_hex("k-op") + R"(", "role": "operator", "id": "op-1"}])";

TEST(Hash, IsThatOfTheStandard) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Keys, TellWhoHoldsOne) {
    const auto keys = *Keys::parse(two_keys);

    EXPECT_EQ(keys.who("Bearer k-lt"), (Principal{Role::customer, "cust-lt"}));
    EXPECT_EQ(keys.who("bearer k-op"), (Principal{Role::operator_, "op-1"}));
    for (const char* nobody : {"", "Bearer", "Bearer ", "Bearer k-xx", "Basic k-lt", "k-lt", "Bearer  k-lt"}) EXPECT_EQ(keys.who(nobody), std::nullopt) << nobody;
}

TEST(Keys, AdmitOnlyTheRolesOfARoute) {
    const auto keys = *Keys::parse(two_keys);
    http::Request request;

    EXPECT_EQ(std::get<http::Response>(keys.admit(request, {Role::customer})).status, 401);
    EXPECT_EQ(std::get<http::Response>(keys.admit(request, {Role::customer})).headers["WWW-Authenticate"], "Bearer realm=\"waybill\"");

    request.headers["Authorization"] = "Bearer k-lt";
    EXPECT_EQ(std::get<Principal>(keys.admit(request, {Role::customer, Role::operator_})).id, "cust-lt");

    const auto forbidden = std::get<http::Response>(keys.admit(request, {Role::driver, Role::operator_}));
    EXPECT_EQ(forbidden.status, 403);
    EXPECT_THAT(forbidden.body, HasSubstr("driver or operator"));
}

TEST(Keys, AreRefusedWithTheEntryThatIsWrong) {
    const std::string hash = sha256_hex("k");
    const struct { std::string json, field; } cases[] = {
        {"", "keys file"},
        {"{}", "keys file"},
        {"[1]", "keys file, entry 1, sha256"},
        {R"([{"sha256": "k", "role": "driver", "id": "D"}])", "keys file, entry 1, sha256"},
        {R"([{"sha256": ")" + hash + R"(", "role": "king", "id": "D"}])", "keys file, entry 1, role"},
        {R"([{"sha256": ")" + hash + R"(", "role": "driver", "id": "D 1"}])", "keys file, entry 1, id"},
        {R"([{"sha256": ")" + hash + R"(", "role": "driver", "id": "D"}, {"sha256": ")" + hash + R"(", "role": "driver", "id": "E"}])", "keys file, entry 2"},
    };
    for (const auto& [json, field] : cases) {
        const auto keys = Keys::parse(json);
        ASSERT_FALSE(keys) << json;
        EXPECT_EQ(keys.refusal().field, field);
        EXPECT_NE(keys.refusal().cure, "");
    }
    EXPECT_EQ(Keys::load("/nonexistent/keys.json").refusal().field, "keys file");
}

TEST(DerivedId, IsAlwaysTheSameAndTellsPartsApart) {
    EXPECT_EQ(derived_id("wb-", {"cust-lt", "k1"}, 16), derived_id("wb-", {"cust-lt", "k1"}, 16));
    EXPECT_NE(derived_id("wb-", {"ab", "c"}, 16), derived_id("wb-", {"a", "bc"}, 16));
    EXPECT_EQ(derived_id("wb-", {"x"}, 16).size(), 19u);
    EXPECT_EQ(not_an_id(derived_id("rq-", {"x"}, 51), "id"), std::nullopt);
}

// The example of the specification: https://www.standardwebhooks.com, whose libraries sign it so.
TEST(StandardWebhook, IsVerified) {
    constexpr std::string_view secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const Instant now{std::chrono::seconds(1614265330)};
    http::Request request;
    request.headers = {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"}, {"webhook-timestamp", "1614265330"},
                       {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
    request.body = R"({"test": 2432232314})";
    EXPECT_EQ(not_signed(secret, request, now), std::nullopt);

    auto rotated = request;
    rotated.headers["webhook-signature"] = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= " + request.headers["webhook-signature"];
    EXPECT_EQ(not_signed(secret, rotated, now), std::nullopt);

    const auto field = [&](auto change, Instant at) {
        auto changed = request;
        change(changed);
        return not_signed(secret, changed, at).value().field;
    };
    EXPECT_EQ(field([](auto& r) { r.body += " "; }, now), "webhook-signature");
    EXPECT_EQ(field([](auto& r) { r.headers["webhook-id"] = "msg_2"; }, now), "webhook-signature");
    EXPECT_EQ(field([](auto& r) { r.headers["webhook-signature"] = ""; }, now), "webhook-signature");
    EXPECT_EQ(field([](auto& r) { r.headers["webhook-signature"] = "v1,!!!! v1, v1,="; }, now), "webhook-signature");
    EXPECT_EQ(field([](auto& r) { r.headers.erase("webhook-id"); }, now), "webhook-id");
    EXPECT_EQ(field([](auto& r) { r.headers["webhook-timestamp"] = "now"; }, now), "webhook-timestamp");
    EXPECT_EQ(field([](auto&) {}, now + std::chrono::minutes(6)), "webhook-timestamp");
    EXPECT_EQ(field([](auto&) {}, now - std::chrono::minutes(6)), "webhook-timestamp");
    EXPECT_EQ(not_signed("", request, now).value().field, "webhook-signature");
}

}  // namespace
}  // namespace waybill::access
