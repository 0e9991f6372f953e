// Reading with a language model: any server that speaks OpenAI's POST /v1/chat/completions with answers bound to a JSON schema.
//
// The model only points at words of the message; domain/decide.h believes it where the rules find the same in those words, and
// nothing it says makes an accept that the rules would not make alone. The message is data: what it commands reaches the model,
// if at all, as quoted text, and could change nothing but claims that are checked. What people alone need is not sent at all.
//
// Threads: read() may be called from any number. It comes back within `timeout` and `patience` together. When the model is
// away, busy, too dear or answers nonsense, the rules alone answer, and `ModelUse::without` says why. A server that fails
// `failures` times in a row is left alone for `rest`.
//
// Money: before a call the dearest it can become is set aside; a call that might break the budget of the day or of the offer is
// not made. An answer that was paid for and is nonsense is not bought again. A call without an answer may have been charged:
// its reserve counts as spent, and it is made again under the same Idempotency-Key at most `attempts` times. What a day cost is in
// the ledger's file: it outlives the process, and processes that are given the same file share the budget.
#pragma once

#include "handlers/reading.h"

#include <waybill/runtime.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace waybill::extraction::adapter {

struct ModelSettings {
    std::string url;   // up to and with "/v1"
    std::string name;
    std::string key;   // "": no Authorization header
    std::string ca_file;
    bool alone = false;  // fields come from the model only; the rules but check
    std::chrono::milliseconds timeout{20'000}, patience{2'000}, rest{30'000};
    int attempts = 2, at_once = 4, failures = 5, most_tokens = 1500;
    double per_second = 5;
    double price_in = 0, price_out = 0;  // of 1,000 tokens, in the currency of the budgets
    double budget = 0, offer_budget = 0; // of a day (UTC) and of one offer; 0: none
    std::string ledger;                  // file of what the day cost; a budget needs one
};

// Why these cannot work, naming the setting.
std::optional<Refusal> cannot_work(const ModelSettings& settings);

class Model {
public:
    explicit Model(ModelSettings settings);
    runtime::CallResult<Extracted> read(const ReadText& request, const runtime::Attempt& attempt) const;

private:
    struct Inside;
    std::shared_ptr<Inside> inside_;
};

}  // namespace waybill::extraction::adapter
