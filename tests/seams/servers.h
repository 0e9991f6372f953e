// The private servers of one test program, in a run folder of their own below /tmp; gone when the program ends.
#pragma once

#include <waybill/stack.h>

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <stdexcept>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace waybill::seams {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

template <class T>
T taken(Result<T> result) {
    if (!result) throw std::runtime_error(to_text(result.refusal()));
    return std::move(result).value();
}
inline void succeed(const std::optional<Refusal>& refusal) {
    if (refusal) throw std::runtime_error(to_text(*refusal));
}

// Looks until it is so, or gives up.
inline bool eventually(const std::function<bool()>& is_so, std::chrono::milliseconds patience = 30s) {
    for (const auto deadline = Steady::now() + patience; !is_so(); std::this_thread::sleep_for(10ms))
        if (Steady::now() > deadline) return false;
    return true;
}

class Servers : public ::testing::Environment {
public:
    enum Which { postgres, kafka };
    Servers(Which which, stack::Flow flow) : which_(which), flow_(std::move(flow)) {}

    const stack::Run& run() const { return *run_; }
    const stack::Flow& flow() const { return flow_; }

    void start() {
        if (which_ == postgres) succeed(stack::start_postgres(*run_));
        else succeed(stack::start_kafka(*run_, flow_));
    }
    void provision() {
        if (which_ == postgres) taken(stack::provision_postgres(*run_, flow_));
        else taken(stack::provision_kafka(*run_, flow_));
    }
    // Ends the server, orderly, and waits for it.
    void stop() {
        const auto process = find();
        ::kill(process.pid, which_ == postgres ? SIGINT : SIGTERM);
        if (!eventually([&] { return !find().alive; })) throw std::runtime_error(process.name + " does not end");
    }

private:
    void SetUp() override {
        char name[] = "/tmp/waybill-seams-XXXXXX";
        folder_ = ::mkdtemp(name);
        stack::Settings settings;
        settings.folder = folder_;
        settings.mode = "test";
        run_ = taken(stack::begin(settings));
        start();
        provision();
    }
    void TearDown() override {
        if (run_) {
            succeed(stack::stop_all(*run_));
            std::filesystem::remove_all(run_->postgres_folder);
        }
        std::filesystem::remove_all(folder_);
    }
    stack::Status::Process find() const {
        stack::Status::Process last;
        for (const auto& process : taken(stack::look(folder_)).processes)
            if (process.name == (which_ == postgres ? "postgres" : "kafka")) last = process;
        return last;
    }

    const Which which_;
    const stack::Flow flow_;
    std::filesystem::path folder_;
    std::optional<stack::Run> run_;
};

}  // namespace waybill::seams
