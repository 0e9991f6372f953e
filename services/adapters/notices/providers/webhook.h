// Notices as signed webhooks (Standard Webhooks, https://www.standardwebhooks.com): POST of JSON with webhook-id (the notice's
// id), webhook-timestamp (of the attempt) and webhook-signature, so that a receiver can tell ours from others' and repeats
// from news. May be used from several threads; blocks at most for the attempt's timeout. Takes no redirects.
#pragma once

#include "domain/notice.h"

#include <waybill/http.h>
#include <waybill/runtime.h>

#include <memory>

namespace waybill::notices {

struct WebhookSettings {
    std::string driver_url, customer_url;  // "{id}" stands for the receiver's id; empty: this kind of receiver is told nothing
    std::string key;                       // the bytes that sign, see parse_secret
    std::string ca_file;                   // PEM; empty: the system's
};

// An http or https URL with {id} in its path or query, or nothing.
std::optional<Refusal> not_a_url_template(const std::string& url, const std::string& field);
// "whsec_" and base64 of 24 bytes or more, as the bytes. The refusal does not repeat the secret.
Result<std::string> parse_secret(const std::string& text, const std::string& field);

// "v1," and base64 of HMAC-SHA256 over "<id>.<seconds>.<body>".
std::string signature(const std::string& key, const std::string& id, std::int64_t seconds, const std::string& body);

// What the answer of the receiver's server means: taken, again (and when), or never.
runtime::CallResult<Deliver::Answer> meaning(const http::Response& response, Instant now);

class Webhook {
public:
    explicit Webhook(WebhookSettings settings);
    runtime::CallResult<Deliver::Answer> deliver(const Deliver& notice, const runtime::Attempt& attempt) const;

private:
    WebhookSettings settings_;
    std::shared_ptr<http::Client> client_;
};

}  // namespace waybill::notices
