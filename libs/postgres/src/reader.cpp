#include "session.h"

#include <mutex>

namespace waybill::postgres {

class Reader::Session {
public:
    Session(Options options, std::string schema) : link(std::move(options), std::move(schema)) {}
    std::mutex mutex;
    Link link;
};

Reader::Reader(Options options, std::string schema) : session_(std::make_unique<Session>(std::move(options), std::move(schema))) {}
Reader::~Reader() = default;

std::vector<Reader::Row> Reader::rows(const std::string& sql, const std::vector<std::optional<std::string>>& parameters) {
    const std::lock_guard lock(session_->mutex);
    Link& link = session_->link;
    for (bool again = !link.fresh();; again = false) {
        try {
            pqxx::connection& connection = link.open();
            const Cut cut(connection.sock(), link.options().deadline);
            pqxx::read_transaction work(connection);
            const auto result = work.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
            std::vector<Row> rows;
            rows.reserve(result.size());
            for (const auto& from : result) {
                Row& row = rows.emplace_back();
                for (const auto& field : from) row.emplace(field.name(), field.is_null() ? std::nullopt : std::optional<std::string>(field.c_str()));
            }
            return rows;
        } catch (const pqxx::broken_connection& error) {
            link.drop();
            if (!again) throw std::runtime_error(std::string("Postgres: ") + error.what());  // an old connection may be dead: one more try on a new one
        } catch (const std::exception& error) {
            link.drop();
            throw std::runtime_error(std::string("Postgres: ") + error.what());
        }
    }
}

}  // namespace waybill::postgres
